# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several providers at once: what befalls one of them leaves the others alone."""

import threading
from datetime import timedelta

import httpx
import pytest

from ..wire import callers
from ..wire.faults import FaultBoard
from .client import ATP, JSON, TOKEN, Caller
from .data import demande
from .test_sandbox_faults import order

REFUSED = {"numFactureTiers": ["x"]}


def search(caller):
    """Call 070 for something that is not there; return the status: 400 is right."""
    return caller.search(**REFUSED).status_code


def pace(steering, caller, per_second):
    """Set the pace of a provider."""
    path = f"/providers/{caller.credentials['client_id']}"
    answer = steering.post(path, {"calls_per_second": per_second})
    assert answer.json()["calls_per_second"] == per_second


@pytest.mark.parametrize("count", [None, 3])
def test_an_outage_of_one(caller, other_caller, steering, http, count):
    order(steering, "*", "unavailable", count=count, provider="autre")
    assert [search(caller), search(other_caller)] == [400, 503]
    assert [search(caller), search(other_caller)] == [400, 503]
    # Who has no token yet is known by what he says of himself.
    assert http.post(TOKEN, data=other_caller.credentials).status_code == 503
    assert http.post(TOKEN, data=caller.credentials).status_code == 200
    basic = (other_caller.credentials["client_id"], "autre-secret")
    body = {"grant_type": "client_credentials"}
    expected = 503 if count is None else 200
    assert http.post(TOKEN, data=body, auth=basic).status_code == expected


def test_faults_of_two(http, caller, other_caller, steering):
    """Each meets its own, in whichever order they were ordered; the rest is for all."""
    order(steering, "070", "bad_gateway", count=None, provider="autre")
    order(steering, "*", "unavailable", count=None, provider="demo")
    order(steering, "*", "technical_error", count=None)
    assert [search(caller), search(other_caller)] == [503, 502]
    assert other_caller.customer(idClient="x").status_code == 500
    assert [fault["provider"] for fault in steering.get("/faults")] == [
        "autre",
        "demo",
        None,
    ]
    http.delete("/sandbox/v1/faults", params={"provider": "demo"})
    assert [search(caller), search(other_caller)] == [500, 502]
    http.delete("/sandbox/v1/faults")
    assert [search(caller), search(other_caller)] == [400, 400]


def test_the_secret_of_one_is_refused(http, caller, other_caller, steering):
    order(steering, "token", "refused_secret", count=None, provider="autre")
    refused = http.post(TOKEN, data=other_caller.credentials)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert http.post(TOKEN, data=caller.credentials).status_code == 200


def test_a_fault_for_nobody(steering):
    body = {"kind": "unavailable", "provider": "personne"}
    assert steering.post("/faults", body).status_code == 404
    assert steering.get("/faults") == []


def test_faults_survive_a_restart(caller, other_caller, steering, served):
    """The board is read from the file, with whose each fault is."""
    order(steering, "070", "unavailable", count=None, provider="autre")
    database = served.app.state.sandbox.database
    again = FaultBoard(database)
    assert again.first("070", "autre").kind == "unavailable"
    assert again.first("070", "demo") is None


def test_the_pace_of_one(caller, other_caller, steering, wall):
    """One second's worth may come early; the next one waits for its turn."""
    pace(steering, other_caller, 2)
    assert [search(other_caller) for _ in range(4)] == [400, 400, 400, 429]
    answer = other_caller.search(**REFUSED)
    assert (answer.status_code, answer.content) == (429, b"")
    assert answer.headers["Retry-After"] == "1"
    assert [search(caller) for _ in range(9)] == [400] * 9
    wall.moment += timedelta(seconds=0.5)
    assert [search(other_caller) for _ in range(2)] == [400, 429]
    # A quiet while is no credit.
    wall.moment += timedelta(minutes=10)
    assert [search(other_caller) for _ in range(4)] == [400, 400, 400, 429]


def test_a_slow_pace(other_caller, steering, wall):
    pace(steering, other_caller, 0.1)
    assert [search(other_caller) for _ in range(2)] == [400, 429]
    assert other_caller.search(**REFUSED).headers["Retry-After"] == "9"
    for _ in range(3):
        wall.moment += timedelta(seconds=10)
        assert [search(other_caller) for _ in range(2)] == [400, 429]


def test_who_keeps_his_pace_is_never_refused(other_caller, steering, wall):
    """Nor when the network brings his calls early or late, by less than a second."""
    pace(steering, other_caller, 1)
    start = wall.moment
    for turn in range(20):
        wall.moment = start + timedelta(seconds=turn + (0.4 if turn % 2 else 0))
        assert search(other_caller) == 400


def test_the_token_counts(http, other_caller, steering):
    pace(steering, other_caller, 1)
    asked = [
        http.post(TOKEN, data=other_caller.credentials).status_code for _ in range(3)
    ]
    assert asked == [200, 200, 429]
    assert search(other_caller) == 429


