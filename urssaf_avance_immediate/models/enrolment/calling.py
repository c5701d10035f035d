# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 010: enrolling a customer, and finding out what became of a lost call."""

import json
from datetime import timedelta
from functools import partial

from pydantic import ValidationError as SchemaError

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ...lib.api import UrssafError
from ..exchange import work
from ..exchange.exchange import OUTAGE_KINDS, SILENT_REFUSALS
from ..exchange.ir_cron import CRON_REPAIR, wake
from ..exchange.screen import check_user, notice
from ..exchange.words import kind_text
from .enrolment import SENDABLE, WAITING

# Nobody there (never activated, or the customer ended the association).
NOT_FOUND = "ERR_RECHERCHE_PARTICULIER"
# Enrolled already, and Urssaf does not say under which identifier.
LINK_EXISTS = "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE"
# How long the activation link of Urssaf is valid.
LINK_LIFE = timedelta(days=7)


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        """Enrol these customers with the company of their enrolments.

        :raises UserError: they belong to several companies
        """
        if len(self.company_id) > 1:
            raise UserError(
                self.env._("Choose customers of one company at a time to enrol them.")
            )
        entered = self.company_id._urssaf_entered()
        return self.partner_id.with_company(entered).action_urssaf_enrol()

    def action_urssaf_confirm_enrol(self):
        """Show what leaves and ask whether the customer agrees, then enrol: of the
        company in which the user works. In another one the consent has to be there.
        """
        self.ensure_one()
        if self.company_id != self.env.company._urssaf_holder():
            return self.action_urssaf_enrol()
        return self.partner_id.action_urssaf_confirm_enrol()

    def action_urssaf_resend(self):
        """Method 010 again with the details as they are now: Urssaf writes to the
        customer once more.
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        self.partner_id.check_access("write")
        self._customer()._urssaf_check_complete()
        # sudo(): people only read exchanges; the rights were checked.
        return self.sudo()._resend_now()

    # -- method 010 ------------------------------------------------------------

    def _enqueue(self, states=SENDABLE):
        """Put in the queue those of self that may be sent; return them.

        A customer who waits keeps his identifier: what Urssaf has stands until it
        takes the new details.
        """
        ready = self._lock().filtered(lambda e: e.state in states)
        for enrolment in ready:
            values = {} if enrolment.state in WAITING else enrolment._clean_start()
            enrolment._set_state(
                "queued",
                holder_id=enrolment.company_id._urssaf_holder().id,
                environment=enrolment.company_id._urssaf_holder().urssaf_environment,
                attempt_count=0,
                silent_refusals=0,
                lost_count=0,
                requester_id=self.env.uid,
                resend_refused=False,
                next_call_at=fields.Datetime.now(),
                **values,
                **self._no_error(),
            )
        return ready

    def _clean_start(self):
        """Values that forget an earlier enrolment; who was active has an account."""
        return {
            "external_id": False,
            "account_known": self.account_known or bool(self.active_since),
            "active_since": False,
        }

    def _enrol_now(self):
        """Enrol one customer while the user waits, and tell the outcome."""
        self.ensure_one()
        self._enqueue()
        self._send()
        if self.state == "pending":
            self._refresh()
        return self._notify_outcome()

    def _resend_now(self):
        """Send the details of a waiting customer again while the user waits.

        Not twice within the quiet period: Odoo replays a click whose transaction
        conflicted, and the customer needs one link.
        """
        self.ensure_one()
        last = self.claimed_at
        if not last or last <= fields.Datetime.now() - self._quiet_period():
            if self._enqueue(WAITING):
                self._send()
                if self.state == "pending":
                    self._refresh()
        return self._notify_outcome()

    def _notify_outcome(self):
        self.ensure_one()
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        if self.last_error_kind == "rejected":
            # What it is stands on the contact, with what to do: said once.
            return notice(
                self.env._(
                    "Urssaf refused the details. What to mend, and the button for it, "
                    "stand on the contact."
                ),
                kind="warning",
                title=self.partner_id.display_name,
            )
        if self.last_error_message:
            return notice(
                self.last_error_message,
                kind="danger",
                title=self.env._("Urssaf: %s", label),
            )
        kind = {"active": "success", "pending": "success"}.get(self.state, "info")
        said = [self.life or label]
        if self.state == "pending":
            said.append(self.env._("Odoo asks Urssaf for news every hour."))
        return notice(" ".join(said), kind=kind, title=self.partner_id.display_name)

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
            work.checkpoint(self.env, 1)
            return True
        try:
            answer = client.enrol_customer(request)
        except UrssafError as error:
            claimed._record(partial(type(claimed)._not_enrolled, error=error))
            return claimed._may_go_on()
        claimed._record(lambda enrolment: enrolment._enrolled(answer.id_client))
        return True

    def _not_complete(self):
        """The details were complete when queued, and are not any more."""
        for enrolment in self._lock().filtered(lambda e: e.state == "queued"):
            enrolment._refuse(
                self.env._("The details of the customer are no longer complete.")
            )
        work.checkpoint(self.env, 1)

    def _enrolled(self, id_client, link_sent=True):
        """Urssaf gave, or confirmed, the identifier of this customer.

        :param link_sent: Urssaf has just written to the customer
        """
        self._call_answered()
        self._keep_identifier(id_client, link_sent)

    def _keep_identifier(self, id_client, link_sent):
        """Follow this customer under this identifier, unless it is another one's."""
        now = fields.Datetime.now()
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
            sent_at = enrolment.claimed_at or now
            enrolment._set_state(
                "pending",
                external_id=id_client,
                environment=enrolment.holder_id.urssaf_environment,
                sent_digest=enrolment._digest(),
                registered_at=now,
                link_expires_at=link_sent and sent_at + LINK_LIFE,
                account_known=enrolment._has_account(id_client),
                resend_refused=False,
                silent_refusals=0,
                lost_count=0,
                next_call_at=now,
            )

    def _has_account(self, id_client):
        """Whether this person was active before, with us or another of our companies:
        he then accepts the company instead of activating an account.
        """
        return self.account_known or bool(
            self.search_count(
                [
                    ("environment", "=", self.holder_id.urssaf_environment),
                    ("external_id", "=", id_client),
                    ("active_since", "!=", False),
                ],
                limit=1,
            )
        )

    def _same_identifier(self, id_client):
        return self.search(
            [
                *self.holder_id._urssaf_here(),
                ("external_id", "=", id_client),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _refuse(self, note, **values):
        """Nothing more happens until somebody has acted, who is told of it."""
        self._write_refusal(note, **values)
        self._tell(note)

    def _write_refusal(self, note, **values):
        """A customer whom Urssaf took with earlier details is still followed."""
        stands = bool(self._usable())
        self._set_state(
            "pending" if stands else "error",
            resend_refused=stands,
            next_call_at=stands and fields.Datetime.now(),
            last_error_message=note,
            **values,
        )

    def _not_enrolled(self, error):
        now = fields.Datetime.now()
        self._call_failed(error)
        for enrolment in self:
            values = enrolment._error_values(error)
            stands = bool(enrolment._usable())
            refused = error.kind == "rejected"
            # An empty 400 is no refusal: he may be enrolled.
            silent = refused and not error.errors and not stands
            linked = error.code == LINK_EXISTS and not stands
            if error.kind in OUTAGE_KINDS:
                enrolment._postpone(error)
            elif refused and not silent and not linked:
                enrolment._refuse(values.pop("last_error_message"), **values)
            else:
                # Lost, or linked already: the e-mail of the customer will tell.
                enrolment._set_state(
                    "unknown",
                    next_call_at=now,
                    silent_refusals=enrolment.silent_refusals + 1 if silent else 0,
                    lost_count=enrolment.lost_count + (not refused),
                    **values,
                )

    def _digest(self, changes=None):
        """A keyed digest of what method 010 sends: no personal data can be read from
        it, and the key never leaves the database.

        :param changes: values that the contact would have instead of its own
        """
        self.ensure_one()
        if changes:
            with self.partner_id._urssaf_imagined(changes) as partner:
                payload = partner._urssaf_prepare_enrolment()
        else:
            payload = self.partner_id._urssaf_prepare_enrolment()
        text = json.dumps(payload, sort_keys=True, default=str)
        return tools.hmac(self.env(su=True), "urssaf_enrolment", text)

    # -- identifiers that another software had ---------------------------------

    def _adopt_unverified(self, id_client):
        """Keep an identifier that only a file vouches for. The next follow-up asks
        Urssaf who it is.
        """
        self.ensure_one()
        self.to_verify = True
        self._keep_identifier(id_client, link_sent=False)
        self._message_log(
            body=self.env._(
                "Identifier imported by %s, to be confirmed by Urssaf.",
                self.env.user.name,
            )
        )

    def _refuse_imported(self, note):
        """The identifier was not his. A file may bring many of these: one activity on
        the import tells of all of them.
        """
        # sudo(): whoever asks Urssaf about a customer need not read imports.
        job = self.env["urssaf.enrolment.import"].sudo()._of(self)
        # First: with an identifier, the customer would still be followed.
        self.write({"external_id": False, "to_verify": False})
        if job:
            self._write_refusal(note)
            job._tell_problems()
        else:
            self._refuse(note)

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
            work.checkpoint(self.env, 1)
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
        work.checkpoint(self.env, 1)
        return going_on

    def _settled(self, status):
        """Somebody has this e-mail at Urssaf: a couple may share one."""
        if not self.partner_id._urssaf_is(status):
            self._refuse(
                self.env._(
                    "Urssaf knows this e-mail for somebody else: the birth name or the "
                    "first names are not those of the contact. Each customer needs an "
                    "e-mail of his own."
                )
            )
            return
        link_sent = self.last_error_code != LINK_EXISTS
        self._enrolled(status.id_client, link_sent)
        if self.state == "pending":
            self._apply_remote(status)

    def _settle_failed(self, error):
        """Not there: sent again, once the lost call cannot arrive any more. Enrolling
        somebody who is already known only renews the link.
        """
        now = fields.Datetime.now()
        quiet = (self.claimed_at or now) + self._quiet_period()
        answered = bool(self.silent_refusals)
        if error.code != NOT_FOUND or not (answered or now >= quiet):
            self.next_call_at = max(now + timedelta(minutes=5), quiet)
            wake(self.env, CRON_REPAIR, at=self.next_call_at)
        elif self.last_error_code == LINK_EXISTS:
            # Urssaf says that he is linked, and that it does not know his e-mail.
            self._refuse(self.last_error_message)
        elif self.silent_refusals >= SILENT_REFUSALS:
            self._refuse(kind_text(self.env, "rejected"), silent_refusals=0)
        else:
            self._send_again()

    # -- scheduled actions -----------------------------------------------------

    @api.model
    def _repair_due(self, company):
        self._due(company, ["sending"])._settle_abandoned()
        self._due(company, ["unknown"])._settle()
