# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 010 and 020: enrolling a customer, then asking what became of him."""

import json
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pydantic import ValidationError as SchemaError

from odoo import api, fields, models, tools

from ..lib.api import UrssafError
from .urssaf_enrolment import FOLLOWED, SENDABLE
from .urssaf_exchange import OUTAGE_KINDS

# Urssaf's dates are French civil time.
PARIS = ZoneInfo("Europe/Paris")

# Nobody there (never activated, or the customer ended the association).
NOT_FOUND = "ERR_RECHERCHE_PARTICULIER"
# Enrolled already, and Urssaf does not say under which identifier (urssaf-api §11).
LINK_EXISTS = "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE"
BLOCKED_CODES = ("PARTICULIER_BLOQUE", "MANDAT_ECHU")

FOLLOW_EVERY = {
    "pending": timedelta(hours=1),
    "blocked": timedelta(hours=12),
    "active": timedelta(days=7),
}


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    # -- method 010 ------------------------------------------------------------

    def _enqueue(self):
        """Put in the queue those of self that may be sent; return them."""
        ready = self._lock().filtered(lambda e: e.state in SENDABLE)
        for enrolment in ready:
            enrolment._set_state(
                "queued",
                environment=enrolment.company_id.urssaf_environment,
                external_id=False,
                attempt_count=0,
                next_call_at=fields.Datetime.now(),
                **self._no_error(),
            )
        return ready

    def _enrol_now(self):
        """Enrol one customer while the user waits, and tell the outcome."""
        self.ensure_one()
        self._enqueue()
        self._send()
        if self.state == "pending":
            self._refresh()
        return self._notify_outcome()

    def _notify_outcome(self):
        self.ensure_one()
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        if self.last_error_message:
            return self._notify(
                self.last_error_message,
                kind="danger",
                title=self.env._("Urssaf: %s", label),
            )
        kind = {"active": "success", "pending": "success"}.get(self.state, "info")
        return self._notify(label, kind=kind, title=self.partner_id.display_name)

    def _send(self):
        """Send the queued enrolments of self, one call each (method 010 takes one)."""
        self._work_through(lambda enrolment, client: enrolment._send_one(client))

    def _send_one(self, client):
        """Claim, call, record. Return false on an outage."""
        try:
            request = self.partner_id._urssaf_enrolment_request()
        except SchemaError:
            self._not_complete()
            return True
        claimed = self._claim()
        if not claimed:
            self._checkpoint(1)
            return True
        try:
            answer = client.enrol_customer(request)
        except UrssafError as error:
            claimed._record(partial(type(claimed)._not_enrolled, error=error))
            return claimed._may_go_on()
        claimed._record(lambda enrolment: enrolment._enrolled(answer.id_client))
        return True

    def _not_complete(self):
        """The sheet was complete when it was queued, and is not any more."""
        for enrolment in self._lock().filtered(lambda e: e.state == "queued"):
            note = self.env._("The sheet of the customer is no longer complete.")
            enrolment._set_state("error", next_call_at=False, last_error_message=note)
            enrolment._alert(note)
        self._checkpoint(1)

    def _enrolled(self, id_client):
        """Urssaf gave, or confirmed, the identifier of this customer."""
        self._call_answered()
        for enrolment in self:
            double = enrolment._same_identifier(id_client)
            if double:
                enrolment._refuse(
                    self.env._(
                        "Urssaf gives the identifier of %s, another contact of yours: "
                        "is it the same person twice?",
                        double.partner_id.display_name,
                    )
                )
                continue
            enrolment._set_state(
                "pending",
                external_id=id_client,
                environment=enrolment.company_id.urssaf_environment,
                sent_digest=enrolment._digest(),
                registered_at=fields.Datetime.now(),
                next_call_at=fields.Datetime.now(),
            )

    def _same_identifier(self, id_client):
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("environment", "=", self.company_id.urssaf_environment),
                ("external_id", "=", id_client),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _refuse(self, note, **values):
        """Nothing more happens until somebody has acted."""
        self._set_state("error", next_call_at=False, last_error_message=note, **values)
        self._alert(note)

    def _not_enrolled(self, error):
        now = fields.Datetime.now()
        self._call_failed(error)
        for enrolment in self:
            values = enrolment._error_values(error)
            if error.kind in OUTAGE_KINDS:
                enrolment._postpone(error)
            elif error.kind == "rejected" and error.code != LINK_EXISTS:
                enrolment._refuse(values.pop("last_error_message"), **values)
            else:
                # Lost, or linked already: the e-mail of the customer will tell.
                enrolment._set_state("unknown", next_call_at=now, **values)

    def _digest(self):
        """A keyed digest of what method 010 sends: no personal data can be read from
        it, and the key never leaves the database.
        """
        self.ensure_one()
        payload = json.dumps(
            self.partner_id._urssaf_prepare_enrolment(), sort_keys=True, default=str
        )
        return tools.hmac(self.env(su=True), "urssaf_enrolment", payload)

    # -- method 020 ------------------------------------------------------------

    def _refresh_now(self):
        """Ask for one customer while the user waits."""
        self.ensure_one()
        if self._abandoned():
            self._settle_abandoned()
        if self.state == "unknown":
            self._settle()
        elif self._usable():
            self._refresh()
        return self._notify_outcome()

    def _refresh(self):
        """Ask Urssaf about each customer of self."""
        self._usable()._work_through(
            lambda enrolment, client: enrolment._refresh_one(client)
        )

    def _refresh_one(self, client):
        """Return whether going on with the next customer makes sense."""
        enrolment = self._lock().filtered(lambda e: e.state in FOLLOWED)
        if not enrolment:
            self._checkpoint(1)
            return True
        going_on = True
        try:
            status = client.get_customer(id_client=enrolment.external_id)
        except UrssafError as error:
            going_on = enrolment._call_failed(error)
            if error.code == NOT_FOUND:
                enrolment._set_state(
                    "ended", next_call_at=False, **enrolment._error_values(error)
                )
                enrolment._alert(enrolment._error_text(error))
            else:
                enrolment.write(enrolment._error_values(error))
                enrolment.next_call_at = fields.Datetime.now() + timedelta(hours=1)
        else:
            enrolment._apply_remote(status)
            enrolment._call_answered()
        self._checkpoint(1)
        return going_on

    def _apply_remote(self, status):
        """Take over what method 020 says of this customer."""
        self.ensure_one()
        code = status.status.code
        state = "active" if status.active else self._state_when_closed(code)
        values = {
            "remote_status": code,
            "remote_message": status.status.description,
            "next_call_at": fields.Datetime.now() + FOLLOW_EVERY[state],
        }
        if status.active:
            values["active_since"] = self._active_since(status)
        self._set_state(state, **values)
        if state == "blocked":
            self._alert(
                self.env._("Urssaf: %s", status.status.description or code or "")
            )

    def _state_when_closed(self, code):
        """A customer who was active and is not any more is blocked, whatever the code:
        Urssaf may use codes that we do not know.
        """
        was_active = self.state in ("active", "blocked")
        return "blocked" if code in BLOCKED_CODES or was_active else "pending"

    def _active_since(self, status):
        """UTC, as Odoo stores it. Urssaf writes it in the description, Paris time;
        where it does not, the first time we saw the customer active is kept.
        """
        if not status.active_since:
            return self.active_since or fields.Datetime.now()
        local = status.active_since.replace(tzinfo=PARIS)
        return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    # -- unknown outcomes ------------------------------------------------------

    def _settle(self):
        """Did the lost call enrol the customer? His e-mail tells (method 020)."""
        self._work_through(lambda enrolment, client: enrolment._settle_one(client))

    def _settle_one(self, client):
        enrolment = self._lock().filtered(lambda e: e.state == "unknown")
        email = enrolment.partner_id._urssaf_email() if enrolment else None
        if not email:
            if enrolment:
                enrolment._refuse(self.env._("The customer has no e-mail any more."))
            self._checkpoint(1)
            return True
        going_on = True
        try:
            status = client.get_customer(email=email)
        except UrssafError as error:
            going_on = enrolment._call_failed(error)
            enrolment._settle_failed(error)
        else:
            enrolment._call_answered()
            enrolment._settled(status)
        self._checkpoint(1)
        return going_on

    def _settled(self, status):
        """Somebody has this e-mail at Urssaf: a couple may share one."""
        if not self.partner_id._urssaf_is(status):
            self._refuse(
                self.env._(
                    "Urssaf knows this e-mail for somebody else. Each customer needs "
                    "one of his own."
                )
            )
            return
        self._enrolled(status.id_client)
        if self.state == "pending":
            self._apply_remote(status)

    def _settle_failed(self, error):
        """Not there: sent again, once the lost call cannot arrive any more. Enrolling
        somebody who is already known only renews the link (urssaf-api §2.1).
        """
        now = fields.Datetime.now()
        quiet = (self.claimed_at or now) + self._quiet_period()
        if error.code != NOT_FOUND or now < quiet:
            self.next_call_at = max(now + timedelta(minutes=5), quiet)
            self._trigger("repair", at=self.next_call_at)
        elif self.last_error_code == LINK_EXISTS:
            # Urssaf says that he is linked, and that it does not know his e-mail.
            self._refuse(self.last_error_message)
        else:
            self._set_state("queued", next_call_at=now)
            self._trigger("send")

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron_follow(self, company):
        due = self._due(company, list(FOLLOWED))
        due._report_remaining()
        due._refresh()

    @api.model
    def _cron_repair(self, company):
        self._due(company, ["sending"])._settle_abandoned()
        self._due(company, ["unknown"])._settle()

    @api.model
    def _cron_digest(self, company):
        """Tell who is waiting for the customer, or for us, for too long."""
        limit = fields.Datetime.now() - timedelta(hours=company.urssaf_stuck_hours)
        stuck = self.search(
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.urssaf_environment),
                ("state", "in", ("pending", "queued", "sending", "unknown")),
                ("state_since", "<", limit),
            ]
        )
        pending = stuck.filtered(lambda e: e.state == "pending")
        pending._tell_stuck(
            self.env._(
                "The customer has not activated the account at Urssaf yet. The link "
                "that Urssaf sent is valid for seven days."
            )
        )
        (stuck - pending)._tell_stuck(
            self.env._("This enrolment has had no answer for too long.")
        )
