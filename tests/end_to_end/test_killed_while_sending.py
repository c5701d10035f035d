# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo is killed in the middle of a call to Urssaf, then started again.

Real processes: Odoo with its own scheduled actions, PostgreSQL, the sandbox, and a
wire between them that kills Odoo with SIGKILL before or after Urssaf has recorded.
"""

import contextlib
import os
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dev import databases, odoo, servers
from dev.scenario import company
from dev.scenario.errors import ScenarioError
from dev.scenario.odoo_rpc import Odoo
from dev.scenario.sandbox import Sandbox

from .wire import wire_to

DATABASE = "urssaf_test_killed"
CUSTOMER = f"{company.ADDON}.customer_lefevre"
REQUEST = "urssaf.payment.request"


@pytest.fixture(scope="module")
def instance():
    prepared = odoo.prepare()
    databases.create(prepared, DATABASE)
    databases.install(prepared, DATABASE, demo=True)
    yield prepared
    databases.drop(prepared, DATABASE)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("sandbox") / "killed.sqlite"
    with servers.temporary_sandbox(file) as server:
        yield Sandbox(server.url)


@pytest.fixture(scope="module")
def wire(sandbox):
    with wire_to(sandbox.url) as wire:
        yield wire


@pytest.fixture(scope="module")
def customer(instance, sandbox, wire):
    """The customer, active for two months; the firm, ready to send."""
    now = datetime.now(ZoneInfo("Europe/Paris"))
    sandbox.start_at(now - timedelta(days=60))
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = _log_in(server)
        company.set_up(rpc, wire)
        partner = rpc.ref(CUSTOMER)
        rpc.call("res.partner", "action_urssaf_record_consent", [partner])
        rpc.call("res.partner", "action_urssaf_enrol", [partner])
        [id_client] = sandbox.people()
        sandbox.activate(id_client)
        rpc.call("res.partner", "action_urssaf_refresh", [partner])
    sandbox.go_to(now)
    return partner


def _log_in(server):
    return Odoo(server.url, DATABASE, "admin", "admin")


def _invoices(rpc, partner, count):
    """Post invoices for services of the month before."""
    day = datetime.now().replace(day=1) - timedelta(days=1)
    service = rpc.ref(f"{company.ADDON}.product_menage")
    product = rpc.find(
        "product.product", [("product_tmpl_id", "=", service)], "le ménage"
    )
    moves = [
        rpc.create(
            "account.move",
            {
                "move_type": "out_invoice",
                "partner_id": partner,
                "invoice_date": f"{day:%Y-%m-%d}",
                "urssaf_service_start": f"{day:%Y-%m-%d}",
                "urssaf_service_end": f"{day:%Y-%m-%d}",
                "invoice_line_ids": [(0, 0, {"product_id": product, "quantity": 2})],
            },
        )
        for _i in range(count)
    ]
    rpc.call("account.move", "action_post", moves)
    return moves


def _send_selection(rpc, moves):
    action = rpc.call("account.move", "action_urssaf_send", moves)
    wizard = rpc.create(action["res_model"], {}, action["context"])
    rpc.call(action["res_model"], "action_send", [wizard])


def _let_ten_minutes_pass(instance):
    """What the clock would do: the claims grow old, the repair comes due."""
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            "UPDATE urssaf_payment_request"
            " SET claimed_at = claimed_at - interval '10 minutes',"
            " next_call_at = next_call_at - interval '10 minutes'"
            " WHERE state IN ('sending', 'unknown')"
        )
        cursor.execute(
            "UPDATE ir_cron SET nextcall = nextcall - interval '10 minutes'"
            " WHERE cron_name LIKE 'Urssaf: settle%'"
        )


def _wake_scheduled_actions(instance):
    """Odoo looks for due actions once a minute, or when PostgreSQL tells it to."""
    with databases.open_cursor(instance) as cursor:
        cursor.execute("SELECT pg_notify('cron_trigger', %s)", (DATABASE,))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("count", [1, 3], ids=["button", "selection"])
def test_exactly_one_demande_per_invoice(
    instance, sandbox, wire, customer, moment, count
):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(servers.temporary_odoo(instance, DATABASE))
        rpc = _log_in(server)
        moves = _invoices(rpc, customer, count)
        wire.cut(moment, lambda: os.kill(server.pid, signal.SIGKILL))
        if count == 1:
            # The user's own request is cut; the scenario client says so.
            with pytest.raises((ScenarioError, OSError)):
                rpc.call("account.move", "action_urssaf_send", moves)
        else:
            _send_selection(rpc, moves)
        assert wire.was_cut.wait(30), "Odoo did not call Urssaf"

    _let_ten_minutes_pass(instance)
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = _log_in(server)
        _wake_scheduled_actions(instance)
        rpc.wait(
            "account.move",
            dict.fromkeys(moves, "waiting"),
            "urssaf_state",
            "après le redémarrage",
        )
        requests = rpc.search(REQUEST, [("move_id", "in", moves)])
        records = rpc.read(REQUEST, requests, ["name", "external_id"])
    assert len(records) == count
    # ``demande`` raises unless exactly one bears the number.
    found = {r["name"]: sandbox.demande(r["name"]) for r in records}
    for record in records:
        assert found[record["name"]]["id"] == record["external_id"]
