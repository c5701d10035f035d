# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults on demand: each kind, for the calls it was ordered for and no other."""

import time

import httpx
import pytest

from ..wire.kinds import ANSWERS, KINDS
from .client import ATP, TOKEN, Caller
from .data import demande

STATUSES = {
    "unavailable": 503,
    "too_many_requests": 429,
    "empty_400": 400,
    "forbidden": 403,
    "technical_error": 500,
    "bad_gateway": 502,
}


def order(steering, method, kind, **more):
    """Order a fault."""
    body = {"method": method, "kind": kind, **more}
    answer = steering.post("/faults", body)
    assert answer.status_code == 201, answer.text


def test_no_answer_is_left_out():
    assert set(STATUSES) == set(ANSWERS)


@pytest.mark.parametrize("kind", STATUSES)
def test_answers_without_the_service(caller, steering, kind):
    client = caller.active_client()
    order(steering, "050", kind, count=2)
    assert caller.customer(idClient=client).status_code == 200
    for _ in range(2):
        assert caller.send(demande(client)).status_code == STATUSES[kind]
    assert steering.get("/demandes") == []
    assert steering.get("/faults") == []
    assert caller.send(demande(client)).json()[0]["statut"] == "10"


def test_the_bodies_of_these_answers(caller, steering):
    order(steering, "020", "empty_400")
    assert caller.customer(idClient="x").content == b""
    order(steering, "020", "technical_error")
    assert caller.customer(idClient="x").json()[0]["code"] == "ERREUR_TECHNIQUE"
    order(steering, "020", "too_many_requests", value=7)
    assert caller.customer(idClient="x").headers["Retry-After"] == "7"
    order(steering, "020", "unavailable")
    answer = caller.customer(idClient="x")
    assert answer.content == b""
    assert answer.headers["Date"] == "Wed, 10 Jun 2026 08:00:00 GMT"


def test_the_token_too(http, steering):
    credentials = Caller(http).credentials
    order(steering, "token", "unavailable")
    assert http.post(TOKEN, data=credentials).status_code == 503
    assert http.post(TOKEN, data=credentials).status_code == 200


def test_any_method(caller, steering):
    order(steering, "*", "unavailable", count=2)
    assert caller.customer(idClient="x").status_code == 503
    assert caller.search(numFactureTiers=["x"]).status_code == 503
    assert caller.search(numFactureTiers=["x"]).status_code == 400


def test_any_method_means_those_it_makes_sense_for(caller, steering):
    id_demande = caller.sent()
    order(steering, "*", "errors_spelling")
    caller.customer(idClient="x")
    assert "Errors" in caller.search(idDemandePaiements=[id_demande]).json()


def test_one_after_the_other(caller, steering):
    order(steering, "020", "unavailable")
    order(steering, "020", "empty_400")
    statuses = [caller.customer(idClient="x").status_code for _ in range(2)]
    assert statuses == [503, 400]


def test_slow(caller, steering):
    client = caller.active_client()
    order(steering, "020", "slow", value=0.3)
    started = time.monotonic()
    assert caller.customer(idClient=client).status_code == 200
    assert time.monotonic() - started >= 0.3


