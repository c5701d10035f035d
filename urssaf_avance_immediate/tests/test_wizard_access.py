# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A wizard shows no more than its user may read, whatever it is told to point to."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

OURS = "urssaf_avance_immediate"
#: Transient models of Odoo to which this add-on adds fields, and why they are safe.
OF_ODOO = {
    # Opened by system administrators alone, who may open every company.
    "res.config.settings",
}
#: Of ours, likewise: nobody else may make one (test_setup.py).
OF_ADMINISTRATORS = {"urssaf.setup.credentials"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWizardAccess(UrssafCase):
    """The intruder works for another company, with all rights there."""

    def setUp(self):
        super().setUp()
        self.partner.company_id = self.company
        self.fake.fail("010", "reject_400", code="ERR_DGFIP_R2P_INCONNU")
        self._enrol(active=False)
        self.enrolment = self.partner.urssaf_enrolment_id
        self.move = self._invoice()
        Request = self.env["urssaf.payment.request"]
        self.request = Request._create_for(self.move, {self.move: self.move.name})
        self.form = self.env["urssaf.customer.form"]._send_to(self.partner)
        self.trace = self.env["urssaf.trace"].sudo().search([], limit=1)
        self.assertTrue(self.trace)
        journal = self.company.urssaf_payment_journal_id
        self.received = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "amount": 1, "date": NOW.date()}
        )
        self.certificate = (
            self.env["home.service.certificate"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.partner.id,
                    "year": 2026,
                    "date_basis": "payment",
                }
            )
        )
        self.office = self._make_user("office_manager", f"{OURS}.group_manager")
        self.intruder = self._make_user(
            "intruder",
            f"{OURS}.group_manager,account.group_account_manager",
            self.other_company,
        )

    def _wizards(self):
        """Every transient model of this add-on."""
        return [
            self.env[name]
            for name, model in self.env.registry.items()
            if model._transient
            and model._original_module == OURS
            and name not in OF_ADMINISTRATORS
        ]

    def _secret(self, comodel):
        """A record of the tests' company that the intruder must not read."""
        return {
            "res.company": self.company,
            "res.partner": self.partner,
            "account.move": self.move,
            "account.journal": self.company.urssaf_payment_journal_id,
            "account.move.line": self.move.line_ids[:1],
            "account.payment": self.move.browse(),
            "account.bank.statement.line": self.received,
            "urssaf.enrolment": self.enrolment,
            "urssaf.enrolment.attempt": self.enrolment.attempt_ids[:1],
            "urssaf.payment.request": self.request,
            "urssaf.customer.form": self.form,
            "urssaf.trace": self.trace,
            "home.service.certificate": self.certificate,
        }.get(comodel)

    def _pointers(self, model):
        """``(field, record)``: what a user can make the wizard point to."""
        for name, field in model._fields.items():
            if field.type not in ("many2one", "many2many") or field.related:
                continue
            if not field.store or name in ("create_uid", "write_uid"):
                continue
            if "urssaf.guarded" in model._inherit and model._urssaf_only_code_writes(
                field
            ):
                # Refused to everybody.
                continue
            comodel = self.env[field.comodel_name]
            if comodel._transient:
                yield name, field, self._wizard_of_the_office(comodel)
            elif "company_id" in comodel._fields or comodel._name == "res.company":
                yield name, field, self._secret(comodel._name)

    def _wizard_of_the_office(self, model):
        """A wizard that somebody of the tests' company has opened."""
        model = model.with_user(self.office)
        values = {}
        for name, field, record in self._pointers(model):
            values[name] = self._as_value(field, record)
        for name, field in model._fields.items():
            if field.required and field.store and name not in values:
                if field.type in ("char", "text", "html"):
                    values[name] = "x"
                elif field.type == "selection" and not field.compute:
                    values[name] = field.get_values(self.env)[0]
        wizard = model.create(values)
        # What is computed is computed by who opened it.
        wizard.env.flush_all()
        return wizard

    def _as_value(self, field, record):
        if field.type == "many2one":
            return record.id
        return [Command.set(record.ids)]

    def test_every_wizard_refuses_the_records_of_another_company(self):
        found = 0
        for model in self._wizards():
            theirs = model.with_user(self.intruder)
            for name, field, record in self._pointers(model):
                found += 1
                where = f"{model._name}.{name}"
                self.assertTrue(record, f"no record of the office to try on {where}")
                value = self._as_value(field, record)
                context = {f"default_{name}": value}
                spec = {key: {} for key, f in model._fields.items() if f.type != "json"}
                with self.subTest(create=where), self.assertRaises(AccessError):
                    theirs.create({name: value})
                with self.subTest(default=where), self.assertRaises(AccessError):
                    theirs.with_context(**context).default_get(list(model._fields))
                with self.subTest(onchange=where), self.assertRaises(AccessError):
                    theirs.onchange({name: value}, [name], spec)
                with self.subTest(opened=where), self.assertRaises(AccessError):
                    theirs.with_context(**context).onchange({}, [], spec)
                with self.subTest(web_save=where), self.assertRaises(AccessError):
                    theirs.web_save({name: value}, spec)
        self.assertGreater(found, 15)

    def test_every_wizard_refuses_them_once_it_is_open(self):
        for model in self._wizards():
            for name, field, record in self._pointers(model):
                wizard = self._wizard_of_the_office(model)
                where = f"{model._name}.{name}"
                self.env.cr.execute(
                    f'UPDATE "{model._table}" SET create_uid = %s WHERE id = %s',
                    (self.intruder.id, wizard.id),
                )
                self.env.invalidate_all()
                theirs = wizard.with_user(self.intruder)
                with self.subTest(write=where), self.assertRaises(AccessError):
                    theirs.write({name: self._as_value(field, record)})

    def test_nobody_reads_the_wizard_of_somebody_else(self):
        colleague = self._make_user("colleague", f"{OURS}.group_manager")
        for model in self._wizards():
            wizard = self._wizard_of_the_office(model)
            for user in (self.intruder, colleague):
                theirs = model.with_user(user)
                with self.subTest(model=model._name, user=user.login):
                    self.assertNotIn(wizard, theirs.search([]))
                    with self.assertRaises(AccessError):
                        theirs.browse(wizard.id).read(["id", "create_date"])

    def test_no_field_is_computed_as_superuser(self):
        """Neither in our wizards, nor in what we add to those of Odoo."""
        for name, model in self.env.registry.items():
            if not model._transient or name in OF_ODOO:
                continue
            for field in model._fields.values():
                if OURS in field._modules and not field.manual:
                    with self.subTest(field=str(field)):
                        self.assertFalse(field.compute and field.compute_sudo)

    def test_registering_a_payment_tells_nothing_of_another_company(self):
        wizard = self.env["account.payment.register"].with_user(self.intruder)
        context = {"active_model": "account.move", "active_ids": self.move.ids}
        with self.assertRaises(AccessError):
            wizard.with_context(**context).create({}).read(["actionable_errors"])
        lines = self.move.line_ids.ids
        with self.assertRaises(AccessError):
            wizard.create({"line_ids": [Command.set(lines)]}).read(
                ["actionable_errors", "amount"]
            )

    def test_exporting_calls_of_another_company(self):
        export = self.env["urssaf.trace.export"].with_user(self.intruder)
        with self.assertRaises(AccessError):
            export.with_context(active_ids=self.trace.ids).create({})

    def test_the_office_still_opens_its_own(self):
        for model in self._wizards():
            wizard = self._wizard_of_the_office(model)
            names = [n for n, f in model._fields.items() if f.type != "json"]
            with self.subTest(model=model._name):
                [read] = wizard.web_read({name: {} for name in names})
                self.assertEqual(read["id"], wizard.id)
