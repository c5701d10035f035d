# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two companies, and people of only one: a walk over every model, field and button of
the product and of the trade. What is new is walked over without being named here.
"""

import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

ADDONS = tuple(
    f"odoo.addons.{name}"
    for name in ("urssaf_avance_immediate", "l10n_fr_home_services")
)
OURS = ("urssaf.", "home.service.")
# Reference data are for everybody; nobody reads the throttle and the pace.
SHARED = {
    "home.service.activity",
    "home.service.activity.box",
    "home.service.mention",
    "home.service.nature",
    "home.service.official.amount",
    "home.service.threshold",
    "home.service.wording",
    "urssaf.commune",
    "urssaf.pace",
    "urssaf.throttle",
}
# Buttons that only have the screen read again.
SAY_NOTHING = {"action_home_service_type", "action_refresh"}
# What people make and change by hand, and what a copy of it needs.
OWNED = {
    "home.service.certificate.run": {"year": 2024},
    "home.service.document": {"file": base64.b64encode(b"%PDF-1.4")},
    "home.service.intervention": {"date": "2026-03-11"},
    "home.service.person": {"name": "Anne", "number": "8"},
    "urssaf.crosscheck": {"date_from": "2026-03-01", "date_to": "2026-03-31"},
    "urssaf.enrolment.import": {"file": base64.b64encode(b"idClient;mail")},
}
# Of several companies, or of the person who opened it: how a rule may say whose it is.
KEYS = ("company_id", "holder_id", "create_uid")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecondCompany(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._other_sale_journal()
        cls.manager = cls._make_user("mine", "urssaf_avance_immediate.group_manager")
        export = cls.env.ref("base.group_allow_export")
        (cls.other_user | cls.other_manager).group_ids |= export

    def setUp(self):
        super().setUp()
        # In one order, so that a run can be repeated.
        self.models = sorted(
            name
            for name, model in self.env.registry.items()
            if name.startswith(OURS)
            and not (model._abstract or model._transient)
            and name not in SHARED
        )

    # -- what there is ---------------------------------------------------------

    def _first_company_works(self):
        """Something of every model in the first company: ``{model: records}``."""
        self._sent()
        people = [
            self._make_partner(name=name, email=f"{name}@example.com")
            for name in ("anne", "zoe")
        ]
        self.partner.union(*people).with_user(self.user).action_urssaf_enrol()
        self._run_cron("send")
        self.env["urssaf.connection"]._of(self.company)
        people[0].with_user(self.user).action_urssaf_send_form()
        people[0].with_user(self.user).urssaf_household_partner_id = people[1]
        form = self.env["urssaf.customer.form"].search([], limit=1)
        self.env["urssaf.customer.form.line"].sudo().create(
            {"form_id": form.id, "name": "birth_name"}
        )
        check = (
            self.env["urssaf.crosscheck"]
            .with_user(self.user)
            .create({"date_from": "2026-03-01", "date_to": "2026-03-31"})
        )
        check.action_start()
        self._run_cron("crosscheck")
        self.env["urssaf.crosscheck.line"].sudo().create(
            {"crosscheck_id": check.id, "kind": "remote", "number": "INCONNU"}
        )
        file = base64.b64encode(b"idClient;mail\nabc;anne@example.com\n")
        job = self.env["urssaf.enrolment.import"].with_user(self.user)
        job.create({"file": file}).action_read()
        self.company._urssaf_tell("Urssaf refuses the credentials.")
        self._sign_a_month()
        self._papers_of_the_trade()
        everything = {
            name: self.env[name].sudo().search([(self._owner(name), "=", company)])
            for company in self.company.ids
            for name in self.models
        }
        missing = [name for name, records in everything.items() if not records]
        self.assertFalse(missing, "nothing of these models: extend the test")
        # A click of somebody else begins with nothing read.
        self.env.flush_all()
        self.env.invalidate_all()
        return everything

    def _sign_a_month(self):
        self.company.action_urssaf_set_up_transfers()
        statement = (
            self.env["urssaf.transfer.statement"]
            .with_user(self.manager)
            ._sign(self.company, date(2026, 2, 28))
        )
        self.env["urssaf.transfer.statement.line"].sudo().create(
            {
                "parent_id": statement.id,
                "company_id": self.company.id,
                "kind": "other",
            }
        )

    def _papers_of_the_trade(self):
        """Certificates, an intervention and who did it, a document."""
        year = {"company_id": self.company.id, "year": 2025}
        self.env["home.service.certificate.run"].sudo().create(year)
        certificate = (
            self.env["home.service.certificate"]
            .sudo()
            .create({**year, "partner_id": self.partner.id, "date_basis": "payment"})
        )
        self.env["home.service.certificate.line"].sudo().create(
            {"certificate_id": certificate.id, "kind": "bank", "date": "2025-06-01"}
        )
        person = self.env["home.service.person"].create(
            {"name": "Zoé", "number": "7", "company_id": self.company.id}
        )
        draft = self._invoice().copy()
        self.env["home.service.intervention"].create(
            {
                "line_id": draft.invoice_line_ids[:1].id,
                "date": "2026-03-10",
                "duration": 2,
                "person_id": person.id,
            }
        )
        self.env["home.service.document"].create(
            {
                "kind": "guarantee",
                "company_id": self.company.id,
                "file": base64.b64encode(b"%PDF-1.4"),
            }
        )

    def _owner(self, name):
        """The path to the company of a record."""
        if "company_id" in self.env[name]._fields:
            return "company_id"
        above = next(
            n
            for n in ("form_id", "request_id", "parent_id", "certificate_id")
            if n in self.env[name]._fields
        )
        return f"{above}.company_id"

    def _rows(self):
        """What the first company has, as the database has it."""
        self.env.flush_all()
        rows = {}
        for name in self.models:
            records = self.env[name].sudo()
            if not records._auto:
                # A query over the others.
                continue
            ids = records.search([(self._owner(name), "=", self.company.id)]).ids
            self.env.cr.execute(
                f'SELECT to_jsonb(t) FROM "{records._table}" t'
                " WHERE id = ANY(%s) ORDER BY id",
                [ids],
            )
            rows[name] = [row[0] for row in self.env.cr.fetchall()]
        return rows

    def _buttons(self, records):
        """Names of the public methods without arguments that a click can call."""
        return sorted(
            {
                name
                for cls in type(records).mro()
                if cls.__module__.startswith(ADDONS)
                for name in vars(cls)
                if name.startswith(("action_", "button_")) and name not in SAY_NOTHING
            }
        )

    def _press(self, record, name):
        """Press a button; what it refuses is undone, as Odoo would."""
        try:
            with self.env.cr.savepoint():
                getattr(record, name)()
                self.env.flush_all()
        except (AccessError, UserError) as error:
            return error
        finally:
            self.env.invalidate_all()
        return None

    # -- the first company's records, for people of the second -----------------

    def test_records_cannot_be_seen(self):
        everything = self._first_company_works()
        everything["account.move"] = self.env["account.move"].search(
            [("urssaf_request_ids", "!=", False)]
        )
        everything["res.company"] = self.company
        seen = []
        for user in (self.other_user, self.other_manager):
            for name, records in everything.items():
                theirs = records.with_user(user)
                # Else not even the model is his to search.
                if theirs.browse().has_access("read"):
                    self._check_not_found(theirs)
                seen += [
                    f"{user.login}: {name}.{field}"
                    for field in theirs._fields
                    if (name in self.models or field.startswith("urssaf_"))
                    and field != "id"
                    and self._readable(theirs, field)
                ]
        self.assertFalse(seen)

    def _check_not_found(self, records):
        """By no way in which the web client asks for records."""
        here = [("id", "in", records.ids)]
        name = records._name
        self.assertFalse(records.search(here), name)
        self.assertFalse(records.web_search_read(here, {})["records"], name)
        self.assertEqual(records.search_count(here), 0, name)
        [[count]] = records._read_group(here, [], ["__count"])
        self.assertEqual(count, 0, name)
        self.assertFalse(records.name_search("", here), name)
        with self.assertRaises(AccessError, msg=name):
            records.export_data(["id", "display_name"])

    def test_each_model_of_a_company_has_a_rule(self):
        """For a model of tomorrow: whoever forgets its rule is told here, and what is
        for everybody belongs to no company.
        """
        rules, forgotten = self.env["ir.rule"].with_user(self.other_manager), []
        for name, model in sorted(self.env.registry.items()):
            if not name.startswith(OURS) or model._abstract:
                continue
            records = self.env[name].with_user(self.other_manager)
            modes = [
                mode
                for mode in ("read", "write", "create", "unlink")
                if self.env["ir.model.access"]
                .with_user(self.other_manager)
                .check(name, mode, raise_exception=False)
            ]
            owned = any(
                field.comodel_name in ("res.company", "res.partner")
                or (field.comodel_name or "").startswith(OURS)
                for field in model._fields.values()
                if field.type == "many2one" and name not in SHARED
            )
            if name in SHARED and modes:
                self.assertNotIn("company_id", records._fields, name)
            for mode in modes if owned else ():
                said = str(rules._compute_domain(name, mode))
                if not any(key in said for key in KEYS):
                    forgotten.append(f"{name}: {mode}")
        self.assertFalse(forgotten)

    def test_nothing_is_handed_over_to_another_company(self):
        """By RPC: neither made for it, nor moved to it once it is there."""
        everything = self._first_company_works()
        self.user.group_ids |= self.env.ref("urssaf_avance_immediate.group_manager")
        moved = 0
        draft = self._make_other_invoice(self._make_partner()).sudo().copy()
        lines = draft.invoice_line_ids[:1]
        for name, records in everything.items():
            mine = records[:1].with_user(self.user)
            forged = {"company_id": self.other_company.id}
            if name == "home.service.intervention":
                forged = {"line_id": lines.id}
            if name not in OWNED or not mine.has_access("write"):
                continue
            moved += 1
            with self.subTest(write=name):
                # An error of any kind that says no; by RPC all of it is undone.
                self.assertTrue(self._refused(lambda r=mine, v=forged: r.write(v)))
            with self.subTest(create=name):
                values = mine.copy_data({**OWNED[name], **forged})[0]
                self.assertTrue(self._refused(lambda r=mine, v=values: r.create(v)))
        self.assertEqual(moved, len(OWNED))

    def _refused(self, act):
        """Whether it says no; what it did is undone."""
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
        except UserError:
            return True
        finally:
            self.env.invalidate_all()
        return False

    def _readable(self, records, field):
        """Without a savepoint: a thousand of them would take a minute."""
        try:
            records[:1].read([field])
        except AccessError:
            return False
        return True

    def test_buttons_are_refused(self):
        everything = self._first_company_works()
        everything["account.move"] = self.env["account.move"].search(
            [("urssaf_request_ids", "!=", False)]
        )
        before = self._rows()
        self.fake.calls.clear()
        for user in (self.other_user, self.other_manager):
            for name, records in everything.items():
                for button in self._buttons(records):
                    with self.subTest(user=user.login, button=f"{name}.{button}"):
                        record = records[:1].with_user(user)
                        error = self._press(record, button)
                        self.assertIsInstance(error, AccessError)
        self.assertEqual(self._rows(), before)
        self.assertFalse(self.fake.calls)

    def test_buttons_on_a_shared_customer_leave_the_first_company_alone(self):
        self._first_company_works()
        personal = [
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name.startswith("urssaf_")
            and field.store
            and not (field.company_dependent or field.type == "one2many")
        ]
        before, fields = self._rows(), self.partner.sudo().read(personal)
        for user in (self.other_user, self.other_manager):
            for button in self._buttons(self.partner):
                with self.subTest(user=user.login, button=button):
                    self._press(self.partner.with_user(user), button)
                    self.assertEqual(self._rows(), before)
        self.assertEqual(self.partner.sudo().read(personal), fields)

    def test_a_shared_customer_tells_nothing_of_the_first_company(self):
        self._first_company_works()
        secret = self.partner.urssaf_enrolment_id.external_id
        for user in (self.other_user, self.other_manager):
            partner = self.partner.with_user(user)
            for name, field in partner._fields.items():
                if not name.startswith("urssaf_") or not partner._has_field_access(
                    field, "read"
                ):
                    continue
                with self.subTest(user=user.login, field=name):
                    self.env.invalidate_all()
                    [value] = partner.read([name])
                    self.assertNotIn(secret, str(value[name]))
                    if field.relational and field.comodel_name in self.models:
                        self.assertFalse(partner[name])
