# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One company that has installed much else: what it does every day, from a new customer
to the bank's line, to a refusal, to what the customer reads.

``make test ARGS=coexistence``: see ``dev/coexistence.py`` for what is installed.
"""

import base64
import re
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.queue_job.job import Job
from odoo.addons.sms.tests.common import MockSMS
from odoo.addons.urssaf_avance_immediate.tests.bank import LABEL, BankCase
from odoo.addons.urssaf_avance_immediate.tests.cases import NOW
from odoo.addons.urssaf_avance_immediate_queue_job.models import jobs

from dev.coexistence import modules

from . import statements

COLLECTED = "do not pay this invoice to us"
#: On every page that Odoo's website has made.
OF_THE_WEBSITE = "data-website-id="
LINK = re.compile(r"/urssaf/fiche/[\w-]+")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTogether(BankCase, MockSMS):
    def test_all_of_them_are_installed(self):
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        self.assertLessEqual(set(modules()), set(installed.mapped("name")))

    def test_from_a_new_customer_to_the_line_of_the_bank(self):
        # OCA's partner_firstname makes two of the one name, and back.
        self.assertEqual(self.partner.lastname, "Martin")
        self.assertEqual(self.partner.firstname, "Jeanne")

        enrolment = self._enrol()
        self.assertEqual(enrolment.state, "active")
        self.assertEqual(self.partner.name, "Jeanne Martin")

        move = self._invoice()
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.state, "waiting")

        for code, label in (("30", "Validée"), ("50", "Prélevée")):
            self._demande(request).move(code, label)
            request.action_urssaf_refresh()
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 66.0}
        self._demande(request).move("70", "Payée", transfer=transfer)
        request.action_urssaf_refresh()
        self.assertEqual(request.state, "paid")
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(request.amount_booked, 66.0)

        line = self._line(66.0, "2026-03-16")
        self._wizard(line).action_reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.urssaf_request_ids, request)

    def test_a_refused_invoice_is_credited_corrected_and_sent_again(self):
        request = self._sent()
        reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Une heure seulement"}
        self._demande(request).move("40", "Refusée", rejection=reason)
        request.action_urssaf_refresh()
        self.assertEqual(request.state, "refused")

        move = request.move_id
        action = move.with_user(self.user).action_urssaf_correct()
        [credit] = move.reversal_move_ids
        self.assertEqual((credit.move_type, credit.state), ("out_refund", "posted"))
        self.assertEqual(credit.amount_total, 66.0)
        self.assertEqual(move.payment_state, "reversed")

        new = move.browse(action["res_id"]).with_user(self.user)
        new.invoice_line_ids.quantity = 1
        new.action_urssaf_post_and_resend()
        self.assertEqual((new.state, new.urssaf_state), ("posted", "waiting"))
        sent = self._demande(new.urssaf_request_id).payload
        self.assertEqual(sent["mntFactureTTC"], 33)

    def test_what_was_paid_is_credited(self):
        """The line of the bank stays with its demande, and the customer is told what
        comes back to him.
        """
        self._enrol()
        request = self._request(66.0, "2026-03-12")
        line = self._line(66.0, "2026-03-12")
        self._wizard(line).action_reconcile()
        credit = request.move_id._reverse_moves([{"invoice_date": "2026-03-16"}])
        credit.action_post()
        self.assertEqual(credit.amount_total, 66.0)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((request.state, request.amount_booked), ("paid", 66.0))

    def test_statements_that_oca_imports(self):
        """In the two formats whose importers stand beside ours."""
        self.journal.bank_account_id = self.env["res.partner.bank"].create(
            {"acc_number": statements.IBAN, "partner_id": self.company.partner_id.id}
        )
        mapping = self.env["account.statement.import.sheet.mapping"].create(
            statements.SHEET
        )
        label, more = LABEL[:15], LABEL[16:]
        self.assertEqual(f"{label} {more}", LABEL)
        for number, name in enumerate(("cfonb", "sheet"), 1):
            day = date(2026, 2, 23 + number)
            request = self._request(96.0, day)
            if name == "cfonb":
                values = {"statement_file": statements.cfonb(96.0, day, label, more)}
            else:
                values = {"statement_file": statements.sheet(96.0, day, LABEL)}
                values["sheet_mapping_id"] = mapping.id
            with self.subTest(name):
                line = self._import(f"releve-{number}.txt", **values)
                self.assertEqual((line.date, line.amount), (day, 96.0))
                self.assertEqual(line.payment_ref, LABEL)
                self.assertEqual(line.urssaf_suggestion, "one")
                self._wizard(line).action_reconcile()
                self.assertEqual(line.urssaf_request_ids, request)

    def _import(self, name, statement_file, **values):
        """The line that OCA's importer makes of a file."""
        lines = self.env["account.bank.statement.line"]
        known = lines.search([])
        wizard = self.env["account.statement.import"].with_context(
            journal_id=self.journal.id
        )
        wizard.create(
            {
                "statement_filename": name,
                "statement_file": base64.b64encode(statement_file),
                **values,
            }
        ).import_file_button()
        return lines.search([]) - known

    # -- what the customer is told ---------------------------------------------------

    def test_e_mails_and_sms(self):
        """The companion's come out of the jobs of OCA's queue; the invoice and a word
        by Odoo's own dialogues.
        """
        self.company.urssaf_companion_sms = True
        enrolment = self._enrol(active=False)
        with freeze_time(NOW + timedelta(minutes=2)):
            with patch.object(jobs, "runner_is_there", return_value=True):
                self._run_cron("companion")
            self._perform_jobs()
        [sms] = self.env["sms.sms"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((sms.number, sms.state), ("+33639980102", "outgoing"))
        self.assertTrue(self._mails(enrolment))

        # Odoo does not take the numbers that France keeps for stories, 06 39 98.
        self.partner.phone = "06 00 00 00 01"
        composer = self.env["sms.composer"].with_user(self.user)
        with self.mockSMSGateway():
            composer.create(
                {
                    "composition_mode": "comment",
                    "res_model": "res.partner",
                    "res_id": self.partner.id,
                    "number_field_name": "phone",
                    "body": "Votre lien est arrivé par e-mail.",
                }
            ).action_send_sms()
            self.assertEqual([one["number"] for one in self._sms], ["+33600000001"])

        self.fake.customers[enrolment.external_id].activate("01/02/2026 09:30")
        enrolment.action_urssaf_refresh()
        move = self._sent().move_id
        wizard = (
            self.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        wizard.sending_methods = ["email"]
        wizard.action_send_and_print()
        self.assertIn(COLLECTED, self._mails(move)[0].body_html)

    def _mails(self, record):
        return self.env["mail.mail"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        )

    def _perform_jobs(self):
        """As OCA's job runner would, one after the other."""
        waiting = self.env["queue.job"].sudo().search([("state", "=", "pending")])
        self.assertTrue(waiting)
        for uuid in waiting.mapped("uuid"):
            job = Job.load(self.env, uuid)
            job.set_started()
            job.store()
            job.perform()
            job.set_done()
            job.store()
        self.env.invalidate_all()

    def test_pages_of_the_website(self):
        """His form, his invoices, his certificates: within the website's own frame."""
        self.partner.with_user(self.user).action_urssaf_send_form()
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        form = self._page(LINK.search(mail.body_html)[0])
        self.assertIn('id="urssaf_form"', form)

        waiting = self._sent()
        # Nobody reminds him, debits him or lets him pay online meanwhile.
        self.assertTrue(waiting.move_id._urssaf_collecting())
        self._log_in()
        page = self._page("/my/invoices")
        self.assertIn(waiting.move_id.name, page)
        self.assertIn("invoice_status_urssaf", page)
        page = self._page(f"/my/invoices/{waiting.move_id.id}")
        self.assertIn(waiting.move_id.name, page)
        self.assertIn('name="urssaf_notice"', page)
        self.assertNotIn('data-bs-target="#pay_with"', page)
        self._page("/my/certificates")

    def test_a_website_that_is_served_from_elsewhere(self):
        """The scripts of the form are brought from there: the page lets them in."""
        self.env["website"].get_current_website().write(
            {"cdn_activated": True, "cdn_url": "//cdn.example.net/"}
        )
        answer = self.url_open("/urssaf/fiche/merci")
        self.assertIn('src="//cdn.example.net/web/assets/', answer.text)
        policy = answer.headers["Content-Security-Policy"].split("; ")
        allowed = [part.split()[0] for part in policy if "cdn.example.net" in part]
        self.assertEqual(allowed, ["script-src", "img-src"])

    def _page(self, path):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(OF_THE_WEBSITE, answer.text)
        return answer.text

    def _log_in(self):
        login = "together_customer"
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": login,
                "password": login,
                "partner_id": self.partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.authenticate(login, login)
