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


class Lives:
    """Odoo, killed and started again. What comes back is what is killed next: one start
    for each kill.
    """

    def __init__(self, instance):
        self._instance = instance
        self._life = contextlib.ExitStack()
        self._server = None

    def running(self, fresh=False):
        """Log in to the Odoo that runs; to a new process where none does, or where it
        has to be ``fresh``.
        """
        if fresh or not self._server:
            self.end()
            self._server = self._life.enter_context(
                servers.temporary_odoo(self._instance, DATABASE)
            )
        return office.log_in(self._server)

    def kill(self):
        """Odoo's pid is the one that listens."""
        os.kill(self._server.pid, signal.SIGKILL)
        self._server = None

    def end(self):
        self._life.close()
        self._server = None


@pytest.fixture(scope="module")
def lives(instance, customer):
    lives = Lives(instance)
    yield lives
    lives.end()


@contextlib.contextmanager
def _killed(lives, wire, moment, path):
    """A running Odoo, killed at this moment of the next call to ``path``."""
    # Only a new process asks for a token.
    rpc = lives.running(fresh=path == TOKEN)
    wire.cut(moment, lives.kill, path)
    yield rpc
    assert wire.was_cut.wait(30), "Odoo did not call Urssaf"


def _back(instance, lives):
    """Odoo again, ten minutes later."""
    office.let_ten_minutes_pass(instance)
    rpc = lives.running(fresh=True)
    office.wake_scheduled_actions(instance)
    return rpc


def _assert_all_arrive(instance, lives, sandbox, moves, already):
    rpc = _back(instance, lives)
    rpc.wait(
        "account.move",
        dict.fromkeys(moves, "waiting"),
        "urssaf_state",
        "après le redémarrage",
    )
    office.assert_once_each(rpc, sandbox, moves, already)


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
    instance, lives, sandbox, wire, customer, already, moment, path, count
):
    with _killed(lives, wire, moment, path) as rpc:
        moves = office.invoices(rpc, customer, count)
        if count == 1:
            # The user's own request is cut; the scenario client says so.
            with pytest.raises((ScenarioError, OSError)):
                rpc.call("account.move", "action_urssaf_send", moves)
        else:
            office.send_selection(rpc, moves)
    _assert_all_arrive(instance, lives, sandbox, moves, already)


def test_killed_with_the_answer_in_hand(
    instance, lives, sandbox, wire, customer, already
):
    """Odoo has read the answer and is writing it down: somebody else holds the invoice
    for as long as it takes to kill.
    """
    rpc = lives.running()
    moves = office.invoices(rpc, customer, 1)
    with (
        databases.open_cursor(instance, DATABASE) as somebody,
        ThreadPoolExecutor() as threads,
    ):

        def edit_the_invoice():
            somebody.execute("BEGIN")
            somebody.execute(
                "SELECT id FROM account_move WHERE id = ANY(%s) FOR UPDATE", (moves,)
            )

        wire.cut("answered", edit_the_invoice)
        click = threads.submit(rpc.call, "account.move", "action_urssaf_send", moves)
        assert wire.was_cut.wait(30), "Odoo did not call Urssaf"
        _wait_for_a_blocked_write(instance)
        lives.kill()
        assert isinstance(click.exception(), (ScenarioError, OSError))
        somebody.execute("ROLLBACK")
    _assert_all_arrive(instance, lives, sandbox, moves, already)


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
    instance, lives, sandbox, wire, customer, moment, customer_id
):
    known = set(sandbox.people())
    with _killed(lives, wire, moment, ENROL) as rpc:
        partner = rpc.ref(f"{company.ADDON}.{customer_id}")
        with pytest.raises((ScenarioError, OSError)):
            rpc.call("res.partner", "action_urssaf_record_consent", [partner])
            rpc.call("res.partner", "action_urssaf_enrol", [partner])
    rpc = _back(instance, lives)
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
