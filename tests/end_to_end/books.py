# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The books of one company, held against the bank and the bookkeeper's paper."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from . import fec
from .vat_count import euros


class Books:
    """What a bookkeeper looks at before a month is closed; see Bookkeeper."""

    def closes(self, last_day, waiting=0):
        """Check the books, file the VAT of the month, and lock it."""
        self.checks(waiting)
        self.vat.file(last_day)
        found = self.vat_by_month()
        self.filed = {key: vat for key, vat in found.items() if key[0] <= last_day}
        self.locks(last_day, "tax_lock_date")

    def locks(self, last_day, which):
        """Lock the accounts up to a day, as in *Accounting > Lock Dates*."""
        self.company.sudo()[which] = last_day

    def signs(self, last_day):
        """*Transfers expected and waiting*, at the end of a month: nothing is open, and
        the month is signed.
        """
        action = self.env["urssaf.transit"].create({"date": last_day}).action_show()
        screen = self.env[action["res_model"]].browse(action["res_id"])
        assert (screen.gap, screen.closing, len(screen.line_ids)) == (0, 0, 0)
        screen.action_sign()

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
        owed = sum(bill.paper.open for bill in self.invoices) - self.credits
        assert self.balance(self.receivable) == owed, self.balance(self.receivable)
        kept = self.balance(self.company.urssaf_set_off_account_id)
        assert kept == self.set_off, kept
        over = -self.balance(self.company.urssaf_surplus_account_id)
        assert over == self.surplus, over
        found, counted = self.vat_by_month(), self.vat.months()
        assert found == counted, (found, counted)
        filed = {key: found.get(key) for key in self.filed}
        assert filed == self.filed, (filed, self.filed)

    def reads_fec(self, first, last):
        """Export the FEC of the year, and read it."""
        # sudo: Odoo keeps it for who is shown "full accounting features".
        wizard = self.env["l10n_fr.fec.export.wizard"].sudo()
        wizard = wizard.create({"date_from": first, "date_to": last})
        rows = fec.read(wizard.generate_fec()["file_content"])
        faults = list(fec.faults(rows))
        assert not faults, faults

    def certifies(self, year):
        """The annual certificates: each customer's says what came in from him, or from
        Urssaf for him, as counted on paper; nobody has one too many. Together they are
        what came to the bank and by cheque, and what Urssaf set off.
        """
        certificates = self.env["home.service.certificate"]
        certificates = certificates._prepare(self.company, None, year)
        counted = defaultdict(Decimal)
        for bill in self.invoices:
            counted[bill.move.partner_id.name] += bill.paper.received(year)
        counted = {name: amount for name, amount in counted.items() if amount}
        found = {
            one.partner_id.name: euros(one.amount_received) for one in certificates
        }
        assert found == counted, (found, counted)
        banked = self.urssaf.bank_balance(self.client_id, date(year, 12, 31))
        cheques = self.balance(
            self.cheques.inbound_payment_method_line_ids.mapped("payment_account_id")
        )
        came = banked + cheques + self.set_off - self.surplus
        assert sum(found.values()) == came, (found, came)

    def needs_no_hand(self):
        """Nothing of Urssaf's waits for anybody."""
        requests = self.env["urssaf.payment.request"].search(
            [("company_id", "=", self.company.id)]
        )
        arch = requests.get_view(view_type="search")["arch"]
        for name in ("to_fix", "late", "not_registered"):
            [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
            found = requests.filtered_domain(safe_eval(node.get("domain")))
            assert not found, (name, found.mapped("name"))
        assert not requests.filtered("matter"), requests.mapped("matter_message")

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
        return euros(balance or 0)

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
