# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that comes in otherwise while Urssaf collects, and what is not for Urssaf."""

import re
from unittest.mock import patch

from lxml import etree, html

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW
from .test_collecting import CollectingCase

CANCEL = "action_request_cancel"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCollectingOtherwise(CollectingCase):
    # -- money that comes in another way -------------------------------------------

    def test_told_at_once_with_the_hour(self):
        request = self._sent()
        self._register(request.move_id)._create_payments()
        note = request.activity_ids.note
        self.assertIn("66,00", note)
        self.assertIn("may refuse the demande until 18/03/2026 11:00", note)
        self.assertIn("Ask Urssaf to cancel", note)
        banner = request.move_id._get_alerts()["urssaf_request"]
        self.assertEqual(banner["action"]["res_model"], "urssaf.payment.request.cancel")
        view = self.env["urssaf.payment.request"].get_view(view_type="form")
        first = etree.fromstring(view["arch"]).find("header").find("button")
        self.assertEqual(first.get("name"), CANCEL)
        # It stays said, whatever Urssaf answers meanwhile.
        self._says(request, "30")
        self.assertEqual(request.matter, "money")
        self.assertTrue(request.activity_ids)
        request.action_amount_settled()
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    def test_too_late_to_refuse(self):
        request = self._sent()
        self._says(request, "50")
        self._register(request.move_id)._create_payments()
        self.assertIn("delay for refusing is over", request.activity_ids.note)

    def test_once_urssaf_has_cancelled_it_is_settled(self):
        request = self._sent()
        self._register(request.move_id)._create_payments()
        self._says(request, "110", "Annulée")
        self.assertFalse(request.matter)

    def test_a_payment_that_is_taken_off_again(self):
        request = self._sent()
        payments = self._register(request.move_id)._create_payments()
        payments.action_cancel()
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    def test_grouped_payment(self):
        """Each invoice that Urssaf collects is told of, and no other."""
        request, other = self._sent(), self._invoice()
        moves = request.move_id | other
        self._register(moves, group_payment=True)._create_payments()
        self.assertEqual(request.matter, "money")
        self.assertIn("66,00", request.activity_ids.note)
        self.assertFalse(other.activity_ids)

    def test_matched_with_a_line_of_the_bank(self):
        """The customer’s transfer; and Urssaf’s own one, matched before its status."""
        journal = self.company_data["default_journal_bank"]

        def match(request, amount):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": journal.id,
                    "date": "2026-03-16",
                    "payment_ref": "VIR",
                    "amount": amount,
                    "partner_id": self.partner.id,
                }
            )
            _liquidity, suspense, _other = line._seek_for_lines()
            receivable = request.move_id.line_ids.filtered(
                lambda item: item.display_type == "payment_term"
            )
            suspense.account_id = receivable.account_id
            (suspense | receivable).reconcile()

        customers = self._sent()
        match(customers, 66.0)
        self.assertEqual(customers.matter, "money")
        urssafs = self._sent()
        self._says(urssafs, "50")
        match(urssafs, 66.0)
        self.assertFalse(urssafs.matter)
        self.assertFalse(urssafs.activity_ids)
        less = self._sent()
        self._says(less, "50")
        match(less, 33.0)
        self.assertEqual(less.matter, "money")

    def test_in_the_queue_it_does_not_leave(self):
        move = self._invoice()
        request = self.env["urssaf.payment.request"]._enqueue_move(move)
        self._register(move, amount=20.0)._create_payments()
        self.assertEqual(request.state, "draft")
        self.assertIn("paid or credited", request.activity_ids.note)
        self._run_cron("send")
        self.assertFalse(self._demande(request))

    def test_urssafs_own_transfer_is_no_other_money(self):
        request = self._sent()
        self._paid(request)
        self.assertEqual(request.amount_booked, 66.0)
        self.assertFalse(request.matter)
        self.assertFalse(request.activity_ids)

    # -- what is not for Urssaf ----------------------------------------------------

    def test_an_invoice_that_is_paid_asks_for_nothing(self):
        """No dates: it cannot leave by itself; paid, nobody needs to complete it."""
        self.partner.urssaf_sending = "automatic"
        move = self._invoice(start=False, end=False)
        self.assertTrue(move.activity_ids)
        self._register(move)._create_payments()
        self.assertFalse(move.urssaf_to_send)
        self.assertFalse(move.activity_ids)
        self.assertFalse(move._urssaf_not_to_pay())

    def test_a_deposit_invoice_asks_for_nothing(self):
        """As `sale` makes them: the demande is of the whole price, and comes later."""
        self.partner.urssaf_sending = "automatic"
        Move = type(self.env["account.move"])
        with patch.object(Move, "_is_downpayment", lambda move: True):
            move = self._invoice(start=False, end=False)
            self.assertFalse(move.urssaf_to_send)
            self.assertFalse(move.activity_ids)
            self.assertFalse(self._invoice()._urssaf_not_to_pay())

    # -- reminders -----------------------------------------------------------------

    def test_reminders_pause(self):
        """Odoo’s own mark, which every module of reminders may read."""
        request = self._sent()
        terms = request.move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertTrue(all(terms.mapped("no_followup")))
        self.assertTrue(request.move_id.no_followup)
        self._says(request, "60", "En refus de prélèvement")
        self.assertFalse(any(terms.mapped("no_followup")))
        self.assertFalse(request.move_id.no_followup)

    def test_reminders_that_somebody_has_stopped_stay_so(self):
        move = self._invoice()
        move.no_followup = True
        move.action_urssaf_send()
        self._says(move.urssaf_request_ids, "60", "En refus de prélèvement")
        self.assertTrue(move.no_followup)

    # -- ordinary Odoo -------------------------------------------------------------

    def test_another_company_knows_nothing_of_it(self):
        move = self._sent().move_id
        other = self._make_other_invoice(self._make_partner())
        self.assertTrue(move._urssaf_collecting())
        self.assertFalse(other.with_user(self.other_user)._urssaf_collecting())
        self.assertFalse(other.with_user(self.other_user)._urssaf_not_to_pay())

    def test_a_copy_and_a_credit_note_are_to_be_paid(self):
        move = self._sent().move_id
        self.assertFalse(move.copy()._urssaf_not_to_pay())
        self.assertFalse(move.copy().urssaf_reminders_paused)
        credit_note = move._reverse_moves()
        self.assertFalse(credit_note._urssaf_not_to_pay())

    # -- the customer's portal -------------------------------------------------------

    def _portal_user(self, login, partner, companies=None):
        companies = companies or self.company
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": partner.name,
                "login": login,
                "password": login,
                "lang": "en_US",
                "partner_id": partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
            }
        )
        self.authenticate(login, login)

    def _page(self, path):
        return html.fromstring(self.url_open(path).text)

    def _rows(self):
        """``{number: its row}`` of the customer's list of invoices."""
        rows = self._page("/my/invoices").findall(".//tbody/tr")
        return {row.find(".//td/a").text_content().strip(): row for row in rows}

    def _part(self, page, name):
        """The text of a part of ours, or None; spaces of the money are ordinary."""
        found = page.find(f".//*[@name='{name}']")
        return found if found is None else " ".join(found.text_content().split())

    def test_the_customer_reads_his_share_and_where_to_answer(self):
        """On the list and on the page, the same as on the PDF and in the e-mail."""
        self.company.write({"urssaf_invoice_mention": True, "phone": "01 99 00 12 34"})
        request = self._sent()
        move, direct = request.move_id, self._invoice()
        direct.urssaf_excluded = True
        (move | direct).invoice_date_due = "2026-03-15"
        self._portal_user("urssaf_share", self.partner)
        rows = self._rows()
        self.assertIn("33", self._part(rows[move.name], "urssaf_share"))
        self.assertIsNone(self._part(rows[direct.name], "urssaf_share"))
        # On a telephone there is no room for the days: the list would scroll sideways.
        for row in rows.values():
            hidden = ["d-none" in (cell.get("class") or "") for cell in row[:4]]
            self.assertEqual(hidden, [False, True, True, False])
        overdue = [row.findall(".//td[@class]") for row in rows.values()]
        red = {
            name: any("text-danger" in cell.get("class") for cell in cells)
            for name, cells in zip(rows, overdue, strict=True)
        }
        self.assertEqual(red, {move.name: False, direct.name: True})
        page = self._page(move.get_portal_url())
        for figure in ("66", "33"):
            self.assertIn(figure, self._part(page, "urssaf_estimates"))
        self.assertIn("01 99 00 12 34", self._part(page, "urssaf_contest"))
        [link] = page.findall(".//a[@name='urssaf_space']")
        space = self.company._urssaf_customer_space()
        self.assertTrue(space.endswith("/particulier/"), space)
        self.assertEqual(link.get("href"), space)
        self.assertIn("/my/certificates", self.url_open(move.get_portal_url()).text)
        self.assertIn("credit", move.urssaf_customer_estimates)
        self.assertIsNone(
            self._part(self._page(direct.get_portal_url()), "urssaf_notice")
        )
        # Once he cannot refuse any more he is not told that he can; once paid, no
        # amount is an estimate and there is nothing to do at Urssaf.
        self._says(request, "50")
        page = self._page(move.get_portal_url())
        self.assertNotIn("Je ne peux pas valider", page.text_content())
        self._paid(request)
        page = self._page(move.get_portal_url())
        self.assertIsNone(self._part(page, "urssaf_estimates"))
        self.assertFalse(page.findall(".//a[@name='urssaf_space']"))
        [badge] = self._rows()[move.name].findall(".//*[@name='invoice_status_urssaf']")
        self.assertIn("text-bg-success", badge.get("class"))
        # A debit that failed: he pays the company, as Odoo says it.
        self._says(request, "60", "En refus de prélèvement")
        self.assertIsNone(
            self._part(self._page(move.get_portal_url()), "urssaf_notice")
        )

    def test_whom_the_portal_shows_what(self):
        """The child contact reads it, a customer of two companies too, the spouse and
        strangers not; nobody reads the notes of the office.
        """
        self.company.urssaf_invoice_mention = True
        move = self._sent().move_id
        move.message_post(body="Between us", subtype_xmlid="mail.mt_note")
        spouse = self._make_partner(name="Paul Martin")
        child = self.env["res.partner"].create(
            {"name": "Léa Martin", "parent_id": self.partner.id, "type": "other"}
        )
        other = self._make_other_invoice(spouse)
        self._portal_user("urssaf_spouse", spouse, self.company | other.company_id)
        self.assertEqual(list(self._rows()), [other.name])
        self.assertIsNone(self._part(self._page("/my/invoices"), "urssaf_january"))
        self.assertIsNone(
            self._part(self._page(other.get_portal_url()), "urssaf_notice")
        )
        answer = self.url_open(f"/my/invoices/{move.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self._portal_user("urssaf_child", child)
        self.assertIn("33", self._part(self._rows()[move.name], "urssaf_share"))
        user = self.env["res.users"].search([("login", "=", "urssaf_child")])
        said = self.env["mail.message"].with_user(user)
        bodies = said.search([("model", "=", move._name), ("res_id", "=", move.id)])
        self.assertNotIn("Between us", str(bodies.mapped("body")))
        # Without logging in, from the link of an e-mail.
        self.authenticate(None, None)
        page = self._page(move.get_portal_url())
        self.assertIn("33", self._part(page, "urssaf_estimates"))
        self.assertIsNone(self._part(page, "urssaf_certificates"))

    def test_other_documents_on_the_portal(self):
        """A credit note, a part that is paid, what is cancelled."""
        self.company.urssaf_invoice_mention = True
        request = self._sent()
        part = self._invoice()
        part.urssaf_excluded = True
        self._register(part, amount=20.0)._create_payments()
        refund = part._reverse_moves([{}])
        refund.action_post()
        self.company.urssaf_declare_deposits = True
        half = self._invoice()
        self._register(half, amount=33.0)._create_payments()
        half.action_urssaf_send()
        self._portal_user("urssaf_papers", self.partner)
        rows = self._rows()
        share = self._part(rows[half.name], "urssaf_share")
        # The page has the language of the database. No amount: nothing is asked.
        self.assertRegex(share, r"^\D+$")
        for document in (part, refund):
            self.assertIsNone(self._part(rows[document.name], "urssaf_share"))
            page = self._page(document.get_portal_url())
            self.assertIsNone(self._part(page, "urssaf_notice"))
        self._says(request, "110", "Annulée")
        self.assertFalse(request.move_id._urssaf_portal_values())

    def test_the_advance_of_january_after_the_activation(self):
        self._portal_user("urssaf_january", self.partner)
        enrolment = self.partner.urssaf_enrolment_id
        told = enrolment.january_advance
        # The administration fixes the day anew each year.
        self.assertIsNone(re.search(r"\d\s(?:décembre|janvier)", told))
        self.assertRegex(told, r"\b20\d\d\b")
        self.assertTrue(self.env.ref("urssaf_avance_immediate.wording_january").source)
        page = self._page("/my/invoices")
        self.assertEqual(self._part(page, "urssaf_january"), re.sub(r"\s+", " ", told))
        template = self.env.ref(
            "urssaf_avance_immediate.mail_template_companion_confirm"
        )
        mail = template._render_field("body_html", enrolment.ids)[enrolment.id]
        self.assertIn(told.split(".")[0].split("'")[0], mail)
        enrolment.sudo().active_since = "2024-12-31 10:00:00"
        self.assertIsNone(self._part(self._page("/my/invoices"), "urssaf_january"))
