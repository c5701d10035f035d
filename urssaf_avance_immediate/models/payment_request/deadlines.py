# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What to expect, by when, and how soon to ask again.

Deadlines are expectations, never decisions: a state changes when Urssaf says so.
"""

import random
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...lib.rules import (
    answer_deadline,
    follow_pace,
    notice_due,
    paris_date,
    paris_morning,
    paris_today,
    transfer_due,
)
from ..exchange import idle, work
from ..exchange.exchange import TOLD_AT_ONCE
from ..exchange.ir_cron import CRON_FOLLOW, wake
from ..exchange.screen import check_user
from . import notices
from .booking import PENDING, TO_BOOK
from .payment_request import FOLLOWED
from .timeline import expectations, steps, where_it_stands

# Urssaf has the demande and the customer has not been asked yet.
NOT_ASKED_YET = (False, "10", "15")
# The customer said yes, or let the delay pass.
VALIDATED = ("validated", "debited", "paid")
# Money is to come in these states, until it is there: how sure it is.
OUTLOOKS = {"waiting": "open", **dict.fromkeys(("validated", "debited"), "agreed")}
OUTLOOKS["paid"] = "announced"
# How much longer "Keep watching" watches, from the end of the watch.
WATCH_MORE = relativedelta(months=6)
# The customer was not debited, or Urssaf cancelled it: its money does not come, or was
# taken back.
INCIDENTS = ("unpaid", "recovered", "cancelled")


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    answer_until = fields.Datetime(
        string="Customer may answer until",
        compute="_compute_answer_until",
        store=True,
        help="48 hours after Urssaf asked the customer; his silence is a yes. The law "
        "says two clear days, so Urssaf may take a little longer.",
    )
    validated_on = fields.Date(
        compute="_compute_deadlines",
        store=True,
        help="The day on which Odoo first saw the customer’s agreement.",
    )
    expected_transfer_date = fields.Date(
        string="Transfer expected on",
        compute="_compute_deadlines",
        store=True,
        index="btree_not_null",
        help="Urssaf’s own date once it gives one; before that, four working days "
        "after the agreement, or after the end of the customer’s delay.",
    )
    remote_date = fields.Date(
        readonly=True, copy=False, help="Urssaf’s own date at its last answer."
    )
    late = fields.Boolean(
        compute="_compute_deadlines",
        store=True,
        help="On the day of Urssaf’s last answer, the transfer should have been there.",
    )
    transfer_outlook = fields.Selection(
        [
            ("announced", "Certain"),
            ("agreed", "Estimated: agreed"),
            ("open", "Estimated: no answer yet"),
        ],
        string="Money to come",
        compute="_compute_deadlines",
        store=True,
        help="Certain: Urssaf has announced it. Estimated: the customer has agreed, or "
        "may still refuse. Empty when no transfer is to come.",
    )
    expectation = fields.Text(
        compute="_compute_expectation", help="What comes next, and when."
    )
    timeline = fields.Json(compute="_compute_timeline", help="See _timeline.")
    next_step = fields.Text(string="Where it stands", compute="_compute_timeline")
    calendar_title = fields.Char(compute="_compute_calendar_title")
    notice_until = fields.Date(
        string="Act before",
        compute="_compute_deadlines",
        store=True,
        index="btree_not_null",
        help="Urssaf had paid: from its notice on you have 30 days to pay back or to "
        "comment, then it debits you (articles L133-8-7 and R133-20 of the code de la "
        "sécurité sociale). Counted from the day on which Odoo saw the status: the "
        "date of Urssaf’s letter prevails.",
    )
    watch_extended_until = fields.Date(readonly=True, copy=False)
    watch_until = fields.Date(
        string="Watched until",
        compute="_compute_watch_until",
        help="Until then Odoo asks Urssaf, less and less often, whether the payment "
        "holds.",
    )

    # Few are awaited or late at any time, among years of them that are over.
    _outlook_index = models.Index(
        "(company_id, expected_transfer_date) WHERE transfer_outlook IS NOT NULL"
    )
    _late_index = models.Index("(holder_id) WHERE late IS TRUE")

    # -- computes --------------------------------------------------------------

    @api.depends("claimed_at", "remote_code", "remote_updated_at")
    def _compute_answer_until(self):
        """The delay begins when Urssaf asks the customer (status 20): not before the
        last time that it had not done so.
        """
        for request in self:
            code = request.remote_code
            if request.answer_until and code not in NOT_ASKED_YET:
                continue
            asked = request.remote_updated_at if code in NOT_ASKED_YET else False
            asked = asked or request.claimed_at
            request.answer_until = asked and answer_deadline(asked)

    # One method for what a change of state decides: Odoo runs each of them apart, for
    # every batch that leaves.
    @api.depends(
        "state",
        "answer_until",
        "remote_code",
        "remote_changed_at",
        "remote_date",
        "transfer_date",
        "transfer_effective",
    )
    def _compute_deadlines(self):
        for request in self:
            if request.state not in VALIDATED:
                request.validated_on = False
            elif not request.validated_on:
                request.validated_on = paris_date(request.remote_changed_at)
            request.expected_transfer_date = request._transfer_expected_on()
            request.transfer_outlook = request._transfer_outlook()
            request.late = request._transfer_is_late()
            request.notice_until = request._notice_ends_on()

    def _transfer_expected_on(self):
        if self.state in VALIDATED:
            return self.transfer_date or (
                self.validated_on and transfer_due(self.validated_on)
            )
        if self.state == "waiting" and self.answer_until:
            return transfer_due(paris_date(self.answer_until))
        return False

    def _transfer_outlook(self):
        """Whether money is still to come: see the field."""
        came = self.state == "paid" and self.transfer_effective
        outlook = not came and OUTLOOKS.get(self.state, False)
        return "announced" if outlook and self.transfer_date else outlook

    def _transfer_is_late(self):
        """A transfer is expected during its day: it is late from the next one on."""
        known = self.transfer_outlook and self.expected_transfer_date
        return bool(known and self.remote_date) and known < self.remote_date

    def _notice_ends_on(self):
        notice = (
            self.state in INCIDENTS
            and self.transfer_effective
            and self.remote_code != "270"
            and paris_date(self.remote_changed_at)
        )
        return notice and notice_due(notice)

    @api.depends("state", "answer_until", "late", "cancel_awaited")
    def _compute_expectation(self):
        for request in self:
            request.expectation = "\n".join(expectations(request))

    @api.depends("state", "answer_until", "late", "cancel_awaited", "invoice_settled")
    @api.depends_context("uid", "lang")
    def _compute_timeline(self):
        """What the browser shows: the dates in the user’s own writing."""
        for request in self:
            request.timeline = [
                step | {"date": step["date"] and format_date(self.env, step["date"])}
                for step in request._timeline()
            ]
            request.next_step = where_it_stands(request.timeline)

    @api.depends("transfer_expected", "partner_id.display_name")
    @api.depends_context("lang")
    def _compute_calendar_title(self):
        for request in self:
            amount = request.currency_id.format(request.transfer_expected)
            request.calendar_title = f"{amount} · {request.partner_id.display_name}"

    def _timeline(self):
        """Its life in dated steps: see ``timeline.steps``."""
        self.ensure_one()
        return steps(self)

    @api.depends("state", "remote_changed_at", "watch_extended_until", "holder_id")
    def _compute_watch_until(self):
        for request in self:
            until = False
            if request._watched():
                # sudo(): a branch's user may not open the company above it.
                until = max(
                    paris_date(request.remote_changed_at)
                    + timedelta(days=request.sudo().holder_id.urssaf_watch_days),
                    request.watch_extended_until or fields.Date.to_date("2000-01-01"),
                )
            request.watch_until = until

    def _watched(self):
        """Whether all has come and only a late refusal could follow."""
        return bool(self.remote_changed_at) and (
            self.state == "recovered"
            or (self.state == "paid" and self.transfer_effective)
        )

    # -- how soon --------------------------------------------------------------

    def _next_call(self, now):
        """When to ask again, ``False`` when nothing can happen any more."""
        self.ensure_one()
        if self.state not in FOLLOWED:
            return False
        if self.watch_until and paris_date(now) > self.watch_until:
            return False
        return now + self._follow_delay(self.state)

    def _follow_delay(self, state):
        """How long to wait before the next question."""
        # Spread, so that what was sent together is not asked together for ever.
        return self._pace(state) * random.uniform(0.9, 1.1)

    def _pace(self, state):
        """How often to ask, see ``lib.rules.follow_pace``; of no demande in
        particular, what suits one that has just left.
        """
        now = fields.Datetime.now()
        since = self.remote_changed_at or now
        expected = self.expected_transfer_date
        if state == "waiting":
            return follow_pace.waiting(now, self.answer_until or None)
        if state in ("validated", "debited"):
            return follow_pace.collecting(
                now, expected and paris_morning(expected) or None
            )
        if state == "unpaid":
            return follow_pace.unpaid(now, since)
        if self._watched():
            return follow_pace.paid(now, since)
        day = self.transfer_date
        return follow_pace.announced(now, day and paris_morning(day) or None)

    @api.model
    def _follow_due(self, company):
        due = self._due(company, self._asked_states)
        due._report_remaining()
        due._ask()
        if self._more_news_to_come(company):
            # The action runs again, for what is made of them.
            work.report_more(self.env, 1)
            return
        pending = self._pending_transfers(company)
        pending._report_remaining()
        pending._register_transfers()
        self._notify_customers(company)
        self._watch_messages(company)
        company._urssaf_tell_not_told()  # enrolments were looked at before
        self._wake_for_next(company)

    @api.model
    def _wake_for_next(self, company):
        """The scheduled action comes every hour; around a deadline that is too rare."""
        soon = self.search(
            company._urssaf_here() & _due_soon(), order="next_call_at", limit=1
        )
        if soon:
            # A few minutes later, so that the neighbours come along.
            wake(self.env, CRON_FOLLOW, at=soon.next_call_at + timedelta(minutes=5))

    @api.model
    def _with_more_to_follow(self, holders):
        """Those of these habilitations for which ``_follow_due`` does anything but ask,
        in the order in which it does it.
        """
        found = idle.having(holders, self, PENDING)
        found |= notices.with_due(self, holders - found)
        found |= self._with_messages(holders - found)
        return found | idle.having(holders - found, self, _due_soon())

    # -- buttons ---------------------------------------------------------------

    def action_keep_watching(self):
        """Watch a payment six months longer than it would be."""
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        # sudo(): checked above; the code alone writes.
        for request in self.sudo().filtered(lambda r: r._watched()):
            start = max(request.watch_until or paris_today(), paris_today())
            request.watch_extended_until = start + WATCH_MORE
            request.next_call_at = request.next_call_at or fields.Datetime.now()
            request._message_log(
                body=self.env._(
                    "%(user)s has Odoo watch this payment until %(date)s.",
                    user=self.env.user.name,
                    date=format_date(self.env, request.watch_until),
                )
            )

    # -- late --------------------------------------------------------------------

    @api.model
    def _tell_late(self, company):
        """Money that is late by French working days is told once per state."""
        late = self.search([*company._urssaf_here(), ("late", "=", True)])
        late._each(
            type(self)._tell_these_late,
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )

    def _tell_these_late(self):
        self._tell_stuck(
            lambda request: request.env._(
                "The transfer of %(amount)s was expected on %(date)s and Urssaf has "
                "not announced it: check this demande in the Urssaf space.",
                amount=request.currency_id.format(request.transfer_expected),
                date=format_date(request.env, request.expected_transfer_date),
            )
        )

    @api.model
    def _daily_watch(self, company):
        """Tell which demandes or transfers have had no news for too long."""
        limit = fields.Datetime.now() - timedelta(hours=company.urssaf_stuck_hours)
        live = ("queued", "sending", "unknown", "waiting")
        stuck = self.search(
            [
                *company._urssaf_here(),
                ("state_since", "<", limit),
                "|",
                ("state", "in", live),
                *TO_BOOK,
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
        company._urssaf_watch_transfers()
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
            lambda requests: requests._told_done(),
            size=TOLD_AT_ONCE,
            put_off=type(self)._tell_put_off,
        )


def _due_soon():
    """Domain of the demandes to ask about before the scheduled action comes again."""
    now, end = fields.Datetime.now(), fields.Datetime.now() + timedelta(minutes=50)
    soon = Domain("next_call_at", ">", now) & Domain("next_call_at", "<", end)
    return Domain("state", "in", FOLLOWED) & soon
