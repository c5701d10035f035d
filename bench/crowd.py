# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A big database: how long each list, filter and scheduled action takes to find its
rows. The rows are loaded in bulk, and nothing is due.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from dev import odoo, servers

from . import world

DEMANDES, CUSTOMERS = 100_000, 8_000
#: ms: beyond this somebody waits for a screen, or actions hold up each other. The board
#: is opened all day.
SCREEN, ACTION, BOARD = 500, 1000, 100
#: The best of so many tries: what others do on the machine weighs less.
TRIES = 3


def main(arguments):
    """Load, look at everything, print the table."""
    options = _parser().parse_args(arguments)
    instance = odoo.prepare()
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "bench.sqlite") as urssaf,
        world.environment(instance) as env,
    ):
        seconds = _load(env, urssaf.url, options.demandes, options.customers)
        print(
            f"\n{options.demandes} demandes of {options.customers} customers, loaded"
            f" in {seconds:.0f} s; milliseconds, the best of {TRIES} tries"
        )
        for name, rows, milliseconds, ceiling in _looks(env):
            verdict = "" if milliseconds <= ceiling else f"  MISSED, ≤ {ceiling}"
            print(f"{name[:62]:62}{rows:>8}{milliseconds:8.0f}{verdict}", flush=True)
    return 0


def _load(env, url, demandes, customers):
    # Imported late: the add-on's tests need a loaded Odoo.
    from odoo.addons.urssaf_avance_immediate.tests import crowd

    partner = world.set_up(env, url)
    [move] = world.invoices(env, partner, 1)
    move.action_urssaf_send()
    payment = env["account.payment"].create(
        {"partner_id": partner.id, "amount": 66, "payment_type": "inbound"}
    )
    started = time.perf_counter()
    crowd.load(env.cr, move.sudo().urssaf_request_id, payment, customers, demandes)
    env.cr.commit()
    return time.perf_counter() - started


def _looks(env):
    """``(name, rows, milliseconds, ceiling)`` of each list, filter and action."""
    from odoo.addons.urssaf_avance_immediate.tests import screens

    user = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench",
            "group_ids": [
                (4, env.ref(f"{world.ADDON}.group_manager").id),
                (4, env.ref("base.group_user").id),
            ],
        }
    )
    env.cr.commit()
    env = env(user=user)
    yield _board(env, screens)
    shown = [("list", *item) for item in screens.lists(env)]
    shown += [("filter", *item) for item in screens.filters(env)]
    for kind, name, model, domain in shown:
        rows, milliseconds = _timed(
            env, lambda m=model, d=domain: screens.look(env, m, d)
        )
        yield f"{kind} {name}", _counted(rows, screens), milliseconds, SCREEN
    for action in screens.actions(env(su=True)):
        # A method of its own: what is measured is the selection, nothing is due.
        _rows, milliseconds = _timed(env, action.method_direct_trigger)
        yield f"action {action.name}", "", milliseconds, ACTION


def _board(env, screens):
    """All that the board counts, as one look at it does."""
    board = env["urssaf.board"].create({})
    names = [name for name in board._fields if name.endswith(("_count", "_amount"))]
    names += ["companies", "waiting_ids", "setup", "setup_done"]
    _rows, milliseconds = _timed(env, lambda: board.read(names))
    env.invalidate_all()
    with screens.queries() as queries:
        board.read(names)
    return f"board, {len(queries)} queries", "", milliseconds, BOARD


def _counted(rows, screens):
    return f"{rows - 1}+" if rows == screens.COUNTED else rows


def _timed(env, look):
    """What ``look`` returns, and the fewest milliseconds that it took."""
    best = None
    for _try in range(TRIES):
        env.invalidate_all()
        started = time.perf_counter()
        result = look()
        taken = (time.perf_counter() - started) * 1000
        best = taken if best is None else min(best, taken)
    return result, best


def _parser():
    parser = argparse.ArgumentParser(prog="make bench ARGS=crowd", description=__doc__)
    parser.add_argument("--demandes", type=int, default=DEMANDES)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
