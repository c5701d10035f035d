# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What customers have paid of the services that were invoiced, for a company that sends
nothing to Urssaf from here.

An invoice that takes down payments off bears the services as a whole: of them counts
what was paid of it and of the down payments, even where these leave it nothing to pay.
The invoices of down payments themselves bear no services.
"""

from odoo.tools import SQL

from ..certificate.deposits import Deposits

# The amounts of a line are above zero on credit notes too: what takes something off the
# whole is below zero on both.
PAID = """
    WITH moves AS (
        SELECT move.id, move.reversed_entry_id AS origin, move.move_type,
               move.amount_total AS total,
               move.amount_total_signed - move.amount_residual_signed AS paid,
               CASE WHEN move.amount_total = 0 THEN 1
                    ELSE 1 - move.amount_residual / move.amount_total END AS settled,
               SUM(line.price_total) FILTER (
                   WHERE (nature.eligible OR nature.activity_id IS NOT NULL)
                     AND NOT %(deposit)s
               ) AS services,
               SUM(line.price_total) FILTER (
                   WHERE nature.id IS NULL AND line.price_total < 0 AND NOT %(deposit)s
               ) AS reductions,
               SUM(line.price_total) FILTER (
                   WHERE (nature.id IS NOT NULL OR line.price_total >= 0)
                     AND NOT %(deposit)s
               ) AS others,
               COALESCE(-SUM(line.price_total) FILTER (
                   WHERE line.price_total < 0 AND %(deposit)s
               ), 0) AS taken_off,
               ARRAY_AGG(line.id) FILTER (
                   WHERE line.price_total < 0 AND %(deposit)s
               ) AS off
          FROM account_move_line AS line
          JOIN account_move AS move ON move.id = line.move_id
     LEFT JOIN product_product AS product ON product.id = line.product_id
     LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
     LEFT JOIN home_service_nature AS nature
            ON nature.id = COALESCE(line.home_service_nature_id,
                                    template.home_service_nature_id)
         WHERE move.state = 'posted'
           AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND move.company_id IN %(companies)s
           AND move.invoice_date BETWEEN %(start)s AND %(end)s
           AND line.display_type = 'product'
         GROUP BY move.id
    ), shares AS (
        SELECT moves.*,
               services * (1 + COALESCE(reductions / NULLIF(others, 0), 0))
               / NULLIF(total + taken_off, 0) AS share
          FROM moves
    )
"""
WHOLE = "SELECT COALESCE(SUM(share * paid), 0) FROM shares"
TAKING_OFF = """
    SELECT id, origin, move_type = 'out_refund', share, taken_off, settled, off
      FROM shares
     WHERE off IS NOT NULL AND share IS NOT NULL
     ORDER BY id
"""


def paid_of_services(env, companies, deposit, start, end):
    """In euros, taxes included, of the invoices dated in that time.

    :param companies: ids
    :param deposit: SQL that says whether a line is of a down payment
    """
    env.flush_all()
    moves = SQL(PAID, deposit=deposit, companies=companies, start=start, end=end)
    [[paid]] = env.execute_query(SQL("%s %s", moves, SQL(WHOLE)))
    rows = env.execute_query(SQL("%s %s", moves, SQL(TAKING_OFF)))
    return float(paid) + _of_deposits(env, rows)


def _of_deposits(env, rows):
    """What was paid of the down payments that these take off; a credit note gives back
    what its invoice got.
    """
    # sudo(): the caller counts the legal person, with invoices of any year.
    lines = [line for *_rest, off in rows for line in off]
    received = Deposits(env(su=True), lines).received()
    amount = 0.0
    for move, origin, refund, share, taken_off, settled, _off in rows:
        if refund:
            back = min(received.get(origin, 0) / 100, float(taken_off))
            amount -= float(share) * back * float(settled)
        else:
            amount += float(share) * received.get(move, 0) / 100
    return amount
