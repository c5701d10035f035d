# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was paid on the invoices of services, read from the books in a few queries for
any number of customers.

The amount that a payment settles of an invoice is read from their match; the day is
that of the payment, or of the line of the bank, never that of the match nor of an entry
that a lock date has shifted. All functions run as superuser: the caller has checked the
rights, and the certificate is that of the whole declaration.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo.tools import SQL

from ...rules.certificate import CASH, NOT_HIS, REFUND, Document, Part
from .deposits import Deposits, with_finals
from .moved import follow
from .unbooked import recognise

#: A transfer of the first months may count for the year before, see the setting.
MONTHS_AFTER = 3
BANK_JOURNALS = ("bank", "cash", "credit")


class Invoice(NamedTuple):
    """What people read of an invoice or credit note."""

    id: int
    name: str
    partner: int
    company: int


def documents(certificates, companies, partners, year):
    """``({id: Document}, {id: Invoice})``: those of which something may count in that
    civil year, with all that was ever paid on them.

    :param certificates: the model, which other add-ons teach other kinds of money
    :param companies: those that the declaration covers
    :param partners: commercial partners, ``None`` for all
    """
    env = certificates.env
    env.flush_all()
    rows = _read(env, _candidates(env, companies, partners, year))
    ids = [row["id"] for row in rows]
    weights, reductions = _weights(env, ids)
    _take_off_credited(env, ids, weights)
    found = {
        row["id"]: Document(
            row["id"],
            row["ends"],
            row["closed"],
            weights.get(row["id"], {}),
            origin=row["origin"],
            owed=round(row["owed"] * 100),
        )
        for row in rows
    }
    deposits = Deposits(env, reductions)
    of_deposits = set(deposits.ids())
    money = _money(certificates, sorted({*ids, *of_deposits}))
    for document, part in money:
        if document not in of_deposits:
            found[document].parts.append(part)
    deposits.hand_on([one for one in money if one[0] in of_deposits], found)
    return found, _names(env, rows, found)


def _names(env, rows, found):
    names = {
        row["id"]: Invoice(row["id"], row["name"], row["partner"], row["company"])
        for row in rows
    }
    for move in env["account.move"].browse(sorted(found.keys() - names.keys())):
        # The credit note of a deposit.
        customer, company = move.commercial_partner_id.id, move.company_id.id
        names[move.id] = Invoice(move.id, move.name, customer, company)
    return names


# What settles what: invoices are settled by credits, credit notes by debits.
MATCHES = """
    SELECT debit.move_id AS document, credit.move_id AS entry, partial.amount
      FROM account_partial_reconcile partial
      JOIN account_move_line debit ON debit.id = partial.debit_move_id
      JOIN account_move_line credit ON credit.id = partial.credit_move_id
      JOIN account_move document ON document.id = debit.move_id
     WHERE debit.display_type = 'payment_term' AND %(these)s
     UNION ALL
    SELECT credit.move_id, debit.move_id, -partial.amount
      FROM account_partial_reconcile partial
      JOIN account_move_line debit ON debit.id = partial.debit_move_id
      JOIN account_move_line credit ON credit.id = partial.credit_move_id
      JOIN account_move document ON document.id = credit.move_id
     WHERE credit.display_type = 'payment_term' AND %(these)s
"""

# -- which invoices -------------------------------------------------------------------

PAID = """
    SELECT matched.document
      FROM (%(matches)s) matched
      JOIN account_move entry ON entry.id = matched.entry
      JOIN account_journal journal ON journal.id = entry.journal_id
      LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
     WHERE entry.move_type = 'entry'
       AND COALESCE(payment.date, entry.date) >= %(start)s
       AND (COALESCE(payment.date, entry.date) <= %(end)s
            -- May move money of that year, however late: see moved.py.
            OR (payment.id IS NULL AND journal.type != ALL(%(journals)s)))
"""
FOUND = """
    SELECT move.id, move.reversed_entry_id
      FROM account_move move
      JOIN res_company company ON company.id = move.company_id
      JOIN res_partner partner ON partner.id = move.commercial_partner_id
     WHERE %(ours)s AND %(these)s
"""


def _candidates(env, companies, partners, year):
    """Ids of the invoices and credit notes of services that are dated in the year or
    were paid around it, their down payments too, of credit notes on these, and of what
    they take back.
    """
    these = SQL("document.company_id = ANY(%s)", companies.ids)
    if partners is not None:
        these = SQL(
            "%s AND document.commercial_partner_id = ANY(%s)", these, partners.ids
        )
    start = date(year, 1, 1)
    paid = SQL(
        PAID,
        matches=SQL(MATCHES, these=these),
        start=start,
        end=date(year + 1, MONTHS_AFTER, 31),
        journals=list(BANK_JOURNALS),
    )
    ours = _ours(companies, partners)
    around = SQL(
        "(move.invoice_date BETWEEN %s AND %s OR move.id IN (%s))",
        start,
        date(year, 12, 31),
        with_finals(env, paid),
    )
    rows = env.execute_query(SQL(FOUND, ours=ours, these=around))
    ids = {row[0] for row in rows} | {row[1] for row in rows if row[1]}
    on_these = SQL("move.reversed_entry_id = ANY(%s)", list(ids))
    back = env.execute_query(SQL(FOUND, ours=ours, these=on_these))
    return sorted(ids | {row[0] for row in back})


