# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf paid and took back, matched on the customer's account.

Matching an invoice makes its VAT on collection due, undoing the match takes it off.
Odoo undoes in the month of the payment, which may be declared already, and matches
again at the newest date of the two entries, which may be the same month. So the day of
the event goes along in the context, and Odoo's two questions about dates
(``account.move._get_accounting_date``, ``account.partial.reconcile._compute_max_date``)
are answered with it.
"""

from datetime import timedelta

# The day from which on the entries of this event may be dated; locked days are left
# out by Odoo's own rules, whoever sends this key.
EVENT_DAY = "urssaf_event_day"


def first_open_day(company, day, journal, has_tax):
    """``day``, or the first one after the lock dates that hold for this user.

    :param has_tax: the entry changes the VAT return, so its lock date counts
    """
    locks = company._get_violated_lock_dates(day, has_tax, journal)
    return locks[-1][0] + timedelta(days=1) if locks else day


def vat_day(company, day):
    """The day of the VAT entries of something that happened on ``day``."""
    return first_open_day(company, day, company.tax_cash_basis_journal_id, True)


def on_event_day(records, company, day):
    """``records``, for matches whose VAT is that of ``day``. An outer event prevails: a
    line of the bank that is put in its place keeps the day that it had.
    """
    if records.env.context.get(EVENT_DAY):
        return records
    return records.with_context(**{EVENT_DAY: vat_day(company, day)})


def receivable(moves):
    """The customer's lines of these entries."""
    return moves.line_ids.filtered(
        lambda line: line.account_type == "asset_receivable"
        and line.parent_state == "posted"
    )


def match(lines):
    """Match what is open among these lines, account by account."""
    match_each([lines])


def match_each(groups):
    """The same in each of these groups of lines, all written together."""
    plan = []
    for lines in groups:
        for same in lines.grouped("account_id").values():
            still_open = same.filtered(lambda line: not line.reconciled)
            if len({line.amount_residual > 0 for line in still_open}) > 1:
                plan.append(still_open)
    if plan:
        # What ``reconcile`` does for one of them.
        plan[0].browse()._reconcile_plan(plan)


def letter(requests, day):
    """Match the payments of each demande as they are now: what Urssaf took back with
    what it had paid, the last payment first, and the rest with the invoice. What is
    matched so already stays, and so do all other matches, those at the bank too.

    :param requests: demandes, as superuser
    :param day: of the event, for the VAT on collection
    """
    for company, theirs in requests.grouped("company_id").items():
        here = on_event_day(theirs.with_company(company), company, day)
        match_each([_between_urssaf_and_us(request) for request in here])
        match_each([_paid(request) + receivable(request.move_id) for request in here])


def _between_urssaf_and_us(request):
    """What Urssaf paid and took back for this demande, free of the invoice as far as
    it was taken back.
    """
    paid, invoice = _paid(request), receivable(request.move_id)
    taken_back = receivable(_live(request, "outbound").move_id)
    # What came twice was the customer's: Urssaf took that back from him.
    given = receivable(request.surplus_move_ids)
    ours = paid + given + taken_back
    _free(paid, invoice, sum(ours.mapped("amount_residual")))
    return ours


def _paid(request):
    return receivable(_live(request, "inbound").move_id)


def _live(request, direction):
    return request._live_payments().filtered(
        lambda payment: payment.payment_type == direction
    )


def _free(paid, invoice, needed):
    """Undo matches of Urssaf's payments with the invoice until so much is free."""
    for line in paid.sorted(lambda line: (line.date, line.id), reverse=True):
        if line.company_currency_id.compare_amounts(needed, 0) <= 0:
            return
        partials = line.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id in invoice
        )
        needed -= sum(partials.mapped("amount"))
        partials.unlink()
