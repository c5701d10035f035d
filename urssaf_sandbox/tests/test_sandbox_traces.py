# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every call is kept with its answer, and nothing in it that must not be shown."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..traces import mask_body, mask_query, mask_text
from .client import ATP, TOKEN
from .data import PARTICULIER, demande
from .test_sandbox_faults import cut_call, order

IBAN = PARTICULIER["coordonneeBancaire"]["iban"]


def test_a_call_with_its_answer(caller, steering):
    client = caller.active_client()
    caller.send(demande(client))
    token, enrolment, sending = steering.get("/traces")
    assert [t["method"] for t in (token, enrolment, sending)] == ["token", "010", "050"]
    assert sending["status"] == 200
    assert sending["provider"] == "demo"
    assert sending["at"] == "2026-06-10T10:00:00+02:00"
    assert sending["request_line"] == f"POST {ATP}/demandePaiement"
    assert sending["milliseconds"] > 0
    assert json.loads(sending["request"])[0]["mntFactureTTC"] == 75
    assert json.loads(sending["response"])[0]["statut"] == "10"
    assert json.loads(enrolment["request"])["nomNaissance"] == "Durand"


def test_nothing_that_must_not_be_shown(http, caller, steering):
    caller.sent()
    headers = {"Authorization": "Basic ZGVtbzpkZW1vLXNlY3JldA=="}
    http.post(TOKEN, data={"grant_type": "client_credentials"}, headers=headers)
    caller.post("/particulier", {"anything": IBAN, IBAN: [IBAN]})
    caller.http.post(f"{ATP}/particulier", content=IBAN, headers=caller.headers)
    said = json.dumps(steering.get("/traces"))
    said += http.get("/sandbox/v1/traces/export").text
    token = caller.headers["Authorization"].split()[1]
    for secret in (IBAN, "1980-03-29", "demo-secret", token, "ZGVtbzpkZW1v"):
        assert secret not in said
    assert "client_secret=***" in said
    assert "Bearer ***" in said
    assert "FR76…143" in said
    assert "****-**-**T**:**:**Z" in said


def test_by_test_case(http, caller, steering):
    assert steering.post("/traces/case", {"name": "M010 nominal"}).status_code == 200
    caller.enrol()
    steering.post("/traces/case", {"name": "M020 inconnu"})
    caller.customer(idClient="x")
    steering.post("/traces/case", {"name": None})
    caller.customer(idClient="y")
    (one,) = steering.get("/traces", case="M010 nominal")
    assert (one["method"], one["status"]) == ("010", 200)
    export = http.get("/sandbox/v1/traces/export", params={"case": "M020 inconnu"})
    assert export.headers["content-type"].startswith("text/plain")
    assert export.text.count("Cas de test : M020 inconnu") == 1
    assert "Cas de test : M010" not in export.text
    assert "ERR_RECHERCHE_PARTICULIER" in export.text
    assert "HTTP 400" in export.text


def test_by_provider_and_method(caller, other_caller, steering):
    caller.enrol()
    other_caller.enrol()
    (one,) = steering.get("/traces", provider="autre", method="010")
    assert one["provider"] == "autre"


def test_who_is_refused_is_traced_too(http, steering):
    http.get(f"{ATP}/particulier?idClient=x")
    (one,) = steering.get("/traces")
    assert (one["status"], one["provider"]) == (401, None)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_cut_connection_is_traced(served, caller, steering, kind):
    client = caller.active_client()
    order(steering, "050", kind)
    cut_call(served, caller, demande(client))
    (one,) = steering.get("/traces", method="050")
    assert (one["status"], one["response"]) == (None, "")
    assert "connexion coupée" in caller.http.get("/sandbox/v1/traces/export").text


def test_steering_is_not_traced(steering):
    steering.advance(hours=1)
    assert steering.get("/traces") == []


def test_old_traces_are_dropped(tmp_path):
    from ..app import create_app
    from ..settings import Settings

    app = create_app(Settings(database=str(tmp_path / "x"), traces_kept=50))
    transport = httpx.ASGITransport(app)
    import asyncio

    async def calls():
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost"
        ) as http:
            for _ in range(120):
                await http.get(f"{ATP}/particulier")
            return (await http.get("/sandbox/v1/traces")).json()

    assert len(asyncio.run(calls())) == 70


def test_a_form_and_a_query():
    form = "application/x-www-form-urlencoded; charset=utf-8"
    body = b"client_id=demo&client_secret=a%20b&x=FR7630004000031234567890143"
    assert mask_body(body, form) == "client_id=demo&client_secret=***&x=FR76…143"
    assert mask_query(b"adresseMail=a@b.fr") == "adresseMail=a@b.fr"
    assert mask_body(rb'"\ud800"', "application/json") == '"?"'
    assert mask_body(b"\xff\xfe", form) == "(2 octets illisibles)"
    assert mask_body(b"{" * 3, "application/json") == "(3 octets illisibles)"


@given(st.text(), st.text())
def test_an_iban_is_masked_wherever_it_stands(before, after):
    assert IBAN not in mask_text(f"{before} {IBAN} {after}")


@given(st.binary(max_size=200), st.sampled_from(["", "application/json", "text/x"]))
def test_masking_never_fails(body, kind):
    assert isinstance(mask_body(body, kind), str)
    assert isinstance(mask_query(body), str)
