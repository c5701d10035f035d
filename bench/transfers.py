# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long it takes to find and book what Urssaf's bank transfers pay.

``make bench ARGS=transfers``: the solver on 400 transfers expected in 90 days, and a
month of 1 000 demandes reconciled by 20 lines of the bank. Beside each, the ceiling.
"""

import argparse
import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from dev import odoo, servers

from . import world
from .meter import Meter

ITEMS, DAYS, IN_THE_LINE = 400, 90, 12
DEMANDES, LINES = 1000, 20
#: Seconds: the proof; a line of fifty demandes opened and booked, while a person
#: waits; all lines of the month.
PROOF, ONE_LINE, MONTH = 0.5, 5, 120
SEED = 2026


def main(arguments=None):
    """Measure and print; return 0 if all stays below its ceiling."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=transfers")
    parser.add_argument("--demandes", type=int, default=DEMANDES)
    count = parser.parse_args(arguments).demandes
    instance = odoo.prepare()
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "bench.sqlite") as urssaf,
        world.environment(instance) as env,
    ):
        rows += _solver()
        partner = world.set_up(env, urssaf.url)
        rows += _month(env, partner, count)
    for name, seconds, ceiling in rows:
        verdict = "met" if seconds <= ceiling else "MISSED"
        print(f"{name[:66]:66}{seconds:9.3f} s  (ceiling {ceiling} s: {verdict})")
    return 0 if all(seconds <= ceiling for _name, seconds, ceiling in rows) else 1


def _solver():
    # Imported late: the add-on needs a loaded Odoo.
    from odoo.addons.urssaf_avance_immediate.lib.rules import bank_solver

    chance = random.Random(SEED)
    first = date(2026, 1, 1)
    # Even numbers of cents: an odd sum is out of reach, and all is to be looked at.
    items = [
        bank_solver.Item(
            key,
            2 * chance.randint(500, 30000),
            first + timedelta(chance.randrange(DAYS)),
        )
        for key in range(ITEMS)
    ]
    cents = sum(item.cents for item in chance.sample(items, IN_THE_LINE))
    name = f"{ITEMS} transfers in {DAYS} days, a line of {IN_THE_LINE}, {cents / 100} €"
    for what, sought, ways in (("many ways", cents, 2), ("no way", cents + 1, 0)):
        started = time.perf_counter()
        answer = bank_solver.solve(items, sought)
        seconds = time.perf_counter() - started
        _expect(bank_solver.count_ways(items, sought), ways)
        # By chance, two or three dates may make the sum.
        _expect(answer.ways in (ways, None), True)
        yield f"{name}: {what}", seconds, PROOF


def _month(env, partner, count):
    """Paid demandes of ``LINES`` days; each line opened and booked as by a person."""
    env.company.action_urssaf_set_up_transfers()
    days = _paid(env, partner, count)
    lines = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": env.company.urssaf_payment_journal_id.id,
                "date": day,
                "amount": sum(requests.mapped("transfer_amount")),
                "payment_ref": "VIR URSSAF AVANCE IMMEDIATE",
            }
            for day, requests in days.items()
        ]
    )
    env.cr.commit()
    slowest, started = 0.0, time.perf_counter()
    for line in lines:
        before = time.perf_counter()
        env.invalidate_all()
        action = line.action_urssaf_reconcile()
        wizard = env[action["res_model"]].browse(action["res_id"])
        wizard.action_reconcile()
        env.cr.commit()
        slowest = max(slowest, time.perf_counter() - before)
    whole = time.perf_counter() - started
    _expect(all(lines.mapped("is_reconciled")), True)
    for line, requests in zip(lines, days.values(), strict=True):
        _expect(line.urssaf_request_ids, requests)
    name = f"{count} demandes reconciled by {len(lines)} lines"
    yield f"{name}: the slowest line", slowest, ONE_LINE
    yield f"{name}: the month", whole, MONTH


def _paid(env, partner, count):
    """``{day: demandes}`` that Urssaf transferred on that day, registered."""
    from odoo.addons.urssaf_avance_immediate.lib.rules import add_working_days

    moves = world.invoices(env, partner, count)
    requests = env["urssaf.payment.request"].sudo()
    for batch in world.split(moves):
        requests |= requests._enqueue_move(batch)
    day, days = date.today() - timedelta(days=60), {}
    size = -(-count // LINES)
    for first in range(0, count, size):
        day = add_working_days(day, 1)
        of_day = requests[first : first + size]
        for request in of_day:
            request.write(
                {
                    "state": "paid",
                    "transfer_amount": request.amount_total,
                    "transfer_date": day,
                    "transfer_effective": True,
                }
            )
        days[day] = of_day
    env.cr.commit()
    with Meter(0).measure() as cost:
        requests._register_transfers()
    print(
        f"{count} transfers registered: for each {cost.queries / count:.1f} queries, "
        f"{1000 * cost.cpu / count:.0f} ms of Odoo’s processor"
    )
    _expect(all(request.amount_booked for request in requests), True)
    env.cr.commit()
    return days


def _expect(found, wanted):
    if found != wanted:
        raise SystemExit(f"The bench went wrong: {found} instead of {wanted}.")