def cut_call(served, caller, body):
    """Send a demande whose connection is cut."""
    with httpx.Client(base_url=served.url, timeout=10, verify=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(f"{ATP}/demandePaiement", json=[body], headers=caller.headers)


@pytest.mark.parametrize(("kind", "recorded"), [("cut_before", 0), ("cut_after", 1)])
def test_the_connection_is_cut(served, caller, steering, kind, recorded):
    client = caller.active_client()
    order(steering, "050", kind)
    cut_call(served, caller, demande(client, "A"))
    assert len(steering.get("/demandes")) == recorded
    (item,) = caller.send(demande(client, "A")).json()
    if recorded:
        assert item["errors"][0]["code"] == "ERR_FACTURE_DOUBLON"
    else:
        assert item["statut"] == "10"


def test_an_expired_token_stays_so(caller, steering):
    client = caller.active_client()
    order(steering, "020", "token_expired")
    for _ in range(2):
        answer = caller.customer(idClient=client)
        assert (answer.status_code, answer.content) == (401, b"")
    assert Caller(caller.http).customer(idClient=client).status_code == 200


def test_the_other_spelling(caller, steering):
    id_demande = caller.sent()
    order(steering, "070", "errors_spelling")
    answer = caller.search(idDemandePaiements=[id_demande]).json()
    assert set(answer) == {"Errors", "infoDemandePaiements"}


def test_missing_keys(caller, steering):
    id_demande = caller.sent()
    client = caller.info(id_demande)["demandePaiement"]["idClient"]
    order(steering, "070", "missing_keys")
    assert caller.search(idDemandePaiements=[id_demande]).json() == {
        "infoDemandePaiements": [
            {"idDemandePaiement": id_demande, "statut": {"code": "10"}}
        ]
    }
    order(steering, "020", "missing_keys")
    assert caller.customer(idClient=client).json() == {
        "idClient": client,
        "statut": {"code": "APPAREILLAGE_VALIDE", "etat": "OK"},
    }
    order(steering, "token", "missing_keys")
    token = caller.http.post(TOKEN, data=caller.credentials).json()
    assert set(token) == {"access_token", "token_type", "expires_in"}


def test_a_rejection_without_its_comment(caller, steering):
    id_demande = caller.sent()
    reason = {"code": "ANNUL_DBL", "commentaire": "Doublon"}
    steering.post(f"/demandes/{id_demande}/cancel", reason)
    order(steering, "070", "missing_keys")
    assert caller.info(id_demande)["infoRejet"] == {"code": "ANNUL_DBL"}


def test_null_keys(caller, steering):
    id_demande = caller.sent()
    order(steering, "070", "null_keys")
    answer = caller.search(idDemandePaiements=[id_demande]).json()
    assert answer["errors"] is None
    (info,) = answer["infoDemandePaiements"]
    assert (info["infoRejet"], info["infoVirement"]) == (None, None)


@pytest.mark.parametrize(
    ("value", "statut"),
    [
        (None, {"code": "999", "libelle": "Statut inconnu"}),
        ("15", {"code": "15", "libelle": "Aides calculées"}),
        ("80", {"code": "80", "libelle": "En attente d'échanges"}),
        ("90", {"code": "90", "libelle": "Clôturée"}),
        ("100", {"code": "100", "libelle": "Supprimée"}),
    ],
)
def test_unknown_and_old_statuses(caller, steering, value, statut):
    id_demande = caller.sent()
    order(steering, "070", "unknown_status", value=value)
    assert caller.info(id_demande)["statut"] == statut
    assert caller.info(id_demande)["statut"]["code"] == "10"


def test_an_unknown_account(caller, steering):
    client = caller.active_client()
    order(steering, "020", "unknown_status")
    statut = caller.customer(idClient=client).json()["statut"]
    assert (statut["code"], statut["etat"]) == ("APPAREILLAGE_INCONNU", "INCONNU")


def test_a_refusal_is_not_changed(caller, steering):
    order(steering, "070", "missing_keys")
    answer = caller.search(numFactureTiers=["x"])
    assert [e["code"] for e in answer.json()] == ["ERR_RECHERCHE_VIDE"]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "unknown"},
        {"method": "010", "kind": "errors_spelling"},
        {"method": "030", "kind": "slow"},
        {"kind": "slow", "count": 0},
        {"kind": "slow", "value": "later"},
        {"kind": "slow", "value": 601},
        {"kind": "too_many_requests", "value": "nan"},
        {},
    ],
)
def test_orders_that_make_no_sense(steering, body):
    assert steering.post("/faults", body).status_code == 422
    assert steering.get("/faults") == []


def test_faults_can_be_forgotten(http, caller, steering):
    order(steering, "*", "unavailable", count=5)
    waiting = {"method": "*", "kind": "unavailable", "count": 5, "value": None}
    assert steering.get("/faults") == [waiting]
    assert http.delete("/sandbox/v1/faults").status_code == 204
    assert steering.get("/faults") == []
    order(steering, "*", "unavailable")
    steering.post("/reset")
    assert caller.customer(idClient="x").status_code == 400


def test_every_kind_is_in_the_readme():
    from .test_sandbox_codes import README

    for kind in KINDS:
        assert f"`{kind}`" in README, kind
