# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the office is told of a customer: at once, and by the daily watch."""

from datetime import timedelta

from odoo import api, fields, models

from ..exchange import work
from ..exchange.exchange import TOLD_AT_ONCE
from ..exchange.ir_cron import CRON_INVOICES, wake
from .enrolment import LEFT, WAITING

# What Urssaf was told, and a customer may change on the portal.
TOLD = ("name", "email", "phone", "street", "street2", "zip", "city", "country_id")
# What decides whether his invoices can leave.
PLACE = ("parent_id", "active", "country_id")
# Names of invoices in one note.
MAX_NAMES = 10


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    def _urssaf_alert_candidates(self):
        return self.partner_id.user_id

    # -- an account that is not active any more --------------------------------

    def _alert_closed(self, words):
        """Somebody has to act on this new state.

        :param words: what Urssaf says of it
        """
        note = self._closed_note(words)
        if note:
            self._tell(note)

    def _closed_note(self, words=None):
        """What is wrong with the account, for those who have to act; or nothing.

        :param words: what Urssaf says of it; its last words by default
        """
        words = words or self.remote_message or self.remote_status or ""
        return {
            "expired": self.env._(
                "The customer did not use the activation link in time. Check the "
                "e-mail and the phone number of the contact, then resend the "
                "activation."
            ),
            "mandate": self.env._(
                "The SEPA mandate has expired: the customer renews it in the Urssaf "
                "space. Nothing can be paid until then."
            ),
            "blocked": self.env._("Urssaf: %s", words),
        }.get(self.state)

    # -- invoices that wait for it ---------------------------------------------

    def _waiting_invoices(self):
        """Invoices that leave by themselves once this customer can be debited."""
        # sudo(): invoices of every branch, whoever has posted the last one.
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("urssaf_to_send", "=", True),
                    ("state", "=", "posted"),
                    ("commercial_partner_id", "in", self.partner_id.ids),
                ],
                order="invoice_date, id",
            )
            .filtered(lambda move: move._urssaf_enrolment() in self)
        )

    def _tell_waiting_invoices(self):
        """One activity per customer says what is wrong with the account, and names the
        invoices that wait for it; it closes when the customer is active again.
        """
        invoices = self._waiting_invoices().grouped(lambda m: m._urssaf_enrolment())
        # sudo(): whoever posts an invoice may not write on the enrolment.
        for enrolment in self.sudo():
            moves = invoices.get(enrolment)
            reason = enrolment._closed_note()
            if not moves or not reason:
                continue
            names = ", ".join(moves[:MAX_NAMES].mapped("name"))
            waiting = self.env._(
                "Invoices that wait for it, and then leave by themselves (%(count)s): "
                "%(names)s",
                count=len(moves),
                names=names if len(moves) <= MAX_NAMES else f"{names}…",
            )
            enrolment._tell(f"{reason}\n{waiting}")

    def _release_invoices(self):
        """The customers can be debited again: wake what waits for them."""
        if self._waiting_invoices():
            wake(self.env, CRON_INVOICES)

    # -- a contact that somebody changes ---------------------------------------

    def _tell_contact_changed(self, names):
        """Tell the office of this company, in its language, what it has to do now.

        :param names: fields of the contact that have another value now
        """
        self.ensure_one()
        # The company's own records, whoever changed the contact that it shares.
        enrolment = self.with_env(work.in_office(self.company_id).env)
        partner = enrolment.partner_id
        found = partner._urssaf_obstacles()
        notes = [found[name] for name in names if name in found]
        if self.env.user.share:
            labels = [
                partner._urssaf_label_of_field(name) for name in names if name in TOLD
            ]
            notes += labels and [enrolment._told_otherwise(", ".join(labels))]
        if notes:
            note = "\n".join(notes)
            enrolment._message_log(body=note)
            enrolment._tell(note)
        elif not found and enrolment._only_waits() and set(names) & set(PLACE):
            # What was said of the contact's place is put right.
            enrolment._told_done()

    def _only_waits(self):
        """Nothing but the contact can have been the matter: Urssaf is content."""
        return self.state in ("active", "pending") and not self.last_error_kind

    def _told_otherwise(self, labels):
        """The customer has changed what Urssaf has of him."""
        if self.state in WAITING:
            what = self.env._("Check the details, then resend the activation.")
        else:
            what = self.env._(
                "Check the details. What Urssaf has, only the customer can change, in "
                "the Urssaf space."
            )
        note = self.env._(
            "The customer changed on the portal: %(what)s. Urssaf still has what it "
            "was told.",
            what=labels,
        )
        return f"{note} {what}"

    # -- the daily watch -------------------------------------------------------

    @api.model
    def _daily_watch(self, company):
        """Once a day: tell who waits for too long, then forget what has served: what
        was sent, and the personal data of who has left.
        """
        self._tell_who_waits(company)
        self.env["urssaf.enrolment.attempt"]._purge_old(company)
        self._forget_who_left(company)

    @api.model
    def _tell_who_waits(self, company):
        """Tell who is waiting for the customer, or for us, for too long."""
        limit = fields.Datetime.now() - timedelta(hours=company.urssaf_stuck_hours)
        stuck = self.search(
            [
                *company._urssaf_here(),
                ("state", "in", ("pending", "queued", "sending", "unknown")),
                ("state_since", "<", limit),
            ]
        )
        waiting = self.env._(
            "The customer has not activated the account at Urssaf yet. The link that "
            "Urssaf sent is valid for seven days."
        )
        silent = self.env._("This enrolment has had no answer for too long.")
        pending = stuck.filtered(lambda e: e.state == "pending")
        for enrolments, note in ((pending, waiting), (stuck - pending, silent)):
            enrolments._each(
                lambda batch, note=note: (batch - batch._reminded())._tell_stuck(
                    lambda _record: note
                ),
                size=TOLD_AT_ONCE,
                put_off=type(self)._tell_put_off,
            )

    def _reminded(self):
        """Those of self of whom the office need not hear: they are being reminded."""
        return self.filtered(
            lambda e: e.state == "pending"
            and e.companion_told_at
            and e.companion_next_at
        )

    @api.model
    def _forget_who_left(self, company):
        """Data that have served are erased, where the company wants it."""
        if not company.urssaf_forget_months:
            return
        # sudo(): a scheduled action, for everybody’s customers.
        left = self.env["res.partner"].sudo()._urssaf_left_customers(company)
        work.take_each(
            left,
            lambda partners: partners._urssaf_forget(company._urssaf_with_sisters()),
            put_off=lambda partner, error: company._urssaf_tell(
                self.env._(
                    "The personal data of %s, who has left, could not be erased: "
                    "an error that was not foreseen, the server’s log says where "
                    "it happened. Odoo tries again every day.",
                    partner.display_name,
                )
            ),
        )

    def _needs_personal_data(self):
        """Whether the company still works with the customer's data. One who is being
        prepared counts until the company itself would erase him.
        """
        self.ensure_one()
        if self.state not in LEFT:
            return True
        if self.state == "ended" or not self.consent_date:
            return False
        since = self.state_since or self.create_date
        company = self.company_id
        return (
            not company.urssaf_forget_months or since >= company._urssaf_forget_limit()
        )
