# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether what we wrote to a customer has left, and who is told when it has not, or
when a customer answers.

A message in Odoo's queue is not a message that was read: the mail server is away, the
address is wrong, it comes back. Each exchange keeps the last message that it wrote,
until it has left; what did not leave is said on the exchange and, once a day, to a
person. Odoo notifies the followers of an answer: where a scheduled action posted the
invoice and wrote the message there is none, and the customer's 48 hours go by.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import idle, work
from .screen import check_user, notice

_logger = logging.getLogger(__name__)

# Odoo's queue is worked off within minutes; what is still there the next day is stuck.
PATIENCE = timedelta(days=1)
MAX_REASON = 200
# Messages that may not have left yet, and those that did not leave.
UNDER_WAY = Domain("customer_message_ids", "!=", False)
NOT_TOLD = Domain("not_told_reason", "!=", False)
# What arrives from outside; what Odoo itself writes is of other types.
FROM_OUTSIDE = ("email", "comment")


def is_from_outside(message):
    """Whether somebody who is no colleague wrote this."""
    if message.message_type not in FROM_OUTSIDE:
        return False
    # sudo(): whoever fetches the mails need not see all users.
    users = message.sudo().author_id.with_context(active_test=False).user_ids
    return not any(not user.share for user in users)


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    customer_message_ids = fields.Many2many(
        "mail.message",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="The last message, by e-mail and SMS, as long as it may not have left.",
    )
    customer_notice = fields.Char(
        readonly=True, copy=False, help="Which message it is."
    )
    not_told_reason = fields.Char(
        string="Customer not told",
        readonly=True,
        copy=False,
        help="Why the last message (to the customer, or to Urssaf about him) did not "
        "leave, or came back.",
    )

    notice_from = fields.Char(
        compute="_compute_notice_from",
        compute_sudo=True,
        help="Who writes to the customer, and reads what he answers.",
    )

    _not_told_index = models.Index("(holder_id) WHERE not_told_reason IS NOT NULL")

    # -- for each model to say ---------------------------------------------------

    @api.model
    def _notice_states(self):
        """``{notice: states}``: in which states each message is still worth reading."""
        return {}

    def _write_notice(self, notice):
        """Write this message to the customer anew."""

    def _compute_notice_from(self):
        """The salesperson, the company, or the person in charge: somebody who reads,
        never the machine that runs the scheduled actions.
        """
        robot = self.env.ref("base.user_root")
        for record in self:
            seller = record._notice_seller()
            if seller == robot or seller.share or not seller.active:
                seller = seller.browse()
            company = record.company_id
            record.notice_from = (
                (seller.email and seller.email_formatted)
                or (company.email and company.email_formatted)
                or company._urssaf_responsibles()[:1].email_formatted
                or robot.email_formatted
            )

    def _notice_seller(self):
        """Who writes in the first place, if it is one person."""
        return self.env["res.users"]

    # -- writing -----------------------------------------------------------------

    def _write_to_customer(self, notice, template, write):
        """Queue one message, in a savepoint. Return whether it could be written: if
        not, that stands on the record, and a person is told with all the others.

        :param template: the e-mail template that ``write`` uses, or none if it is gone
        :param write: returns the ``mail.message`` that it made
        """
        self.ensure_one()
        messages, reason = self.env["mail.message"], False
        if template:
            try:
                with self.env.cr.savepoint():
                    messages = write()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:
                if work.connection_lost(self.env, error):
                    raise
                # Its text may quote the customer, or a page of template.
                kind = type(error).__name__
                _logger.info("%s: %s was not written: %s", self, template, kind)
                reason = self.env._(
                    "the e-mail template “%s” has a fault: open it and mend it",
                    template.name,
                )
        else:
            reason = self.env._(
                "the e-mail template was deleted: update the add-on to have it again"
            )
        self.write(
            {
                "customer_message_ids": messages.ids,
                "customer_notice": notice,
                "not_told_reason": reason,
            }
        )
        return not reason

    # -- looking after it --------------------------------------------------------

    @api.model
    def _watch_messages(self, company):
        """What became of the messages of the exchanges of this habilitation."""
        # sudo(): all of the habilitation, whatever the branch.
        mine = self.sudo().search(
            Domain("holder_id", "=", company.id) & self._to_watch()
        )
        mine._each(
            lambda record: record._watch_message(),
            # What is said to Urssaf about it does not wait for that.
            put_off=lambda record, _error: record._tell_put_off(),
        )

    @api.model
    def _to_watch(self):
        return UNDER_WAY | NOT_TOLD

    @api.model
    def _with_messages(self, holders):
        """Those of these habilitations that have messages to watch. One after the
        other: each of the two is rare, and PostgreSQL has no index for both.
        """
        found = idle.having(holders, self, UNDER_WAY, anywhere=True)
        return found | self._with_not_told(holders - found)

    @api.model
    def _with_not_told(self, holders):
        """Those of these habilitations of which a customer was not told."""
        return idle.having(holders, self, NOT_TOLD, anywhere=True)

    def _watch_message(self):
        record = self._lock()
        if not record:
            return
        if record.state not in record._notice_states().get(record.customer_notice, ()):
            # Overtaken: what it said is not true any more.
            record.write({"customer_message_ids": False, "not_told_reason": False})
            return
        failure, waits = record._message_outcome()
        if failure and failure != record.not_told_reason:
            record.not_told_reason = failure
        elif not failure and not waits and record.customer_message_ids:
            record.write({"customer_message_ids": False, "not_told_reason": False})

    def _message_outcome(self):
        """``(reason, waits)``: why one of the messages did not leave, if so, and
        whether one is still on its way.
        """
        # sudo(): mails, SMS and their notifications are Odoo's: not readable by all.
        messages = self.customer_message_ids.sudo()
        notifications = messages.notification_ids.filtered(
            lambda n: n.notification_type in ("email", "sms")
        )
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", messages.ids)])
        )
        kinds = dict(
            notifications._fields["failure_type"]._description_selection(self.env)
        )
        for notification in notifications:
            if notification.notification_status == "bounce":
                return self._came_back(), False
            if notification.notification_status in ("exception", "canceled"):
                return self._reason_text(notification, kinds), False
        for mail in mails:
            if mail.state in ("exception", "cancel"):
                return self._reason_text(mail, kinds), False
        waits = "outgoing" in mails.mapped("state") or bool(
            {"ready", "process", "pending"}
            & set(notifications.mapped("notification_status"))
        )
        if waits and min(messages.mapped("date")) < fields.Datetime.now() - PATIENCE:
            return self.env._(
                "it has been in Odoo’s queue for over a day: is there a mail server, "
                "and is the scheduled action that sends e-mails switched on?"
            ), True
        return False, waits

    def _reason_text(self, failed, kinds):
        """One line: Odoo’s own words for the kind of failure, and what was said."""
        said = " ".join((failed.failure_reason or "").split())[:MAX_REASON]
        kind = failed.failure_type
        if kind and kind != "unknown":
            said = f"{kinds[kind]}: {said}" if said else kinds[kind]
        return said or self.env._("it was cancelled in Odoo’s queue")

    def _message_receive_bounce(self, email, partner):
        """Extends mail: what we wrote came back."""
        result = super()._message_receive_bounce(email, partner)
        # sudo(): whoever fetches the mails: it is written by the machine.
        told = self.sudo().filtered("customer_notice")
        told.write(
            {"customer_message_ids": False, "not_told_reason": self._came_back()}
        )
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Extends mail: a customer wrote."""
        result = super()._message_post_after_hook(message, msg_vals)
        if is_from_outside(message):
            # sudo(): written by the machine, whoever has answered.
            for record in self.sudo():
                record.company_id._urssaf_customer_wrote(record, record.partner_id)
        return result

    @api.model
    def _came_back(self):
        return self.env._("it came back: the address may be wrong")

    # -- button ------------------------------------------------------------------

    def action_urssaf_tell_again(self):
        """Write again, to the address of now, what did not reach the customers.

        :raises UserError: there is nothing to write again
        """
        check_user(self.env)
        self.check_access("read")
        self._check_here()
        # sudo(): the right was checked; the code alone writes.
        failed = self.sudo()._lock().filtered("not_told_reason")
        if not failed:
            raise UserError(
                self.env._("These customers have been told, or are being told now.")
            )
        for record in failed:
            record._forget_messages()
            record._write_notice(record.customer_notice)
        left = failed.filtered("not_told_reason")
        if left:
            text = self.env._(
                "Still not written for %(names)s: %(reason)s.",
                names=", ".join(left.partner_id.mapped("display_name")),
                reason=left[0].not_told_reason,
            )
            return notice(text, kind="danger")
        return notice(self.env._("The message is on its way."))

    def _forget_messages(self):
        """What waits or failed does not leave besides."""
        # sudo(): mails, SMS and their notifications are Odoo’s, not writable by all.
        messages = self.customer_message_ids.sudo()
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", messages.ids)])
        )
        mails.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        messages.notification_ids.filtered(
            lambda n: n.notification_status in ("ready", "exception", "bounce")
        ).notification_status = "canceled"
        if self.env["urssaf.enrolment"]._companion_has_sms():
            # sudo(): as the mails above.
            texts = self.env["sms.sms"].sudo()
            texts.search(
                [("mail_message_id", "in", messages.ids)]
            ).action_set_canceled()
