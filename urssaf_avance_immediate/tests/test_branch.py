# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One SIREN, several establishments: the habilitation of the company above serves its
branches. And what is told per company is read in that of the document.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.payment_request import registering
from .cases import NOW, UrssafCase


class BranchCase(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.urssaf_batch_size = 10
        cls.branch = cls._make_branch(cls.company, "Agence de Lyon")
        cls.sister = cls._make_branch(cls.company, "Agence de Brest")
        cls.env.user.sudo().company_ids |= cls.branch | cls.sister
        # Works in that branch only.
        cls.branch_user = cls._make_user(
            "branch", "urssaf_avance_immediate.group_user", cls.branch
        )
        cls.branch_manager = cls._make_user(
            "branch_manager", "urssaf_avance_immediate.group_manager", cls.branch
        )

    def setUp(self):
        super().setUp()
        self.partner = self._make_partner(consent=False, company_id=self.branch.id)

    def _mine(self, record):
        """The record as the user of the branch has it on the screen."""
        return record.with_user(self.branch_user).with_context(
            allowed_company_ids=self.branch.ids
        )

    def _enrol_in_branch(self, partner=None):
        partner = self._mine(partner or self.partner)
        partner.action_urssaf_record_consent()
        partner.action_urssaf_enrol()
        enrolment = partner.urssaf_enrolment_id
        self.fake.customers[enrolment.external_id].activate("01/02/2026 09:30")
        enrolment.action_urssaf_refresh()
        return enrolment

    def _invoice_in(self, company, partner=None, **values):
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": (partner or self.partner).id,
                    "invoice_date": "2026-03-15",
                    "home_service_start": "2026-03-02",
                    "home_service_end": "2026-03-13",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.housework.id,
                                "quantity": 2,
                                "price_unit": 30.0,
                                "tax_ids": [Command.set(self.tax.ids)],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        self.assertEqual(move.company_id, company)
        move.action_post()
        return move

    def _sent_in_branch(self):
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        self._mine(move).action_urssaf_send()
        return move.urssaf_request_id

    def _pay(self, request):
        self._demande(request).move(
            "70",
            "Payée",
            transfer={"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 66.0},
        )
        self._make_due(request)
        with freeze_time(NOW + timedelta(seconds=1)):
            self._run_cron("follow")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBranch(BranchCase):
    # -- the whole job ---------------------------------------------------------

    def test_enrolled_under_the_habilitation_above(self):
        enrolment = self._enrol_in_branch()
        self.assertEqual(enrolment.sudo().company_id, self.company)
        self.assertEqual(enrolment.state, "active")
        self.assertTrue(self._mine(self.partner).urssaf_stage)
        self.assertEqual(
            self.env["urssaf.enrolment"]
            .sudo()
            .search_count([("partner_id", "=", self.partner.id)]),
            1,
        )

    def test_two_branches_paid_on_one_day_are_booked_apart(self):
        customer = self._make_partner(consent=False)
        self._enrol_in_branch(customer)
        here = (self.company | self.branch | self.sister).ids
        requests = self.env["urssaf.payment.request"]
        for company in (self.branch, self.sister, self.branch, self.sister):
            move = self._invoice_in(company, customer)
            move.with_context(allowed_company_ids=here).action_urssaf_send()
            requests += move.urssaf_request_id
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 66.0}
        for request in requests:
            self._demande(request).move("70", "Payée", transfer=transfer)
        self._make_due(requests)
        original, batches = registering._book, []

        def book(batch):
            left = original(batch)
            batches.append((batch - left).company_id.ids)
            return left

        with (
            freeze_time(NOW + timedelta(seconds=1)),
            patch.object(registering, "_book", book),
        ):
            self._run_cron("follow")
        requests = requests.sudo()
        self.assertEqual(set(requests.mapped("amount_booked")), {66.0})
        self.assertEqual(
            requests.payment_ids.mapped("company_id"), self.branch | self.sister
        )
        for request in requests:
            self.assertEqual(request.payment_ids.company_id, request.company_id)
            self.assertEqual(request.payment_ids.move_id.company_id, request.company_id)
        self.assertCountEqual(batches, [self.branch.ids, self.sister.ids])

    def test_sent_followed_and_booked_in_the_branch(self):
        request = self._sent_in_branch()
        self.assertEqual(request.state, "waiting")
        self.assertEqual(request.company_id, self.branch)
        self.assertEqual(request.holder_id, self.company)
        self._pay(request)
        self.assertEqual(request.state, "paid")
        self.assertEqual(request.move_id.payment_state, "paid")
        payment = request.payment_ids
        self.assertEqual(payment.company_id, self.branch)
        self.assertEqual(payment.journal_id, self.company.urssaf_payment_journal_id)
        self.assertEqual(self._mine(request).amount_booked, 66.0)

    def test_one_habilitation_one_ceiling(self):
        """What a branch has sent counts for the company above it, and the other way
        round: one legal person, one counter, for whoever looks at it.
        """
        first = self._sent_in_branch()
        uses = self.env["urssaf.ceiling.use"]

        def used(company):
            holder = company._urssaf_holder()
            found = uses._counters(holder, self.partner, NOW.date())
            return found[self.partner].total("advance")

        cents = round(first.amount_credit_estimate * 100)
        self.assertGreater(cents, 0)
        self.assertEqual(used(self.branch), cents)
        self.partner.company_id = False
        move = self._invoice_in(self.company)
        move.with_user(self.user).action_urssaf_send()
        cents += round(move.sudo().urssaf_request_id.amount_credit_estimate * 100)
        for company in (self.company, self.branch, self.sister):
            self.assertEqual(used(company), cents)

    def test_a_journal_of_the_branch(self):
        journal = (
            self.env["account.journal"]
            .with_company(self.branch)
            .create(
                {
                    "name": "Banque de Lyon",
                    "code": "LYO",
                    "type": "bank",
                    "company_id": self.branch.id,
                }
            )
        )
        self.branch.urssaf_payment_journal_id = journal
        request = self._sent_in_branch()
        self._pay(request)
        self.assertEqual(request.payment_ids.journal_id, journal)
        self.assertEqual(request.payment_ids.company_id, self.branch)

    def test_the_queue_of_a_branch_leaves_with_the_others(self):
        """One call for the demandes of all the companies of a habilitation."""
        self._enrol_in_branch()
        theirs = self._make_partner(email="other@example.com")
        self._enrol(theirs)
        moves = (self._invoice_in(self.branch) | self._invoice(theirs)).sudo()
        moves.env["urssaf.payment.request"]._enqueue_move(moves)
        self.fake.calls.clear()
        self._run_cron("send")
        self.assertEqual(
            moves.urssaf_request_id.mapped("state"), ["waiting", "waiting"]
        )
        self.assertEqual([c.method for c in self.fake.calls].count("050"), 1)

    def test_two_branches_number_alike(self):
        """Urssaf takes a number once per habilitation, not once per branch."""
        first = self._sent_in_branch()
        shared = self._make_partner(email="other@example.com")
        self._enrol(shared)
        journal = (
            self.env["account.journal"]
            .with_company(self.sister)
            .create(
                {
                    "name": "Ventes de Brest",
                    "code": "BRE",
                    "type": "sale",
                    "company_id": self.sister.id,
                }
            )
        )
        move = self._invoice_in(
            self.sister, shared, journal_id=journal.id, name=first.move_id.name
        )
        move.action_urssaf_send()
        self.assertEqual(move.name, first.name)
        self.assertEqual(move.urssaf_request_id.name, f"{first.name}-2")
        self.assertEqual(move.urssaf_request_id.state, "waiting")

    def test_cross_check_of_all_the_companies(self):
        request = self._sent_in_branch()
        check = self.env["urssaf.crosscheck"].create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        check.action_start()
        self.assertEqual(check.company_id, self.company)
        line = check.line_ids
        self.assertEqual(line.kind, "matched")
        self.assertEqual(line.request_id, request)
        self.assertEqual(line.company_id, self.branch)

    def test_cross_check_by_the_user_of_a_branch(self):
        """He sees what is of his branch; nothing of another one is a difference."""
        request = self._sent_in_branch()
        shared = self._make_partner(email="other@example.com")
        self._enrol(shared)
        self._invoice_in(self.sister, shared).action_urssaf_send()
        check = self._mine(self.env["urssaf.crosscheck"]).create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        check.action_start()
        # The next request of the browser.
        self.env.invalidate_all()
        self.assertEqual(check.state, "done")
        self.assertEqual(check.line_ids.mapped("number"), [request.name])
        self.assertEqual(set(check.sudo().line_ids.mapped("kind")), {"matched"})

    def test_monthly_cross_check_is_one_per_habilitation(self):
        self._sent_in_branch()
        self.env["urssaf.crosscheck"]._cron_monthly()
        made = self.env["urssaf.crosscheck"].sudo().search([("automatic", "=", True)])
        self.assertFalse(made.filtered(lambda c: c.company_id == self.branch))

    # -- who sees what, and whose settings -------------------------------------

    def test_settings_come_from_above(self):
        self.company.write(
            {"urssaf_sending": "automatic", "urssaf_responsible_id": self.user.id}
        )
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        self.assertEqual(move.urssaf_state, "queued")
        payload = move._urssaf_prepare_payload()
        self.assertEqual(payload["idTiersFacturation"], self.company.name[:30])
        self.assertEqual(payload["inputPrestations"][0]["complement2"], "SAP732829320")
        self.branch.home_service_intervenant = "SIR73282932000074"
        [item] = move._urssaf_prepare_payload()["inputPrestations"]
        self.assertEqual(item["complement2"], "SIR73282932000074")

    def test_invoices_of_a_branch_that_wait_are_found(self):
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        waiting = [("urssaf_can_send", "=", True)]
        found = self._mine(self.env["account.move"]).search(waiting)
        self.assertEqual(found, move)
        self.assertTrue(found.urssaf_can_send)

    def test_settings_screen_of_a_branch_names_the_company_above(self):
        settings = self.env["res.config.settings"].with_company(self.branch).create({})
        self.assertEqual(settings.urssaf_holder_id, self.company)
        self.assertTrue(settings.urssaf_served)
        above = self.env["res.config.settings"].create({})
        self.assertFalse(above.urssaf_served)

    def test_customers_of_a_sister_stay_hers(self):
        hers = self._make_partner(company_id=self.sister.id, email="brest@example.com")
        hers.with_company(self.sister)._urssaf_record_consent("office")
        found = self._mine(self.env["urssaf.enrolment"]).search([])
        self.assertNotIn(hers, found.sudo().partner_id)

    def test_an_outage_is_that_of_the_habilitation(self):
        self._enrol_in_branch()
        move = self._invoice_in(self.branch)
        self.fake.fail("050", "http_503")
        self._mine(move).action_urssaf_send()
        notice = self._mine(move.urssaf_request_id).connection_notice
        self.assertIn("Nothing is lost", notice)
        connection = self.env["urssaf.connection"].search([])
        self.assertEqual(connection.company_id, self.company)

    def test_mend_by_the_user_of_a_branch(self):
        self._mine(self.partner).action_urssaf_record_consent()
        self.fake.fail("010", "reject_400", code="ERR_DGFIP_R2P_INCONNU")
        self._mine(self.partner).action_urssaf_enrol()
        action = self._mine(self.partner).action_urssaf_mend()
        wizard = self._mine(self.env[action["res_model"]].browse(action["res_id"]))
        wizard.urssaf_birth_name = "Dupont"
        wizard.action_enrol()
        self.assertEqual(self._mine(self.partner).urssaf_enrolment_state, "pending")
