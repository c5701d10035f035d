# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults on demand: each kind, for the calls it was ordered for and no other."""

import time

import httpx
import pytest

from ..wire.faults import ANSWERS, KINDS, METHODS
from .client import ATP, TOKEN, Caller
from .data import OTHER_PARTICULIER, demande

STATUSES = {
    "unavailable": 503,
    "too_many_requests": 429,
    "empty_400": 400,
    "forbidden": 403,
    "technical_error": 500,
    "bad_gateway": 502,
    "refused_secret": 401,
}


def order(steering, method, kind, **more):
    """Order a fault."""
    body = {"method": method, "kind": kind, **more}
    answer = steering.post("/faults", body)
    assert answer.status_code == 201, answer.text


def test_no_answer_is_left_out():
    assert set(STATUSES) == set(ANSWERS)


@pytest.mark.parametrize("kind", [k for k in STATUSES if "050" in KINDS[k]])
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


def met(caller, calls):
    """Call 020 that often; return which calls met a 503."""
    statuses = [caller.customer(idClient="x").status_code for _ in range(calls)]
    return [n for n, status in enumerate(statuses) if status == 503]


def test_until_it_is_forgotten(http, caller, steering):
    order(steering, "020", "unavailable", count=None)
    assert met(caller, 5) == [0, 1, 2, 3, 4]
    assert steering.get("/faults")[0]["count"] is None
    http.delete("/sandbox/v1/faults")
    assert met(caller, 1) == []


def test_a_share_of_the_calls(http, caller, steering):
    """The same seed meets the same calls, whatever other calls come between."""
    order(steering, "020", "unavailable", count=None, rate=0.2, seed=7)
    first = met(caller, 50)
    assert 4 <= len(first) <= 18
    http.delete("/sandbox/v1/faults")
    order(steering, "020", "unavailable", count=None, rate=0.2, seed=7)
    assert first[0] > 0
    before = met(caller, first[0])
    caller.search(numFactureTiers=["x"])
    assert before + [n + first[0] for n in met(caller, 50 - first[0])] == first
    http.delete("/sandbox/v1/faults")
    order(steering, "020", "unavailable", count=None, rate=0.2, seed=8)
    assert met(caller, 50) != first


def test_a_share_with_a_count(caller, steering):
    order(steering, "020", "unavailable", count=2, rate=0.5)
    assert len(met(caller, 30)) == 2
    assert steering.get("/faults") == []


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


def test_an_answer_that_breaks_off(caller, steering):
    client = caller.active_client()
    order(steering, "050", "malformed_json")
    answer = caller.send(demande(client, "A"))
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    (item,) = caller.send(demande(client, "A")).json()
    assert item["errors"][0]["code"] == "ERR_FACTURE_DOUBLON"


def right_calls(caller):
    """Return method → a call that is right; each may be made once."""
    client = caller.active_client()
    caller.send(demande(client, "A"))
    atp = [f"{ATP}{path}" for path in ("/particulier", "/demandePaiement")]
    return {
        "token": ("POST", TOKEN, {"data": caller.credentials}),
        "010": ("POST", atp[0], {"json": OTHER_PARTICULIER}),
        "020": ("GET", atp[0], {"params": {"idClient": client}}),
        "050": ("POST", atp[1], {"json": [demande(client, "B")]}),
        "070": ("POST", f"{atp[1]}/rechercher", {"json": {"numFactureTiers": ["A"]}}),
    }


def recorded(steering):
    """Return how many people and demandes there are."""
    return len(steering.get("/particuliers")) + len(steering.get("/demandes"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_on_every_method(served, caller, steering, kind, method):
    """Each kind meets the one call, as the README says, and the next one is right."""
    if method not in KINDS[kind]:
        refused = steering.post("/faults", {"kind": kind, "method": method})
        assert refused.status_code == 422
        return
    verb, path, more = right_calls(caller)[method]
    before = recorded(steering)
    order(steering, method, kind, value=0 if kind == "slow" else None)
    with httpx.Client(base_url=served.url, timeout=10, verify=False) as client:
        client.headers = caller.headers
        if kind.startswith("cut_"):
            with pytest.raises(httpx.RemoteProtocolError):
                client.request(verb, path, **more)
        else:
            answer = client.request(verb, path, **more)
            usual = {"token_expired": 401}.get(kind, 200)
            assert answer.status_code == STATUSES.get(kind, usual)
        idle = kind in (*ANSWERS, "cut_before", "token_expired")
        works = method in ("010", "050") and not idle
        assert recorded(steering) - before == works
        assert steering.get("/faults") == []
        if kind == "token_expired":
            client.headers = Caller(caller.http).headers
        assert client.request(verb, path, **more).status_code == 200


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


def test_missing_and_null_keys_of_a_batch(caller, steering):
    client = caller.active_client()
    order(steering, "050", "missing_keys")
    right, wrong = caller.send(
        demande(client, "A"), demande(client, "B", {"mntAcompte": 99})
    ).json()
    assert set(right) == {"numFactureTiers", "idDemandePaiement"}
    assert set(wrong) == {"numFactureTiers", "errors"}
    order(steering, "050", "null_keys")
    right, wrong = caller.send(
        demande(client, "C"), demande(client, "D", {"mntAcompte": 99})
    ).json()
    assert (right["statut"], right["errors"]) == ("10", None)
    assert (wrong["statut"], wrong["idDemandePaiement"]) == (None, None)


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
        {"kind": "slow", "rate": 0},
        {"kind": "slow", "rate": 1.5},
        {"kind": "refused_secret", "method": "050"},
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
    (waiting,) = steering.get("/faults")
    chance = {"rate": 1, "seed": 0}
    assert waiting == {
        "method": "*",
        "kind": "unavailable",
        "count": 5,
        "value": None,
        "provider": None,
        **chance,
    }
    assert http.delete("/sandbox/v1/faults").status_code == 204
    assert steering.get("/faults") == []
    order(steering, "*", "unavailable")
    steering.post("/reset")
    assert caller.customer(idClient="x").status_code == 400


def test_every_kind_is_in_the_readme():
    from .test_sandbox_codes import README

    for kind in KINDS:
        assert f"`{kind}`" in README, kind
