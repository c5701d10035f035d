# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A customer answers: by e-mail, or on the portal. Somebody has to read it, in time.

Odoo notifies the followers. Where a scheduled action posted the invoice and wrote the
message there is none, and the customer's 48 hours go by.
"""

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import format_datetime

from ...lib.rules import PARIS
from ..exchange.alerts import REPLY_ACTIVITY

# What arrives from outside; what Odoo itself writes is of other types.
FROM_OUTSIDE = ("email", "comment")


def is_from_outside(message):
    """Whether somebody who is no colleague wrote this."""
    if message.message_type not in FROM_OUTSIDE:
        return False
    # Whoever fetches the mails need not see all users.
    users = message.sudo().author_id.with_context(active_test=False).user_ids
    return not any(not user.share for user in users)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _urssaf_customer_wrote(self, record, partner):
        """One activity on the record, for a person: answer, and until when.

        :param record: where the message arrived
        :param partner: the customer
        """
        self.ensure_one()
        # The machine writes it: a visitor of the portal may not, and the office reads.
        company = self.with_user(SUPERUSER_ID)
        record = record.with_user(SUPERUSER_ID).with_company(company)
        candidates = record.env["urssaf.alert"]._candidates(record)[record]
        reader = company._urssaf_reader_of(record, candidates)
        record = record.with_context(lang=reader.lang or self.env.lang)
        notes = {record: company._urssaf_reply_note(record, partner)}
        record.env["urssaf.alert"]._tell(company, notes, REPLY_ACTIVITY)

    def _urssaf_reply_note(self, record, partner):
        """What the reader is told, with the customer's delay if one runs."""
        urgent = record.env["urssaf.payment.request"].search(
            [
                ("company_id", "=", self.id),
                ("partner_id", "=", partner.id),
                ("state", "=", "waiting"),
                ("answer_until", ">", fields.Datetime.now()),
            ],
            order="answer_until",
            limit=1,
        )
        if not urgent:
            return record.env._(
                "%s has written: the message is below. Please answer.",
                partner.display_name,
            )
        return record.env._(
            "%(customer)s has written: the message is below. The demande %(number)s "
            "(%(amount)s) may still be refused until %(date)s: please answer before.",
            customer=partner.display_name,
            number=urgent.name,
            amount=urgent.currency_id.format(urgent.amount_total),
            date=format_datetime(
                record.env, urgent.answer_until, tz=PARIS.key, dt_format="short"
            ),
        )


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    notice_from = fields.Char(
        compute="_compute_notice_from",
        compute_sudo=True,
        help="Who writes to the customer, and reads what he answers.",
    )

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

    def _message_post_after_hook(self, message, msg_vals):
        """Extends mail: a customer wrote."""
        result = super()._message_post_after_hook(message, msg_vals)
        if is_from_outside(message):
            for record in self.sudo():
                record.company_id._urssaf_customer_wrote(record, record.partner_id)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    def _message_post_after_hook(self, new_message, message_values):
        """Extends mail: a customer wrote about an invoice that Urssaf has, or soon."""
        result = super()._message_post_after_hook(new_message, message_values)
        if is_from_outside(new_message):
            for move in self.sudo().filtered(
                lambda move: move.urssaf_state or move.urssaf_to_send
            ):
                move.company_id._urssaf_customer_wrote(move, move.partner_id)
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _message_post_after_hook(self, message, msg_vals):
        """Extends mail: a customer wrote to us without a document. Each company that
        has him is told on his enrolment.
        """
        result = super()._message_post_after_hook(message, msg_vals)
        if is_from_outside(message):
            # Of every company: who fetched the mail may be in another one.
            enrolments = self.env["urssaf.enrolment"].sudo()
            for enrolment in enrolments.search(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "not in", ("draft", "ended")),
                ]
            ):
                enrolment.company_id._urssaf_customer_wrote(
                    enrolment, enrolment.partner_id
                )
        return result
