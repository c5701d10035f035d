# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the certificate's paper prints, and what is said before it is made."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time

from odoo.addons.base.models import ir_actions_report

from ..models.certificate.paper import body
from .cases import NOW
from .certificate_cases import CertificateCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificatePaper(CertificateCase):
    def _certificate(self, year=2026):
        return self.Certificate._prepare(self.company, self.customer, year)

    def _visited(self, *days, amount=100, day="2026-03-10"):
        """A posted invoice with interventions of two hours on these days."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": day,
                "home_service_start": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        self.env["home.service.intervention"].create(
            [
                {
                    "line_id": move.invoice_line_ids.id,
                    "date": visit,
                    "start": 9,
                    "end": 11,
                    "person_name": "Inès Petit",
                    "person_number": "0042",
                }
                for visit in days
            ]
        )
        move.action_post()
        return move

    def _credit_half(self, move, *named):
        """Half is credited by the dialogue, and refunded; with ``named``, the credit
        note keeps the interventions of these days alone.
        """
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizard.create({"journal_id": move.journal_id.id})
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.price_unit = move.amount_total / 2
        rows = note.home_service_intervention_ids
        self.assertEqual(len(rows), 4)
        if named:
            rows.filtered(lambda row: str(row.date) not in named).unlink()
        note.invoice_date = "2026-03-14"
        note.action_post()
        self._pay(note, move.amount_total / 2, day="2026-03-15")
        return note

    def test_interventions_that_a_credit_note_names(self):
        """Two of four were not done: they are neither listed nor counted."""
        days = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
        move = self._visited(*days, amount=256)
        self._pay(move, 256)
        self._credit_half(move, *days[2:])
        figures = self._certificate()._figures()
        self.assertEqual(figures["amounts"]["received"], 128)
        self.assertEqual((figures["hours"], figures["count"]), (4, 2))
        [month] = figures["months"]
        self.assertEqual([str(row["date"]) for row in month["rows"]], [*days[:2]])

    def test_interventions_that_a_credit_note_does_not_name(self):
        """All were copied, and half of the price is given back: so are half of the
        hours, as in NOVA; which ones nobody knows.
        """
        days = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
        move = self._visited(*days, amount=256)
        self._pay(move, 256)
        note = self._credit_half(move)
        certificate = self._certificate()
        figures = certificate._figures()
        self.assertEqual((figures["hours"], figures["count"]), (4, 0))
        [activity] = figures["activities"]
        self.assertEqual((activity["hours"], activity["count"]), (4, 0))
        nova = self.env["home.service.nova"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(sum(nova.mapped("hours")), 4)
        html = body(certificate.env, figures)
        self.assertIn(note.name, html)
        self.assertIn("− 4 h 00", html)

    def test_figures(self):
        self.company.write(
            {
                "home_service_declaration_date": "2021-05-06",
                "street": "1 rue de la Paix",
                "zip": "75002",
                "city": "Paris",
            }
        )
        self.customer.write({"street": "2 rue Haute", "zip": "35000", "city": "Rennes"})
        activity = self.env.ref("l10n_fr_home_services.activity_ii_1")
        self.housework.home_service_nature_id.activity_id = activity
        self._pay(self._visited("2026-02-27", "2026-03-06"), 100, kind="transfer")
        # A flat price whose visits nobody has typed: its days, and no hours.
        self.housework.home_service_unit = "flat"
        self._pay(self._invoice(60), 60, day="2026-03-12", kind="cesu_prefinanced")
        found = self._certificate()._figures()
        self.assertEqual(
            found["amounts"],
            {
                "received": 160,
                "prefinanced": 60,
                "aid": 0,
                "base": 100,
                "advance": 0,
                "net": 100,
            },
        )
        issuer = found["issuer"]
        self.assertEqual(issuer["siren"], "732829320")
        self.assertEqual(issuer["declaration_date"], date(2021, 5, 6))
        self.assertEqual(issuer["address"], ["1 rue de la Paix", "75002 Paris"])
        self.assertEqual(found["customer"]["address"], ["2 rue Haute", "35000 Rennes"])
        [by_activity] = found["activities"]
        self.assertEqual(by_activity["name"], activity.name)
        self.assertEqual(by_activity["box"], activity._box(2026))
        self.assertEqual(by_activity["siren"], "732829320")
        self.assertEqual((by_activity["received"], by_activity["base"]), (160, 100))
        self.assertEqual((by_activity["hours"], by_activity["count"]), (4, 2))
        self.assertEqual(
            [(row["amount"], row["kind"], row["date"]) for row in found["payments"]],
            [
                (100, "transfer", date(2026, 3, 10)),
                (60, "cesu_prefinanced", date(2026, 3, 12)),
            ],
        )
        february, march = found["months"]
        self.assertEqual((february["hours"], march["hours"]), (2, 2))
        [visit] = february["rows"]
        self.assertEqual(
            (visit["date"], visit["duration"], visit["person_number"], visit["start"]),
            (date(2026, 2, 27), 2, "0042", 9),
        )
        self.assertEqual(march["rows"][1]["until"], date(2026, 3, 10))
        self.assertEqual((found["hours"], found["count"]), (4, 2))

    def _printed(self):
        return str(body(self.env, self._certificate()._figures()))

    def test_account_debited(self):
        self.customer.bank_ids = [
            Command.create({"acc_number": "FR7630006000011234567890189"})
        ]
        self._pay(self._invoice(100), 100, kind="transfer")
        self.assertNotIn("Account debited", self._printed())
        self._pay(self._invoice(100), 100, kind="debit")
        self.assertIn("Account debited: FR76 … 0189.", self._printed())

    def test_no_certificate_without_a_declaration(self):
        """An agrément alone gives no right to the tax credit."""
        self._pay(self._invoice(100), 100)
        draft = self._certificate()
        self.company.write(
            {"home_service_sap_number": False, "home_service_approval_number": "A1"}
        )
        with self.assertRaisesRegex(UserError, "no SAP declaration number"):
            draft.action_produce()
        self.assertEqual(draft.state, "draft")

    def test_without_the_program_that_prints(self):
        self._pay(self._invoice(100), 100)
        draft = self._certificate()
        gone = ir_actions_report._wkhtml()
        gone = gone._replace(state="install", bin="/nowhere/wkhtmltopdf")
        with (
            patch.object(ir_actions_report, "_wkhtml", lambda: gone),
            self.assertRaisesRegex(UserError, "wkhtmltopdf is missing on the server"),
        ):
            draft.action_produce()
        self.assertEqual(draft.state, "draft")

    def test_travel_is_no_intervention(self):
        travel = self.housework.copy({"home_service_travel": True})
        visited = self._visited("2026-03-06")
        visited.button_draft()
        visited.invoice_line_ids.copy(
            {"product_id": travel.id, "price_unit": 5, "move_id": visited.id}
        )
        visited.action_post()
        self._pay(visited, visited.amount_total)
        found = self._certificate()._figures()
        self.assertEqual((found["count"], found["hours"]), (1, 2))
        self.assertFalse(self._missing().get("service"))

    def test_sentences_are_of_the_year_and_of_what_happened(self):
        self.housework.home_service_nature_id.activity_id = False
        self._pay(self._invoice(100), 100)
        wordings = self._certificate()._figures()["wordings"]
        self.assertIn("D7233-4", wordings["law"])
        self.assertIn("7DB", wordings["base"])
        for absent in ("advance", "net", "aid", "self_financed", "boxes"):
            self.assertEqual(wordings[absent], "", absent)
        self._pay(self._invoice(100), 100, kind="cesu")
        wordings = self._certificate()._figures()["wordings"]
        self.assertIn("CESU", wordings["self_financed"])
        self.env["home.service.wording"].create(
            {"kind": "base", "year_from": 2026, "text": "Case 7ZZ", "source": "essai"}
        )
        self.assertEqual(self._certificate()._figures()["wordings"]["base"], "Case 7ZZ")
        of = self.env["home.service.wording"]._of
        self.assertIn("7DB", of(2025)["base"])
        self.assertNotIn("boxes", of(2023))

    def test_versions_on_paper(self):
        payment = self._pay(self._invoice(100), 100)
        self._pay(self._invoice(60), 60)
        first = self._sent()
        payment.action_cancel()
        second = self._certificate()._figures()
        self.assertEqual(second["version"], 2)
        self.assertEqual(second["replaces"], date(2026, 3, 16))
        self.assertIn("no longer counts", second["change_note"])
        self.assertIn(f"the certificate {first.reference} of ", self._printed())

    # -- what is missing -----------------------------------------------------------

    def _missing(self, year=2026):
        """``{kind: [(sentence, record)]}``"""
        found = {}
        for row in self.Certificate._missing(self.company, year):
            record = self.env[row["model"]].browse(row["res_id"])
            found.setdefault(row["kind"], []).append((row["sentence"], record))
        return found

    def test_missing(self):
        self.company.home_service_declaration_date = False
        nature = self.housework.home_service_nature_id
        nature.activity_id = False
        counted = self._invoice(100)
        self._pay(counted, 100)
        half_paid = self._invoice(80)
        self._pay(half_paid, 30)
        alone = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 45,
                "date": "2026-03-11",
                "journal_id": self.bank.id,
            }
        )
        alone.action_post()
        draft = self._draft({}, partner_id=self.customer.id)
        firm = self.env["res.partner"].create({"name": "SARL", "is_company": True})
        theirs = self._invoice(70, partner=firm)
        found = self._missing()
        self.assertEqual(found["company"][0][1], self.company)
        self.assertEqual([record for _text, record in found["activity"]], [nature])
        services = [record for _text, record in found["service"]]
        self.assertIn(counted, services)
        self.assertEqual([record for _text, record in found["open"]], [half_paid])
        self.assertIn("50", found["open"][0][0])
        self.assertEqual(
            [record for _text, record in found["payment"]], [alone.move_id]
        )
        self.assertEqual([record for _text, record in found["draft"]], [draft])
        self.assertEqual([record for _text, record in found["firm"]], [theirs])
        # Once it is mended, nothing is said.
        self.company.home_service_declaration_date = "2021-05-06"
        nature.activity_id = self.env.ref("l10n_fr_home_services.activity_ii_1")
        draft.unlink()
        self._pay(half_paid, 50)
        alone.action_cancel()
        firm.is_company = False
        self._pay(theirs, 70)
        found = self._missing()
        self.assertEqual(sorted(found), ["service"])
        self.assertFalse(self._missing(2024))

    def test_missing_persons_and_hours(self):
        self.company.home_service_declaration_date = "2021-05-06"
        self._pay(self._visited("2026-03-06"), 100)
        self.assertFalse(self._missing().get("service"))
        visit = self._visited("2026-03-07")
        visit.button_draft()
        visit.home_service_intervention_ids.person_number = False
        visit.action_post()
        self._pay(visit, 100)
        [(text, record)] = self._missing()["service"]
        self.assertEqual(record, visit)
        self.assertIn("number", text)

    def test_the_list_on_screen(self):
        self.company.home_service_declaration_date = False
        clerk = new_test_user(
            self.env,
            "missing_clerk",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        rows = self.env["home.service.certificate.missing"].with_user(clerk)
        action = rows._show(self.company.with_user(clerk), 2026)
        shown = rows.search(action["domain"])
        self.assertEqual(shown.mapped("kind"), ["company"])
        self.assertEqual(shown.action_open()["res_model"], "res.config.settings")
        self._pay(self._invoice(100), 60)
        rows._show(self.company.with_user(clerk), 2026)
        opened = rows.search([("kind", "=", "open")])
        action = opened.action_open()
        self.assertEqual(action["res_model"], "account.move")
        # Somebody else has a list of his own.
        mate = new_test_user(self.env, "missing_mate", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            opened.with_user(mate).read(["sentence"])

    def test_screens(self):
        self._pay(self._invoice(100), 100)
        draft = self._certificate()
        self.env.user.group_ids += self.env.ref("account.group_account_readonly")
        with Form(draft) as form:
            self.assertEqual(form.amount_received, 100)
        action = draft.line_ids.action_open_payment()
        self.assertEqual(action["res_model"], "account.payment")
        journal = Form(self.bank)
        with journal.inbound_payment_method_line_ids.edit(0) as method:
            method.home_service_kind = "card"
        journal.save()
