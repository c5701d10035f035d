# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The first day: each step of the setting up is done once the thing is there."""

import json
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools import SQL, config
from odoo.tools.safe_eval import safe_eval

from ..models.company.holder import REAL_DATABASE
from . import screens
from .cases import NOW, UrssafCase, credentials

KEYS = [
    "credentials",
    "declaration",
    "transfers",
    "vat",
    "natures",
    "responsible",
    "mail",
    "customer",
]
SECRET = "demo-secret"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSetup(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._make_user(
            "admin", "base.group_system,urssaf_avance_immediate.group_manager"
        )
        cls.branch = cls._make_branch(cls.company)
        # Of other tests and of Odoo's own demonstration.
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["mail.notification"].search([]).unlink()
        services = cls.env["product.template"].search(
            [("home_service_nature_id", "!=", False)]
        )
        (services - cls.housework.product_tmpl_id).home_service_nature_id = False

    def _steps(self, company=None, user=None):
        company = (company or self.company).with_user(user or self.admin)
        company = company.with_context(allowed_company_ids=company.ids)
        steps = company._urssaf_setup_steps()
        self.assertEqual([step["key"] for step in steps], KEYS)
        # The board shows them in the browser.
        self.assertTrue(json.dumps(steps))
        return {step["key"]: step for step in steps}

    def _queries_of_the_steps(self):
        self.env.flush_all()
        self.env.invalidate_all()
        with screens.queries() as queries:
            self._steps()
        return len(queries)

    def _form(self, key, **values):
        action = self._steps()[key]["action"]
        model = self.env[action["res_model"]].with_user(self.admin)
        model = model.with_context(
            **action["context"], allowed_company_ids=self.company.ids
        )
        form = Form(model, view=action["views"][0][0])
        for name, value in values.items():
            form[name] = value
        return form

    def _dialogue(self, key, **values):
        return self._form(key, **values).save()

    def _try(self, **values):
        """What *Test and save* answers."""
        form = self._form("credentials", **values)
        names = ("environment", "sandbox_url", "client_id", "client_secret")
        typed = {name: form[name] for name in names}
        answer = (
            self.env["urssaf.setup.credentials"]
            .with_user(self.admin)
            .action_test_and_save({"company_id": self.company.id, **typed})
        )
        return json.loads(json.dumps(answer))

    # -- facts -------------------------------------------------------------------

    def test_from_nothing_to_done(self):
        company = self.company
        company.write({**credentials(False, False), "email": False})
        company.home_service_sap_number = False
        housework = self.housework.product_tmpl_id
        housework.home_service_nature_id = False
        steps = self._steps()
        self.assertFalse(
            any(step["done"] for key, step in steps.items() if key != "vat")
        )
        for key in ("credentials", "declaration", "responsible", "mail", "customer"):
            self.assertTrue(steps[key]["action"], key)

        self._try(client_id="demo", client_secret=SECRET)
        self._dialogue(
            "declaration",
            home_service_sap_number="SAP732829320",
            home_service_declaration_date="2024-01-02",
        ).action_save()
        company.action_urssaf_set_up_transfers()
        housework.home_service_nature_id = self.env.ref(
            "l10n_fr_home_services.nature_60"
        )
        self._dialogue("responsible", urssaf_responsible_id=self.admin).action_save()
        self._dialogue("mail", company_email="maison@example.com").action_save()
        self.assertFalse(self._steps()["mail"]["done"])
        self.env["ir.mail_server"].create(
            {"name": "Poste", "smtp_host": "smtp.example.com"}
        )
        left = [key for key, step in self._steps().items() if not step["done"]]
        self.assertEqual(left, ["customer"])
        self._enrol(active=False)
        company.invalidate_recordset()
        self.assertTrue(all(step["done"] for step in self._steps().values()))
        # Whoever reads a company asks for none of it.
        with patch.object(type(company), "_urssaf_setup_steps") as steps:
            company.with_user(self.admin).read()
        steps.assert_not_called()
        # The board asks at each look: the more services, the same queries.
        counted = self._queries_of_the_steps()
        for number in range(20):
            housework.copy({"name": f"Ménage {number}"})
        self.assertLessEqual(self._queries_of_the_steps(), counted)

        # What is undone later comes back.
        self.admin.copy({"login": "urssaf_next_admin"})
        self.admin.active = False
        step = self._steps(user=self.env.user)["responsible"]
        self.assertFalse(step["done"])
        self.assertIn("does not work here any more", step["text"])

    def test_an_email_that_left_proves_that_they_leave(self):
        self.assertFalse(self.company._urssaf_mail_leaves())
        message = self.company.partner_id.message_post(body="Bonjour")
        self.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": self.partner.id,
                "notification_type": "email",
                "notification_status": "sent",
            }
        )
        self.assertTrue(self.company._urssaf_mail_leaves())

    def test_a_server_of_the_machine_itself(self):
        """Odoo’s settings file says localhost where nobody has set anything up: only a
        message that has left proves that there is one.
        """
        self.company.email = "maison@example.com"
        for server, leaves in (("localhost", False), ("", False), ("poste", True)):
            with (
                self.subTest(server=server),
                patch.dict(config.options, {"smtp_server": server}),
            ):
                step = self._steps()["mail"]
                self.assertEqual(step["done"], leaves)
                self.assertEqual("no server" in step["text"], not leaves)

    def test_vat_that_does_not_suit(self):
        self.company.home_service_vat = "collection"
        product = self.housework.product_tmpl_id
        product.action_home_service_right_tax()
        self.assertTrue(self._steps()["vat"]["done"])
        product.taxes_id = [
            Command.set(
                self.env["account.tax"]
                .create(
                    {
                        "name": "10% biens",
                        "amount": 10,
                        "type_tax_use": "sale",
                        "tax_scope": "consu",
                    }
                )
                .ids
            )
        ]
        step = self._steps()["vat"]
        self.assertFalse(step["done"])
        self.assertIn(product.name, step["text"])
        self.assertNotIn("…", step["text"])
        for number in range(3):
            product.copy({"name": f"Ménage {number}"})
        self.assertIn("…", self._steps()["vat"]["text"], "there are more")

    # -- who may -----------------------------------------------------------------

    def test_without_rights_one_reads_who_may(self):
        steps = self._steps(self.other_company, self.other_user)
        for key in ("declaration", "responsible"):
            if not steps[key]["done"]:
                self.assertFalse(steps[key]["action"])
        self.company.urssaf_responsible_id = False
        step = self._steps(user=self.user)["responsible"]
        self.assertFalse(step["action"])
        self.assertIn(self.admin.name, step["text"])
        with self.assertRaises(AccessError):
            self.env["urssaf.setup.credentials"].with_user(self.user).create({})
        office = self.env["urssaf.setup"].with_user(self.user)
        with self.assertRaises(AccessError):
            office.create({"urssaf_responsible_id": self.user.id})

    def test_a_manager_does_not_write_the_company_through_the_dialogue(self):
        manager = self._make_user("manager", "urssaf_avance_immediate.group_manager")
        setup = self.env["urssaf.setup"].with_user(manager)
        with self.assertRaises(AccessError):
            setup.create({"home_service_sap_number": "SAP552100554"}).flush_recordset()
        with self.assertRaises(AccessError):
            setup.create({}).action_set_up_transfers()

    def test_an_accountant_sets_up_the_transfers(self):
        accountant = self._make_user("books", "account.group_account_manager")
        self.company.urssaf_payment_journal_id = False
        step = self._steps(user=accountant)["transfers"]
        self.assertFalse(step["done"])
        setup = self.env["urssaf.setup"].with_user(accountant).create({})
        setup.journal_id = self.company_data["default_journal_bank"]
        action = setup.action_set_up_transfers()
        self.assertEqual(action["res_id"], setup.id)
        self.assertIn(self.company._urssaf_transit_account().name, setup.accounts)
        self.assertTrue(self._steps(user=accountant)["transfers"]["done"])

    # -- a branch, a copy --------------------------------------------------------

    def test_a_branch_lives_on_what_is_above(self):
        self.company._urssaf_try_connection()
        self.company.home_service_declaration_date = "2024-01-02"
        self.branch.sudo().email = "agence@example.com"
        office = self._make_user(
            "agence", "urssaf_avance_immediate.group_user", self.branch
        )
        steps = self._steps(self.branch, office)
        for key in ("credentials", "declaration"):
            self.assertTrue(steps[key]["done"], key)
            self.assertFalse(steps[key]["action"], key)
        self.assertIn(self.company.name, steps["credentials"]["text"])

    def test_the_vat_of_a_branch_is_set_up_above(self):
        """Whoever works in the branch alone may not open that company."""
        group = "account.group_account_manager"
        accountant = self._make_user("agence_compta", group, self.branch)
        self.assertFalse(self._steps(self.branch, accountant)["vat"]["action"])
        accountant = self._make_user("compta", group)
        step = self._steps(user=accountant)["vat"]
        setup = self.env["urssaf.setup"].with_user(accountant)
        setup = setup.with_context(**step["action"]["context"]).create({})
        self.env.invalidate_all()
        self.assertEqual(setup.vat_regime, "collection")

    def test_a_copy_says_so_first(self):
        self.company.urssaf_environment = "production"
        self.company._urssaf_try_connection()
        self.assertTrue(self._steps()["credentials"]["done"])
        self.env["ir.config_parameter"].sudo().set_param(
            REAL_DATABASE, "another-uuid another_name"
        )
        self.env.invalidate_all()
        step = self._steps()["credentials"]
        self.assertFalse(step["done"])
        self.assertIn("another_name", step["text"])
        said = self._try()
        self.assertEqual(said["kind"], "danger")
        self.assertIn("another_name", said["answer"])

    # -- the dialogue of the credentials -----------------------------------------

    def test_credentials_that_urssaf_takes(self):
        self.company.write(credentials(False, False))
        said = self._try(client_id=" demo ", client_secret=SECRET)
        self.assertEqual(said["kind"], "success")
        self.assertTrue(said["secret_known"])
        self.assertEqual(self.company.sudo().urssaf_sandbox_client_id, "demo")
        self.assertEqual(self.company.sudo().urssaf_sandbox_client_secret, SECRET)
        self.assertTrue(self._steps()["credentials"]["done"])
        # The next time: the identifier, and that there is a secret.
        again = self._form("credentials")
        self.assertEqual(again.client_id, "demo")
        self.assertTrue(again.secret_known)
        self.assertFalse(again.client_secret)
        self.assertEqual(self._try()["kind"], "success")
        self.assertEqual(self.company.sudo().urssaf_sandbox_client_secret, SECRET)
        # Other ones have not been tried.
        self.company.sudo().urssaf_sandbox_client_secret = "typed-in-the-settings"
        self.assertFalse(self._steps()["credentials"]["done"])

    def test_a_typed_secret_is_kept_nowhere_but_on_the_company(self):
        """Not even by who saves the dialogue, over RPC."""
        setups = self.env["urssaf.setup.credentials"]
        saved = setups.with_user(self.admin).create(
            {"environment": "sandbox", "client_secret": "typed-in-clear"}
        )
        saved.client_secret = "typed-once-more"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(saved.client_secret)
        row = self.env.execute_query(
            SQL("SELECT row_to_json(s)::text FROM urssaf_setup_credentials s")
        )
        self.assertNotIn("typed-", str(row))
        with self.assertRaises(AccessError):
            setups.with_user(self.user).action_test_and_save(
                {"company_id": self.company.id, "environment": "test"}
            )

    def test_credentials_that_urssaf_refuses_are_not_kept(self):
        self.fake.fail("token", "unauthorized", 5)
        said = self._try(environment="test", client_id="x", client_secret="wrong")
        self.assertEqual(said["kind"], "danger")
        self.assertIn("Nothing was saved", said["answer"])
        self.assertNotIn("wrong", said["answer"])
        self.assertEqual(self.company.urssaf_environment, "sandbox")
        self.assertEqual(self.company.sudo().urssaf_test_client_id, "demo")

    def test_an_address_that_is_not_of_here(self):
        said = self._try(sandbox_url="http://93.184.216.34:8090")
        self.assertEqual(said["kind"], "danger")
        self.assertIn("93.184.216.34", said["answer"])
        self.assertEqual(
            self.company.sudo().urssaf_sandbox_url, "http://127.0.0.1:8090"
        )

    def test_urssaf_is_closed(self):
        self.fake.fail("token", "http_503")
        said = self._try(client_secret=SECRET)
        self.assertEqual(said["kind"], "warning")
        self.assertIn("try again later", said["answer"])
        self.assertEqual(self.company.sudo().urssaf_sandbox_client_secret, SECRET)

    # -- services, customers -----------------------------------------------------

    def test_a_new_service_is_by_the_hour_and_shows_the_usual_vat(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.urssaf_setup_services_action"
        )
        products = self.env["product.template"].with_context(
            **safe_eval(action["context"])
        )
        [(view, _type)] = [one for one in action["views"] if one[1] == "list"]
        arch = etree.fromstring(products.get_view(view, "list")["arch"])
        spec = {field.get("name"): {} for field in arch.xpath("//field")}
        nature = self.env.ref("l10n_fr_home_services.nature_60")
        new = products.onchange({}, [], spec)["value"]
        new["home_service_nature_id"] = nature.id
        found = products.onchange(new, ["home_service_nature_id"], spec)["value"]
        self.assertEqual(found["home_service_unit"], "hour")
        self.assertEqual(found["home_service_usual_vat"], 10)

    def test_the_first_customer_is_brought_on_not_made_twice(self):
        step = self._steps()["customer"]
        self.assertEqual(self.env.ref(step["action"]).res_model, "urssaf.customer.new")
        self.partner.with_user(self.user).action_urssaf_send_form()
        form = self.env["urssaf.customer.form"].search([], limit=1)
        for state, model in (
            ("sent", "res.partner"),
            ("submitted", "urssaf.customer.form"),
            ("accepted", "res.partner"),
        ):
            form.sudo().state = state
            step = self._steps()["customer"]
            with self.subTest(state=state):
                self.assertFalse(step["done"])
                self.assertIn(self.partner.name, step["text"])
                self.assertEqual(step["action"]["res_model"], model)
        self._enrol(active=False)
        step = self._steps()["customer"]
        self.assertTrue(step["done"])
        self.assertFalse(step["action"], "nothing is left to be done")