def test_a_clock_set_back_holds_nobody_for_long(other_caller, steering, wall):
    pace(steering, other_caller, 1)
    assert search(other_caller) == 400
    wall.moment -= timedelta(days=1)
    search(other_caller)
    wall.moment += timedelta(seconds=2)
    assert search(other_caller) == 400


def test_a_refused_call_does_nothing(other_caller, steering):
    client = other_caller.active_client()
    pace(steering, other_caller, 1)
    sent = [other_caller.send(demande(client, f"P{n}")).status_code for n in range(4)]
    assert sent == [200, 200, 429, 429]
    assert [d["number"] for d in steering.get("/demandes")] == ["P0", "P1"]


def test_a_reset_lifts_the_pace(other_caller, steering):
    pace(steering, other_caller, 1)
    steering.post("/reset")
    assert [search(other_caller) for _ in range(5)] == [400] * 5


@pytest.mark.parametrize("per_second", [-1, 1001, "fast"])
def test_paces_that_make_no_sense(other_caller, steering, per_second):
    body = {"calls_per_second": per_second}
    assert steering.post("/providers/autre", body).status_code == 422


def test_the_calls_are_noted(http, caller, other_caller, steering, wall):
    last = len_of(steering)
    pace(steering, other_caller, 1)
    search(caller)
    wall.moment += timedelta(seconds=3)
    for _ in range(3):
        search(other_caller)
    http.post(TOKEN, data={"client_id": "personne", "client_secret": "s"})
    seen = steering.get("/calls", after=last)
    assert [(c["provider"], c["method"], c["status"]) for c in seen] == [
        ("demo", "070", 400),
        ("autre", "070", 400),
        ("autre", "070", 400),
        ("autre", "070", 429),
        (None, "token", 400),
    ]
    assert seen[1]["at"] - seen[0]["at"] == pytest.approx(3)
    assert all(call["milliseconds"] >= 0 for call in seen)
    assert steering.get("/calls", after=last + 1, limit=2) == seen[1:3]
    assert steering.get("/calls", after=last + 99) == []


def len_of(steering):
    """The number of the last call so far."""
    last = 0
    while seen := steering.get("/calls", after=last, limit=10_000):
        last = seen[-1]["number"]
    return last


def test_a_call_that_is_cut_has_no_status(served, caller, steering):
    last = len_of(steering)
    order(steering, "070", "cut_before")
    with httpx.Client(base_url=served.url, timeout=10, verify=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            path = f"{ATP}/demandePaiement/rechercher"
            client.post(path, json=REFUSED, headers=caller.headers)
    (call,) = steering.get("/calls", after=last)
    assert (call["provider"], call["status"]) == ("demo", None)


def test_what_is_remembered_is_bounded(served, caller, monkeypatch):
    """Whoever calls, and however often."""
    database = served.app.state.sandbox.database
    few = callers.Callers(database, served.app.state.sandbox.clock.wall, calls_kept=3)
    monkeypatch.setattr(callers, "_TOKENS", 2)
    for number in range(1, 6):
        assert few.arrives(None, "070").number == number
        assert few.bearer(f"Bearer unknown-{number}") is None
        token = Caller(caller.http).headers["Authorization"]
        assert few.bearer(token) == few.remembered(token) == "demo"
        assert few.too_fast(f"nobody-{number}") == 0
    assert [call["number"] for call in few.calls()] == [3, 4, 5]
    assert [call["number"] for call in few.calls(after=3)] == [4, 5]
    assert len(few._owners) == 2
    assert few._due == {}


def test_a_body_without_an_end_is_not_kept(http):
    """A request for a token is read to know whose it is, and no further than it may."""

    def endless():
        for _ in range(200):
            yield b"x" * 100_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = http.post(TOKEN, content=endless(), headers=headers)
    except httpx.TransportError:
        return  # the server has hung up
    assert answer.status_code == 413


def test_many_at_once_keep_their_own(http, steering):
    """Eight providers that send at the same time: each one's pace, numbers and outage
    are its own."""
    names = [f"agence-{n}" for n in range(8)]
    for n, name in enumerate(names):
        body = {"client_id": name, "client_secret": name, "trade_name": name}
        steering.post("/providers", {**body, "siret": f"9999999{n}000018"})
    many = [Caller(http, name, name) for name in names]
    first = many[0].active_client()
    for one in many[1:]:
        assert one.enrol().json()["idClient"] == first
    http.post(f"/sandbox/v1/particuliers/{first}/accept", headers=JSON)
    order(steering, "050", "unavailable", count=None, provider="agence-3")
    pace(steering, many[5], 1)
    answers = {}

    def send(one, name):
        answers[name] = [
            one.send(demande(first, f"F{n}", {"idTiersFacturation": name})).status_code
            for n in range(6)
        ]

    threads = [
        threading.Thread(target=send, args=pair)
        for pair in zip(many, names, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {name: [200] * 6 for name in names}
    expected["agence-3"] = [503] * 6
    expected["agence-5"] = [200] * 2 + [429] * 4
    assert answers == expected
    taken = [(d["provider"], d["number"]) for d in steering.get("/demandes")]
    assert len(set(taken)) == len(taken) == 6 * 6 + 2
