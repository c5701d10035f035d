# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a company decides about avance immédiate, and the checks of it."""

import re

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from .client import CONNECTION_FIELDS

# What happens to the invoices of active customers.
SENDING = [
    ("propose", "Propose"),
    ("automatic", "Send automatically"),
    ("never", "Never"),
]
# Which day of a demande de paiement decides for which year's ceiling it counts.
CEILING_DATES = [
    ("transfer", "The transfer"),
    ("validation", "The customer’s agreement"),
    ("request", "The sending"),
]
# Reminders to a customer, in days after the enrolment.
DAYS_PATTERN = re.compile(r"\s*\d{1,3}\s*(,\s*\d{1,3}\s*)*", re.ASCII)
MAX_DAYS = 60
# Where Urssaf wants a provider to ask for a cancellation (docs/api.md).
CANCEL_EMAIL = "avance-immediate@urssaf.fr"


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "urssaf.guarded"]

    urssaf_environment = fields.Selection(
        [
            ("sandbox", "Local sandbox (simulation)"),
            ("test", "Urssaf test platform"),
            ("production", "Urssaf production"),
        ],
        string="Urssaf environment",
        default="sandbox",
        required=True,
        copy=False,
        help="Nothing leaves for the real service unless production is chosen here.",
    )
    urssaf_billing_name = fields.Char(
        string="Name shown to Urssaf",
        size=30,
        help="Sent as idTiersFacturation; left empty, the name of the company.",
    )
    urssaf_bank_label = fields.Char(
        string="Label of Urssaf’s transfers",
        help="Words that the bank prints beside Urssaf’s transfers. Learnt from the "
        "first one that is reconciled: no official source tells them.",
    )
    urssaf_bank_automatic = fields.Boolean(
        string="Reconcile by itself",
        help="Every hour, lines of the bank with this label that are all transfers of "
        "one date, or one transfer, and can be nothing else of this kind. All others "
        "wait for a person. Off by default: look at a few months of lines first.",
    )
    urssaf_sending = fields.Selection(
        SENDING,
        string="Invoices of active customers",
        default="propose",
        required=True,
        help="Propose, the default: a button on the invoice, so that somebody looks at "
        "it. Automatically: they leave once posted, and once their services are over. "
        "Each customer may have a choice of his own.",
    )
    urssaf_invoice_mention = fields.Boolean(
        string="Tell customers on the invoice",
        default=True,
        help="On the PDF, in the e-mail and on the portal, from the posting of the "
        "invoice on: not to pay it, and the estimates of the tax credit and of what is "
        "left. On by default, so that nobody pays twice. Once Urssaf collects an "
        "invoice, none of them asks to pay it, whatever is chosen here.",
    )
    urssaf_ceiling_date = fields.Selection(
        CEILING_DATES,
        string="Ceiling: which year counts",
        default="transfer",
        required=True,
        help="The tax credit has a ceiling per civil year. Which day of a demande de "
        "paiement says the year is written nowhere: the transfer is our choice.",
    )
    urssaf_declare_deposits = fields.Boolean(
        string="Declare deposits",
        help="Urssaf has authorised this company to declare deposits received from "
        "customers. Off by default: it requires a financial guarantee from the first "
        "euro.",
    )
    urssaf_batch_size = fields.Integer(
        string="Demandes per call",
        default=10,
        help="Demandes de paiement sent in one call to Urssaf, from 1 to 10. By "
        "default 10, the most that it takes: fewer calls, sooner done.",
    )
    urssaf_watch_days = fields.Integer(
        string="Watch after payment (days)",
        default=60,
        help="A bank can refuse a debit weeks after Urssaf has paid: paid demandes "
        "are still followed for this number of days, 60 by default.",
    )
    urssaf_stuck_hours = fields.Integer(
        string="Alert after (hours)",
        default=96,
        help="A demande, or a transfer, without news for so long is shown to the "
        "person in charge. By default 96, twice what the customer has to answer.",
    )
    urssaf_responsible_id = fields.Many2one(
        "res.users",
        string="Person in charge of Urssaf",
        help="Receives the alerts that concern no invoice in particular. Left empty, "
        "the managers of Urssaf do.",
    )
    urssaf_accountant_id = fields.Many2one(
        "res.users",
        string="Accountant to alert",
        help="Receives what Urssaf says about refused debits, cancellations and money "
        "taken back. Left empty, the salesperson of the invoice.",
    )
    urssaf_calls_per_second = fields.Float(
        string="Calls per second",
        default=1.0,
        help="At most so many calls to Urssaf per second, evenly spaced, over all the "
        "processes and servers of this Odoo; 0 for no limit. Urssaf publishes no "
        "limit: one is the safe choice.",
    )
    urssaf_trace_days = fields.Integer(
        string="Keep calls (days)",
        default=30,
        help="How long what is said to Urssaf and its answers are kept, personal data "
        "masked; 0 to keep nothing. By default 30: a month to ask Urssaf about a call.",
    )
    urssaf_fresh_hours = fields.Integer(
        string="Ask again before sending (hours)",
        default=24,
        help="Before an invoice leaves, Urssaf is asked whether its customer is still "
        "active, if the last answer is older than this; 24 by default, once a day. 0: "
        "at each sending.",
    )
    urssaf_attempt_days = fields.Integer(
        string="Keep sent details (days)",
        default=90,
        help="What was sent for a customer is erased as soon as he is active, and "
        "after this number of days in any case, 90 by default. That it was sent, when, "
        "by whom and what Urssaf answered is kept.",
    )
    urssaf_forget_months = fields.Integer(
        string="Erase personal data after (months)",
        default=0,
        help="Months without an invoice after which the personal data of customers who "
        "left are erased. By default 0, never by itself: how long you keep them is "
        "yours to decide.",
    )
    urssaf_companion = fields.Boolean(
        string="Accompany the activation",
        default=True,
        help="Tell customers by e-mail what Urssaf is about to ask from them, and "
        "remind those who are not active yet. On by default: who is not told what the "
        "message of Urssaf is takes it for a fraud.",
    )
    urssaf_companion_days = fields.Char(
        string="Reminders after (days)",
        default="3, 6",
        help="Days after the enrolment, separated by commas, 3 and 6 by default; empty "
        "for no reminder. Then somebody is asked to call the customer.",
    )
    urssaf_companion_confirm = fields.Boolean(
        string="Confirm the activation",
        default=True,
        help="Tell the customer that he is active, and what happens at his next "
        "invoice. On by default.",
    )
    urssaf_companion_sms = fields.Boolean(
        string="Also by SMS",
        help="The same reminders by text message. Off by default: Odoo’s SMS are paid "
        "for one by one.",
    )
    urssaf_form_link_days = fields.Integer(
        string="Form for the customer: link valid for (days)",
        default=14,
        help="By default 14 days, and from 1 to 60: long enough for a holiday, short "
        "for what opens a bank account’s details.",
    )
    urssaf_cancel_email = fields.Char(
        string="Address for cancellations",
        default=CANCEL_EMAIL,
        help="Where Urssaf wants to be asked to cancel a demande de paiement. Only "
        "production writes there: elsewhere the e-mail is shown and kept, not sent.",
    )
    urssaf_notify_sent = fields.Boolean(
        string="Tell the customer: demande sent",
        help="What he will be asked, about how much is left to pay, and until when he "
        "may answer. Off by default: Urssaf writes to him too.",
    )
    urssaf_notify_refused = fields.Boolean(
        string="Tell the customer: refusal received",
        help="That you know of his refusal. Off by default: a call is often the better "
        "answer.",
    )
    urssaf_notify_paid = fields.Boolean(
        string="Tell the customer: invoice paid",
        help="That Urssaf has paid his invoice, and nothing is left to do. Off by "
        "default.",
    )

    _urssaf_batch_size_range = models.Constraint(
        "CHECK(urssaf_batch_size BETWEEN 1 AND 10)",
        "Demandes per call: Urssaf takes from 1 to 10 of them in one call.",
    )

    _urssaf_watch_days_positive = models.Constraint(
        "CHECK(urssaf_watch_days >= 0 AND urssaf_stuck_hours > 0)",
        "The days of watch cannot be negative, and the hours before an alert must be "
        "at least one.",
    )

    _urssaf_pace_positive = models.Constraint(
        "CHECK(urssaf_calls_per_second >= 0 AND urssaf_trace_days >= 0)",
        "Calls per second, and the days that calls are kept, cannot be negative.",
    )

    _urssaf_enrolment_delays = models.Constraint(
        "CHECK(urssaf_fresh_hours >= 0 AND urssaf_attempt_days >= 0)",
        "The hours before a new question and the days that refused details are kept "
        "cannot be negative.",
    )

    _urssaf_forget_months_positive = models.Constraint(
        "CHECK(urssaf_forget_months >= 0)",
        "Erase personal data after (months): zero, or a number of months.",
    )

    _urssaf_form_link_days_range = models.Constraint(
        "CHECK(urssaf_form_link_days BETWEEN 1 AND 60)",
        "Form for the customer: the link is valid from 1 to 60 days.",
    )

    @api.constrains("urssaf_companion_days")
    def _check_urssaf_companion_days(self):
        for company in self:
            text = company.urssaf_companion_days
            if not text:
                continue
            days = (
                company._urssaf_companion_days() if DAYS_PATTERN.fullmatch(text) else []
            )
            rising = all(a < b for a, b in zip(days, days[1:], strict=False))
            if not days or not rising or days[0] < 1 or days[-1] > MAX_DAYS:
                raise ValidationError(
                    self.env._(
                        "Reminders after (days): “%(days)s” should be rising numbers "
                        "from 1 to %(most)s, separated by commas, such as 3, 6.",
                        days=text,
                        most=MAX_DAYS,
                    )
                )

    @api.constrains("urssaf_cancel_email")
    def _check_urssaf_cancel_email(self):
        for company in self:
            email = company.urssaf_cancel_email
            if email and not email_normalize(email):
                raise ValidationError(
                    self.env._(
                        "Address for cancellations: “%s” is not an e-mail address.",
                        email,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: whom we talk to is for system administrators."""
        for vals in vals_list:
            self._urssaf_check_administrator(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extends: who may change whom we talk to, and what follows from it.

        Before: the rights, a try of new credentials, the end of what belonged to the
        environment that is being left. Afterwards: new settings deserve a new try,
        whatever failed with the old.
        """
        self._urssaf_check_administrator(vals)
        if not self.env.context.get("urssaf_credentials_tried"):
            self._urssaf_try_before_saving(vals)
        environment = vals.get("urssaf_environment")
        for company in self:
            if environment and company.urssaf_environment != environment:
                company._urssaf_leave_environment()
        result = super().write(vals)
        if any(name in vals for name in CONNECTION_FIELDS):
            self._urssaf_connection_changed()
        return result

    def _urssaf_leave_environment(self):
        """Close what belongs to the present environment.

        Identifiers of one environment mean nothing in another one. In production they
        are money.

        :raises UserError: demandes are still live in production
        """
        self.ensure_one()
        # sudo(): made under this habilitation, for itself or for a branch that the user
        # may not open: hence sudo, from here on.
        here = [("holder_id", "=", self.id)]
        requests = (
            self.env["urssaf.payment.request"]
            .sudo()
            .search(here + [("active_request", "=", True)])
        )
        live = requests.filtered("next_call_at")
        # In a copy they are not live: the original goes on with them.
        real = self.urssaf_environment == "production" and not self._urssaf_is_copy()
        if live and real:
            raise UserError(
                self.env._(
                    "%(count)s demandes de paiement are still live in production. The "
                    "environment of %(company)s can be changed once they have ended.",
                    count=len(live),
                    company=self.name,
                )
            )
        requests._close_with_environment()
        self.env["urssaf.enrolment"].sudo().search(here)._close_with_environment()
        self._urssaf_served()._urssaf_forget_waiting_invoices()

    def _urssaf_forget_waiting_invoices(self):
        """Invoices of the tests would leave for real, once the customer is active."""
        # sudo(): whoever leaves the environment need not see the invoices of a branch.
        moves = self.env["account.move"].sudo()
        for move in moves.search(
            [("company_id", "in", self.ids), ("urssaf_to_send", "=", True)]
        ):
            move._urssaf_waits_no_more()
            move._message_log(
                body=self.env._("The company changed its Urssaf environment.")
            )

    def _urssaf_billing_name(self):
        name = self._urssaf_own("urssaf_billing_name") or self._urssaf_holder().name
        return (name or "")[:30]

    def _urssaf_companion_days(self):
        """Days after the enrolment on which a customer is reminded, rising."""
        self.ensure_one()
        return [
            int(day) for day in re.findall(r"\d+", self.urssaf_companion_days or "")
        ]

    def _urssaf_forget_limit(self):
        """Who left before this moment may be erased; naive UTC."""
        return fields.Datetime.now() - relativedelta(months=self.urssaf_forget_months)
