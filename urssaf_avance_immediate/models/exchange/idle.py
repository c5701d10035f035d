# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which habilitations have anything to do, found for all of them at once.

A network has hundreds that have nothing to do most of the time, and to find that out
one by one takes a scheduled action longer than all its work. What is found here may be
too much, never too little: whatever a step of ``turns.STEPS`` does for a company has to
be looked for in ``WORK``, with the domain with which the step itself searches.
"""

from odoo.fields import Domain
from odoo.tools import SQL

#: What an action does besides its calls: each function of some habilitations gives
#: those that have such work. An action that is not named has some for everybody.
WORK = {
    "follow": (
        lambda holders: holders.env["urssaf.enrolment"]._with_messages(holders),
        lambda holders: holders.env["urssaf.payment.request"]._with_more_to_follow(
            holders
        ),
        lambda holders: holders._urssaf_with_not_told(),
    ),
    "companion": (
        lambda holders: holders.env["urssaf.enrolment"]._with_steps_due(holders),
        lambda holders: holders._urssaf_with_not_told(),
    ),
    "invoices": (
        lambda holders: holders.env["account.move"]._urssaf_with_waiting(holders),
    ),
    "bank": (
        lambda holders: holders.env["account.bank.statement.line"]._urssaf_with_bank(
            holders
        ),
    ),
}


def with_work(holders, action):
    """Those of these habilitations for which this action has anything to do besides
    its calls, see ``WORK``.
    """
    if action not in WORK:
        return holders
    found = holders.browse()
    for find in WORK[action]:
        found |= find(holders - found)
    return found


def having(holders, records, domain, anywhere=False):
    """Those of these habilitations that have an exchange for which this holds.

    One look into an index for each of them, or one into an index of rare rows for all,
    as PostgreSQL likes it: grouping would read all demandes ever paid.

    :param records: a model of exchanges
    :param anywhere: whatever the environment in which it was made; else in that alone
        in which its habilitation is now
    """
    if not holders:
        return holders
    # sudo(): all exchanges of the habilitation, whatever the branch.
    query = records.sudo()._search(Domain(domain))
    if query.is_empty():
        return holders.browse()
    records.flush_model(["holder_id", "environment"])
    holders.flush_recordset(["urssaf_environment"])
    exchange = SQL.identifier(query.table)
    here = SQL("%s.environment = company.urssaf_environment", exchange)
    rows = holders.env.execute_query(
        SQL(
            """
            SELECT company.id
              FROM res_company AS company
             WHERE company.id IN %(holders)s
               AND EXISTS (SELECT
                             FROM %(tables)s
                            WHERE %(exchange)s.holder_id = company.id
                              AND %(here)s
                              AND %(where)s)
            """,
            holders=tuple(holders.ids),
            tables=query.from_clause,
            exchange=exchange,
            here=SQL("TRUE") if anywhere else here,
            where=query.where_clause or SQL("TRUE"),
        )
    )
    return holders.browse(company_id for [company_id] in rows)
