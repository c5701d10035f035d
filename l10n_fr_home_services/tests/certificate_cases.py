# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invoices, payments and certificates: what the tests start from."""

import io

from odoo import Command
from odoo.tests import HttpCase, new_test_user
from odoo.tests.common import freeze_time
from odoo.tools.pdf import PdfReader

from .cases import NOW, HomeServiceCase


def pages(document):
    """The texts of the pages of a PDF, with plain spaces."""
    content = document if isinstance(document, bytes) else document.raw
    found = PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().split()) for page in found]


class CertificateCase(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Certificate = cls.env["home.service.certificate"]
        cls.customer = cls.env["res.partner"].create(
            {"name": "Camille Durand", "lang": "en_US"}
        )
        cls.bank = cls.company_data["default_journal_bank"]
        cls.goods = cls.product_a

    def _invoice(self, *amounts, day="2026-03-10", partner=None, kind="out_invoice"):
        """Posted: each amount is of housework, or ``(product, amount)``."""
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": (partner or self.customer).id,
                "invoice_date": day,
                "home_service_start": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, amount in (
                        one if isinstance(one, tuple) else (self.housework, one)
                        for one in amounts
                    )
                ],
            }
        )
        move.action_post()
        return move

    def _pay(
        self, invoices, amount, day="2026-03-10", journal=None, kind=None, **values
    ):
        """The payment, as the dialogue of the invoice registers it."""
        journal = journal or self.bank
        method = journal.inbound_payment_method_line_ids[:1]
        if kind:
            method = method.copy({"home_service_kind": kind, "name": kind})
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        wizard = wizard.create(
            {
                "journal_id": journal.id,
                "amount": amount,
                "payment_date": day,
                "group_payment": True,
                **({"payment_method_line_id": method.id} if kind else {}),
                **values,
            }
        )
        return wizard._create_payments()

    def _figures(self, year=2026, partner=None):
        """``(received, base)`` of the one certificate that is made, or nothing."""
        drafts = self.Certificate._prepare(self.company, partner or self.customer, year)
        self.assertLessEqual(len(drafts), 1)
        return (drafts.amount_received, drafts.amount_base) if drafts else None

    def _sent(self, year=2026, partner=None):
        draft = self.Certificate._prepare(self.company, partner or self.customer, year)
        draft._set_state("ready")
        draft._set_state("sent")
        return draft

    def _watch(self):
        self.Certificate._cron_watch()


@freeze_time(NOW)
class RunCase(CertificateCase, HttpCase):
    """The year is 2025, the day 16 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.home_service_declaration_date = "2021-05-03"
        cls.clerk = new_test_user(
            cls.env,
            "certificate_clerk",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.clerk.partner_id.lang = "en_US"
        cls.env["mail.mail"].search([]).unlink()

    def _customer(self, name, amount=100.0, day="2025-06-10", **values):
        """A customer who has paid that much for housework in 2025."""
        partner = self.env["res.partner"].create(
            {"name": name, "lang": "en_US", "email": f"{name}@example.com", **values}
        )
        self._pay(self._invoice(amount, partner=partner, day=day), amount, day=day)
        return partner

    def _run(self, **values):
        run = self.env["home.service.certificate.run"].with_user(self.clerk)
        run = run.with_company(self.company).create({"year": 2025, **values})
        run.action_look()
        return run

    def _cron(self):
        # An HttpCase simulates commits and rollbacks from the start.
        cron = self.env.ref("l10n_fr_home_services.cron_certificates")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _of(self, run, *partners):
        found = run.certificate_ids
        return found.filtered(lambda one: one.partner_id in partners)

    def _mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "home.service.certificate")]
        )
