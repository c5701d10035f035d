# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050: from the queue to Urssaf, exactly once.

A demande whose outcome is not certain is ``unknown``: see ``unknown.py``. Which of
those in the queue may still leave is in ``leaving.py``.
"""

import json
from collections import defaultdict
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError as SchemaError

from odoo import api, fields, models
from odoo.tools import split_every

from ...lib.api import PaymentRequest, UrssafError
from ..exchange import work
from ..exchange.exchange import OUTAGE_KINDS
from ..exchange.words import Refusal
from . import leaving, unknown
from .answers import agreed, by_number, taken
from .numbers import make_room, next_numbers, numbers_to_send, take_number
from .payment_request import SENDABLE
from .searching import tens

#: Of each demande, before anything is asked or said.
READ_BEFORE = "state state_since claimed_at holder_id enrolment_id payload".split()


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    _cut_fields = ("send_alone", "ask_alone")

    earlier_dates = fields.Json(
        readonly=True,
        copy=False,
        help="Dates under which this demande was sent before the invoice was mended.",
    )

    # -- queue -------------------------------------------------------------------

    @api.model
    def _enqueue_move(self, moves):
        """Queue the demandes of posted invoices that have passed the checks.

        The payload is frozen here: whatever happens, what is sent is what was
        checked. Its birth date is left out, see ``payload``.

        :return: the demandes put in the queue; an invoice whose demande is being sent
            already has none
        """
        # sudo(): who may send the invoice need not see its demandes.
        requests = self.sudo().search(
            [("move_id", "in", moves.ids), ("active_request", "=", True)]
        )
        free = requests._lock().filtered(lambda r: r.state in SENDABLE)
        new = moves - requests.move_id
        numbers = numbers_to_send(free.move_id | new)
        make_room(self.env, numbers)
        for request in free:
            take_number(request, numbers[request.move_id])
        queued = free | self._create_for(new, numbers)
        for request in queued:
            request.write({**request._earlier_values(), **request._frozen_values()})
        # Once for all: what goes with it writes on their invoices.
        queued._set_state("queued")
        self.env["urssaf.ceiling.use"]._freeze(queued)
        # By hand or by itself. What kept its mark would leave again by itself, should
        # the customer refuse it.
        moves._urssaf_waits_no_more()
        return queued

    def _frozen_values(self):
        """What is sent and shown, as the invoice says it now."""
        move = self.move_id
        start, end = move._home_service_period()
        total, untaxed = move._urssaf_totals()
        payload = PaymentRequest.model_validate(
            move._urssaf_prepare_payload()
        ).to_wire()
        payload["numFactureTiers"] = self.name
        del payload["dateNaissanceClient"]
        holder = move.company_id._urssaf_holder()
        return {
            "holder_id": holder.id,
            "environment": holder.urssaf_environment,
            "partner_id": move.commercial_partner_id.id,
            "currency_id": move.currency_id.id,
            "enrolment_id": move._urssaf_enrolment().id,
            "payload": json.dumps(payload, indent=2, ensure_ascii=False),
            "service_start": start,
            "service_end": end,
            "amount_total": total,
            "amount_untaxed": untaxed,
            "amount_deposit": move._urssaf_deposit_values().get("mntAcompte", 0.0),
            "next_call_at": fields.Datetime.now(),
            "silent_refusals": 0,
            "lost_count": 0,
            **self._no_error(),
            **self._no_matter(),
        }

    def _dates(self):
        """Invoice date, first and last day of the services, as they are sent."""
        sent = self._frozen_payload()
        return [
            sent.get("dateFacture") or self.move_id.invoice_date,
            sent.get("dateDebutEmploi") or self.service_start,
            sent.get("dateFinEmploi") or self.service_end,
        ]

    def _earlier_values(self):
        """It was sent before, and is about to be frozen anew: should the first call
        turn up after all, it is this demande, whatever its dates were.
        """
        if not self.attempt_count or not self.payload:
            return {}
        dates = [str(date) for date in self._dates()]
        return {"earlier_dates": [*(self.earlier_dates or ()), dates]}

    @api.model
    def _create_for(self, moves, numbers=None):
        """:param numbers: ``{move: number}``; free ones by default"""
        numbers = numbers or next_numbers(moves)
        # sudo(): the code alone makes demandes.
        return self.sudo()._create_once(
            [
                {
                    "name": numbers[move],
                    "move_id": move.id,
                    "partner_id": move.commercial_partner_id.id,
                    "company_id": move.company_id.id,
                    "currency_id": move.currency_id.id,
                    "environment": move.company_id._urssaf_holder().urssaf_environment,
                }
                for move in moves
            ]
        )

    def _withdraw(self):
        """Take out of the queue: the invoice goes back to draft.

        :raises LockError: it is being sent at this very moment
        """
        queued = self.filtered(lambda r: r.state == "queued")
        queued.lock_for_update(allow_referencing=True)
        queued._set_state("draft")

    # -- may it leave ------------------------------------------------------------

    def _keep_sendable(self):
        """Those of self, locked and queued, that may still leave: what was checked when
        they were queued may have changed since.
        """
        return leaving.of_active_customers(self._keep_current())

    def _keep_current(self):
        """The invoice may have been paid otherwise, credited, or reset to draft."""
        self.move_id.fetch(["state", "payment_state", "amount_residual"])
        current = self.filtered(
            lambda r: r.move_id.state == "posted"
            and r.move_id.payment_state in ("not_paid", "partial")
            and r._leaves(r.move_id.amount_residual)
        )
        leaving.outdated(self - current)
        return current

    def _leaves(self, left):
        """Whether what is left to pay is what Urssaf is asked to collect."""
        # The same number needs no rounding, for which the currency would be read.
        expected = self.transfer_expected
        return left == expected or not self.currency_id.compare_amounts(left, expected)

    # -- send --------------------------------------------------------------------

    def _send(self):
        """Send the queued demandes of self in batches, one habilitation after the
        other.
        """
        self._work_through(
            lambda batch, client: batch._send_batch(client), type(self)._batches
        )

    def _batches(self):
        """One by one those that were part of a call refused as a whole, then batches of
        the size that the company wants.
        """
        alone = self.filtered("send_alone")
        yield from alone
        for ids in split_every(self.holder_id.urssaf_batch_size, (self - alone).ids):
            yield self.browse(ids)

    def _send_batch(self, client):
        """Ask about the customers, then claim, call, record. Return false on an
        outage.
        """
        if self._customers_in_doubt(client):
            work.checkpoint(self.env, len(self))
            return False
        if work.turn_over(self.env) and self._may_go_on():
            # The questions took this turn; an outage of theirs stops no sending.
            work.checkpoint(self.env, 1, remaining=len(self))
            return True
        bodies = self._bodies()
        ready = self.filtered(lambda r: r.id in bodies)
        if lacking := self - ready:
            leaving.incomplete(lacking._lock().filtered(lambda r: r.state == "queued"))
        claimed = ready._claim()
        if not claimed:
            work.checkpoint(self.env, len(self))
            return True
        said = [bodies[id_] for id_ in claimed.ids]
        try:
            answered = by_number(client.create_payment_requests(said))
        except UrssafError as error:
            return claimed._not_sent(client, error)
        # What Urssaf took needs nothing more in this run, and is not read again.
        left = claimed.filtered(lambda r: not taken(answered[r.name]))
        claimed._record(lambda claims: claims._record_answers(answered))
        settled = unknown.settle(left._due_now(), client)
        return settled and left._send_renumbered(client)

    def _customers_in_doubt(self, client):
        """Ask about the customers of whom nothing was heard for a while. Return whether
        Urssaf seems to know none of our customers: then nothing leaves.
        """
        # Not every column: the claim reads its own.
        self.fetch(READ_BEFORE)
        self.holder_id._urssaf_read_for_calls()
        queued = self.filtered(lambda r: r.state == "queued")
        waiting_since = {
            customer: max(request._waits_since() for request in requests)
            for customer, requests in queued.grouped("enrolment_id").items()
        }
        return queued.enrolment_id._ask_before_sending(client, waiting_since)

    def _waits_since(self):
        """When it was queued, or last tried: what was asked before a try is not for the
        next one, which may come days later.
        """
        return max(self.state_since or datetime.min, self.claimed_at or datetime.min)

    def _bodies(self):
        """``{id: what is said to Urssaf}`` of those of self that are complete. Built
        before anything is claimed: what raises here has not left.
        """
        self.enrolment_id.partner_id.fetch(["urssaf_birth_date"])
        bodies = {}
        for request in self:
            with suppress(SchemaError):
                bodies[request.id] = request._request()
        return bodies

    def _request(self):
        """The frozen payload as a schema, with the customer's birth date.

        :raises pydantic.ValidationError: the birth date is missing
        """
        self.ensure_one()
        return PaymentRequest.model_validate(
            {
                **json.loads(self.payload or "{}"),
                "dateNaissanceClient": self.enrolment_id.partner_id.urssaf_birth_date
                or None,
            }
        )

    def _record_answers(self, answered):
        """The answers of a 050 call, see ``by_number``. Urssaf may say nothing of a
        demande: nobody knows what became of it.
        """
        self._call_answered()
        accepted, silent = defaultdict(self.browse), self.browse()
        for request in self:
            told = answered[request.name]
            if taken(told):
                accepted[told[0].status] += request
            elif agreed(told) and told[0].rejected:
                request._refused(told[0].errors)
            else:
                silent += request
        for code, requests in accepted.items():
            requests._accepted(code, answered)
        if silent:
            silent._set_state("unknown", next_call_at=fields.Datetime.now())

    def _accepted(self, code, answered):
        """Urssaf took these."""
        now = fields.Datetime.now()
        ids = {request: answered[request.name][0].request_id for request in self}
        self._write_each("external_id", ids)
        self._set_state(
            "waiting",
            silent_refusals=0,
            lost_count=0,
            remote_code=code,
            remote_label=self._remote_label(code),
            remote_updated_at=now,
            remote_changed_at=now,
            next_call_at=now + self.browse()._follow_delay("waiting"),
        )

    def _send_renumbered(self, client):
        """Those of self that have just got another number leave at once. Return false
        on an outage.
        """
        again = self._due_now().filtered(
            lambda r: r.state == "queued" and r.taken_numbers
        )
        return not again or not self._may_take_more() or again._send_batch(client)

    # -- what went wrong ---------------------------------------------------------

    def _not_sent(self, client, error):
        """The whole call failed. Return false on an outage."""
        alone = len(self) == 1
        self._record(lambda claims: claims._record_failure(error, alone))
        if not self._may_go_on():
            return False
        unknown.settle(self._due_now(), client)
        if error.kind != "rejected":
            return True
        for request in self._due_now().filtered(lambda r: r.state == "queued"):
            # Ten slow calls would outlive the scheduled action; the next run goes on.
            if not self._may_take_more():
                break
            if not request._send_batch(client):
                return False
        return True

    def _due_now(self):
        """Those of self that are not put off."""
        self.fetch(["next_call_at"])  # after a commit, not every column
        now = fields.Datetime.now()
        return self.filtered(lambda r: r.next_call_at and r.next_call_at <= now)

    def _go_alone(self):
        """What leaves leaves alone, what is asked about is asked about alone."""
        to_send = self.filtered(lambda r: r.state in ("queued", "sending"))
        to_send.send_alone = True
        (self - to_send).ask_alone = True

    def _record_failure(self, error, alone):
        self._call_failed(error)
        if error.kind in OUTAGE_KINDS:
            self._postpone(error)
        elif error.kind == "rejected" and alone and error.errors:
            self._refused(error.errors)
        else:
            # Nobody knows what Urssaf kept of it. A plain refusal of several: each
            # is searched, then goes alone, and the guilty one is told apart.
            refused = error.kind == "rejected"
            silent = refused and alone
            for lost, requests in self.grouped("lost_count").items():
                requests._set_state(
                    "unknown",
                    next_call_at=fields.Datetime.now(),
                    send_alone=refused and not alone,
                    silent_refusals=requests[:1].silent_refusals + 1 if silent else 0,
                    lost_count=lost if refused else lost + 1,
                    **self[:1]._error_values(error),
                )

    def _refused(self, errors):
        """Urssaf refused this demande and says why."""
        self.ensure_one()
        values = self._error_values(Refusal(errors))
        if any(error.code == unknown.DUPLICATE for error in errors):
            # Urssaf has this number, perhaps from a call whose answer was lost.
            values |= {"last_error_code": unknown.DUPLICATE, "send_alone": False}
            self._set_state("unknown", next_call_at=fields.Datetime.now(), **values)
            return
        self._set_state("rejected", **values)
        self._tell(values["last_error_message"])
        leaving.wait_if_customer_closed(self, errors)

    # -- scheduled actions -------------------------------------------------------

    @api.model
    def _repair_due(self, company):
        self._due(company, ["sending"])._settle_abandoned()
        self._due(company, ["unknown"])._work_through(unknown.settle, tens)
