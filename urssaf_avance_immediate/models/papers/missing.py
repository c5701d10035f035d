# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What of Urssaf's money to look at before the certificates of a year are made."""

from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..invoice.replacing import TRANSFERRED
from ..payment_request.payment_request import COLLECTING
from ..payment_request.set_aside import left_on

MISSING = [
    ("not_booked", "Paid by Urssaf, not registered"),
    ("straddle", "Around the turn of the year"),
    ("transit", "Transit account"),
    ("give_back", "Tax credit to be given back"),
]
#: Validated then, a demande may be transferred in the year after.
LAST_DAYS = 12, 15


class HomeServiceCertificateMissing(models.TransientModel):
    _inherit = "home.service.certificate.missing"

    kind = fields.Selection(
        selection_add=MISSING,
        ondelete={kind: "cascade" for kind, _label in MISSING},
    )

    def action_open(self):
        """Extends the trade: the transit account has a screen of its own."""
        if self.kind == "transit":
            return self.env["urssaf.transit"].action_open_screen()
        return super().action_open()


class HomeServiceCertificate(models.Model):
    _inherit = "home.service.certificate"

    @api.model
    def _missing(self, company, year):
        """Extends the trade, which checks the user."""
        rows = super()._missing(company, year)
        issuer = company._home_service_declarant()
        # sudo(): the books of branches too.
        here = self.sudo().with_company(issuer)
        companies = issuer._home_service_certified()
        return [
            *rows,
            *here._missing_not_booked(companies, year),
            *here._missing_around_the_year(companies, year),
            *here._missing_transit(companies, year),
            *here._missing_given_back(companies, year),
        ]

    def _missing_not_booked(self, companies, year):
        """Paid by Urssaf and not in the books: it does not count."""
        requests = self.env["urssaf.payment.request"].search(
            Domain("company_id", "in", companies.ids)
            & Domain("to_book", "=", True)
            & Domain("transfer_date", ">=", date(year, 1, 1))
            & Domain("transfer_date", "<=", date(year, 12, 31)),
            order="transfer_date, id",
        )
        for request in requests:
            yield self._row(
                "not_booked",
                request,
                self._not_booked_text(request),
                request.transfer_amount,
            )

    def _not_booked_text(self, request):
        figures = {
            "demande": request.name,
            "customer": request.partner_id.display_name,
            "amount": request.currency_id.format(request.transfer_amount),
        }
        if not request.transfer_amount:
            return self.env._(
                "%(demande)s of %(customer)s: Urssaf transferred nothing, and nobody "
                "has said why. If its notice says that it set all of it off, press "
                "“Set off by Urssaf” on it.",
                **figures,
            )
        return self.env._(
            "%(demande)s of %(customer)s: Urssaf transferred %(amount)s, which "
            "are not registered. Press “Register the payment” on it.",
            **figures,
        )

    def _missing_around_the_year(self, companies, year):
        """The customer agreed in December, Urssaf transfers in January: both are said,
        by name; the setting decides.
        """
        start, end = date(year, *LAST_DAYS), date(year, 12, 31)
        requests = self.env["urssaf.payment.request"].search(
            Domain("company_id", "in", companies.ids)
            & Domain("state", "in", (*COLLECTING, "recovered"))
            & Domain("validated_on", ">=", start)
            & Domain("validated_on", "<=", end)
            & (Domain("transfer_date", "=", False) | Domain("transfer_date", ">", end)),
            order="validated_on, id",
        )
        for request in requests:
            agreed = format_date(self.env, request.validated_on)
            if request.transfer_date:
                text = self.env._(
                    "%(demande)s of %(customer)s: agreed to on %(agreed)s, transferred "
                    "on %(day)s.",
                    demande=request.name,
                    customer=request.partner_id.display_name,
                    agreed=agreed,
                    day=format_date(self.env, request.transfer_date),
                )
            else:
                text = self.env._(
                    "%(demande)s of %(customer)s: agreed to on %(agreed)s, not "
                    "transferred yet.",
                    demande=request.name,
                    customer=request.partner_id.display_name,
                    agreed=agreed,
                )
            yield self._row("straddle", request, text, request.amount_total)

    def _missing_given_back(self, companies, year):
        """Credited after Urssaf has paid: what is open of the credit note is tax credit
        that Urssaf advanced.
        """
        refunds = self.env["account.move"].search(
            Domain("company_id", "in", companies.ids)
            & Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "posted")
            & Domain("amount_residual", ">", 0)
            & Domain("invoice_date", ">=", date(year, 1, 1))
            & Domain("reversed_entry_id.urssaf_request_ids.state", "in", TRANSFERRED),
            order="invoice_date, id",
        )
        for refund in refunds:
            request = refund.reversed_entry_id.urssaf_request_ids.filtered(
                lambda one: one.transfer_effective and one.state in TRANSFERRED
            )[:1]
            left = request and left_on(request, refund)
            if not left:
                continue
            yield self._row(
                "give_back",
                refund,
                self.env._(
                    "%(refund)s of %(customer)s: of the %(open)s that are open, "
                    "%(advanced)s are tax credit that Urssaf advanced: neither refund "
                    "them to him nor match them with his next invoice, Urssaf takes "
                    "them back. “Set the tax credit aside” on %(demande)s books it.",
                    refund=refund.name,
                    customer=refund.partner_id.display_name,
                    open=refund.currency_id.format(refund.amount_residual),
                    advanced=refund.currency_id.format(left),
                    demande=request.name,
                ),
                left,
            )

    def _missing_transit(self, companies, year):
        """The statement of December is signed once what Urssaf transferred was held
        against the bank.
        """
        day = date(year, 12, 31)
        statements = self.env["urssaf.transfer.statement"].search(
            [("company_id", "in", companies.ids), ("date", "=", day)]
        )
        moved = self.env["account.payment"]._read_group(
            [
                ("company_id", "in", companies.ids),
                ("urssaf_request_id", "!=", False),
                ("date", ">=", date(year, 1, 1)),
                ("date", "<=", day),
            ],
            ["company_id"],
        )
        for (company,) in moved:
            if company in statements.company_id:
                continue
            yield self._row(
                "transit",
                company,
                self.env._(
                    "The transit account of %(company)s was not checked at %(day)s: "
                    "look at “Transfers expected and waiting”, and sign December.",
                    company=company.name,
                    day=format_date(self.env, day),
                ),
            )