def _ours(companies, partners):
    """Posted papers of these companies in their own currency that persons get for
    services that give right to the advantage.
    """
    of_partners = (
        SQL("AND move.commercial_partner_id = ANY(%s)", partners.ids)
        if partners is not None
        else SQL()
    )
    return SQL(
        """
        move.company_id = ANY(%s) %s
        AND move.state = 'posted'
        AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
        AND move.currency_id = company.currency_id
        AND partner.is_company IS NOT TRUE
        AND EXISTS (
            SELECT FROM account_move_line line
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template
                     ON template.id = product.product_tmpl_id
              JOIN home_service_nature nature
                ON nature.id = COALESCE(line.home_service_nature_id,
                                        template.home_service_nature_id)
             WHERE line.move_id = move.id
               AND line.display_type = 'product'
               AND nature.eligible
        )
        """,
        companies.ids,
        of_partners,
    )


def _read(env, ids):
    query = SQL(
        """
        SELECT id,
               name,
               commercial_partner_id AS partner,
               company_id AS company,
               COALESCE(home_service_end, invoice_date) AS ends,
               amount_residual = 0 AS closed,
               amount_total - CASE WHEN credited.amount < amount_total
                                   THEN credited.amount ELSE 0 END AS owed,
               CASE WHEN reversed_entry_id = ANY(%(ids)s) THEN reversed_entry_id
                    END AS origin
          FROM account_move
          LEFT JOIN (SELECT refund.reversed_entry_id AS invoice,
                            SUM(refund.amount_total) AS amount
                       FROM account_move refund
                      WHERE refund.reversed_entry_id = ANY(%(ids)s)
                        AND refund.move_type = 'out_refund'
                        AND refund.state = 'posted'
                      GROUP BY refund.reversed_entry_id
               ) credited ON credited.invoice = account_move.id
         WHERE id = ANY(%(ids)s)
         ORDER BY invoice_date, id
        """,
        ids=ids,
    )
    return env.execute_query_dict(query)


# -- what is on them ------------------------------------------------------------------


LINES = """
    SELECT line.move_id AS document,
           nature.activity_id AS activity,
           nature.eligible AS eligible,
           line.home_service_mode AS mode,
           MIN(line.id) AS any_line,
           SUM(line.price_total) AS total,
           ARRAY_AGG(line.id) FILTER (WHERE line.price_total < 0) AS off
      FROM account_move_line line
      LEFT JOIN product_product product ON product.id = line.product_id
      LEFT JOIN product_template template ON template.id = product.product_tmpl_id
      LEFT JOIN home_service_nature nature
             ON nature.id = COALESCE(line.home_service_nature_id,
                                     template.home_service_nature_id)
     WHERE line.move_id = ANY(%(ids)s) AND line.display_type = 'product'
     GROUP BY line.move_id, line.product_id, nature.id, line.home_service_mode
     ORDER BY line.move_id, MIN(line.id)
"""


def _weights(env, ids):
    """``({id: {key: cents}}, [id of a line that takes something off])``; a key is
    ``(activity, mode)``, goods and services without right to the advantage are
    ``None``. What takes something off the whole (a discount, a down payment) is spread
    over the rest.
    """
    rows = env.execute_query_dict(SQL(LINES, ids=ids))
    weights, reductions = defaultdict(lambda: defaultdict(int)), []
    unknown = env["account.move.line"].browse(
        row["any_line"] for row in rows if row["eligible"] and not row["mode"]
    )
    modes = {line.id: line._home_service_mode() for line in unknown}
    for row in rows:
        reductions += row["off"] or []
        cents, key = round(row["total"] * 100), None
        if row["eligible"]:
            key = row["activity"], row["mode"] or modes[row["any_line"]]
        if cents > 0 or key:
            weights[row["document"]][key] += cents
    return weights, reductions


CREDITED = """
    SELECT debit.move_id, note.id, note.amount_total, SUM(partial.amount)
      FROM account_partial_reconcile partial
      JOIN account_move_line debit ON debit.id = partial.debit_move_id
      JOIN account_move_line credit ON credit.id = partial.credit_move_id
      JOIN account_move note ON note.id = credit.move_id
     WHERE debit.move_id = ANY(%(ids)s)
       AND note.reversed_entry_id = debit.move_id
       AND note.move_type = 'out_refund'
       AND note.amount_total > 0
     GROUP BY debit.move_id, note.id
     ORDER BY debit.move_id, note.id
"""


