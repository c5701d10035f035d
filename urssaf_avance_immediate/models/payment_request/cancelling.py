# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Asking Urssaf to cancel: it has no method for it, only an address (urssaf-api §7.7).

Nothing changes here because somebody asked. The demande is cancelled when method 070
says so.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...lib.api.codes import REJECTION_REASONS
from ...lib.rules import paris_date
from ..exchange.exchange import TOLD_AT_ONCE
from .payment_request import FOLLOWED

CANCEL_REASONS = [
    (code, label)
    for code, label in REJECTION_REASONS.items()
    if code.startswith("ANNUL_")
]
# A cancellation without an effect after so long is told, again and again.
REMIND_EVERY = timedelta(days=7)


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    cancel_requested_on = fields.Datetime(
        string="Cancellation requested on", readonly=True, copy=False
    )
    cancel_reason = fields.Selection(
        CANCEL_REASONS, string="Reason of the cancellation", readonly=True, copy=False
    )
    cancel_reminded_on = fields.Datetime(readonly=True, copy=False)
    cancel_awaited = fields.Boolean(
        string="Cancellation awaited",
        compute="_compute_cancel_awaited",
        store=True,
        help="Urssaf was asked to cancel this demande and has not done so yet.",
    )

    _cancel_awaited_index = models.Index("(holder_id) WHERE cancel_awaited IS TRUE")

    @api.depends("cancel_requested_on", "state")
    def _compute_cancel_awaited(self):
        for request in self:
            request.cancel_awaited = bool(
                request.cancel_requested_on and request.state in FOLLOWED
            )

    def action_request_cancel(self):
        """Open the e-mail that asks Urssaf for the cancellation.

        :raises UserError: Urssaf cannot be asked about this one
        """
        self.ensure_one()
        self._check_urssaf_user()
        self.check_access("read")
        self._check_here()
        if self.state in ("sending", "unknown"):
            raise UserError(
                self.env._(
                    "Urssaf has not said yet whether it has the demande %s. Odoo is "
                    "finding out: ask for the cancellation after that.",
                    self.name,
                )
            )
        if self.state not in FOLLOWED:
            raise UserError(
                self.env._("There is nothing to cancel at Urssaf for %s.", self.name)
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask Urssaf to cancel"),
            "res_model": "urssaf.payment.request.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    def _cancellation_requested(self, reason):
        """Urssaf was asked; the status says whether it follows."""
        now = fields.Datetime.now()
        self.write(
            {
                "cancel_requested_on": now,
                "cancel_reason": reason,
                "cancel_reminded_on": now,
            }
        )

    @api.model
    def _remind_cancellations(self, company):
        """Urssaf was asked to cancel a week ago, and nothing happened."""
        awaited = self.search(
            [
                *company._urssaf_here(),
                ("cancel_awaited", "=", True),
                ("cancel_reminded_on", "<", fields.Datetime.now() - REMIND_EVERY),
            ]
        )
        awaited._each(
            type(self)._remind_these_cancellations,
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )

    def _remind_these_cancellations(self):
        self._alert_each({r: r._cancellation_reminder() for r in self})
        self.cancel_reminded_on = fields.Datetime.now()

    def _cancellation_reminder(self):
        return self.env._(
            "Urssaf was asked on %(date)s to cancel this demande and still says "
            "“%(status)s”: write again, or call.",
            date=format_date(self.env, paris_date(self.cancel_requested_on)),
            status=self.remote_label,
        )
