# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""At posting: stop what could never be said to the cent, queue what may leave.

Local only: nothing here talks to Urssaf, the scheduled action does.
"""

from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError

from ...lib.rules import AmountError


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_excluded = fields.Boolean(
        string="Without avance immédiate",
        copy=False,
        help="The customer pays this invoice directly: it is not sent to Urssaf.",
    )
    urssaf_two_lines = fields.Boolean(
        readonly=True,
        copy=False,
        help="No unit price gives the total of a line to the cent, and the office "
        "wants to send it as two lines rather than to change the amount.",
    )
    urssaf_to_send = fields.Boolean(
        string="Leaves by itself",
        readonly=True,
        copy=False,
        help="Leaves for Urssaf as soon as nothing stands in the way.",
    )
    # The few that wait, among all the invoices of all the years.
    _urssaf_to_send_index = models.Index("(company_id) WHERE urssaf_to_send IS TRUE")

    def _urssaf_concerned(self):
        """Invoices of customers whom Urssaf has activated, but those left out."""
        return self.filtered(
            lambda move: move.move_type == "out_invoice"
            and not move.urssaf_excluded
            and move._urssaf_enrolment()._usable().state == "active"
            and move.commercial_partner_id._urssaf_sending_for(move.company_id)
            != "never"
        )

    def action_post(self):
        """Extends account: the button leads to the correction.

        :raises RedirectWarning: see :meth:`_urssaf_stop_inexact`
        """
        for move in self if len(self) == 1 else ():
            fault = move._urssaf_concerned() and move._urssaf_inexact()
            if fault:
                raise RedirectWarning(
                    move._urssaf_inexact_text(fault),
                    move._urssaf_correction_action(),
                    self.env._("Correct it"),
                )
        return super().action_post()

    def _post(self, soft=True):
        """Extends account: see the module."""
        self._urssaf_stop_inexact()
        posted = super()._post(soft)
        posted._urssaf_post_automatically()
        posted._urssaf_tell_cards()
        return posted

    # -- stop ------------------------------------------------------------------

    def _urssaf_stop_inexact(self):
        """Amounts can only be mended before posting. Scheduled actions of Odoo that
        post invoices show a UserError on the invoice, and go on with the next one.

        :raises UserError: the first of self that cannot be said to Urssaf
        """
        for move in self._urssaf_concerned():
            fault = move._urssaf_inexact()
            if fault:
                raise UserError(move._urssaf_inexact_text(fault))

    def _urssaf_draft_alerts(self):
        """What is easier to mend before posting, for a customer of avance immédiate."""
        if not self._urssaf_concerned() or not self._home_service_lines():
            return {}
        alerts = self._urssaf_draft_number_alert() | {
            f"urssaf_{key}": fault for key, fault in self._urssaf_invoice_date_faults()
        }
        if self._home_service_period()[0]:
            alerts |= {
                f"urssaf_{key}": fault
                for key, fault in self._urssaf_period_faults()
                if fault.get("action") or key == "ERR_DATE_FIN_AVANT_DATE_DEB"
            }
        # While lines are being edited, the totals of the invoice are those before.
        inexact = self.id and self._urssaf_inexact()
        if inexact:
            alerts["urssaf_amount"] = self._urssaf_fault(
                inexact,
                level="warning",
                action=self._urssaf_correction_action(),
                text=self.env._("Correct it"),
            )
        return alerts

    def _urssaf_inexact_text(self, fault):
        return self.env._(
            "%(invoice)s cannot be sent to Urssaf as it is. %(fault)s",
            invoice=self.display_name,
            fault=fault,
        )

    def _urssaf_inexact(self):
        """Why the amounts of this invoice cannot be said to Urssaf, or nothing.

        Invoices with a product without a nature are not for Urssaf at all.
        """
        self.ensure_one()
        if any(self._urssaf_line_faults()) or self.currency_id.name != "EUR":
            return ""
        try:
            cut = self._urssaf_cut()
        except AmountError as error:
            return f"{self._urssaf_amount_text(error)} [{error.code}]"
        if not cut or self.urssaf_two_lines:
            return ""
        line = self._home_service_lines()[cut[0].sources[0]]
        sentence = self.env._(
            "No unit price gives this total for this quantity, to the cent."
        )
        fault = f"{sentence} [ERR_MNT_PREST_TTC]"
        return self.env._("%(line)s: %(fault)s", line=line.name, fault=fault)

    def _urssaf_cut(self):
        """Notes about the lines that would be sent as two, for want of a unit price.

        :raises AmountError: the invoice cannot be sent at all
        """
        notes = self._urssaf_settlement().notes
        return [note for note in notes if note.kind == "split"]

    def _urssaf_correction_action(self):
        return self._urssaf_wizard_action(
            "urssaf.invoice.correction", self.env._("Correct the amounts")
        )

    def _urssaf_split_action(self):
        return self._urssaf_wizard_action(
            "urssaf.invoice.split", self.env._("Split the invoice")
        )

    def _urssaf_wizard_action(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "form"]],
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_move_id": self._origin.id,
                "dialog_size": "extra-large",
            },
        }
