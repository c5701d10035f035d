# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real processes: Odoo with its own scheduled actions, PostgreSQL, the sandbox, and a
wire between them that can be cut or held.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dev import databases, odoo, servers
from dev.scenario import company
from dev.scenario.sandbox import Sandbox

from .office import CUSTOMER, DATABASE, log_in
from .wire import wire_to


@pytest.fixture(scope="package")
def instance():
    prepared = odoo.prepare()
    databases.create(prepared, DATABASE)
    databases.install(prepared, DATABASE, demo=True)
    yield prepared
    databases.drop(prepared, DATABASE)


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("sandbox") / "killed.sqlite"
    with servers.temporary_sandbox(file) as server:
        yield Sandbox(server.url)


@pytest.fixture
def already(sandbox):
    """Identifiers of the demandes that Urssaf has before the test."""
    return {demande["id"] for demande in sandbox.demandes()}


@pytest.fixture(scope="package")
def wire(sandbox):
    with wire_to(sandbox.url) as wire:
        yield wire


@pytest.fixture(scope="package")
def customer(instance, sandbox, wire):
    """The customer, active for two months; the firm, ready to send."""
    now = datetime.now(ZoneInfo("Europe/Paris"))
    sandbox.start_at(now - timedelta(days=60))
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = log_in(server)
        company.set_up(rpc, wire)
        partner = rpc.ref(CUSTOMER)
        rpc.call("res.partner", "action_urssaf_record_consent", [partner])
        rpc.call("res.partner", "action_urssaf_enrol", [partner])
        [id_client] = sandbox.people()
        sandbox.activate(id_client)
        rpc.call("res.partner", "action_urssaf_refresh", [partner])
    sandbox.go_to(now)
    return partner
