# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo is killed with SIGKILL at each step of a call to Urssaf, then started again."""

import contextlib
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dev import databases, servers
from dev.scenario import company
from dev.scenario.errors import ScenarioError

from ..conformance import swagger
from . import office
from .office import DATABASE
from .wire import ENROL, SEARCH, SEND, TOKEN


def _kill(server):
    """Odoo's pid is the one that listens."""
    os.kill(server.pid, signal.SIGKILL)


@contextlib.contextmanager
def _killed(instance, wire, moment, path):
    """A running Odoo, killed at this moment of the next call to ``path``."""
    with servers.temporary_odoo(instance, DATABASE) as server:
        wire.cut(moment, lambda: _kill(server), path)
        yield office.log_in(server)
        assert wire.was_cut.wait(30), "Odoo did not call Urssaf"


@contextlib.contextmanager
def _back(instance):
    """Odoo again, ten minutes later."""
    office.let_ten_minutes_pass(instance)
    with servers.temporary_odoo(instance, DATABASE) as server:
        office.wake_scheduled_actions(instance)
        yield office.log_in(server)


def _assert_all_arrive(instance, sandbox, moves):
    with _back(instance) as rpc:
        rpc.wait(
            "account.move",
            dict.fromkeys(moves, "waiting"),
            "urssaf_state",
            "après le redémarrage",
        )
        office.assert_once_each(rpc, sandbox, moves)


@pytest.mark.parametrize(
    "moment, path",
    [
        # The claim is committed; the token is asked first, by a fresh process.
        pytest.param("before", TOKEN, id="claimed"),
        pytest.param("before", SEND, id="before-recorded"),
        pytest.param("after", SEND, id="after-recorded"),
    ],
)
@pytest.mark.parametrize("count", [1, 3], ids=["button", "selection"])
def test_exactly_one_demande_per_invoice(
    instance, sandbox, wire, customer, moment, path, count
):
    with _killed(instance, wire, moment, path) as rpc:
        moves = office.invoices(rpc, customer, count)
        if count == 1:
            # The user's own request is cut; the scenario client says so.
            with pytest.raises((ScenarioError, OSError)):
                rpc.call("account.move", "action_urssaf_send", moves)
        else:
            office.send_selection(rpc, moves)
    _assert_all_arrive(instance, sandbox, moves)


def test_killed_with_the_answer_in_hand(instance, sandbox, wire, customer):
    """Odoo has read the answer and is writing it down: somebody else holds the invoice
    for as long as it takes to kill.
    """
    with (
        servers.temporary_odoo(instance, DATABASE) as server,
        databases.open_cursor(instance, DATABASE) as somebody,
        ThreadPoolExecutor() as threads,
    ):
        rpc = office.log_in(server)
        moves = office.invoices(rpc, customer, 1)

        def edit_the_invoice():
            somebody.execute("BEGIN")
            somebody.execute(
                "SELECT id FROM account_move WHERE id = ANY(%s) FOR UPDATE", (moves,)
            )

        wire.cut("answered", edit_the_invoice)
        click = threads.submit(rpc.call, "account.move", "action_urssaf_send", moves)
        assert wire.was_cut.wait(30), "Odoo did not call Urssaf"
        _wait_for_a_blocked_write(instance)
        _kill(server)
        assert isinstance(click.exception(), (ScenarioError, OSError))
        somebody.execute("ROLLBACK")
    _assert_all_arrive(instance, sandbox, moves)


def _wait_for_a_blocked_write(instance):
    deadline = time.monotonic() + 20
    with databases.open_cursor(instance, DATABASE) as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND wait_event_type = 'Lock'",
                (DATABASE,),
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("Odoo did not come to write the answer down")


@pytest.mark.parametrize(
    "moment, customer_id",
    [("before", "customer_garnier"), ("after", "customer_moreau")],
)
def test_exactly_one_enrolment_per_customer(
    instance, sandbox, wire, customer, moment, customer_id
):
    known = set(sandbox.people())
    with _killed(instance, wire, moment, ENROL) as rpc:
        partner = rpc.ref(f"{company.ADDON}.{customer_id}")
        with pytest.raises((ScenarioError, OSError)):
            rpc.call("res.partner", "action_urssaf_record_consent", [partner])
            rpc.call("res.partner", "action_urssaf_enrol", [partner])
    with _back(instance) as rpc:
        state = {partner: "pending"}
        what = "après le redémarrage"
        rpc.wait("res.partner", state, "urssaf_enrolment_state", what)
        enrolments = rpc.search("urssaf.enrolment", [("partner_id", "=", partner)])
        [enrolment] = rpc.read("urssaf.enrolment", enrolments, ["external_id"])
    assert set(sandbox.people()) - known == {enrolment["external_id"]}


@pytest.mark.skipif(
    swagger.path() is None, reason="the official Swagger is not at hand"
)
def test_what_went_over_the_wire_is_as_the_official_swagger_says(wire, customer):
    """The bodies that Odoo itself built in the tests above, from its own records."""
    for method, path in (("010", ENROL), ("050", SEND), ("070", SEARCH)):
        assert wire.bodies[path], f"Odoo has not called {method}"
        for body in wire.bodies[path]:
            assert swagger.unexpected(method, body) == []
