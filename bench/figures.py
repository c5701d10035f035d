# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long it takes to find the figures of a year's annual certificates.

``make bench ARGS=figures``: 2 000 customers with an invoice each month, all 24 000 of
them collected by Urssaf and registered; then the same again, when nothing has changed
but one payment, as after each look of the bookkeeper.
"""

import argparse
import tempfile
import time
from pathlib import Path

from dev import odoo, servers

from . import world

CUSTOMERS, MONTHS = 2000, 12
#: Seconds for the drafts of all customers; queries beyond those of a few customers, per
#: hundred customers: Odoo inserts rows by the hundred, twelve lines of each customer.
SECONDS, QUERIES = 60, 25


def main(arguments=None):
    """Measure and print; return 0 if all stays below its ceiling."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=figures")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    customers = parser.parse_args(arguments).customers
    instance = odoo.prepare()
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "bench.sqlite") as urssaf,
        world.environment(instance) as env,
    ):
        request, first = _load(env, urssaf.url, customers)
        year = request.transfer_date.year
        partners = env["res.partner"].browse(range(first, first + customers))
        _few, _seconds, base = _prepared(env, partners[:20], year, 20)
        drafts, seconds, queries = _prepared(env, None, year, customers + 1)
        _expect(sum(drafts.mapped("amount_received")), request.amount_total, customers)
        _again, second, _queries = _prepared(env, None, year, customers + 1)
    more = 100 * max(queries - base, 0) / customers
    rows = [
        (
            f"{customers} certificates of {customers * MONTHS} invoices, s",
            seconds,
            SECONDS,
        ),
        ("the same again, s", second, SECONDS),
        (f"queries ({queries} in all) per hundred customers more", more, QUERIES),
    ]
    for name, found, ceiling in rows:
        verdict = "met" if found <= ceiling else "MISSED"
        print(f"{name[:62]:62}{found:9.2f}  (ceiling {ceiling}: {verdict})")
    return 0 if all(found <= ceiling for _name, found, ceiling in rows) else 1


def _prepared(env, partners, year, count):
    """``(drafts, seconds, queries)``"""
    env.invalidate_all()
    before, started = env.cr.sql_log_count, time.perf_counter()
    drafts = env["home.service.certificate"]._prepare(env.company, partners, year)
    env.flush_all()
    seconds = time.perf_counter() - started
    env.cr.commit()
    if len(drafts) != count:
        raise SystemExit(f"The bench went wrong: {len(drafts)} drafts of {count}.")
    return drafts, seconds, env.cr.sql_log_count - before


def _expect(received, one, customers):
    # The one that was cloned counts too.
    wanted = one * (customers * MONTHS + 1)
    if abs(received - wanted) > 0.005:
        raise SystemExit(f"The bench went wrong: {received} instead of {wanted}.")


def _load(env, url, customers):
    """One demande that was paid, and its clones; ``(demande, id of a partner)``."""
    # Imported late: the add-on's tests need a loaded Odoo.
    from odoo.addons.urssaf_avance_immediate.tests.crowd import Crowd

    partner = world.set_up(env, url)
    env.company.action_urssaf_set_up_transfers()
    [move] = world.invoices(env, partner, 1)
    move.action_urssaf_send()
    request = move.sudo().urssaf_request_id
    request.write(
        {
            "state": "paid",
            "transfer_amount": request.amount_total,
            "transfer_date": move.invoice_date,
            "transfer_effective": True,
        }
    )
    request._register_transfers()
    env.flush_all()
    crowd = _Crowd(Crowd(env.cr, customers, customers * MONTHS))
    first = crowd.clone(
        "res_partner",
        partner,
        customers,
        name="'Client ' || n",
        commercial_partner_id="%(id)s",
        urssaf_bank_account_id="NULL",
    )
    _paid_invoices(crowd, request, f"{first} + n % {customers}")
    env.cr.commit()
    env.invalidate_all()
    return request, first


class _Crowd:
    """Clones as ``crowd.Crowd`` does, with statistics after each: PostgreSQL would
    check the references of each row by reading the whole other table.
    """

    def __init__(self, crowd):
        self.count, self.cr, self._crowd = crowd.count, crowd.cr, crowd

    def clone(self, table, *args, **changes):
        first = self._crowd.clone(table, *args, **changes)
        self.cr.execute(f"ANALYZE {table}")
        return first


def _paid_invoices(crowd, request, customer):
    """Each with its demande, Urssaf's payment and their match."""
    count, move, payment = crowd.count, request.move_id, request.payment_ids
    whose = {"partner_id": customer, "commercial_partner_id": customer}
    numbers = {"name": "'BIG/' || n", "sequence_number": "n"}
    moves = crowd.clone(
        "account_move",
        move,
        count,
        **whose,
        **numbers,
        access_token="NULL",
        urssaf_request_id="NULL",
    )
    owed = _lines(crowd, move, moves, customer)
    requests = crowd.clone(
        "urssaf_payment_request",
        request,
        count,
        name="'BIG' || n",
        external_id="'BIG' || n",
        move_id=f"{moves} + n",
        partner_id=customer,
    )
    for use in request.ceiling_use_ids:
        crowd.clone("urssaf_ceiling_use", use, count, request_id=f"{requests} + n")
    entries = crowd.clone(
        "account_move",
        payment.move_id,
        count,
        **whose,
        name="'PBIG/' || n",
        sequence_number="n",
    )
    payments = crowd.clone(
        "account_payment",
        payment,
        count,
        name="'PBIG/' || n",
        partner_id=customer,
        move_id=f"{entries} + n",
        urssaf_request_id=f"{requests} + n",
    )
    crowd.cr.execute(
        "UPDATE account_move SET origin_payment_id = id - %s + %s WHERE id >= %s",
        [entries, payments, entries],
    )
    paid = _lines(crowd, payment.move_id, entries, customer)
    partial = owed[0].matched_credit_ids
    crowd.clone(
        "account_partial_reconcile",
        partial,
        count,
        debit_move_id=f"{owed[1]} + n",
        credit_move_id=f"{paid[1]} + n",
        full_reconcile_id="NULL",
    )


def _lines(crowd, move, first, customer):
    """Clone the lines; ``(the customer's line, id of its first clone)``."""
    found = None
    for line in move.line_ids:
        clones = crowd.clone(
            "account_move_line",
            line,
            crowd.count,
            move_id=f"{first} + n",
            partner_id=customer,
            full_reconcile_id="NULL",
        )
        if line.account_type == "asset_receivable":
            found = line, clones
    return found
