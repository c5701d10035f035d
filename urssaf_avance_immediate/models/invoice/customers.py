# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Of which customers the invoices may leave: in one query, for one company as for the
hundreds of a network, each with its own customers, habilitation and settings.
"""

import json

from odoo.fields import Domain
from odoo.tools import SQL

#: Of an enrolment: the customer is with Urssaf, or was.
KNOWN_TO_URSSAF = SQL("<> 'draft'")
ACTIVE = SQL("= 'active'")
#: See ``_pairs``. What somebody has emptied is null, as Odoo keeps it: no default
#: stands in for that.
PAIRS = """
    SELECT company.id, enrolment.partner_id
      FROM unnest(%(ids)s::int4[], %(holders)s::int4[], %(own)s::varchar[],
                  %(above)s::varchar[], %(settings)s::varchar[])
        AS company(id, holder_id, own, above, settings)
      JOIN urssaf_enrolment enrolment
        ON %(company_id)s = company.holder_id AND %(state)s %(wanted)s
      JOIN res_partner customer ON customer.id = %(partner_id)s
     WHERE coalesce(
               coalesce(%(sending)s->company.id::text,
                        to_jsonb(company.own)) ->> 0,
               coalesce(%(sending)s->company.holder_id::text,
                        to_jsonb(company.above)) ->> 0,
               company.settings
           ) IS DISTINCT FROM 'never'
"""


def of_customers(companies, state):
    """Domain of the invoices of these companies whose customer is known to Urssaf and
    does not say that his invoices never leave.

    :param state: ``KNOWN_TO_URSSAF`` or ``ACTIVE``
    """

    def to_sql(model, alias, query):
        return SQL(
            "(%s, %s) IN (%s)",
            model._field_to_sql(alias, "company_id", query),
            model._field_to_sql(alias, "commercial_partner_id", query),
            _pairs(companies, state),
        )

    return Domain.custom(to_sql=to_sql) if companies else Domain.FALSE


def sendable_pairs(companies, partners):
    """``{(company id, customer id)}`` of those of ``partners`` whose invoices may leave
    from one of these companies.
    """
    if not companies or not partners:
        return set()
    pairs = _pairs(companies, KNOWN_TO_URSSAF)
    rows = companies.env.execute_query(
        SQL("%s AND enrolment.partner_id IN %s", pairs, tuple(partners.ids))
    )
    return set(rows)


def _pairs(companies, state):
    """Query of (company, customer). What a branch does not say about a customer, its
    habilitation does; what neither says, the settings of the habilitation do.
    """
    env = companies.env
    default = _defaults(env)
    rows = []
    for company in companies:
        holder = company._urssaf_holder()
        said = [default.get(one.id, default.get(False)) for one in (company, holder)]
        said.append(holder.urssaf_sending)
        rows.append((company.id, holder.id, *(value or None for value in said)))
    columns = ("ids", "holders", "own", "above", "settings")
    enrolment = env["urssaf.enrolment"]._fields
    return SQL(
        PAIRS,
        **dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)),
        wanted=state,
        sending=SQL.identifier(
            "customer",
            "urssaf_sending",
            to_flush=env["res.partner"]._fields["urssaf_sending"],
        ),
        **{
            name: SQL.identifier("enrolment", name, to_flush=enrolment[name])
            for name in ("company_id", "state", "partner_id")
        },
    )


def _defaults(env):
    """``{company id, or False: value}``: what Odoo says of a customer of whom nothing
    is written, where an administrator has set a default.
    """
    field = env["ir.model.fields"]._get("res.partner", "urssaf_sending")
    # sudo(): a setting of all users, which they may not read.
    defaults = env["ir.default"].sudo()
    everybody = [("user_id", "=", False), ("condition", "=", False)]
    rows = defaults.search([("field_id", "=", field.id), *everybody])
    return {row.company_id.id: json.loads(row.json_value) for row in rows}
