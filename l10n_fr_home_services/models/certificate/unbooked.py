# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Payments without an entry of their own.

Where a means of payment has no outstanding account, Odoo's accounting books nothing
until the bank has shown the money, and the line of the bank is matched with the invoice
itself. The day and the means are on the payment: they are found by its amount.
"""

from odoo.tools import SQL

PAYMENTS = """
    SELECT of_invoice.invoice_id AS document,
           payment.id,
           payment.name,
           payment.date,
           payment.amount_company_currency_signed AS amount,
           method.home_service_kind AS kind,
           journal.type AS journal
      FROM account_move__account_payment of_invoice
      JOIN account_payment payment ON payment.id = of_invoice.payment_id
      JOIN account_journal journal ON journal.id = payment.journal_id
      LEFT JOIN account_payment_method_line method
             ON method.id = payment.payment_method_line_id
     WHERE of_invoice.invoice_id = ANY(%(ids)s)
       AND payment.move_id IS NULL
       AND payment.state IN ('in_process', 'paid')
     ORDER BY payment.date, payment.id, of_invoice.invoice_id
"""


def unbooked(env, ids):
    """``{id of a payment: its row}``, with the invoices that it is for.

    :param ids: of invoices and credit notes
    """
    found = {}
    for row in env.execute_query_dict(SQL(PAYMENTS, ids=ids)):
        payment = found.setdefault(row["id"], {**row, "documents": set()})
        payment["documents"].add(row["document"])
    return found


def recognise(env, rows):
    """Give the lines of the bank that were matched with invoices the day and the means
    of the payments that these are: each where its amount is that of the line, or of
    what the line settles of its invoices.

    :param rows: dicts ``document, entry, payment, amount, line`` (amount of the line of
        the bank), changed in place
    """
    free = [row for row in rows if row["line"] and not row["payment"]]
    payments = unbooked(env, sorted({row["document"] for row in free}))
    for payment in payments.values():
        entries = {}
        for row in free:
            if row["document"] in payment["documents"] and not row["payment"]:
                entries.setdefault(row["entry"], []).append(row)
        for same in entries.values():
            settled = sum(round(row["amount"] * 100) for row in same)
            whole = round(same[0]["line"] * 100)
            if round(payment["amount"] * 100) not in (settled, whole):
                continue
            for row in same:
                row.update(
                    payment=payment["id"],
                    unbooked=payment["id"],
                    payment_date=payment["date"],
                    kind=payment["kind"],
                    journal=payment["journal"],
                )
            break
