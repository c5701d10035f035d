# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070: what became of the demandes de paiement.

A number that is found at Urssaf may be that of another demande: two agencies with one
habilitation, or a restored backup, number their invoices alike. What Urssaf shows is
this demande if the customer, the date of the invoice and the days of the services are
those that were sent. Amounts are not looked at to tell demandes apart: ours may have
arrived for another amount, which is then said.
"""

import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...lib.api import UrssafError
from ...lib.api.schemas import as_date
from ...lib.rules import paris_date, paris_today
from ..company.empty_lists import next_demande
from ..exchange import work
from ..exchange.ir_cron import CRON_SEND, wake
from ..exchange.words import UNFORESEEN
from . import unchanged
from .answers import shown
from .numbers import next_number
from .payment_request import CLOSED, FOLLOWED
from .searching import ABOUT_ONE, heard_of, one_by_one, tens

# Our state for each status code of Urssaf. A code that is not here leaves the
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
# Numbers tried in a row before it is a person's matter.
MAX_NUMBERS = 5


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    _asked_states = FOLLOWED
    #: What a call and its answer read, here and in ``sending``.
    _call_fields = (
        "company_id holder_id environment external_id state active_request name "
        "move_id enrolment_id currency_id attempt_count claimed_at next_call_at "
        "lost_count send_alone ask_alone matter last_error_kind remote_code "
        "remote_label remote_date remote_updated_at remote_changed_at answer_until "
        "expected_transfer_date cancel_requested_on transfer_amount transfer_date "
        "transfer_expected"
    ).split()

    ask_alone = fields.Boolean(
        readonly=True,
        copy=False,
        help="A search that it was part of failed: it is asked about by itself.",
    )
    taken_numbers = fields.Json(
        readonly=True,
        copy=False,
        help="Numbers that Urssaf has for other demandes: this one never had them.",
    )
    outlook_color = fields.Integer(compute="_compute_outlook_color")
    number_note = fields.Text(
        compute="_compute_number_note", help="Why the number is not the invoice’s."
    )

    @api.depends("transfer_outlook", "late")
    def _compute_outlook_color(self):
        """Odoo’s number of the colour that the badge of the list has."""
        colors = {"announced": 10, "agreed": 4, "open": 3}
        for request in self:
            color = colors.get(request.transfer_outlook, 0)
            request.outlook_color = 1 if request.late else color

    @api.depends("name", "taken_numbers")
    def _compute_number_note(self):
        for request in self:
            request.number_note = request.taken_numbers and self.env._(
                "Urssaf has the number %(taken)s for another demande, which is not of "
                "this invoice: this one has the number %(number)s.",
                taken=", ".join(request.taken_numbers),
                number=request.name,
            )

    # -- ask ---------------------------------------------------------------------

    def _ask(self):
        """Ask about each demande of self, ten at a time."""
        self._work_through(lambda batch, client: batch._ask_batch(client), tens)

    def _ask_batch(self, client):
        batch = self._lock().filtered(lambda r: r.state in FOLLOWED and r.external_id)
        if not batch:
            work.checkpoint(self.env, len(self))
            return True
        try:
            found = client.search_payment_requests(ids=batch.mapped("external_id"))
        except UrssafError as error:
            going_on = batch._call_failed(error)
            if going_on and len(batch) > 1 and error.kind in ABOUT_ONE:
                return one_by_one(batch, lambda one: one._ask_batch(client))
            batch._not_answered(error)
            work.checkpoint(self.env, len(self))
            return going_on
        batch._record_news(found)
        work.checkpoint(self.env, len(self))
        return True

    def _record_news(self, found):
        """Take over what one search says of self, each demande by its identifier."""
        self._call_answered()
        heard_of(self)
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

    # -- apply -------------------------------------------------------------------

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
        # The day by Urssaf's own clock, where it told one.
        day = paris_date(as_of) or paris_today()
        answered = {"remote_updated_at": now, "remote_date": day}
        transferred = {request: request.transfer_amount for request in self}
        alike = defaultdict(self.browse)
        for request in self:
            alike[request._changes(news[request], as_of)] += request
        for (state, moved, values), requests in alike.items():
            requests._take_over(state, moved, dict(values), answered)
        self._write_each("next_call_at", {r: r._next_call(now) for r in self})
        told = self.filtered(lambda r: r.remote_changed_at == now)
        (self - told).fetch(["last_response"])  # not every column
        told += (self - told).filtered(lambda r: not r.last_response)
        told._write_each("last_response", {r: shown(news[r]) for r in told})
        for request, before in transferred.items():
            if request.transfer_amount != before:
                request._tell_changed_transfer(before)

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

    def _take_over(self, state, moved, values, answered):
        """Write the same news on each demande of self, and when they were told."""
        if not (moved or values):
            unchanged.write(self, answered)
            self._answered_after_all()
            return
        if moved:
            values["remote_changed_at"] = answered["remote_updated_at"]
        self._set_state(state, **answered, **values)
        if moved:
            self._tell_people(state)

    def _answered_after_all(self):
        """Urssaf did answer, and the answer was taken."""
        troubled = self.filtered("last_error_kind")
        troubled.filtered(
            lambda r: r.last_error_kind == UNFORESEEN and not r.matter
        )._told_done()
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

    def _transfer_values(self, transfer, as_of):
        """Urssaf announces a transfer before it is made: first the date, possibly in
        the future, then the amount.
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

    # -- this one, or another ----------------------------------------------------

    def _other_demande(self, info):
        """Why what Urssaf shows is another demande than this one, in sentences; none
        if it can be this one.

        :param info: lib ``PaymentInfo``
        """
        self.ensure_one()
        sent = self._frozen_payload()
        reasons = []
        customer = sent.get("idClient") or self.enrolment_id.external_id
        if info.id_client and customer and info.id_client != customer:
            reasons.append(self.env._("Customer: not the same at Urssaf and in Odoo."))
        return reasons or self._other_dates(info)

    def _other_dates(self, info):
        """The dates that Urssaf has, where it has none of those that were sent."""
        told = [
            self._date_differences(info, *map(as_date, dates))
            for dates in (self._dates(), *(self.earlier_dates or ()))
        ]
        return told[0] if all(told) else []

    @api.model
    def _date_differences(self, info, invoice_date, start, end):
        """Dates that Urssaf echoes otherwise than we have them, in sentences. A date
        that one side does not tell differs from nothing.
        """
        dates = (
            (self.env._("Invoice date"), info.invoice_date, invoice_date),
            (self.env._("Services from"), info.service_start, start),
            (self.env._("Services to"), info.service_end, end),
        )
        return [
            self.env._(
                "%(date)s: %(theirs)s at Urssaf, %(ours)s in Odoo.",
                date=label,
                theirs=format_date(self.env, theirs),
                ours=format_date(self.env, ours),
            )
            for label, theirs, ours in dates
            if theirs and ours and theirs != ours
        ]

    # -- what a search has found -------------------------------------------------

    def _adopt(self, info, as_of):
        """A search has found our number: take the demande over, or another number.

        :param as_of: aware datetime of Urssaf's answer, see ``_apply_news``
        """
        if info.id_client is None:
            self._wait_and_tell()
            return
        other = self._other_demande(info)
        if other:
            self._take_another_number(other)
            return
        self.external_id = info.request_id
        self._apply_remote(info, as_of)
        self._tell_otherwise(info)

    def _adopt_none(self, infos):
        """A search has found several demandes under our number, which Urssaf gives
        once. If each of them is another one, ours gets another number; else nobody
        knows which is ours: none is taken over, and a person looks.
        """
        others = [info.id_client and self._other_demande(info) for info in infos]
        if all(others):
            self._take_another_number([*dict.fromkeys(sum(others, []))])
            return
        self._wait_and_tell(
            self.env._(
                "Urssaf has several demandes under the number %s, and one of them may "
                "be this one: Odoo takes none of them over by itself and does not "
                "send it twice. Compare the last weeks with Urssaf (Cross-checks), "
                "see which one is right and press “Take over the status” there.",
                self.name,
            )
        )

    def _take_another_number(self, reasons):
        """Urssaf has our number for another demande: it was searched, and seen. Ours
        is not there, and no lost call can still bring it, for Urssaf takes a number
        once. So it leaves under the next number, and says so.
        """
        self.taken_numbers = [*(self.taken_numbers or []), self.name]
        number = next_number(self.move_id)
        payload = {**json.loads(self.payload or "{}"), "numFactureTiers": number}
        values = {
            "name": number,
            "payload": json.dumps(payload, indent=2, ensure_ascii=False),
            "earlier_dates": False,
            "send_alone": False,
            "silent_refusals": 0,
            **self._no_error(),
            **self._no_matter(),
        }
        if len(self.taken_numbers) % MAX_NUMBERS == 0:
            values["last_error_message"] = self.env._(
                "Urssaf has the numbers %s for other demandes. Compare the last weeks "
                "with Urssaf (Cross-checks) before sending this one again.",
                ", ".join(self.taken_numbers),
            )
            self._set_state("rejected", **values)
            self._tell(values["last_error_message"])
            return
        self._set_state("queued", next_call_at=fields.Datetime.now(), **values)
        self._message_log(body="\n".join([self.number_note, *reasons]))
        self.move_id._message_log(body=self.number_note)
        wake(self.env, CRON_SEND)

    @api.model
    def get_empty_list_help(self, help_message):
        """Extends: the next step that is possible here."""
        help_message = next_demande(self.env, help_message)
        return super().get_empty_list_help(help_message)

    def _wait_and_tell(self, note=None):
        """Only Urssaf can tell what became of it: nothing is sent meanwhile."""
        self.next_call_at = fields.Datetime.now() + timedelta(hours=1)
        self._tell(
            note
            or self.env._(
                "Urssaf does not say clearly whether it has the demande %s. Odoo asks "
                "again every hour and does not send it twice.",
                self.name,
            )
        )
