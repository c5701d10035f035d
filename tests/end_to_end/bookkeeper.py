# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who keeps the books of one company, in plain Community: each verb is a button."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from odoo import Command
from odoo.tests import Form

from .books import Books
from .vat_count import Paper, VatCount, euros

ADDON = "urssaf_avance_immediate"
#: Service → VAT in per cent, price of an hour with VAT, code of its nature.
SERVICES = {
    "menage": (10.0, 32.00, "60"),
    "jardinage": (20.0, 45.60, "40"),
    "aide": (5.5, 26.50, "100"),
}


@dataclass
class Bill:
    """An invoice in Odoo, and the same on the bookkeeper's paper."""

    move: object
    paper: Paper

    @property
    def request(self):
        return self.move.urssaf_request_id

    @property
    def demande(self):
        """Urssaf's identifier of it."""
        return self.request.external_id


class Bookkeeper(Books):
    """The books of one company. ``env`` is of an invoicing administrator, who has the
    rights of our managers by that, and no other.
    """

    def __init__(self, env, company, urssaf, client_id, since, exempt=False):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self.urssaf = urssaf
        self.client_id = client_id
        self.exempt = exempt
        self.vat = VatCount()
        # VAT of the months that were filed, as the books had it then.
        self.filed = {}
        self.invoices = []
        self.customers = {}
        self.products = {}
        self.since = since
        self.read_until = since
        # What the accounts beside should hold: kept by Urssaf for contributions, paid
        # too much by it, owed to customers.
        self.set_off = self.surplus = self.credits = Decimal(0)

    # -- the first day -----------------------------------------------------------

    def opens_transit_account(self):
        """Where Urssaf's transfers wait for the bank: the button of the settings."""
        self.company.action_urssaf_set_up_transfers()

    @property
    def transit(self):
        return self.company._urssaf_transit_account()

    @property
    def bank(self):
        """The bank account on which Urssaf's transfers arrive."""
        return self.company.urssaf_payment_journal_id

    def opens_cheque_journal(self):
        """Where the customers' own payments are written: cheques to be cashed."""
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("code", "=like", "5112%")]
        )
        self.cheques = self.env["account.journal"].create(
            {"name": "Chèques", "type": "bank", "code": "CHQ"}
        )
        methods = self.cheques.inbound_payment_method_line_ids
        methods |= self.cheques.outbound_payment_method_line_ids
        methods.payment_account_id = account.ensure_one()

    def makes_services(self):
        """Hours of housework, gardening and help, with VAT on collection or without."""
        for name, (rate, price, nature) in SERVICES.items():
            taxes = self.env["account.tax"]
            if not self.exempt:
                taxes = self._tax_on_collection(rate)
            self.products[name] = self.env["product.product"].create(
                {
                    "name": name,
                    "type": "service",
                    "list_price": price,
                    "uom_id": self.env.ref("uom.product_uom_hour").id,
                    "home_service_nature_id": self.env.ref(
                        f"l10n_fr_home_services.nature_{nature}"
                    ).id,
                    "taxes_id": [Command.set(taxes.ids)],
                    "company_id": self.company.id,
                }
            )

    def _tax_on_collection(self, rate):
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("tax_scope", "=", "service"),
                ("amount", "=", rate),
                ("price_include_override", "=", "tax_included"),
                ("active", "in", (True, False)),
            ]
        )
        tax.ensure_one().active = True
        return tax

    def enrols(self, partners):
        """The office makes its customers known to Urssaf, all at once."""
        partners = partners.with_env(self.env)
        for partner in partners:
            partner.action_urssaf_record_consent()
        partners.action_urssaf_enrol()
        self.customers |= {partner.name: partner for partner in partners}

    # -- invoices ----------------------------------------------------------------

    def bills(self, customer, day, terms=None, off=None, **services):
        """Post an invoice of hours done this month up to ``day``.

        A service is a number of hours, or (hours, discount in per cent).

        :param off: a discount on all, in euros for each rate: {service of it: euros}
        """
        off = off or {}
        lines = [
            Command.create(
                {
                    "product_id": self.products[name].id,
                    "quantity": done[0] if isinstance(done, tuple) else done,
                    "discount": done[1] if isinstance(done, tuple) else 0,
                }
            )
            for name, done in services.items()
        ]
        lines += [
            Command.create(
                {
                    "name": "Remise",
                    "quantity": 1,
                    "price_unit": -amount,
                    "tax_ids": [Command.set(self.products[name].taxes_id.ids)],
                }
            )
            for name, amount in off.items()
        ]
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customers[customer].id,
                "invoice_date": day,
                "home_service_start": max(day.replace(day=1), self.since),
                "home_service_end": day,
                "invoice_line_ids": lines,
                **({"invoice_payment_term_id": terms.id} if terms else {}),
            }
        )
        return self._posts(move, services, off)

    def _posts(self, move, services, off):
        move.action_post()
        paper = [self._price(*done) for done in services.items()]
        paper += [(self._price(name, 0)[0], -amount) for name, amount in off.items()]
        bill = Bill(move, Paper(paper))
        assert euros(move.amount_total) == bill.paper.total, move.name
        assert euros(move.amount_tax) == sum(bill.paper.vat.values()), move.name
        self.invoices.append(bill)
        return bill

    def _price(self, service, done):
        """VAT rate and price of what was done, as the price list has it."""
        hours, discount = done if isinstance(done, tuple) else (done, 0)
        rate, price, _nature = SERVICES[service]
        price = euros(hours) * euros(price) * (100 - euros(discount)) / 100
        return 0 if self.exempt else rate, price

    def corrects(self, refused, **services):
        """*Correct the invoice* after a refusal: a credit note and a new invoice, with
        other hours; return it.
        """
        action = refused.move.action_urssaf_correct()
        move = self.env["account.move"].browse(action["res_id"])
        self.vat.credited(refused.paper, refused.paper.open)
        for line in move.invoice_line_ids:
            line.quantity = services[line.product_id.name]
        return self._posts(move, services, {})

    def sends(self, *bills):
        """Select the invoices in the list, and send them to Urssaf."""
        for bill in bills:
            bill.move.action_urssaf_send()
            assert bill.request.state == "waiting", bill.move.name

    # -- money -------------------------------------------------------------------

    def is_paid(self, bill, day, amount=None):
        """Urssaf's transfer is on the invoice; it was made on ``day``."""
        amount = bill.paper.open if amount is None else amount
        request = bill.request
        assert request.state == "paid", (bill.move.name, request.state)
        assert request.transfer_date == day, (bill.move.name, request.transfer_date)
        self.vat.comes_in(bill.paper, day, amount)

    def is_paid_by_customer(self, bill, day, amount=None):
        """The customer pays himself, by cheque: *Register Payment* on the invoice."""
        amount = bill.paper.open if amount is None else euros(amount)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.move.ids
        ).create(
            {
                "amount": float(amount),
                "payment_date": day,
                "journal_id": self.cheques.id,
            }
        ).action_create_payments()
        self.vat.comes_in(bill.paper, day, amount)

    def was_paid_on_account(self, bill, day, amount):
        """A payment without invoice, then *Add* among the outstanding credits."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": bill.move.partner_id.id,
                "amount": amount,
                "date": day,
                "journal_id": self.cheques.id,
            }
        )
        payment.action_post()
        line = payment.move_id.line_ids.filtered(
            lambda item: item.account_id in self.receivable
        )
        bill.move.js_assign_outstanding_line(line.id)

    def is_paid_early(self, bill, day, percent):
        """The customer pays in time, and keeps the discount."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.move.ids
        ).create(
            {"payment_date": day, "journal_id": self.cheques.id}
        ).action_create_payments()
        bill.paper.discount(percent)
        self.vat.comes_in(bill.paper, day, bill.paper.open)

    def asks(self, *bills):
        """*Refresh*: what does Urssaf say of these now?"""
        for bill in bills:
            bill.request.action_urssaf_refresh()

    def asks_to_cancel(self, bill):
        """*Ask Urssaf to cancel*: the e-mail that Urssaf wants."""
        action = bill.move.button_request_cancel()
        letter = self.env[action["res_model"]].with_context(**action["context"])
        form = Form(letter)
        form.reason = "ANNUL_AUTRE"
        form.save().action_send()

    def is_set_off(self, bill, day, amount):
        """Urssaf kept this for contributions: one button books it as paid by it."""
        bill.request.action_book_set_off()
        self.vat.comes_in(bill.paper, day, amount)
        self.set_off += euros(amount)

    def keeps_surplus(self, bill, amount):
        """What Urssaf transferred too much is nobody's credit. The bookkeeper asks it,
        then presses *Surplus settled*: nothing is booked.
        """
        assert bill.request.matter == "surplus", bill.request.matter
        bill.request.action_amount_settled()
        self.surplus += euros(amount)

    def is_paid_twice(self, bill, day):
        """Urssaf collected too what the customer had paid: his credit, one button."""
        assert bill.request.state == "paid"
        assert not bill.request.payment_ids
        bill.request.action_book_second_collection()
        self.credits += euros(bill.request.transfer_amount)

    def gives_back(self, bill, day, amount):
        """A cheque to the customer for his credit."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_id": bill.move.partner_id.id,
                "amount": amount,
                "date": day,
                "journal_id": self.cheques.id,
            }
        )
        payment.action_post()
        self.credits -= euros(amount)

    def undoes(self, bill, day, amount):
        """*Undo*, on the demande, a take-back that was a mistake."""
        bill.request.action_undo_take_back()
        self.vat.comes_in(bill.paper, day, amount)

    def takes_back(self, bill, day, amount):
        """*Take the payment back*, on the demande, as the bank's debit says."""
        self.env["urssaf.payment.request.reversal"].create(
            {"request_id": bill.request.id, "amount": float(amount), "date": day}
        ).action_reverse()
        self.vat.comes_in(bill.paper, day, -amount)

    def reads_statement(self, until):
        """Import the bank's new lines, and reconcile each; return how many."""
        start = self.read_until + timedelta(days=1)
        self.read_until = until
        found = self.urssaf.bank_lines(self.client_id, start, until)
        lines = self.env["account.bank.statement.line"].load(
            ["journal_id/.id", "date", "payment_ref", "amount"],
            [
                [str(self.bank.id), one["date"], one["label"], str(one["amount"])]
                for one in found
            ],
        )
        assert not lines["messages"], lines["messages"]
        lines = self.env["account.bank.statement.line"].browse(lines["ids"])
        for line, one in zip(lines, found, strict=True):
            self._reconcile(line, one["demandes"])
        return len(found)

    def _reconcile(self, line, demandes):
        """*Reconcile*, on the line, then the first button of its dialogue."""
        action = line.action_urssaf_reconcile()
        dialogue = self.env[action["res_model"]].browse(action["res_id"])
        if dialogue.amount_left:
            # A debit says less than what was paid: its demande is in Urssaf's letter.
            [bill] = [one for one in self.invoices if one.demande in demandes]
            for one in dialogue.line_ids:
                one.chosen = one.request_id == bill.request
            self._takes_back(dialogue.action_take_back(), bill)
        else:
            dialogue.action_reconcile()
        assert line.is_reconciled, (line.date, line.amount)
        # Equal amounts of one day are one and the same to the bank.
        paid = sorted(line.urssaf_request_ids.mapped("transfer_amount"))
        meant = [one.request for one in self.invoices if one.demande in demandes]
        assert paid == sorted(one.transfer_amount for one in meant)

    def _takes_back(self, action, bill):
        wizard = self.env[action["res_model"]].with_context(action["context"])
        wizard = wizard.create({})
        wizard.action_reverse()
        self.vat.comes_in(bill.paper, wizard.date, -euros(wizard.amount))
