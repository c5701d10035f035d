# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of Urssaf's money start from: what stands on which account on which
day, and the VAT on collection month by month.
"""

from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import Form
from odoo.tests.common import freeze_time
from odoo.tools import format_date

from .cases import NOW, UrssafCase
from .screens import filters

FEBRUARY = {
    "invoice_date": "2026-02-03",
    "home_service_start": "2026-02-02",
    "home_service_end": "2026-02-03",
}


class MoneyCase(UrssafCase):
    """A company on VAT on collection, with accounts for Urssaf's transfers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._make_user("money", "urssaf_avance_immediate.group_manager")
        cls.company.write(
            {
                "urssaf_accountant_id": cls.manager.id,
                "urssaf_responsible_id": cls.manager.id,
            }
        )
        cls.company.action_urssaf_set_up_transfers()
        cls.transit = cls.company._urssaf_transit_account()
        cls.set_off = cls.company.urssaf_set_off_account_id
        cls.surplus = cls.company.urssaf_surplus_account_id
        cls.receivable = cls.company_data["default_account_receivable"]
        taxes = cls.env["account.tax"].with_context(active_test=False)
        cls.vat = {
            rate: taxes.search(
                [
                    *taxes._check_company_domain(cls.company),
                    ("type_tax_use", "=", "sale"),
                    ("amount", "=", rate),
                    ("tax_exigibility", "=", "on_payment"),
                    ("country_id.code", "=", "FR"),
                    ("price_include_override", "=", "tax_included"),
                ],
                limit=1,
            )
            for rate in (10, 20)
        }
        for tax in cls.vat.values():
            tax.active = True
        cls.company.tax_exigibility = True
        cls.vat_accounts = cls.env["account.account"].search(
            [
                *cls.env["account.account"]._check_company_domain(cls.company),
                ("code", "=like", "4457%"),
            ]
        ) - cls.env["account.account"].search([("code", "=like", "44574%")])

    def setUp(self):
        super().setUp()
        self._enrol()

    # -- makers ---

    def _posted(self, *lines, **values):
        """An invoice of ``(price with VAT, rate)``, VAT on collection."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                **FEBRUARY,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": 1,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.vat[rate].ids)],
                        }
                    )
                    for price, rate in lines
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _collected(self, *lines, **values):
        """A demande for such an invoice."""
        move = self._posted(*lines, **values)
        move.action_urssaf_send()
        return move.urssaf_request_id

    def _says(self, request, status, day, label=None, **values):
        """Urssaf says so, and Odoo asks, on that day."""
        self._demande(request).move(status, label or status, **values)
        when = datetime.combine(day, NOW.time())
        self._make_due(request, when)
        with freeze_time(when + timedelta(seconds=1)):
            self._run_cron("follow")

    def _pays(self, request, amount, day, seen=None):
        transfer = {
            "mntVirement": amount,
            "dateVirement": f"{day}T00:00:00Z",
        }
        self._says(request, "70", seen or day, "Payée", transfer=transfer)

    def _take_back(self, request, day, booked=None, **values):
        """In the dialogue, as the manager; ``day`` of the debit, ``booked`` when."""
        with freeze_time(datetime.combine(booked or day, NOW.time())):
            request.invalidate_recordset()
            action = request.with_user(self.manager).action_reverse_payment()
            form = Form(
                self.env[action["res_model"]]
                .with_user(self.manager)
                .with_context(**action["context"])
            )
            for name, value in {"date": day, **values}.items():
                setattr(form, name, value)
            wizard = form.save()
            wizard.action_reverse()
        return wizard

    def _paid_directly(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {
                "amount": amount,
                "payment_date": "2026-02-04",
                # Not that of Urssaf: Odoo remembers the last number per cursor, and
                # the scheduled action has one of its own.
                "journal_id": self.company_data["default_journal_cash"].id,
            }
        )._create_payments()

    def _as_the_note_says(self, kept, customers, advanced):
        """The entry by hand that it dictates, then where each account ends."""
        balances = (
            (self.set_off, kept),
            (self.receivable, -customers),
            (self.surplus, -advanced),
        )
        lines = [
            Command.create(
                {
                    "account_id": account.id,
                    "balance": balance,
                    "partner_id": account == self.receivable and self.partner.id,
                }
            )
            for account, balance in balances
        ]
        self.env["account.move"].create({"line_ids": lines}).action_post()
        return tuple(self._balance(account) for account, _balance in balances)

    def _bank(self, amount, day, label="VIR URSSAF", partner=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company.urssaf_payment_journal_id.id,
                "amount": amount,
                "date": day,
                "payment_ref": label,
                "partner_id": partner and partner.id,
            }
        )

    # -- what stands where ---

    def _lines(self, account, upto=None):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "in", account.ids),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        return lines.filtered(lambda line: not upto or line.date <= upto)

    def _balance(self, account, upto=None):
        lines = self._lines(account, upto)
        return self.company.currency_id.round(sum(lines.mapped("balance")))

    def _vat_of(self, month):
        """VAT that is due for this month of 2026."""
        lines = self._lines(self.vat_accounts).filtered(
            lambda line: line.date.month == month
        )
        return self.company.currency_id.round(-sum(lines.mapped("balance")))

    def _open(self, account):
        lines = self._lines(account)
        return [line.amount_residual for line in lines if not line.reconciled]

    def _months(self, *months):
        return {month: self._vat_of(month) for month in months}

    def _month(self, month):
        return format_date(self.env, date(2026, month, 1), date_format="MMMM y")

    def _notes(self, request):
        """What people are told, with plain spaces."""
        notes = " ".join(str(note) for note in request.activity_ids.mapped("note"))
        notes = notes.replace("&nbsp;", " ").replace("\xa0", " ")
        self._says_nothing_of_zero(notes)
        return notes

    def _says_nothing_of_zero(self, text):
        self.assertNotRegex(text, r"(?<!\d)0[.,]00")

    def _differing(self):
        """What the filter “Transfer differs” finds."""
        domains = {name: domain for name, _model, domain in filters(self.env)}
        requests = self.env["urssaf.payment.request"]
        return requests.search(domains["urssaf.payment.request: gap"])
