# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the product knows of counters and documents, and the proof pack of a demande."""

import base64
import csv
import io
import json
import zipfile
from datetime import date

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time

from ..models.papers.proof_pack import _cell, _clock, pack_name, proof_pack
from .cases import IBAN, NOW, UrssafCase

MANAGER = "urssaf_avance_immediate.group_manager"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPapersStatistics(UrssafCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("pack_manager", MANAGER)

    # -- the counters ----------------------------------------------------------------

    def _counters(self, year=2026):
        counters = self.env["home.service.counters"].with_company(self.company)
        counters = counters.create({"year": year, "company_id": self.company.id})
        counters.action_show()
        return counters

    def test_declared_is_what_urssaf_has_taken(self):
        request = self._sent()
        self._sent()
        self._invoice(partner=self._make_partner(name="Paul Autre"))
        counters = self._counters()
        self.assertEqual(counters.declared, 2 * request.amount_total)
        self.assertIn("demandes", counters.declared_what)
        self.assertEqual(self._counters(2025).declared, 0)
        request.sudo()._set_state("refused")
        self.assertEqual(self._counters().declared, request.amount_total)
        action = self._counters().action_view_declared()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(found.mapped("amount_total")), request.amount_total)

    def test_the_year_ends_at_midnight_in_paris(self):
        request = self._sent()
        request.sudo().claimed_at = "2025-12-31 22:59:59"
        self.assertEqual(self._counters().declared, 0)
        self.assertEqual(self._counters(2025).declared, request.amount_total)
        request.sudo().claimed_at = "2025-12-31 23:00:00"
        self.assertEqual(self._counters().declared, request.amount_total)

    def test_a_branch_counts_with_its_company(self):
        request = self._sent()
        amount = request.amount_total
        branch = self._make_branch(self.company)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE urssaf_payment_request SET company_id = %s WHERE id = %s",
            (branch.id, request.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self._counters().declared, amount)

    def test_another_company_does_not(self):
        self._sent()
        counters = self.env["home.service.counters"].with_user(self.other_manager)
        counters = counters.create({})
        counters.action_show()
        self.assertEqual(counters.company_id, self.other_company)
        self.assertEqual(counters.declared, 0)

    def test_deposits_want_a_guarantee_from_the_first_euro(self):
        self.assertFalse(self._counters().guarantee_due)
        self.company.urssaf_declare_deposits = True
        counters = self._counters()
        self.assertTrue(counters.guarantee_due)
        self.assertTrue(counters.guarantee_missing)
        self.assertEqual(counters.guarantee_amount, 15_000)

    # -- reminders -------------------------------------------------------------------

    def test_a_document_is_told_the_one_way(self):
        documents = self.env["home.service.document"]
        document = documents.create(
            {
                "kind": "vigilance",
                "file": base64.b64encode(b"invented"),
                "date_issue": "2025-10-01",
                "company_id": self.company.id,
                "user_id": self.manager.id,
            }
        )
        documents._cron_remind()
        alert = self.env["urssaf.alert"].sudo()
        alert = alert.search([("res_model", "=", document._name)])
        self.assertEqual(alert.res_id, document.id)
        activity = document.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.manager))
        documents._cron_remind()
        self.assertEqual(document.activity_ids, activity)
        # Who has left is replaced by the daily watch, without waiting.
        self.manager.active = False
        self.env["urssaf.alert"]._watch(self.company)
        self.assertTrue(document.activity_ids.user_id.active)
        document.date_end = "2027-01-01"
        documents._cron_remind()
        self.assertFalse(document.activity_ids)
        self.assertFalse(alert.exists())

    # -- the proof pack ----------------------------------------------------------------

    def _files(self, request):
        archive = zipfile.ZipFile(io.BytesIO(proof_pack(request)))
        return {name: archive.read(name) for name in archive.namelist()}

    def _rows(self, content):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))

    def test_what_is_inside(self):
        self._enrol()
        move = self._invoice()
        line = move.invoice_line_ids
        move.button_draft()
        self.env["home.service.intervention"].create(
            {
                "line_id": line.id,
                "date": "2026-03-05",
                "start": 9.0,
                "end": 11.0,
                "person_name": "=cmd|'/c calc'!A1",
                "person_number": "12",
            }
        )
        move.action_post()
        self.env["ir.attachment"].create(
            {
                "name": "INV.pdf",
                "raw": b"%PDF invented",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        move.invalidate_recordset(["invoice_pdf_report_id"])
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.env.flush_all()
        self.env.cr.precommit.run()
        request.sudo()._set_state("validated", remote_label="Validée")
        self.env.cr.precommit.run()
        files = self._files(request)
        self.assertEqual(
            sorted(files),
            [
                "contents.txt",
                "demande.json",
                "history.csv",
                "interventions.csv",
                "invoice.pdf",
            ],
        )
        self.assertEqual(files["invoice.pdf"], b"%PDF invented")
        sent = json.loads(files["demande.json"])
        self.assertEqual(sent["numFactureTiers"], request.name)
        person = self._rows(files["interventions.csv"])[1]
        self.assertEqual(person[:4], ["2026-03-05", "09:00", "11:00", "2,00"])
        self.assertEqual(person[4], "'=cmd|'/c calc'!A1", "no formula")
        self.assertIn("Validée", files["history.csv"].decode())
        contents = files["contents.txt"].decode()
        self.assertIn("Not inside", contents)
        self.assertIn("annual-certificate.pdf", contents)

    def test_personal_data_are_not_in_it(self):
        request = self._sent()
        request.sudo().message_post(
            body=f"Compte {IBAN}, née le 29/03/1980", message_type="comment"
        )
        request.sudo()._message_log(body=f"Compte {IBAN}")
        everything = b"".join(self._files(request).values()).decode()
        for secret in (IBAN, "1980-03-29", "29/03/1980", "dateNaissanceClient"):
            self.assertNotIn(secret, everything)

    def test_payments(self):
        request = self._sent()
        self.env["account.payment"].sudo().create(
            {
                "partner_id": self.partner.id,
                "amount": 12.5,
                "date": date(2026, 3, 16),
                "urssaf_request_id": request.id,
            }
        )
        rows = self._rows(self._files(request)["payments.csv"])
        self.assertEqual(rows[1][0], "2026-03-16")
        self.assertEqual(rows[1][4], "12,50")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-03-18",
                "payment_ref": "VIR",
                "amount": 7.25,
            }
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        due = request.move_id.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        )
        suspense.account_id = due.account_id
        (suspense + due).reconcile()
        request.sudo().set_off_move_id = line.move_id.copy({"date": "2026-03-17"})
        rows = self._rows(self._files(request)["payments.csv"])
        self.assertEqual(
            [row[0] for row in rows[1:]], ["2026-03-16", "2026-03-17", "2026-03-18"]
        )
        self.assertEqual(rows[3][3:5], ["inbound", "7,25"])

    def test_names(self):
        request = self._sent()
        request.sudo().name = "../FAC/2026\r\n;été"
        self.assertEqual(pack_name(request), "preuves-FAC-2026-t.zip")
        request.sudo().name = "///"
        self.assertEqual(pack_name(request), f"preuves-{request.id}.zip")
        for text in ("=1", "+1", "-1", "@a", "\t=1"):
            self.assertEqual(_cell(text), f"'{text}")
        self.assertEqual(_cell(2.5), "2,50")
        self.assertEqual(_cell(-2.5), "-2,50")
        self.assertEqual((_clock(0.0), _clock(False)), ("00:00", ""))
        self.assertEqual(_clock(9.5), "09:30")

    def test_one_click(self):
        request = self._sent()
        action = request.with_user(self.manager).action_proof_pack()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.manager.password = "pack_manager_password"
        self.authenticate(self.manager.login, "pack_manager_password")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertIn(pack_name(request), answer.headers["Content-Disposition"])
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        self.assertIn("demande.json", names)
        self.assertEqual(self.url_open("/urssaf/demande/0/preuves").status_code, 404)

    def test_who_may_not(self):
        request = self._sent()
        url = f"/urssaf/demande/{request.id}/preuves"
        portal = self.env["res.users"].create(
            {
                "name": "Client",
                "login": "pack_portal",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        for user in (self.user, self.other_manager, portal):
            user.password = "pack_other_password"
            self.authenticate(user.login, "pack_other_password")
            with self.subTest(user.login):
                self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        self.assertNotIn("zip", self.url_open(url).headers["Content-Type"])

    def test_of_a_second_company_of_the_user(self):
        request = self._sent()
        self.manager.company_ids += self.other_company
        self.manager.company_id = self.other_company
        self.manager.password = "pack_manager_password"
        self.authenticate(self.manager.login, "pack_manager_password")
        answer = self.url_open(f"/urssaf/demande/{request.id}/preuves")
        self.assertEqual(answer.status_code, 200)

    def test_the_certificate_that_was_handed_over(self):
        request = self._sent()
        paper = self.env["ir.attachment"].create(
            {"name": "attestation.pdf", "raw": b"%PDF certificate"}
        )
        certificate = self.env["home.service.certificate"].sudo()
        certificate = certificate.create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "year": 2026,
                "date_basis": "payment",
                "state": "draft",
                "document_id": paper.id,
            }
        )
        name = "annual-certificate.pdf"
        self.assertNotIn(name, self._files(request), "not handed over yet")
        certificate._set_state("ready")
        certificate._set_state("sent")
        self.assertEqual(self._files(request)[name], b"%PDF certificate")
