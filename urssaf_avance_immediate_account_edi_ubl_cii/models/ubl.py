# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .due import amount_due

# UNCL 4461: how it is paid was agreed otherwise.
MUTUALLY_DEFINED = {"_text": "ZZZ", "name": "mutually defined"}


class AccountEdiXmlUbl20(models.AbstractModel):
    _inherit = "account.edi.xml.ubl_20"

    def _get_invoice_node(self, vals):
        """Extends account_edi_ubl_cii: the period of the services; and where Urssaf
        collects, neither due date nor account nor reference of ours, but who debits
        what, and when.
        """
        node = super()._get_invoice_node(vals)
        invoice = vals["invoice"]
        start, end = invoice._home_service_period()
        if start and end:
            node["cac:InvoicePeriod"] = {
                "cbc:StartDate": {"_text": start},
                "cbc:EndDate": {"_text": end},
            }
        notice = " ".join(invoice._urssaf_notice_sentences())
        if notice:
            node["cbc:DueDate"] = None
            node["cac:PaymentMeans"] = {"cbc:PaymentMeansCode": MUTUALLY_DEFINED}
            node["cac:PaymentTerms"] = {"cbc:Note": {"_text": notice}}
            due = amount_due(invoice)
            for name, amount in (
                ("cbc:PrepaidAmount", invoice.amount_total - due),
                ("cbc:PayableAmount", due),
            ):
                text = self.format_float(amount, vals["currency_dp"])
                node["cac:LegalMonetaryTotal"][name]["_text"] = text
        return node
