# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“My invoices” on the portal: what Urssaf collects is not overdue."""

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
