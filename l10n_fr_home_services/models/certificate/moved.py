# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that reaches an invoice through an entry of the accountant: booked on another
customer by mistake, and moved from his account to that of the invoice's.

Such an entry stands on the accounts of customers alone. What its debit is matched with
is where the money came from.
"""

from collections import defaultdict

from odoo.tools import SQL

SOURCES = """
    SELECT debit.move_id AS moved,
           entry.id AS entry,
           entry.date AS entry_date,
           payment.id AS payment,
           payment.date AS payment_date,
           COALESCE(payer.home_service_kind, method.home_service_kind,
                    journal.home_service_kind) AS kind,
           journal.type AS journal,
           statement.amount AS line,
           SUM(partial.amount) AS amount,
           (SELECT SUM(debits.debit) FROM account_move_line debits
             WHERE debits.move_id = debit.move_id) AS whole
      FROM account_move_line debit
      JOIN account_partial_reconcile partial ON partial.debit_move_id = debit.id
      JOIN account_move_line credit ON credit.id = partial.credit_move_id
      JOIN account_move entry ON entry.id = credit.move_id
      JOIN account_journal journal ON journal.id = entry.journal_id
      LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
      LEFT JOIN account_payment_method_line method
             ON method.id = payment.payment_method_line_id
      LEFT JOIN account_bank_statement_line statement ON statement.move_id = entry.id
      LEFT JOIN res_partner partner
             ON partner.id = COALESCE(payment.partner_id, statement.partner_id)
      LEFT JOIN res_partner payer ON payer.id = partner.commercial_partner_id
     WHERE debit.move_id = ANY(%(entries)s)
       AND entry.move_type = 'entry'
       AND entry.state = 'posted'
       AND (journal.type = ANY(%(journals)s) OR payment.id IS NOT NULL)
       AND NOT EXISTS (
            SELECT FROM account_move_line other
              JOIN account_account account ON account.id = other.account_id
             WHERE other.move_id = debit.move_id
               AND account.account_type != 'asset_receivable'
       )
     GROUP BY debit.move_id, entry.id, payment.id, method.id, journal.id,
              statement.id, payer.id
     ORDER BY debit.move_id, entry.id
"""


def follow(env, rows, journals):
    """The rows with what such entries moved in the place of them: the payment and its
    day, as far as it is known where the money came from.

    :param rows: dicts as ``received.MONEY`` reads them
    :param journals: types of those through which money comes
    """
    unknown = [
        row for row in rows if row["journal"] not in journals and not row["payment"]
    ]
    if not unknown:
        return rows
    entries = sorted({row["entry"] for row in unknown})
    query = SQL(SOURCES, entries=entries, journals=list(journals))
    sources = defaultdict(list)
    for source in env.execute_query_dict(query):
        sources[source.pop("moved")].append(source)
    found = []
    for row in rows:
        of_entry = sources[row["entry"]] if row["amount"] > 0 else []
        rest = row["amount"]
        for source in of_entry:
            share = row["amount"] * source["amount"] / source["whole"]
            known = {name: source[name] for name in source if name != "whole"}
            found.append({**row, **known, "amount": share})
            rest -= share
        if not of_entry or round(rest, 2):
            found.append({**row, "amount": rest})
    return found
