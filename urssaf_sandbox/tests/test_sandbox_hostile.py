# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What no honest client sends: never a 500, never a traceback, and life goes on."""

import json
import socket
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..app import create_app
from ..settings import Settings
from .client import ATP, JSON, STEERING, TOKEN
from .data import DEMANDE, PARTICULIER, changed

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: no generated orders"
)

# FastAPI's own description of what steers the sandbox.
STEERING_DESCRIPTION = schemathesis.openapi.from_dict(
    create_app(Settings(database=":memory:")).openapi()
)
ORDERS = [
    (path, verb)
    for path in STEERING_DESCRIPTION
    if path.startswith(STEERING)
    for verb in STEERING_DESCRIPTION[path]
]
MODES = list(schemathesis.GenerationMode)
UNHURRIED = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

HUGE = "1" + "0" * 400
BODIES = [
    b"",
    b"null",
    b"[]",
    b"[null]",
    b"{}",
    b'"\\ud800"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"NaN",
    b'{"a": 1' + b"0" * 5_000 + b"}",
    b'{"\\ud800": "\\udfff"}',
    json.dumps(changed(PARTICULIER, {"nomNaissance": "A\x00B"})).encode(),
    json.dumps(
        changed(PARTICULIER, {"adresseMail": "a@" + "b" * 5000 + ".fr"})
    ).encode(),
    json.dumps([changed(DEMANDE, {"idClient": "x"})] * 11).encode(),
]
# Put in the place of each value of a right body, as they stand.
VALUES = [
    HUGE,
    f"-{HUGE}",
    "1e400",
    "-0.0",
    "1e-400",
    '"\\ud800"',
    '"\\u0000"',
    '"0000-00-00T00:00:00Z"',
    '"9999-12-31T23:59:59.999999999Z"',
    '"٢٠٢٦-06-10T00:00:00Z"',
    "[[[[]]]]",
    "true",
]
PATHS = ("particulier", "demandePaiement", "demandePaiement/rechercher")


def bodies_with(value):
    """Yield (path, body) with that value in the place of each value in turn."""
    mark = "@@"
    line = DEMANDE["inputPrestations"][0]
    for key in PARTICULIER:
        body = json.dumps({**PARTICULIER, key: mark})
        yield "particulier", body.replace(f'"{mark}"', value)
    for key in (*DEMANDE, "mntAcompte", "dateVersementAcompte"):
        body = json.dumps([{**DEMANDE, "idClient": "x", key: mark}])
        yield "demandePaiement", body.replace(f'"{mark}"', value)
    for key in (*line, "codeActivite"):
        body = [{**DEMANDE, "idClient": "x", "inputPrestations": [{**line, key: mark}]}]
        yield "demandePaiement", json.dumps(body).replace(f'"{mark}"', value)
    for key in ("idDemandePaiements", "numFactureTiers", "dateDebut", "dateFin"):
        yield PATHS[2], f'{{"{key}": {value}}}'
        yield PATHS[2], f'{{"{key}": [{value}]}}'


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies(caller, body):
    for path in PATHS:
        answer = caller.http.post(f"{ATP}/{path}", content=body, headers=caller.headers)
        if (path, body) == ("demandePaiement", b"[]"):
            assert (answer.status_code, answer.json()) == (200, [])
            continue
        assert answer.status_code == 400
        assert [e["code"] for e in answer.json()]
    answer = caller.http.post(TOKEN, content=body)
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("value", VALUES)
def test_values(caller, value):
    for path, body in bodies_with(value):
        answer = caller.http.post(f"{ATP}/{path}", content=body, headers=caller.headers)
        assert answer.status_code in (200, 400), (path, body)
        assert answer.json()


@pytest.mark.parametrize(
    "query",
    ["idClient=%00", "idClient=%ED%A0%80", "adresseMail=%", "idClient=" + "x" * 5000],
)
def test_queries(caller, query):
    answer = caller.http.get(f"{ATP}/particulier?{query}", headers=caller.headers)
    assert answer.status_code == 400
    assert answer.json()[0]["code"] == "ERR_RECHERCHE_PARTICULIER"


@pytest.mark.parametrize(
    "header",
    [b"Bearer", b"bearer \xff", b"Basic \xff", b"Bearer " + b"x" * 5000],
)
def test_headers(caller, header):
    headers = {"Authorization": header}
    answer = caller.http.get(f"{ATP}/particulier", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    form = {"grant_type": "client_credentials"}
    assert caller.http.post(TOKEN, data=form, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"POST /api/oauth/v1/token HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"GET " + b"/x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /sandbox/v1/reset HTTP/1.1\r\nHost: [::1]\r\nContent-Length:9\r\n\r\na",
    ],
    ids=["noise", "length", "long", "cut"],
)
def test_what_is_not_even_http(served, caller, raw):
    address = served.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=10) as line:
        line.sendall(raw)
        with suppress(OSError):  # it may have hung up already
            line.shutdown(socket.SHUT_WR)
        said = line.recv(1000)
    assert b" 500 " not in said.split(b"\r\n")[0]
    assert caller.customer(idClient="x").status_code == 400


@UNHURRIED
@given(data=st.data())
def test_generated_orders(served, http, data):
    """Whatever is ordered under `/sandbox/v1/`, what FastAPI describes is kept."""
    path, verb = data.draw(st.sampled_from(ORDERS))
    operation = STEERING_DESCRIPTION[path][verb]
    mode = data.draw(st.sampled_from(MODES))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    # Where there is no body, it would say no type, and be refused for that alone.
    headers = None if case.media_type else JSON
    answer = case.call(base_url=served.url, headers=headers, timeout=30)
    assert answer.status_code < 500
