# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two workers of Odoo at once: threads of one server, or processes."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dev import commands, databases, paths, servers
from dev.scenario.errors import ScenarioError

from . import office
from .office import DATABASE, REQUEST
from .wire import SEND


@pytest.fixture(scope="module")
def server(instance, customer):
    # Its scheduled actions would take part uninvited.
    with servers.temporary_odoo(instance, DATABASE, cron_threads=0) as server:
        yield server


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


def another_worker(instance, *jobs, minutes_ahead=0):
    """Run scheduled actions in a process of its own, whose clock may be ahead."""
    command = [
        *(sys.executable, "-m", "tests.end_to_end.worker", instance.config_file),
        *(DATABASE, minutes_ahead, *jobs),
    ]
    environment = instance.environment()
    environment["PYTHONPATH"] = f"{paths.ROOT}:{environment['PYTHONPATH']}"
    commands.capture("run a worker", command, env=environment, cwd=paths.ROOT)


def test_one_click_each_of_two_users(instance, sandbox, wire, customer, already, rpc):
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        clicks = [
            users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            for _user in range(4)
        ]
    failures = [click.exception() for click in clicks if click.exception()]
    assert len(failures) == 3, "one sends, the others are told"
    assert all(isinstance(failure, ScenarioError) for failure in failures)
    # In French, about the invoice: never the words of a constraint of the database.
    [name] = (move["name"] for move in rpc.read("account.move", moves, ["name"]))
    for failure in failures:
        assert name in str(failure) and "Urssaf" in str(failure), failure
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves, already)


def _transferred(instance, sandbox, rpc, customer):
    """A demande that Urssaf has paid and whose transfer is not registered yet."""
    moves = office.invoices(rpc, customer, 1)
    rpc.call("account.move", "action_urssaf_send", moves)
    [request] = rpc.search(REQUEST, [("move_id", "in", moves)])
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            "UPDATE urssaf_payment_request SET state = 'paid', remote_code = '70',"
            " to_book = TRUE, transfer_effective = TRUE, transfer_date = now()::date,"
            " transfer_amount = amount_total WHERE id = %s",
            (request,),
        )
    return request


def _payments(rpc, request):
    return rpc.search("account.payment", [("urssaf_request_id", "=", request)])


def test_two_users_register_the_same_transfer(instance, sandbox, wire, customer, rpc):
    request = _transferred(instance, sandbox, rpc, customer)
    with ThreadPoolExecutor() as users:
        clicks = [
            users.submit(rpc.call, REQUEST, "action_register_transfer", [request])
            for _user in range(4)
        ]
    assert [click.exception() for click in clicks] == [None] * 4
    assert len(_payments(rpc, request)) == 1


def test_a_click_waits_for_whoever_registers(instance, sandbox, wire, customer, rpc):
    """It is not lost, and finds what the other one has done."""
    request = _transferred(instance, sandbox, rpc, customer)
    row = "UPDATE urssaf_payment_request SET id = id WHERE id = %s"
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor() as users:
        with databases.open_cursor(instance, DATABASE) as other:
            other.execute("BEGIN")
            other.execute(row, (request,))
            click = users.submit(
                rpc.call, REQUEST, "action_register_transfer", [request]
            )
            with databases.open_cursor(instance, DATABASE) as looking:
                for _look in range(600):
                    looking.execute(waiting)
                    if looking.fetchone()[0] or click.done():
                        break
                    time.sleep(0.1)
            assert not click.done(), "it went on without the other one"
            other.execute("COMMIT")
        click.result()
    assert len(_payments(rpc, request)) == 1


def test_two_workers_book_the_same_transfers(instance, sandbox, wire, customer, rpc):
    """In batches, each demande once, and the journal's numbers have no hole."""
    moves = office.invoices(rpc, customer, 24)
    office.send_selection(rpc, moves)
    another_worker(instance, "send")
    assert _state(instance, moves) == {"waiting"}
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            "UPDATE urssaf_payment_request SET state = 'paid', remote_code = '70',"
            " to_book = TRUE, transfer_effective = TRUE, transfer_date = now()::date,"
            " transfer_amount = amount_total, next_call_at = NULL"
            " WHERE move_id = ANY(%s)",
            (moves,),
        )
    with ThreadPoolExecutor() as workers:
        works = [
            workers.submit(another_worker, instance, "follow") for _worker in range(2)
        ]
    assert [work.exception() for work in works] == [None] * 2
    requests = rpc.search(REQUEST, [("move_id", "in", moves)])
    assert {len(_payments(rpc, request)) for request in requests} == {1}
    paid = rpc.search("account.payment", [("urssaf_request_id", "!=", False)])
    entries = rpc.search("account.move", [("origin_payment_id", "in", paid)])
    found = rpc.read("account.move", entries, ["sequence_number"])
    numbers = sorted(entry["sequence_number"] for entry in found)
    assert numbers == [*range(1, len(numbers) + 1)]


def test_two_users_and_the_same_new_customer(instance, customer, rpc):
    """Each click makes the enrolment if need be: nobody reads of a constraint."""
    partner = rpc.create("res.partner", {"name": "Camille Petit"})
    with ThreadPoolExecutor() as users:
        clicks = [
            users.submit(
                rpc.call, "res.partner", "action_urssaf_record_consent", [partner]
            )
            for _user in range(4)
        ]
    assert [click.exception() for click in clicks] == [None] * 4
    assert len(rpc.search("urssaf.enrolment", [("partner_id", "=", partner)])) == 1


def test_a_live_worker_is_left_alone(instance, sandbox, wire, customer, already, rpc):
    """However long Urssaf takes: it is the lock that tells, not a delay."""
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        with wire.hold() as held:
            click = users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            assert held.wait(30), "Odoo did not call Urssaf"
            another_worker(instance, "repair", "send", minutes_ahead=60)
            assert _state(instance, moves) == {"sending"}
        click.result()
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves, already)


def test_the_queue_and_a_click(instance, sandbox, wire, customer, already, rpc):
    """The scheduled action sends what a user clicks on at the same moment."""
    moves = office.invoices(rpc, customer, 3)
    office.send_selection(rpc, moves)
    with ThreadPoolExecutor() as workers:
        with wire.hold() as held:
            action = workers.submit(another_worker, instance, "send")
            assert held.wait(30), "the scheduled action did not call Urssaf"
            requests = rpc.search(REQUEST, [("move_id", "in", moves)])
            for move in moves:
                with pytest.raises(ScenarioError):
                    rpc.call("account.move", "action_urssaf_send", [move])
        action.result()
    assert len(requests) == 3
    assert wire.posts.count(SEND) == 1
    office.assert_once_each(rpc, sandbox, moves, already)


def test_the_invoice_is_saved_while_urssaf_answers(
    instance, sandbox, wire, customer, already, rpc
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
    office.assert_once_each(rpc, sandbox, moves, already)
    [move] = rpc.read("account.move", moves, ["urssaf_state", "narration"])
    assert move["urssaf_state"] == "waiting" and "Merci" in move["narration"]
