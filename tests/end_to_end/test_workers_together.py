# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two workers of Odoo at once, each a process or a thread with its own connection."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry

from dev import databases, servers
from dev.scenario.errors import ScenarioError

from . import office
from .office import DATABASE, REQUEST
from .wire import SEND


@pytest.fixture(scope="module")
def server(instance, customer):
    # Its scheduled actions would take part uninvited.
    with servers.temporary_odoo(instance, DATABASE, cron_threads=0) as server:
        yield server
    Registry.delete(DATABASE)


@pytest.fixture
def rpc(server, wire):
    wire.posts.clear()
    return office.log_in(server)


def _state(instance, moves):
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            "SELECT state FROM urssaf_payment_request WHERE move_id = ANY(%s)", (moves,)
        )
        return {row[0] for row in cursor.fetchall()}


def _another_worker(job, in_minutes=0):
    """Run a scheduled action in this very process, whose clock is ahead."""
    now = fields.Datetime.now() + timedelta(minutes=in_minutes)
    with (
        # Odoo's tests commit nothing; a worker does.
        patch("odoo.modules.module.current_test", False),
        patch.object(fields.Datetime, "now", staticmethod(lambda *_args: now)),
        Registry(DATABASE).cursor() as cr,
    ):
        api.Environment(cr, SUPERUSER_ID, {})["urssaf.exchange"]._cron(job)


def test_one_click_each_of_two_users(instance, sandbox, wire, customer, rpc):
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        clicks = [
            users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            for _user in range(4)
        ]
    failures = [click.exception() for click in clicks if click.exception()]
    assert len(failures) == 3, "one sends, the others are told"
    assert all(isinstance(failure, ScenarioError) for failure in failures)
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves)


def test_a_live_worker_is_left_alone(instance, sandbox, wire, customer, rpc):
    """However long Urssaf takes: it is the lock that tells, not a delay."""
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        with wire.hold() as held:
            click = users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            assert held.wait(30), "Odoo did not call Urssaf"
            for minutes in (2, 60):
                _another_worker("repair", in_minutes=minutes)
                _another_worker("send", in_minutes=minutes)
                assert _state(instance, moves) == {"sending"}
        click.result()
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves)


def test_the_queue_and_a_click(instance, sandbox, wire, customer, rpc):
    """The scheduled action sends what a user clicks on at the same moment."""
    moves = office.invoices(rpc, customer, 3)
    office.send_selection(rpc, moves)
    with ThreadPoolExecutor() as workers:
        with wire.hold() as held:
            action = workers.submit(_another_worker, "send")
            assert held.wait(30), "the scheduled action did not call Urssaf"
            requests = rpc.search(REQUEST, [("move_id", "in", moves)])
            for move in moves:
                with pytest.raises(ScenarioError):
                    rpc.call("account.move", "action_urssaf_send", [move])
        action.result()
    assert len(requests) == 3
    assert wire.posts.count(SEND) == 1


def test_the_invoice_is_saved_while_urssaf_answers(
    instance, sandbox, wire, customer, rpc
):
    """The transaction that writes the answer down conflicts: it is written again, and
    nothing is sent again.
    """
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        with wire.hold() as held:
            click = users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            assert held.wait(30), "Odoo did not call Urssaf"
            rpc.write("account.move", moves, {"narration": "Merci !"})
        click.result()
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves)
    [move] = rpc.read("account.move", moves, ["urssaf_state", "narration"])
    assert move["urssaf_state"] == "waiting" and "Merci" in move["narration"]
