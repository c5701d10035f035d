# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an administrator does to a database with data: adds a company, uninstalls the
add-on, installs it again.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dev import databases, logcheck, servers
from dev.scenario import company
from dev.scenario.odoo_rpc import Odoo
from dev.scenario.sandbox import PROVIDER, Sandbox

from . import office
from .people import everybody

DATABASE = "urssaf_test_installed_again"
MODULE = "ir.module.module"
CUSTOMER = f"{company.ADDON}.customer_garnier"


@pytest.fixture(scope="module")
def server(instance, customer):
    """A copy of the database of the other tests: the firm, one active customer."""
    databases.copy(instance, office.DATABASE, DATABASE)
    with servers.temporary_odoo(instance, DATABASE, cron_threads=0) as server:
        yield server
    databases.drop(instance, DATABASE)


@pytest.fixture(scope="module")
def past_sandbox(tmp_path_factory):
    """A sandbox that is 60 days behind: there is time for a transfer to arrive."""
    file = tmp_path_factory.mktemp("sandbox") / "again.sqlite"
    with servers.temporary_sandbox(file) as server:
        sandbox = Sandbox(server.url)
        sandbox.start_at(datetime.now(ZoneInfo("Europe/Paris")) - timedelta(days=60))
        yield sandbox


@pytest.fixture
def rpc(server, past_sandbox):
    rpc = Odoo(server.url, DATABASE, "admin", "admin")
    _connect(rpc, past_sandbox)
    return rpc


def _connect(rpc, sandbox):
    """What the administrator types in the settings."""
    [company_id] = rpc.read_one("res.users", rpc.uid, ["company_id"])["company_id"][:1]
    settings = {
        "urssaf_sandbox_url": sandbox.url,
        "urssaf_calls_per_second": 0,
        "urssaf_sandbox_client_id": PROVIDER[0],
        "urssaf_sandbox_client_secret": PROVIDER[1],
        "home_service_sap_number": company.SAP_NUMBER,
    }
    rpc.write("res.company", [company_id], settings)


def _enrol(rpc, partner):
    """Through the buttons; return Urssaf's identifier."""
    rpc.call("res.partner", "action_urssaf_record_consent", [partner])
    rpc.call("res.partner", "action_urssaf_enrol", [partner])
    enrolments = rpc.search("urssaf.enrolment", [("partner_id", "=", partner)])
    return rpc.read_one("urssaf.enrolment", enrolments[0], ["external_id"])[
        "external_id"
    ]


def _somebody_else(rpc):
    """A customer typed after the second installation: communes are searched."""
    person = everybody()[0]
    values = dict(person.values)
    account = values.pop("acc_number")
    values["country_id"] = rpc.ref(f"base.{values.pop('country').lower()}")
    values["bank_ids"] = [(0, 0, {"acc_number": account})]
    found = rpc.call("urssaf.commune", "name_search", name=person.birth_search)
    values["urssaf_birth_commune_id"] = found[0][0]
    return rpc.create("res.partner", values)


def _paid_invoice(rpc, sandbox, partner):
    """An invoice that went all the way to its payment; return the payment."""
    sandbox.activate(_enrol(rpc, partner))
    rpc.call("res.partner", "action_urssaf_refresh", [partner])
    sandbox.let_hours_pass(35 * 24)
    day = sandbox.now() - timedelta(days=1)
    [move] = office.invoices(rpc, partner, 1, day)
    rpc.call("account.move", "action_urssaf_send", [move])
    [request] = rpc.search(office.REQUEST, [("move_id", "=", move)])
    sandbox.let_hours_pass(2)
    sandbox.validate(rpc.read_one(office.REQUEST, request, ["name"])["name"])
    sandbox.let_working_days_pass(10)
    rpc.call(office.REQUEST, "action_urssaf_refresh", [request])
    [payment] = rpc.search("account.payment", [("urssaf_request_id", "=", request)])
    return move, payment


def _module(rpc, name):
    return rpc.find(MODULE, [("name", "=", name)], name)


def test_a_second_french_company(rpc):
    """Odoo then installs its modules for France, with what they need from Python."""
    values = {"name": "Deuxième agence", "country_id": rpc.ref("base.fr")}
    rpc.create("res.company", values)
    peppol = _module(rpc, "account_peppol")
    assert rpc.read_one(MODULE, peppol, ["state"])["state"] == "installed"


def test_uninstalled_with_data_and_installed_again(rpc, server, past_sandbox):
    partner = rpc.ref(CUSTOMER)
    move, payment = _paid_invoice(rpc, past_sandbox, partner)
    addon = _module(rpc, company.ADDON)

    rpc.call(MODULE, "button_immediate_uninstall", [addon])
    assert not rpc.search("ir.model", [("model", "=like", "urssaf.%")])
    assert not rpc.search("ir.model.fields", [("name", "=like", "urssaf%")])
    for model in ("ir.config_parameter", "ir.cron"):
        assert not rpc.search(
            model,
            [("display_name", "ilike", "urssaf")],
            context={"active_test": False},
        )
    # The books keep the customer, the invoice and its payment.
    assert rpc.read_one("res.partner", partner, ["active"])["active"]
    invoice = rpc.read_one("account.move", move, ["state", "payment_state"])
    assert (invoice["state"], invoice["payment_state"]) == ("posted", "paid")
    assert rpc.read_one("account.payment", payment, ["state"])["state"] != "draft"

    rpc.call(MODULE, "button_immediate_install", [addon])
    _connect(rpc, past_sandbox)
    id_client = _enrol(rpc, _somebody_else(rpc))
    assert id_client in past_sandbox.people()
    logcheck.need_clean(server.log)
    # Odoo's own ones too: it logs each deletion that the database refuses.
    records = logcheck.read(server.log)
    assert [r.message for r in records if r.level in ("ERROR", "CRITICAL")] == []
