# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who keeps the books of one company, in plain Community: each verb is a button."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from odoo import Command

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


class Bookkeeper:
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
        self.invoices = []
        self.customers = {}
        self.products = {}
        self.since = since
        self.read_until = since

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

    def bills(self, customer, day, terms=None, **services):
        """Post an invoice of hours done this month up to ``day``.

        A service is a number of hours, or (hours, discount in per cent).
        """
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
        return self._posts(move, services)

    def _posts(self, move, services):
        move.action_post()
        bill = Bill(
            move, Paper(list(map(self._price, *zip(*services.items(), strict=True))))
        )
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
        return self._posts(move, services)

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

    def asks(self, *bills):
        """*Refresh*: what does Urssaf say of these now?"""
        for bill in bills:
            bill.request.action_urssaf_refresh()

    def takes_back(self, bill, day, amount):
        """*Take the payment back*, on the demande, as the bank's debit says."""
        self.env["urssaf.payment.request.reversal"].create(
            {"request_id": bill.request.id, "amount": float(amount), "date": day}
        ).action_reverse()
        self.vat.comes_in(bill.paper, day, -amount)

    def reads_statement(self, until):
        """Type in the bank's new lines, and reconcile each; return how many."""
        start = self.read_until + timedelta(days=1)
        self.read_until = until
        found = self.urssaf.bank_lines(self.client_id, start, until)
        for one in found:
            line = (
                self.env["account.bank.statement.line"]
                .sudo()
                .create(
                    {
                        "journal_id": self.bank.id,
                        "date": one["date"],
                        "payment_ref": one["label"],
                        "amount": one["amount"],
                    }
                )
            )
            self._reconcile(line, one)
        return len(found)

    def _reconcile(self, line, one):
        requests = self.env["urssaf.payment.request"].search(
            [("external_id", "in", one["demandes"])]
        )
        items = requests.payment_ids.move_id.line_ids.filtered(
            lambda item: item.account_id == self.transit and not item.reconciled
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.transit
        (suspense | items.sudo()).reconcile()
        assert line.is_reconciled, (line.date, line.amount)

    # -- the end of the month ----------------------------------------------------

    def closes(self, last_day, waiting=0):
        """Check the books, file the VAT of the month, and lock it."""
        self.checks(waiting)
        self.vat.file(last_day)
        self.locks(last_day, "tax_lock_date")

    def locks(self, last_day, which):
        """Lock the accounts up to a day, as in *Accounting > Lock Dates*."""
        self.company.sudo()[which] = last_day

    def checks(self, waiting=0):
        """The books agree to the cent with the bank of Urssaf's sandbox, with what
        customers owe on paper, and with the VAT counted on paper.

        :param waiting: what is on the transit account, and not at the bank yet
        """
        today = self.read_until
        bank = self.bank.default_account_id
        theirs = self.urssaf.bank_balance(self.client_id, today)
        assert self.balance(bank) == theirs, (self.balance(bank), theirs)
        assert self.balance(self.transit) == waiting, self.balance(self.transit)
        for bill in self.invoices:
            left = euros(bill.move.amount_residual)
            assert left == bill.paper.open, (bill.move.name, left, bill.paper.open)
        owed = sum(bill.paper.open for bill in self.invoices)
        assert self.balance(self.receivable) == owed, self.balance(self.receivable)
        assert self.vat_by_month() == self.vat.months(), (
            self.vat_by_month(),
            self.vat.months(),
        )

    def balance(self, accounts):
        """What these accounts hold, in euros."""
        [[balance]] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id", "in", accounts.ids),
            ],
            aggregates=["balance:sum"],
        )
        return euros(balance)

    @property
    def receivable(self):
        return self.env["account.account"].search(
            [
                ("company_ids", "in", self.company.ids),
                ("account_type", "=", "asset_receivable"),
            ]
        )

    def vat_by_month(self):
        """``{(first day of the month, rate): VAT due}``, as the books have it."""
        taxes = self.env["account.tax"].search(
            [("company_id", "=", self.company.id), ("type_tax_use", "=", "sale")]
        )
        due = taxes.invoice_repartition_line_ids.account_id
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id", "in", due.ids),
                ("tax_line_id", "!=", False),
            ],
            ["date:month", "tax_line_id"],
            ["balance:sum"],
        )
        found = defaultdict(Decimal)
        for month, tax, balance in groups:
            found[month, tax.amount] -= euros(balance)
        return {key: vat for key, vat in found.items() if vat}
