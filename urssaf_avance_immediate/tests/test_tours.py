# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tours of ``static/tests/tours``, in Chromium: by people with their own rights."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, common, tagged
from odoo.tests.common import freeze_time

from .bank import BankCase
from .cases import NOW, credentials

ACTION = "/odoo/action-urssaf_avance_immediate"
BOARD = f"{ACTION}.urssaf_board_action"
CUSTOMERS = f"{ACTION}.urssaf_customer_action"
LINES = f"{ACTION}.account_bank_statement_line_action_received"
RUNS = "/odoo/action-l10n_fr_home_services.home_service_certificate_run_action"
#: The bundles of the pages that the tours open: the office's, and the customer's.
SCRIPTS = (
    "web.assets_web",
    "web.assets_tests",
    "web.__assets_tests_call__",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "portal.assets_chatter",
)
STYLES = ("web.assets_web", "web.assets_web_print", "web.assets_frontend")
PHONE = "390x844"
#: Nothing waits so long when all is well. Odoo's own 10 s for Chromium to start are too
#: few for a busy machine: the tour would be left out, and nobody would see it.
SECONDS = 120


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTours(BankCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Once for all tours: what a test makes is taken back at its end, and a page
        # that waits for its scripts too long is refused its next request.
        qweb = cls.env["ir.qweb"]
        for bundle in SCRIPTS:
            qweb._get_asset_bundle(bundle, css=False, js=True).js()
        for bundle in STYLES:
            qweb._get_asset_bundle(bundle, css=True, js=False).css()

    def _tour(self, path, name, login=None, size="1400x1000"):
        self.browser_size = size
        # "tests": their scripts are loaded whoever runs us.
        tries = SECONDS / common.CHECK_BROWSER_SLEEP
        with patch.object(common, "CHECK_BROWSER_ITERATIONS", int(tries)):
            self.start_tour(f"{path}?debug=tests", name, login=login, timeout=SECONDS)
        self.env.invalidate_all()

    def _cron(self, name):
        # An HttpCase simulates commits and rollbacks from the start.
        self.env.ref(name).method_direct_trigger()
        self.env.invalidate_all()

    def _customer_login(self):
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": "urssaf_tour_customer",
                "password": "urssaf_tour_customer",
                "partner_id": self.partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        return "urssaf_tour_customer"

    # -- the first day -----------------------------------------------------------

    def test_the_company_is_set_up_from_the_board(self):
        group = "urssaf_avance_immediate.group_manager"
        admin = self._make_user(
            "admin", f"base.group_system,account.group_account_manager,{group}"
        )
        self.company.write({**credentials(False, False), "email": False})
        self.company.home_service_sap_number = False
        self.company._urssaf_method_line("outbound").payment_account_id = False
        self.env["ir.mail_server"].create(
            {"name": "Poste", "smtp_host": "smtp.example.com"}
        )
        self._tour(BOARD, "urssaf_tour_setup", admin.login)
        steps = self.company.with_user(admin)._urssaf_setup_steps()
        left = [step["key"] for step in steps if not step["done"]]
        self.assertEqual(left, ["customer"])

    # -- a customer --------------------------------------------------------------

    def test_a_new_customer_by_the_form(self):
        """The office sends it, the customer fills it in, the office accepts it."""
        self._tour(CUSTOMERS, "urssaf_tour_new_customer", self.user.login)
        partner = self.env["res.partner"].search([("name", "=", "Lucie Perrin")])
        self.assertEqual(partner.email, "lucie.perrin@example.com")
        self.assertEqual(partner.urssaf_form_state, "sent")
        # The link was shown once: another one.
        action = partner.with_user(self.user).action_urssaf_send_form()
        link = action["context"]["urssaf_link"]
        self._tour(link, "urssaf_tour_form", size=PHONE)
        self.assertEqual(partner.urssaf_form_state, "submitted")
        self._tour(f"{CUSTOMERS}/{partner.id}", "urssaf_tour_review", self.user.login)
        self.assertEqual(partner.urssaf_form_state, "accepted")
        self.assertEqual(partner.urssaf_first_names, "Lucie Anne")
        self.assertEqual(partner.urssaf_stage, "ready")

    def test_a_customer_is_enrolled_from_the_list(self):
        self.partner.customer_rank = 1
        self._tour(CUSTOMERS, "urssaf_tour_enrol", self.user.login)
        self.assertEqual(self.partner.urssaf_enrolment_state, "pending")

    # -- his invoices ------------------------------------------------------------

    def test_twelve_invoices_are_sent_from_the_board(self):
        self._enrol()
        moves = self.env["account.move"].union(*(self._invoice() for _i in range(12)))
        self._tour(BOARD, "urssaf_tour_send", self.user.login)
        self.assertEqual(set(moves.mapped("urssaf_state")), {"queued"})
        self._cron("urssaf_avance_immediate.cron_send")
        self.assertEqual(set(moves.mapped("urssaf_state")), {"waiting"})
        self.assertEqual(len(moves.urssaf_request_id), 12)

    def test_a_contested_invoice_is_corrected_and_sent_again(self):
        request = self._sent()
        reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Une heure seulement"}
        self._demande(request).move("40", "Refusée", rejection=reason)
        request.action_urssaf_refresh()
        self.assertEqual(request.state, "refused")
        self._tour(BOARD, "urssaf_tour_correct", self.user.login)
        self.assertEqual(request.move_id.payment_state, "reversed")
        new = self.env["account.move"].search(
            [("urssaf_replaces_id", "=", request.move_id.id)]
        )
        self.assertEqual(new.urssaf_state, "waiting")
        sent = self._demande(new.urssaf_request_id).payload
        self.assertEqual(sent["mntFactureTTC"], 33)

    def test_the_customer_reads_his_invoice_on_the_portal(self):
        request = self._sent()
        self._tour("/my/invoices", "urssaf_tour_portal", self._customer_login())
        self.assertEqual(request.state, "waiting", "who reads answers nothing")

    # -- the money ---------------------------------------------------------------

    def test_a_line_of_the_bank_pays_its_demandes(self):
        first = self._request(96.0, "2026-03-12")
        second = self._request(182.4, "2026-03-12")
        line = self._line(278.4, "2026-03-12")
        self._tour(LINES, "urssaf_tour_bank_line", self.bookkeeper.login)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, first + second)

    # -- a year's end ------------------------------------------------------------

    def _pay_last_year(self):
        """An invoice of 2025 that the customer has paid himself."""
        move = self._invoice(start="2025-06-02", end="2025-06-13")
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"payment_date": "2025-12-20"})._create_payments()

    def test_the_certificate_of_a_year(self):
        """Looked at and started by the accountant, handed over on the portal."""
        self._pay_last_year()
        self._tour(RUNS, "urssaf_tour_certificate", self.bookkeeper.login)
        run = self.env["home.service.certificate.run"].search(
            [("company_id", "=", self.company.id)]
        )
        self._cron("l10n_fr_home_services.cron_certificates")
        self.assertEqual((run.state, run.sent_count), ("done", 1))
        login = self._customer_login()
        self._tour("/my", "urssaf_tour_portal_certificate", login)
