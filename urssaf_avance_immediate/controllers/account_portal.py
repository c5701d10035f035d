# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“My invoices” on the portal: what Urssaf collects is not overdue, and the customer
reads what he has to do at Urssaf.
"""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount


class UrssafPortalAccount(PortalAccount):
    def _get_overdue_invoices_domain(self, partner_id=None):
        """Extends account: the count, the banner, the list and the page to pay them
        all.
        """
        domain = super()._get_overdue_invoices_domain(partner_id)
        # sudo(): the invoices of this customer alone, and what is said of them.
        overdue = request.env["account.move"].sudo().search(domain)
        collected = overdue.filtered(lambda move: move._urssaf_not_to_pay())
        return [*domain, ("id", "not in", collected.ids)]

    def _prepare_my_invoices_values(self, *args, **kwargs):
        """Extends account: what Urssaf advances and debits, asked once for a page."""
        values = super()._prepare_my_invoices_values(*args, **kwargs)
        rows_at = values["invoices"]

        def invoices(offset):
            rows = rows_at(offset)
            moves = request.env["account.move"].browse(
                [row["invoice"].id for row in rows]
            )
            told = moves._urssaf_portal_values()
            for row in rows:
                row["urssaf"] = told.get(row["invoice"])
            return rows

        return values | {
            "invoices": invoices,
            "urssaf_january": self._urssaf_january_advance(),
        }

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        """Extends account: the same on the page of an invoice, and where to answer."""
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        # sudo(): where customers answer; nothing else of the company is shown.
        company = invoice.sudo().company_id
        return values | {
            "urssaf": invoice._urssaf_portal_values().get(invoice),
            "urssaf_space": company._urssaf_customer_space(),
        }

    def _urssaf_january_advance(self):
        """The sentence on the advance of January, in the year after the activation."""
        customer = request.env.user.partner_id.commercial_partner_id
        # sudo(): whether this customer is active; his enrolment is not shown.
        enrolment = (
            request.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", customer.id),
                    ("state", "=", "active"),
                    (
                        "active_since",
                        ">=",
                        fields.Datetime.now() - relativedelta(years=1),
                    ),
                ],
                limit=1,
            )
        )
        return enrolment.january_advance
