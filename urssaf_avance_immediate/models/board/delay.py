# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long things take, and what comes of them: two queries for graphs, read only."""

from odoo import fields, models
from odoo.tools import SQL

from ...lib.api.codes import REJECTION_REASONS
from ...lib.rules import PARIS
from ..enrolment.enrolment import STATES as ENROLMENT_STATES
from ..payment_request.payment_request import STATES


def _paris(column):
    """The day in France of a moment that is kept in UTC."""
    moment = SQL.identifier(*column.split("."))
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, PARIS.key)


def _days(start, end):
    """Days from one date to another, 0 where the clocks disagree; empty without one."""
    return SQL(
        "CASE WHEN %(end)s < %(start)s THEN 0 ELSE %(end)s - %(start)s END",
        start=start,
        end=end,
    )


class UrssafDelay(models.Model):
    """One row per demande that has left: the days from one step to the next. A step
    that has not come has no delay, and counts in no average.
    """

    _name = "urssaf.delay"
    _description = "Urssaf: delays and refusals of the demandes"
    _auto = False
    _order = "sent_at desc, id desc"
    _rec_name = "request_id"
    _depends = {
        "urssaf.enrolment": ["active_since"],
        "urssaf.payment.request": [
            "amount_total",
            "claimed_at",
            "company_id",
            "currency_id",
            "enrolment_id",
            "partner_id",
            "rejection_code",
            "remote_changed_at",
            "state",
            "transfer_date",
            "validated_on",
        ],
    }

    request_id = fields.Many2one("urssaf.payment.request", string="Demande")
    company_id = fields.Many2one("res.company")
    partner_id = fields.Many2one("res.partner", string="Customer")
    currency_id = fields.Many2one("res.currency")
    state = fields.Selection(STATES)
    sent_at = fields.Datetime(string="Sent on")
    sending_days = fields.Float(
        string="Days from the activation to the sending",
        aggregator="avg",
        help="From the activation of the customer’s account to his first demande.",
    )
    answer_days = fields.Float(
        string="Days from the sending to the answer",
        aggregator="avg",
        help="Until the customer has agreed, by silence too, or refused.",
    )
    money_days = fields.Float(
        string="Days from the answer to the money", aggregator="avg"
    )
    total_days = fields.Float(
        string="Days from the sending to the money", aggregator="avg"
    )
    refusal_rate = fields.Float(
        string="Refused, in %",
        aggregator="avg",
        help="Refused by the customer, of all demandes that have left.",
    )
    reason = fields.Selection(
        lambda _self: list(REJECTION_REASONS.items()), string="Reason of the refusal"
    )
    amount_total = fields.Monetary(string="Total")

    @property
    def _table_query(self):
        sent = _paris("request.claimed_at")
        agreed = SQL.identifier("request", "validated_on")
        came = SQL.identifier("request", "transfer_date")
        answered = SQL(
            "coalesce(%s, CASE WHEN request.state = 'refused' THEN %s END)",
            agreed,
            _paris("request.remote_changed_at"),
        )
        return SQL(
            """
            SELECT request.id, request.id AS request_id, request.company_id,
                   request.partner_id, request.currency_id, request.state,
                   request.amount_total, request.claimed_at AS sent_at,
                   CASE WHEN NOT EXISTS (
                       SELECT FROM urssaf_payment_request earlier
                        WHERE earlier.enrolment_id = request.enrolment_id
                          AND earlier.id < request.id
                          AND earlier.claimed_at IS NOT NULL)
                   THEN %(sending)s END AS sending_days,
                   %(answer)s AS answer_days,
                   %(money)s AS money_days,
                   %(total)s AS total_days,
                   CASE WHEN request.state = 'refused' THEN 100 ELSE 0 END
                     AS refusal_rate,
                   request.rejection_code AS reason
              FROM urssaf_payment_request request
              LEFT JOIN urssaf_enrolment enrolment
                ON enrolment.id = request.enrolment_id
             WHERE request.claimed_at IS NOT NULL
            """,
            sending=_days(_paris("enrolment.active_since"), sent),
            answer=_days(sent, answered),
            money=_days(agreed, came),
            total=_days(sent, came),
        )


class UrssafActivation(models.Model):
    """One row per customer that Urssaf has taken: whether he has activated his
    account, and how long he took.
    """

    _name = "urssaf.activation"
    _description = "Urssaf: activation of the customers’ accounts"
    _auto = False
    _order = "registered_at desc, id desc"
    _rec_name = "enrolment_id"
    _depends = {
        "urssaf.enrolment": [
            "active_since",
            "company_id",
            "partner_id",
            "registered_at",
            "state",
        ],
    }

    enrolment_id = fields.Many2one("urssaf.enrolment")
    company_id = fields.Many2one("res.company")
    partner_id = fields.Many2one("res.partner", string="Customer")
    state = fields.Selection(ENROLMENT_STATES)
    registered_at = fields.Datetime(string="Enrolled on")
    activation_days = fields.Float(
        string="Days to the activation",
        aggregator="avg",
        help="From the message of Urssaf to the activation of the account.",
    )
    activation_rate = fields.Float(
        string="Activated, in %",
        aggregator="avg",
        help="Customers who have activated their account, of those enrolled.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, id AS enrolment_id, company_id, partner_id, state,
                   registered_at,
                   %s AS activation_days,
                   CASE WHEN active_since IS NULL THEN 0 ELSE 100 END
                     AS activation_rate
              FROM urssaf_enrolment
             WHERE registered_at IS NOT NULL
            """,
            _days(_paris("registered_at"), _paris("active_since")),
        )
