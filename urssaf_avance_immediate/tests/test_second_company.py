# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two companies, and people of only one: a walk over every model, field and button of
the add-on. What is new is walked over without being named here.
"""

import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

ADDON = "odoo.addons.urssaf_avance_immediate"
# Reference data are for everybody; nobody reads the throttle and the pace.
SHARED = {"home.service.nature", "urssaf.commune", "urssaf.throttle", "urssaf.pace"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecondCompany(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._other_sale_journal()
        cls.manager = cls._make_user("mine", "urssaf_avance_immediate.group_manager")

    def setUp(self):
        super().setUp()
        # In one order, so that a run can be repeated.
        self.models = sorted(
            name
            for name, model in self.env.registry.items()
            if name.startswith("urssaf.")
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

    def _owner(self, name):
        """The path to the company of a record."""
        if "company_id" in self.env[name]._fields:
            return "company_id"
        above = next(
            n
            for n in ("form_id", "request_id", "parent_id")
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
                if cls.__module__.startswith(ADDON)
                for name in vars(cls)
                if name.startswith(("action_", "button_"))
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
                    self.assertFalse(theirs.search([("id", "in", records.ids)]), name)
                seen += [
                    f"{user.login}: {name}.{field}"
                    for field in theirs._fields
                    if (name in self.models or field.startswith("urssaf_"))
                    and field != "id"
                    and self._readable(theirs, field)
                ]
        self.assertFalse(seen)

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
