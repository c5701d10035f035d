# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .due import amount_due


class AccountEdiXmlCii(models.AbstractModel):
    _inherit = "account.edi.xml.cii"

    def _get_scheduled_delivery_time(self, invoice):
        """Extends account_edi_ubl_cii: services are delivered on their last day."""
        delivered = super()._get_scheduled_delivery_time(invoice)
        return invoice.delivery_date or invoice._home_service_period()[1] or delivered

    def _export_invoice_vals(self, invoice):
        """Extends account_edi_ubl_cii: the period of the services (BG-14, BG-26), which
        Odoo makes of the invoice’s date and due date; what the customer is told
        about paying (BT-20), and what is due (BT-115).
        """
        values = super()._export_invoice_vals(invoice)
        start, end = invoice._home_service_period()
        if start and end:
            values |= {"billing_start": start, "billing_end": end}
        for line_values in values["invoice_line_vals_list"]:
            line = line_values["line"]
            if line.home_service_start:
                start, end = line._home_service_days()
                line_values |= {"billing_start": start, "billing_end": end}
        values["urssaf_due"] = amount_due(invoice)
        values["urssaf_notice"] = " ".join(invoice._urssaf_notice_sentences())
        return values

    def _export_invoice_constraints(self, invoice, vals):
        """Extends account_edi_ubl_cii: no account of ours is missing where Urssaf
        collects.
        """
        constraints = super()._export_invoice_constraints(invoice, vals)
        if vals["urssaf_notice"]:
            constraints.pop("seller_payment_instructions_1", None)
            constraints.pop("seller_payment_instructions_2", None)
        return constraints
