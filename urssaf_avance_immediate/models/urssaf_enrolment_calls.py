# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 010 and 020: enrolling a customer, then asking what became of him."""

import json
from datetime import timedelta
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
        for company, enrolments in self.grouped("company_id").items():
            try:
                with company._urssaf_get_client() as client:
                    for enrolment in enrolments:
                        if not enrolment._send_one(client):
                            break
            except UrssafError as error:
                # Only opening the client raises here: the settings are incomplete.
                enrolments._lock().filtered(lambda e: e.state == "queued")._postpone(
                    error
                )
                self._checkpoint()

    def _send_one(self, client):
        """Claim, call, record. Return whether going on makes sense."""
        try:
            request = self.partner_id._urssaf_enrolment_request()
        except SchemaError:
            self._lock()._set_state(
                "error",
                last_error_message=self.env._(
                    "The sheet of the customer is no longer complete."
                ),
            )
            return True
        claimed = self._claim()
        if not claimed:
            return True
        try:
            answer = client.enrol_customer(request)
        except UrssafError as error:
            claimed._not_enrolled(error)
            outage = error.kind in OUTAGE_KINDS
            self._checkpoint(1, remaining=0 if outage else None)
            return not outage
        claimed._enrolled(answer.id_client, claimed._digest())
        claimed._company_answered()
        return self._checkpoint(1) > 0

    def _enrolled(self, id_client, digest):
        self._set_state(
            "pending",
            external_id=id_client,
            environment=self.company_id.urssaf_environment,
            sent_digest=digest,
            registered_at=fields.Datetime.now(),
            next_call_at=fields.Datetime.now(),
        )

    def _not_enrolled(self, error):
        if error.kind in OUTAGE_KINDS:
            self._postpone(error)
        elif error.kind == "rejected":
            self._set_state("error", next_call_at=False, **self._error_values(error))
            self._alert(self._error_text(error))
        else:
            self._set_state(
                "unknown",
                next_call_at=fields.Datetime.now(),
                **self._error_values(error),
            )

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
        for company, enrolments in self._usable().grouped("company_id").items():
            try:
                with company._urssaf_get_client() as client:
                    for enrolment in enrolments:
                        if not enrolment._refresh_one(client):
                            break
            except UrssafError as error:
                enrolments._alert_company(error)

    def _refresh_one(self, client):
        """Return whether going on with the next customer makes sense."""
        enrolment = self._lock().filtered(lambda e: e.state in FOLLOWED)
        if not enrolment:
            return True
        going_on = True
        try:
            status = client.get_customer(id_client=enrolment.external_id)
        except UrssafError as error:
            going_on = error.kind not in OUTAGE_KINDS
            if error.code == NOT_FOUND:
                enrolment._set_state(
                    "ended", next_call_at=False, **enrolment._error_values(error)
                )
                enrolment._alert(enrolment._error_text(error))
            else:
                enrolment.write(enrolment._error_values(error))
                enrolment.next_call_at = fields.Datetime.now() + timedelta(hours=1)
                enrolment._alert_company(error)
        else:
            enrolment._apply_remote(status)
            enrolment._company_answered()
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

    def _settle_abandoned(self):
        for enrolment in self._abandoned():
            enrolment._set_state("unknown", next_call_at=fields.Datetime.now())
        self._checkpoint()

    def _settle(self):
        """Did the lost call enrol the customer? His e-mail tells (method 020)."""
        for company, enrolments in self.grouped("company_id").items():
            try:
                with company._urssaf_get_client() as client:
                    for enrolment in enrolments:
                        if not enrolment._settle_one(client):
                            break
            except UrssafError as error:
                enrolments._alert_company(error)

    def _settle_one(self, client):
        enrolment = self._lock().filtered(lambda e: e.state == "unknown")
        if not enrolment:
            return True
        going_on = True
        try:
            email = enrolment.partner_id._urssaf_prepare_enrolment()["adresseMail"]
            status = client.get_customer(email=email)
        except UrssafError as error:
            going_on = error.kind not in OUTAGE_KINDS
            enrolment._settle_failed(error)
        else:
            enrolment._enrolled(status.id_client, enrolment._digest())
            enrolment._apply_remote(status)
        self._checkpoint(1)
        return going_on

    def _settle_failed(self, error):
        """Not there: sent again, once the lost call cannot arrive any more. Enrolling
        somebody who is already known only renews the link (urssaf-api §2.1).
        """
        now = fields.Datetime.now()
        quiet = (self.claimed_at or now) + self._quiet_period()
        if error.code == NOT_FOUND and now >= quiet:
            self._set_state("queued", next_call_at=now)
            self._trigger("send")
        else:
            self.next_call_at = max(now + timedelta(minutes=5), quiet)

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _cron_send(self):
        for company in self.env["res.company"]._urssaf_configured_companies():
            self._for_company(company)._due(company, ["queued"])._send()

    @api.model
    def _cron_follow(self):
        for company in self.env["res.company"]._urssaf_configured_companies():
            self._for_company(company)._due(company, list(FOLLOWED))._refresh()

    @api.model
    def _cron_repair(self):
        for company in self.env["res.company"]._urssaf_configured_companies():
            enrolments = self._for_company(company)
            enrolments._due(company, ["sending"])._settle_abandoned()
            enrolments._due(company, ["unknown"])._settle()

    @api.model
    def _cron_digest(self):
        """Tell who is waiting for the customer, or for us, for too long."""
        for company in self.env["res.company"]._urssaf_configured_companies():
            limit = fields.Datetime.now() - timedelta(hours=company.urssaf_stuck_hours)
            stuck = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", company.urssaf_environment),
                    "|",
                    "&",
                    ("state", "=", "pending"),
                    ("registered_at", "<", limit),
                    "&",
                    ("state", "in", ("queued", "sending", "unknown")),
                    ("write_date", "<", limit),
                ]
            )
            for enrolment in stuck._for_company(company):
                enrolment._alert(enrolment._stuck_note())

    def _stuck_note(self):
        if self.state == "pending":
            return self.env._(
                "The customer has not activated the account at Urssaf yet. The link "
                "that Urssaf sent is valid for seven days."
            )
        return self.env._("This enrolment has had no answer for too long.")
