# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070: what became of the demandes de paiement."""

import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from ...lib.api import UrssafError, redact
from ...lib.api.codes import MAX_SEARCH
from ...lib.rules import paris_date, paris_today
from ..exchange.exchange import TOLD_AT_ONCE
from ..exchange.words import UNFORESEEN
from .payment_request import CLOSED, FOLLOWED
from .sending import ABOUT_ONE

# Our state for each status code of urssaf-api §5. A code that is not here leaves the
# state as it is, is shown as received, and somebody is told.
REMOTE_STATES = {
    "10": "waiting",
    "15": "waiting",
    "20": "waiting",
    "30": "validated",
    "40": "refused",
    "50": "debited",
    "60": "unpaid",
    "70": "paid",
    "80": "waiting",
    "100": "cancelled",
    "110": "cancelled",
    "111": "cancelled",
    "112": "cancelled",
    "113": "cancelled",
    "120": "recovered",
    "260": "unpaid",
    "270": "recovered",
}
# Somebody has to act, or to know at least.
TO_HANDLE = ("refused", "unpaid", "recovered", "cancelled")


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    # -- ask -------------------------------------------------------------------

    def _refresh_now(self):
        """Ask about one demande while the user waits, and tell the outcome."""
        self.ensure_one()
        self._settle_abandoned()
        nobody_asked = self._nobody_asked()
        if nobody_asked:
            return nobody_asked
        if self._usable() and self.state == "unknown":
            self._work_through(lambda request, client: request._settle(client))
        elif self._usable():
            self._ask()
        self._register_transfers()
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        title = self.env._("Urssaf: %s", label)
        trouble = self._trouble()
        if trouble:
            return self._notify(trouble, "warning", title)
        return self._notify(self.remote_label or "", "info", title)

    def _tens(self):
        """As many as one search takes."""
        for ids in split_every(MAX_SEARCH, self.ids):
            yield self.browse(ids)

    def _ask(self):
        """Ask about each demande of self, ten at a time."""
        self._work_through(
            lambda batch, client: batch._ask_batch(client), type(self)._tens
        )

    def _ask_batch(self, client):
        batch = self._lock().filtered(lambda r: r.state in FOLLOWED and r.external_id)
        if not batch:
            self._checkpoint(len(self))
            return True
        try:
            found = client.search_payment_requests(ids=batch.mapped("external_id"))
        except UrssafError as error:
            going_on = batch._call_failed(error)
            if going_on and len(batch) > 1 and error.kind in ABOUT_ONE:
                return batch._one_by_one(lambda one: one._ask_batch(client))
            batch._not_answered(error)
            self._checkpoint(len(self))
            return going_on
        batch._record_news(found)
        self._checkpoint(len(self))
        return True

    def _record_news(self, found):
        """Take over what one search says of self, each demande by its identifier."""
        self._call_answered()
        by_id = {info.request_id: info for info in found.items}
        for request in self:
            if request.external_id not in by_id:
                request._missing(found)
        told = self.filtered(lambda r: r.external_id in by_id)
        told._apply_news({r: by_id[r.external_id] for r in told}, found.server_time)

    def _not_answered(self, error):
        """The statuses stay as they were; the call is made again later."""
        for request in self:
            request.write(
                {
                    **request._error_values(error),
                    "next_call_at": fields.Datetime.now()
                    + max(
                        request._retry_delay(error.retry_after), timedelta(minutes=10)
                    ),
                }
            )

    def _missing(self, found):
        """Urssaf gave no news of a demande that it accepted."""
        self.write(
            {
                "next_call_at": fields.Datetime.now() + timedelta(hours=6),
                "last_error_kind": "protocol",
                "last_error_code": found.errors[0].code if found.errors else False,
                "last_error_message": self.env._(
                    "Urssaf gave no news of this demande. It will be asked again."
                ),
            }
        )

    # -- apply -----------------------------------------------------------------

    def _apply_remote(self, info, as_of):
        """Take over what Urssaf says of one demande, see ``_apply_news``."""
        self.ensure_one()
        self._apply_news({self: info}, as_of)

    def _apply_news(self, news, as_of):
        """Take over what Urssaf says of the demandes of self: the one place that does.

        Most of the time nothing has happened, or the same to many: equal changes are
        written together.

        :param news: lib ``PaymentInfo`` of each demande
        :param as_of: aware datetime of Urssaf's answer, ``None`` where it told none; it
            decides whether a transfer date has come, whatever the clock of this server
            says
        """
        now = fields.Datetime.now()
        transferred = {request: request.transfer_amount for request in self}
        # By Urssaf's own clock, where it told one.
        self.remote_date = paris_date(as_of) or paris_today()
        alike = defaultdict(self.browse)
        for request in self:
            alike[request._changes(news[request], as_of)] += request
        for (state, moved, values), requests in alike.items():
            requests._take_over(state, moved, dict(values), now)
        for request in self:
            # What was just written says what may happen next.
            request.next_call_at = request._next_call(now)
            request._tell_changed_transfer(transferred[request])
            if request.remote_changed_at == now or not request.last_response:
                request.last_response = json.dumps(
                    redact(news[request].model_dump(mode="json")),
                    indent=2,
                    ensure_ascii=False,
                )

    def _changes(self, info, as_of):
        """What an answer of Urssaf changes here: our state, whether that is a step in
        the life of the demande, and the field values that differ.
        """
        state = self._state_for(info.status_code)
        values = {
            "remote_code": info.status_code,
            "remote_label": self._remote_label(info.status_code, info.status_label),
            **self._transfer_values(info.transfer, as_of),
        }
        if info.rejection:
            values["rejection_code"] = info.rejection.code
            values["rejection_comment"] = info.rejection.comment
        moved = info.status_code != self.remote_code or state != self.state
        differing = tuple(
            (name, value)
            for name, value in values.items()
            if (self[name] or False) != (value or False)
        )
        return state, moved, differing

    def _take_over(self, state, moved, values, now):
        """Write the same news on each demande of self."""
        if not (moved or values):
            self.remote_updated_at = now
            self._answered_after_all()
            return
        if moved:
            values["remote_changed_at"] = now
        self._set_state(state, remote_updated_at=now, **values)
        if moved:
            for request in self:
                request._tell_people(state, request.remote_code)

    def _answered_after_all(self):
        """Urssaf did answer, and the answer was taken."""
        troubled = self.filtered("last_error_kind")
        troubled.filtered(
            lambda r: r.last_error_kind == UNFORESEEN and not r.matter
        )._alert_done()
        troubled.write(self._no_error())

    def _state_for(self, code):
        """Our state for a code of Urssaf; the present one where the code says nothing,
        or where its answer to an old demande would bring a second one to life.
        """
        state = REMOTE_STATES.get(code, self.state)
        if state == "unknown":
            # Found at Urssaf, with a code that we do not know: it is there.
            return "waiting"
        if self.state in CLOSED and state not in CLOSED and self._successor():
            return self.state
        return state

    def _successor(self):
        """The demande that took the place of this one on the invoice, if any."""
        return self.search(
            [("move_id", "=", self.move_id.id), ("active_request", "=", True)]
        )

    def _transfer_values(self, transfer, as_of):
        """Urssaf announces a transfer before it is made: first the date, possibly in
        the future, then the amount (urssaf-api §2.4).
        """
        if not transfer:
            return {}
        today = paris_date(as_of) or paris_today()
        values = {"transfer_date": transfer.date}
        if transfer.amount is not None:
            values["transfer_amount"] = float(transfer.amount)
            values["transfer_effective"] = bool(transfer.date) and (
                transfer.date <= today
            )
        return values

    def _tell_people(self, state, code):
        """An activity where somebody has to act; silence where all goes well."""
        if code not in REMOTE_STATES:
            self._alert(
                self.env._(
                    "Urssaf gives this demande the status “%s”, which does not say "
                    "what becomes of the money: look at it in the Urssaf space. "
                    "Nothing was changed in Odoo.",
                    self.remote_label or code,
                )
            )
        elif REMOTE_STATES[code] != state:
            self._alert(
                self.env._(
                    "Urssaf says “%(label)s” of this demande, which was over, while "
                    "%(other)s is under way for the same invoice: have one of them "
                    "cancelled.",
                    label=self.remote_label,
                    other=self._successor().name,
                )
            )
        elif state in TO_HANDLE:
            self._alert(self._handle_note(state))
        elif state == "paid" and self.payment_ids and not self.amount_booked:
            self._alert(
                self.env._(
                    "Urssaf says that it has paid after all. The payment was taken "
                    "back or cancelled in Odoo: register it again once the bank shows "
                    "it."
                )
            )
        elif not self.matter:
            self._alert_done()

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron_follow(self, company):
        due = self._due(company, list(FOLLOWED))
        due._report_remaining()
        due._ask()
        pending = self._pending_transfers(company)
        pending._report_remaining()
        pending._register_transfers()
        self._notify_customers(company)
        self._watch_messages(company)
        # Enrolments were looked at before.
        company._urssaf_tell_not_told()
        self._wake_for_next(company)

    @api.model
    def _cron_digest(self, company):
        """Tell which demandes or transfers have had no news for too long."""
        limit = fields.Datetime.now() - timedelta(hours=company.urssaf_stuck_hours)
        live = ("queued", "sending", "unknown", "waiting")
        stuck = self.search(
            [
                *company._urssaf_here(),
                ("state_since", "<", limit),
                "|",
                ("state", "in", live),
                ("transfer_to_book", "=", True),
            ]
        )
        note = self.env._(
            "No news for %s hours: check this demande in the Urssaf space.",
            company.urssaf_stuck_hours,
        )
        stuck._each(
            lambda requests: requests._tell_stuck(lambda _request: note),
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )
        self._tell_late(company)
        self._remind_cancellations(company)
        self._forget_reversed(company)
        self.env["urssaf.alert"]._watch(company)

    @api.model
    def _forget_reversed(self, company):
        """A refused invoice that got its credit note asks nothing of anybody."""
        self.search(
            [
                *company._urssaf_here(),
                ("state", "=", "refused"),
                ("activity_ids", "!=", False),
                ("move_id.payment_state", "=", "reversed"),
            ]
        )._each(
            lambda requests: requests._alert_done(),
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )
