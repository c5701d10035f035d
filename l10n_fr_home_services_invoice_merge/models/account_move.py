# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

DAYS = ("home_service_start", "home_service_end")


class AccountMove(models.Model):
    """Merged invoices keep when, by whom and for whom each service was done."""

    _inherit = "account.move"

    @api.model
    def _get_invoice_line_key_cols(self):
        """Extends account_invoice_merge: lines of other days stay apart."""
        return [
            *super()._get_invoice_line_key_cols(),
            *DAYS,
            "home_service_intervenant",
        ]

    def do_merge(
        self, keep_references=True, date_invoice=False, remove_empty_invoice_lines=True
    ):
        """Extends account_invoice_merge: the days of a whole invoice are no more once
        it is merged, so its lines take them.
        """
        drafts = self._get_draft_invoices()
        for line in drafts._home_service_lines():
            start, end = line._home_service_days()
            if start and not line.home_service_start:
                line.write(dict(zip(DAYS, (start, end), strict=True)))
        return super().do_merge(
            keep_references=keep_references,
            date_invoice=date_invoice,
            remove_empty_invoice_lines=remove_empty_invoice_lines,
        )

    def make_key(self, br, fields):
        """Extends account_invoice_merge: a line with interventions is no other."""
        key = super().make_key(br, fields)
        if br._name == "account.move.line" and br.home_service_intervention_ids:
            key += (("home_service_intervention_ids", br.id),)
        return key

    @api.model
    def _get_invoice_line_vals(self, line):
        """Extends account_invoice_merge: it takes them along."""
        return {
            **super()._get_invoice_line_vals(line),
            **line._home_service_copied_interventions(),
        }
