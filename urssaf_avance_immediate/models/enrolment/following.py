# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 020: what became of the customers, asked less and less often.

Urssaf may say that it does not know one: has he left, or are the credentials those of
another habilitation, which knows none of ours? One customer who is known settles it.
While nobody is, nobody is ended.
"""

from datetime import timedelta

from odoo import api, fields, models

from ...lib.api import UrssafError
from ...lib.rules import utc_of_paris
from ..exchange import work
from ..exchange.connection import SUSPECT, OtherHabilitation
from ..exchange.ir_cron import CRON_FOLLOW, wake
from ..exchange.screen import check_user, notice
from ..exchange.words import UNFORESEEN
from .calling import NOT_FOUND
from .enrolment import CLOSED, FOLLOWED

# Any other code of a closed account is shown and kept as received.
UNFINISHED = "APPAREILLAGE_NF"
MANDATE_EXPIRED = "MANDAT_ECHU"
BLOCKED = "PARTICULIER_BLOQUE"

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# State: for how long it is young, how often we ask then, and how often afterwards. An
# active customer is asked about when an invoice is about to leave.
FOLLOW = {
    "pending": (2 * DAY, HOUR, DAY),
    "expired": (30 * DAY, DAY, 7 * DAY),
    "blocked": (7 * DAY, 12 * HOUR, DAY),
    "mandate": (7 * DAY, 12 * HOUR, DAY),
    "active": (30 * DAY, 7 * DAY, 30 * DAY),
    # Urssaf does not know him any more; one false answer must not last.
    "ended": (7 * DAY, DAY, 7 * DAY),
}
# For how long one who has ended is asked about.
ENDED_FOLLOWED = 56 * DAY
# What is read of each customer then.
ASKED_BEFORE_SENDING = (
    "state",
    "environment",
    "holder_id",
    "partner_id",
    "external_id",
    "answered_at",
    "last_error_kind",
    "next_call_at",
)
# Asked about once per run before sending, whatever the company wants.
SHORTEST_FRESH = timedelta(minutes=15)
# For how long an answer counts that came since the demande waits to leave.
ASKED_FOR_IT = DAY


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    _asked_states = (*FOLLOWED, "ended")

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_refresh(self):
        """Ask Urssaf now for one customer; for several, the scheduled action does."""
        check_user(self.env)
        self.check_access("read")
        self._check_real()
        # sudo(): people only read exchanges; the rights were checked.
        enrolments = self.sudo()
        if len(enrolments) == 1:
            return enrolments._refresh_now()
        now = fields.Datetime.now()
        # Those that are due already may be being asked about: leave their rows alone.
        enrolments.filtered(
            lambda e: not (e.next_call_at and e.next_call_at <= now)
        )._askable().next_call_at = now
        wake(self.env, CRON_FOLLOW)
        return enrolments._nobody_asked() or notice(
            self.env._("The news will be there in a moment.")
        )

    # -- method 020 ------------------------------------------------------------

    def _refresh_now(self):
        """Ask for one customer while the user waits."""
        self.ensure_one()
        if self._abandoned():
            self._settle_abandoned()
        nobody_asked = self._nobody_asked()
        if nobody_asked:
            return nobody_asked
        if self.state == "unknown":
            self._settle()
        elif self._usable():
            # In doubt, a person says that this customer has left, or has not.
            self._usable()._work_through(
                lambda one, client: one._refresh_one(client, by_hand=True),
                insist=True,
            )
        return self._notify_outcome()

    def _refresh(self):
        """Ask Urssaf about each customer of self."""
        self._usable()._work_through(
            lambda enrolment, client: enrolment._refresh_one(client)
        )

    def _refresh_one(self, client, by_hand=False):
        """Return whether going on with the next customer makes sense."""
        going_on = self._ask(client, by_hand=by_hand)
        work.checkpoint(self.env, 1)
        return going_on

    def _askable(self):
        """Those of self about whom Urssaf may have news: also who has ended, as long
        as it was only Urssaf that did not know him.
        """
        return self.filtered(
            lambda e: e.state in FOLLOWED
            or (
                e.state == "ended"
                and e.last_error_code == NOT_FOUND
                and not e.partner_id.urssaf_forgotten_on
            )
        )

    def _ask(self, client, settles=True, by_hand=False):
        """Ask about one customer, unless somebody else is at it. False on an outage.

        :param settles: an answer ends the outage that there was
        :param by_hand: a person asks about this very customer
        """
        enrolment = self._lock()._askable()
        if not enrolment:
            return True
        try:
            status = client.get_customer(id_client=enrolment.external_id)
        except UrssafError as error:
            if error.code == NOT_FOUND:
                return enrolment._not_known(client, error, by_hand)
            return enrolment._not_told(error)
        enrolment._apply_remote(status)
        if settles or enrolment._connections()._in_doubt():
            enrolment._call_answered(certain=True)
        return True

    def _not_told(self, error):
        """Method 020 failed. Return false on an outage."""
        now = fields.Datetime.now()
        values = self._error_values(error)
        if self.resend_refused or self.state == "ended":
            # What has to be mended stays on the screen, and why somebody has ended,
            # without which he would not be asked about again, see ``_askable``.
            values = {}
        going_on = self._call_failed(error)
        if going_on:
            self.answered_at = now
        self.write({"next_call_at": now + HOUR, **values})
        return going_on

    def _apply_remote(self, status):
        """Take over what method 020 says of this customer. An identifier that was
        imported may be somebody else’s.
        """
        self.ensure_one()
        if self.to_verify and not self.partner_id._urssaf_is(status):
            self._refuse_imported(
                self.env._(
                    "Urssaf knows the imported identifier for somebody else: compare "
                    "the birth name and the first names."
                )
            )
            return
        self.to_verify = False
        code = status.status.code
        before = self.state
        state = "active" if status.active else self._state_when_closed(code)
        values = {
            "remote_status": code,
            "remote_message": status.status.description,
            "answered_at": fields.Datetime.now(),
            "names_differ": bool(self.partner_id._urssaf_name_differences(status)),
        }
        if status.active:
            values["active_since"] = self._active_since(status)
            values["account_known"] = True
        self._set_state(state, **values)
        self.next_call_at = self._next_question()
        if state != before:
            self._alert_closed(status.status.description or code or "")

    def _state_when_closed(self, code):
        """A customer who was active and is not any more is blocked, whatever the code:
        Urssaf may use codes that we do not know.

        It may say that the link was not used in time, or leave us to count the days.
        """
        if code == MANDATE_EXPIRED:
            return "mandate"
        if code == BLOCKED or self.state in ("active", *CLOSED):
            return "blocked"
        return "expired" if code == UNFINISHED or self._link_is_over() else "pending"

    def _link_is_over(self):
        """Who has an account was asked to accept the company: no link, no end."""
        end = not self.account_known and self.link_expires_at
        return bool(end) and end <= fields.Datetime.now()

    def _next_question(self):
        """When to ask again: see ``FOLLOW``; and just after a link has expired."""
        now = fields.Datetime.now()
        if self.state == "ended" and now > self.state_since + ENDED_FOLLOWED:
            return False
        youth, early, late = FOLLOW[self.state]
        start = {
            "pending": self.registered_at,
            "expired": self.registered_at,
            "active": self.active_since,
        }.get(self.state, self.state_since)
        later = now + (early if now - (start or now) < youth else late)
        end = self.link_expires_at
        if self.state == "pending" and end and now < end < later:
            return end
        return later

    def _active_since(self, status):
        """UTC, as Odoo stores it. Urssaf writes it in the description, Paris time;
        where it does not, the first time we saw the customer active is kept.
        """
        if not status.active_since:
            return self.active_since or fields.Datetime.now()
        return utc_of_paris(status.active_since)

    # -- nobody is known -------------------------------------------------------

    def _not_known(self, client, error, by_hand):
        """Method 020 does not know this customer. Return false if everybody is in
        doubt; a person who asks about this very customer has decided.
        """
        if self.state == "ended":
            self._call_answered()
            self.write(
                {
                    "next_call_at": self._next_question(),
                    "answered_at": fields.Datetime.now(),
                }
            )
            return True
        if not by_hand and self._in_doubt(client):
            doubt = OtherHabilitation()
            self.write(
                {
                    "next_call_at": fields.Datetime.now() + HOUR,
                    **self._error_values(doubt),
                }
            )
            return self._call_failed(doubt)
        self._call_answered()
        self._set_state(
            "ended",
            answered_at=fields.Datetime.now(),
            next_call_at=False,
            **self._error_values(error),
        )
        # An imported identifier is refused instead, and somebody is told so.
        if self.state == "ended":
            self.next_call_at = self._next_question()
            self._tell(self._error_text(error))
        return True

    def _in_doubt(self, client):
        """Whether Urssaf knows nobody, as far as this client has asked and asks now.

        An outage while asking settles nothing: nobody is ended on half a proof.
        """
        if client.found_customers:
            return False
        unknown = 1
        for other in self._witnesses(self.company_id) - self:
            if unknown >= SUSPECT:
                break
            try:
                client.get_customer(id_client=other.external_id)
            except UrssafError as error:
                if error.code != NOT_FOUND:
                    return True
                unknown += 1
            else:
                return False
        return unknown >= SUSPECT

    @api.model
    def _knows_nobody(self, company, client):
        """Whether Urssaf knows none of some customers that it knew.

        :raises UrssafError: it does not say
        """
        witnesses = self._witnesses(company)[:SUSPECT]
        for enrolment in witnesses:
            try:
                client.get_customer(id_client=enrolment.external_id)
            except UrssafError as error:
                if error.code != NOT_FOUND:
                    raise
            else:
                return False
        return bool(witnesses)

    @api.model
    def _witnesses(self, company):
        """Some customers whom Urssaf knew at its last answer, active ones first."""
        known = [
            ("company_id", "=", company.id),
            ("environment", "=", company.urssaf_environment),
            ("external_id", "!=", False),
            ("state", "in", FOLLOWED),
            ("to_verify", "=", False),
            ("remote_status", "!=", False),
        ]
        # sudo(): whoever asks, all the customers of the company can bear witness.
        active = self.sudo().search(
            [*known, ("state", "=", "active")],
            order="answered_at DESC, id",
            limit=SUSPECT,
        )
        others = self.sudo().search(known, order="answered_at DESC, id", limit=SUSPECT)
        return active | others

    # -- before a sending ------------------------------------------------------

    def _ask_before_sending(self, client, waiting_since):
        """Ask about the active customers of self whose last news is too old for their
        company: their demandes are about to leave.

        An outage says nothing of a customer; the sending meets it and waits. Where
        other companies come first, the next turn asks about the next customer.

        :param waiting_since: ``{enrolment: since when its demandes wait}``, see
            ``_is_fresh``
        :return: whether Urssaf seems to know none of our customers
        """
        now = fields.Datetime.now()
        self.fetch(ASKED_BEFORE_SENDING)
        in_doubt = self._connections()._in_doubt()
        for enrolment in self._usable().filtered(lambda e: e.state == "active"):
            fresh = enrolment._is_fresh(now, waiting_since.get(enrolment))
            if (fresh and not in_doubt) or enrolment._is_put_off(now):
                continue
            # A record set of its own, see ``_work_through``; what raises is the matter
            # of this customer, not of the demandes.
            going_on = work.take(
                self.browse(enrolment.id), lambda one: one._ask_alone(client)
            )
            in_doubt = self._connections()._in_doubt()
            if not going_on or work.turn_over(self.env):
                break
        return in_doubt

    def _is_fresh(self, now, waiting_since):
        """Whether the last news is new enough for the company, or came since the
        demande waits. While other companies wait, a batch asks about one customer per
        turn: were the first answer too old before the last one is there, it would
        never leave.
        """
        last = self.answered_at
        hours = timedelta(hours=self.holder_id.urssaf_fresh_hours)
        if not last or last > now - max(hours, SHORTEST_FRESH):
            return bool(last)
        asked_for_it = bool(waiting_since) and last > waiting_since
        return asked_for_it and last > now - ASKED_FOR_IT

    def _is_put_off(self, now):
        """Whether something that nobody foresaw has happened to this question: asked
        again at each turn, it would take them all, and no demande would leave.
        """
        later = self.next_call_at and self.next_call_at > now
        return bool(later) and self.last_error_kind == UNFORESEEN

    def _ask_alone(self, client):
        # That Urssaf tells of customers does not mean that it takes demandes.
        going_on = self._ask(client, settles=False)
        work.checkpoint(self.env)
        return going_on

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _follow_due(self, company):
        found = self._due(company, self._asked_states)
        due = found._askable()
        # Nobody asks about these: due for ever, they would look like news to come.
        (found - due).next_call_at = False
        due._report_remaining()
        due._refresh()
        if not self._more_news_to_come(company):
            self._watch_messages(company)
