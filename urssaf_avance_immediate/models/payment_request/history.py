# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The history that people read: one line per real change, written in batches.

Odoo's own tracking makes one message per record and per write, which costs more than
everything else together when a thousand demandes leave. And it would tell of steps that
mean nothing to anybody.
"""

from markupsafe import Markup

from odoo import models
from odoo.tools import format_date

_BEFORE = "urssaf.payment.request.before"

# Steps of the machinery. The queue is told of once, when somebody puts it there.
WAITING_TO_LEAVE = ("queued", "sending")


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    def _remember(self):
        precommit = self.env.cr.precommit
        if _BEFORE not in precommit.data:
            precommit.data[_BEFORE] = {}
            precommit.add(self.browse()._write_history)
        before = precommit.data[_BEFORE]
        for request in self:
            if request.id not in before:
                before[request.id] = request._seen_by_people()

    def _seen_by_people(self):
        return (
            self.state,
            self.remote_label,
            self.transfer_amount,
            self.transfer_date,
        )

    def _write_history(self):
        """Log in one go what the transaction has changed on its demandes."""
        before = self.env.cr.precommit.data.pop(_BEFORE, {})
        lines = {}
        for request in self.browse(before).exists():
            line = request._history_line(*before[request.id])
            if line:
                lines[request.id] = line
        if lines:
            self.browse(lines)._message_log_batch(bodies=lines)

    def _history_line(self, state, label, amount, date):
        """What has changed since, as HTML, or ``None``."""
        unchanged = (self.state, self.remote_label) == (state, label) or (
            self.state in WAITING_TO_LEAVE and state in WAITING_TO_LEAVE
        )
        transfer = (self.transfer_amount, self.transfer_date)
        if unchanged and transfer == (amount, date):
            return None
        states = dict(self._fields["state"]._description_selection(self.env))
        facts = [Markup("<b>%s</b>") % states[self.state]]
        if self.remote_label:
            facts.append(self.env._("Urssaf: %s", self.remote_label))
        if transfer != (amount, date):
            facts.append(self._transfer_text())
        return Markup(" · ").join(facts)

    def _transfer_text(self):
        day = format_date(self.env, self.transfer_date) if self.transfer_date else "?"
        if not self.transfer_amount:
            return self.env._("transfer announced for %s", day)
        return self.env._(
            "transfer of %(amount)s on %(date)s",
            amount=self.currency_id.format(self.transfer_amount),
            date=day,
        )
