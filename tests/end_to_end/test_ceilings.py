# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceilings: what Odoo counts, held against what the sandbox counts.

The sandbox counts as Urssaf does, over all providers; here there is one, so both must
say the same, to the cent, and the customer is asked for what Odoo has announced.
"""

import pytest

from dev import servers
from dev.scenario.http_json import JsonHttp

from . import office
from .office import DATABASE, REQUEST

#: ``codeNature`` in the sandbox → kind of ceiling in Odoo
GROUPS = {"70": "gardening", "80": "handyman", "160": "computing"}
COUNTED = ("waiting", "validated", "debited", "paid")


@pytest.fixture(scope="module")
def rpc(instance, customer):
    with servers.temporary_odoo(instance, DATABASE, cron_threads=0) as server:
        yield office.log_in(server)


@pytest.fixture(scope="module")
def held(rpc, sandbox, customer):
    """What is compared: the customer here and there."""
    # The sandbox counts for the year in which Urssaf receives the demande.
    user = rpc.read_one("res.users", rpc.uid, ["company_id"])
    rpc.write(
        "res.company", [user["company_id"][0]], {"urssaf_ceiling_date": "request"}
    )
    [id_client] = sandbox.people()
    return rpc, sandbox, customer, id_client


def _send(rpc, customer, *lines):
    """Invoice and send these ``(service, hours, price)``; return the demande."""
    [move] = office.invoices(rpc, customer, 1, lines=lines)
    rpc.call("account.move", "action_urssaf_send", [move])
    [request] = rpc.search(REQUEST, [("move_id", "=", move)])
    return request


def _hold_against(rpc, sandbox, customer, id_client):
    """Both counters, and what each demande asks of the customer; return what was used
    of the advance.
    """
    aid = JsonHttp(sandbox.url).get(f"/sandbox/v1/particuliers/{id_client}/aid")
    requests = rpc.search(REQUEST, [("partner_id", "=", customer)])
    fields = ["name", "state", "amount_net_estimate", "amount_credit_estimate"]
    ours = {}
    for request in rpc.read(REQUEST, requests, fields):
        theirs = sandbox.demande(request["name"])
        assert request["amount_net_estimate"] == theirs["reste_a_payer"], request
        if request["state"] not in COUNTED:
            continue
        uses = rpc.search("urssaf.ceiling.use", [("request_id", "=", request["id"])])
        for use in rpc.read("urssaf.ceiling.use", uses, ["kind", "amount"]):
            ours[use["kind"]] = round(ours.get(use["kind"], 0) + use["amount"], 2)
    assert ours.get("advance", 0) == aid["used"]
    for nature, spend in aid["spend"].items():
        assert ours.get(GROUPS[nature], 0) == spend["used"], nature
    # What the office reads on the contact is this sum.
    contact = rpc.read_one("res.partner", customer, ["urssaf_ceiling"])
    shown = "".join(contact["urssaf_ceiling"].split())
    total = f"{aid['used']:.2f}".replace(".", ",")
    assert f":{total}€" in shown, contact
    return aid["used"]


def test_the_sandbox_counts_the_same(held):
    rpc, sandbox, customer, _id_client = held
    assert _hold_against(*held) == 0
    mixed = _send(
        rpc,
        customer,
        ("product_menage", 2.5, 30.0),
        ("product_jardinage", 3, 33.33),
        ("product_assistance_informatique", 1.25, 48.0),
    )
    used = _hold_against(*held)
    assert used > 100
    # More gardening than the 5 000 € of a year.
    _send(rpc, customer, ("product_jardinage", 150, 35.0))
    assert used < _hold_against(*held) < 6000
    # More than is left of the advance, then nothing is left.
    _send(rpc, customer, ("product_menage", 300, 30.0))
    assert _hold_against(*held) == 6000
    nothing = _send(rpc, customer, ("product_menage", 2, 30.0))
    assert _hold_against(*held) == 6000
    estimate = rpc.read_one(REQUEST, nothing, ["amount_credit_estimate"])
    assert estimate["amount_credit_estimate"] == 0
    # Urssaf cancels the first one: what it used is available again.
    identifier = rpc.read_one(REQUEST, mixed, ["external_id"])["external_id"]
    JsonHttp(sandbox.url).post(f"/sandbox/v1/demandes/{identifier}/cancel")
    rpc.call(REQUEST, "action_urssaf_refresh", [mixed])
    assert round(_hold_against(*held), 2) == round(6000 - used, 2)