def _take_off_credited(env, ids, weights):
    """What was credited before it was paid is not paid: goods that came back leave the
    services, and the other way round. Of a credit note, as much as the invoice takes.
    """
    rows = env.execute_query(SQL(CREDITED, ids=ids))
    notes, _reductions = _weights(env, sorted({row[1] for row in rows}))
    for invoice, note, total, amount in rows:
        for key, cents in notes.get(note, {}).items():
            weights[invoice][key] -= round(cents * float(amount) / float(total))


# -- what was paid ------------------------------------------------------------------


MONEY = """
    SELECT matched.document,
           entry.id AS entry,
           entry.date AS entry_date,
           payment.id AS payment,
           payment.date AS payment_date,
           COALESCE(CASE WHEN payer.id != document.commercial_partner_id
                         THEN payer.home_service_kind END,
                    method.home_service_kind, journal.home_service_kind) AS kind,
           journal.type AS journal,
           statement.amount AS line,
           SUM(matched.amount) AS amount
      FROM (%(matches)s) matched
      JOIN account_move entry ON entry.id = matched.entry
      JOIN account_journal journal ON journal.id = entry.journal_id
      LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
      LEFT JOIN account_payment_method_line method
             ON method.id = payment.payment_method_line_id
      LEFT JOIN account_bank_statement_line statement ON statement.move_id = entry.id
      JOIN account_move document ON document.id = matched.document
      LEFT JOIN res_partner partner
             ON partner.id = COALESCE(payment.partner_id, statement.partner_id)
      LEFT JOIN res_partner payer ON payer.id = partner.commercial_partner_id
     WHERE entry.move_type = 'entry' AND entry.state = 'posted'
     GROUP BY matched.document, document.id, entry.id, payment.id, method.id,
              journal.id, statement.id, payer.id
     ORDER BY matched.document, entry.id
"""


def _money(certificates, ids):
    """``[(id of an invoice, Part)]``: what their matches are worth. What is no money
    has no kind.
    """
    env = certificates.env
    matches = SQL(MATCHES, these=SQL("document.id = ANY(%s)", ids))
    rows = env.execute_query_dict(SQL(MONEY, matches=matches))
    rows = follow(env, rows, BANK_JOURNALS)
    recognise(env, rows)
    shares = _shares(env, sorted({row["entry"] for row in rows}))
    done = defaultdict(lambda: [0, 0])
    found = [(row["document"], _part(row, shares, done)) for row in rows]
    certificates._complete_parts(found)
    return [(document, part) for document, part in found if part.cents]


def _part(row, shares, done):
    """:param done: ``{entry: [euros, cents]}`` so far: the cents of an entry that pays
    several invoices make its whole
    """
    cents = round(row["amount"] * 100)
    if row["journal"] not in BANK_JOURNALS and not row["payment"]:
        return Part(row["entry"], cents, "", row["entry_date"])
    in_cash = row["journal"] == "cash"
    if cents < 0:
        # Also in cash: what was paid by card and is given back in notes is not paid.
        kind = row["kind"] if row["kind"] in NOT_HIS else REFUND
    else:
        kind = CASH if in_cash else row["kind"] or "bank"
    so_far = done[row["entry"]]
    so_far[0] += float(row["amount"])
    cents = round(so_far[0] * 100 * shares.get(row["entry"], 0)) - so_far[1]
    so_far[1] += cents
    day = row["payment_date"] or row["entry_date"]
    return Part(
        row["entry"],
        cents,
        kind,
        day,
        in_cash=in_cash and cents < 0,
        payment=row.get("unbooked"),
    )


SHARES = """
    SELECT line.move_id,
           COALESCE(
               MIN(payment.amount_company_currency_signed),
               SUM(line.balance) FILTER (WHERE account.account_type IN
                                         ('asset_cash', 'liability_credit_card'))
           ),
           -SUM(line.balance) FILTER (WHERE account.account_type = 'asset_receivable')
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      JOIN account_move entry ON entry.id = line.move_id
      LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
     WHERE line.move_id = ANY(%(entries)s)
     GROUP BY line.move_id
"""


def _shares(env, entries):
    """``{entry: how much of what it credits to customers is money}``, from 0 to 1: the
    rest was written off. What goes to the bank is what is on its account, or on the
    account where payments wait for it.
    """
    rows = env.execute_query(SQL(SHARES, entries=entries))
    return {
        entry: min(max(float(money or 0) / float(credited), 0.0), 1.0)
        for entry, money, credited in rows
        if credited
    }
