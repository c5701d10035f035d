# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What waits for the office: numbers and amounts by company, in a few queries that
partial indexes answer. The rights are those of whoever looks.
"""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.rules import paris_today

#: Of demandes: Urssaf or the customer said no, and the invoice is still to be paid.
MEND = ("rejected", "refused", "unpaid")
#: Of enrolments: not sent yet, or refused by Urssaf.
UNFINISHED = {"draft": "incomplete", "error": "unenrolled"}
#: Urssaf has written to the customer, who has done nothing yet.
NOT_ACTIVE = ("pending", "expired")

#: Invoices whose sending is checked at a look at the board.
CHECKED = 20

#: In which card a number is added up.
CARDS = {
    **dict.fromkeys((*MEND, *UNFINISHED.values(), "alerts"), "mend"),
    **dict.fromkeys(("late", "today", "week", "next", "later"), "money"),
}


def domains(env):
    """``{key: (model, domain)}`` of all that the board counts by a domain, over the
    companies that are ticked. A button opens what its number counts.
    """
    mine = Domain("company_id", "in", env.companies.ids)
    mend = mine & Domain("invoice_settled", "=", False)
    people = Domain("company_id", "in", list(_enrolling(env)))
    found = {
        "to_send": (
            "account.move",
            env["account.move"]._urssaf_to_send_domain() & mine,
        ),
        "waiting": ("urssaf.enrolment", people & Domain("state", "in", NOT_ACTIVE)),
    }
    for state in MEND:
        domain = mend & Domain("state", "=", state)
        found[state] = ("urssaf.payment.request", domain)
    for state, key in UNFINISHED.items():
        found[key] = ("urssaf.enrolment", people & Domain("state", "=", state))
    for key, domain in _periods().items():
        domain &= mine & Domain("transfer_outlook", "!=", False)
        found[key] = ("urssaf.payment.request", domain)
    return found


def _days():
    """``{period: (first day, last day)}``, ``None`` where it is open. A week ends on
    Sunday; each day is in one period.
    """
    day, today = timedelta(days=1), paris_today()
    sunday = today + (6 - today.weekday()) * day
    return {
        "late": (None, today - day),
        "today": (today, today),
        "week": (today + day, sunday),
        "next": (sunday + day, sunday + 7 * day),
        "later": (sunday + 8 * day, None),
    }


def _periods():
    """``{period: domain}``; a transfer without a day comes later."""
    name = "expected_transfer_date"
    found = {}
    for period, (first, last) in _days().items():
        domain = Domain(name, ">=", first) if first else Domain.TRUE
        domain &= Domain(name, "<=", last) if last else Domain.TRUE
        found[period] = domain if last else domain | Domain(name, "=", False)
    return found


def read(env):
    """``{company: {key: (count, amount)}}`` of the companies that are ticked; amounts
    in euros, the only currency of Urssaf.
    """
    found = {company: defaultdict(lambda: (0, 0.0)) for company in env.companies}
    for reader in (_to_send, _mend, _money, _people, _alerts):
        for company, key, count, amount in reader(env):
            before = found[company][key]
            found[company][key] = (before[0] + count, before[1] + amount)
    return found


def add_up(found):
    """``{key: (count, amount)}`` of several companies, with the sums of the cards."""
    total = defaultdict(lambda: (0, 0.0))
    for one in found:
        for key, (count, amount) in one.items():
            for name in {key, CARDS.get(key, key)}:
                total[name] = (total[name][0] + count, total[name][1] + amount)
    return {key: total[key] for key in (*CARDS, *CARDS.values(), "to_send", "waiting")}


def _to_send(env):
    model, domain = domains(env)["to_send"]
    for company, count, amount in env[model]._read_group(
        domain, ["company_id"], ["__count", "amount_residual:sum"]
    ):
        yield company, "to_send", count, amount


def blocked(env):
    """``(count, amount)`` of the invoices counted under “To send” that cannot leave
    yet; nothing where there are more of them than a look at the board has time to
    check: the button shows them all.
    """
    model, domain = domains(env)["to_send"]
    moves = env[model].search(domain, limit=CHECKED + 1)
    if not moves or len(moves) > CHECKED:
        return 0, 0.0
    stopped = [
        move
        for move, faults in moves._urssaf_faults_by_move().items()
        if any(fault["level"] == "danger" for fault in faults.values())
    ]
    return len(stopped), sum(move.amount_residual for move in stopped)


def _mend(env):
    domain = Domain(
        [
            ("company_id", "in", env.companies.ids),
            ("state", "in", MEND),
            ("invoice_settled", "=", False),
        ]
    )
    return env["urssaf.payment.request"]._read_group(
        domain, ["company_id", "state"], ["__count", "transfer_expected:sum"]
    )


def _money(env):
    """By day, then by period: one query."""
    domain = Domain("company_id", "in", env.companies.ids)
    domain &= Domain("transfer_outlook", "!=", False)
    rows = env["urssaf.payment.request"]._read_group(
        domain,
        ["company_id", "expected_transfer_date:day"],
        ["__count", "transfer_expected:sum"],
    )
    ends = [(period, last) for period, (_first, last) in _days().items() if last]
    for company, day, count, amount in rows:
        period = next((key for key, last in ends if day and day <= last), "later")
        yield company, period, count, amount


def _people(env):
    """A branch’s customers are enrolled by the company above it: they count for the
    first of its companies that is ticked.
    """
    keys = {**UNFINISHED, **dict.fromkeys(NOT_ACTIVE, "waiting")}
    first = _enrolling(env)
    rows = env["urssaf.enrolment"]._read_group(
        [("company_id", "in", list(first)), ("state", "in", list(keys))],
        ["company_id", "state"],
        ["__count"],
    )
    for holder, state, count in rows:
        yield first[holder.id], keys[state], count, 0.0


def _enrolling(env):
    """``{id of a company that enrols: the first ticked one that has its customers}``.
    A branch with credentials of its own may see the customers of the company above it:
    they are not counted for it.
    """
    first = {}
    for company in env.companies:
        for holder in (company, company._urssaf_holder()):
            first.setdefault(holder.id, company)
    return first


def _alerts(env):
    for company, ids in alerts(env).items():
        yield company, "alerts", len(ids), 0.0


def alerts(env):
    """``{company: ids of activities}``: what people were told of and is counted nowhere
    else on the board, where the user may read what it is about.
    """
    by_model = defaultdict(list)
    for company_id, model, *ids in _open_alerts(env):
        by_model[model].append((company_id, *ids))
    found = defaultdict(list)
    for model, rows in by_model.items():
        readable = _readable(env, model, [res_id for _company, res_id, _id in rows])
        for company_id, res_id, activity_id in rows:
            if res_id in readable:
                found[env["res.company"].browse(company_id)].append(activity_id)
    return found


def _open_alerts(env):
    """``(company, model, record, activity)``, ids but for the model."""
    env["mail.activity"].flush_model()
    env["urssaf.alert"].flush_model()
    query = SQL(
        """
        SELECT DISTINCT alert.company_id, alert.res_model, alert.res_id, activity.id
          FROM urssaf_alert alert
          JOIN ir_model_data kind
            ON kind.model = 'mail.activity.type'
           AND kind.module || '.' || kind.name = alert.activity_type
          JOIN mail_activity activity
            ON activity.res_model = alert.res_model
           AND activity.res_id = alert.res_id
           AND activity.activity_type_id = kind.res_id
           AND activity.automated
           AND activity.active
         WHERE alert.company_id IN %s
           AND NOT EXISTS (SELECT FROM urssaf_payment_request
                            WHERE alert.res_model = 'urssaf.payment.request'
                              AND id = alert.res_id
                              AND state IN %s)
           AND NOT EXISTS (SELECT FROM urssaf_enrolment
                            WHERE alert.res_model = 'urssaf.enrolment'
                              AND id = alert.res_id
                              AND state IN %s)
        """,
        tuple(env.companies.ids),
        MEND,
        (*UNFINISHED, *NOT_ACTIVE),
    )
    return env.execute_query(query)


def _readable(env, model, ids):
    """The ids of the records that the user may read."""
    if model not in env or not env[model].has_access("read"):
        return set()
    records = env[model].with_context(active_test=False)
    return set(records.search([("id", "in", ids)]).ids)
