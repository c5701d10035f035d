# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The number and the date of an invoice, as Urssaf wants them, before it leaves."""

from odoo import models
from odoo.tools import format_date

from ...lib.api.codes import MAX_NUMBER
from ...lib.rules import clean, invoice_date_faults


class AccountMove(models.Model):
    _inherit = "account.move"

    def _urssaf_number_checks(self, number):
        """Alerts about the number of a posted invoice: see ``_urssaf_check_all``.

        :param number: the one that really leaves, see ``numbers_to_send``
        """
        self.ensure_one()
        if self.state != "posted" or not number:
            return {}
        if len(number) > MAX_NUMBER:
            return {"urssaf_number": self._urssaf_long_number(number)}
        if number == clean(self.name):
            return {}
        message = self.env._(
            "Urssaf takes a number once, and %(invoice)s has been used there: the "
            "demande gets the number %(number)s.",
            invoice=self.name,
            number=number,
        )
        alert = self._urssaf_fault(message, "ERR_FACTURE_DOUBLON", level="warning")
        return {"urssaf_number": alert}

    def _urssaf_long_number(self, number, level="danger"):
        message = self.env._(
            "The number %(number)s has %(count)s characters; Urssaf takes %(most)s. "
            "Shorten the field “Number” of the invoice: with a shorter prefix, the "
            "next invoices follow.",
            number=number,
            count=len(number),
            most=MAX_NUMBER,
        )
        return self._urssaf_fault(message, "ERREUR_VALIDATION", level=level)

    def _urssaf_draft_number_alert(self):
        """Before posting: the number that the invoice is about to get."""
        number = self.name or self.name_placeholder or ""
        if len(number) <= MAX_NUMBER:
            return {}
        return {"urssaf_number": self._urssaf_long_number(number, level="warning")}

    def _urssaf_invoice_date_faults(self):
        """``(key, fault)``: the invoice is older than the customer's activation."""
        since = self._urssaf_active_since()
        if not self.invoice_date:
            return
        for code in invoice_date_faults(self.invoice_date, since):
            dates = {
                "day": format_date(self.env, self.invoice_date),
                "since": format_date(self.env, since.date()),
            }
            message = (
                self.env._(
                    "The invoice date, %(day)s, is before the customer became active "
                    "at Urssaf, on %(since)s: choose a later invoice date.",
                    **dates,
                )
                if self.state == "draft"
                else self.env._(
                    "The invoice date, %(day)s, is before the customer became active "
                    "at Urssaf, on %(since)s. Reset the invoice to draft and choose a "
                    "later invoice date.",
                    **dates,
                )
            )
            yield "invoice_date", self._urssaf_fault(message, code)
