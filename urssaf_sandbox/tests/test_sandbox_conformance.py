# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generated and hostile requests: never a 500, every answer fits the description."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..contract.description import openapi
from .client import ATP, TOKEN
from .data import PARTICULIER, changed, demande

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: no generated requests"
)

DESCRIPTION = schemathesis.openapi.from_dict(openapi())
OPERATIONS = [
    ("/api/oauth/v1/token", "POST"),
    (f"{ATP}/particulier", "POST"),
    (f"{ATP}/particulier", "GET"),
    (f"{ATP}/demandePaiement", "POST"),
    (f"{ATP}/demandePaiement/rechercher", "POST"),
]
MODES = [
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.NEGATIVE,
]
UNHURRIED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def judged(operation, answer):
    """Hold an answer against the description; a 500 is none of it here."""
    assert answer.status_code < 500
    operation.validate_response(schemathesis.Response.from_any(answer))


def test_the_description_is_served(http):
    paths = http.get("/sandbox/v1/openapi.json").json()["paths"]
    described = {(path, verb.upper()) for path in paths for verb in paths[path]}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(("path", "verb"), OPERATIONS)
def test_generated_requests(served, caller, path, verb, mode):
    operation = DESCRIPTION[path][verb]

    @UNHURRIED
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        headers = {} if path == TOKEN else dict(caller.headers)
        answer = case.call(base_url=served.url, headers=headers, timeout=30)
        assert answer.status_code < 500
        operation.validate_response(answer)

    run()


# Anything JSON can say, and a few things that only a malicious hand writes.
hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["1980-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "' OR 1=1 --"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def leaves(body, path=""):
    """Yield the dotted path of each value."""
    items = body.items() if isinstance(body, dict) else enumerate(body)
    for key, value in items:
        here = f"{path}.{key}".lstrip(".")
        yield here
        if isinstance(value, dict | list):
            yield from leaves(value, here)


@UNHURRIED
@given(path=st.sampled_from(list(leaves(PARTICULIER))), value=hostile)
def test_a_person_with_one_hostile_value(caller, path, value):
    answer = caller.enrol(changed(PARTICULIER, {path: value}))
    judged(DESCRIPTION[f"{ATP}/particulier"]["POST"], answer)


@UNHURRIED
@given(path=st.sampled_from(list(leaves(demande("x")))), value=hostile)
def test_a_demande_with_one_hostile_value(caller, path, value):
    client = caller.enrol().json()["idClient"]
    answer = caller.send(demande(client, changes={path: value}))
    judged(DESCRIPTION[f"{ATP}/demandePaiement"]["POST"], answer)


@UNHURRIED
@given(body=st.binary(max_size=100))
def test_bytes_that_are_no_json(served, caller, body):
    for path in ("particulier", "demandePaiement", "demandePaiement/rechercher"):
        answer = caller.http.post(f"{ATP}/{path}", content=body, headers=caller.headers)
        judged(DESCRIPTION[f"{ATP}/{path}"]["POST"], answer)


def test_right_answers_fit_too(caller, steering):
    """Generated requests are nearly always refused: these are not."""
    token = DESCRIPTION[TOKEN]["POST"]
    credentials = caller.credentials
    judged(token, caller.http.post(TOKEN, data=credentials))
    refused = caller.http.post(TOKEN, data={**credentials, "client_secret": "x"})
    assert refused.status_code == 401
    judged(token, refused)
    client = caller.active_client()
    sent = caller.send(demande(client, "A"), demande(client, "B", {"mntAcompte": 99}))
    judged(DESCRIPTION[f"{ATP}/demandePaiement"]["POST"], sent)
    judged(DESCRIPTION[f"{ATP}/particulier"]["GET"], caller.customer(idClient=client))
    search = DESCRIPTION[f"{ATP}/demandePaiement/rechercher"]["POST"]
    for _ in range(8):
        judged(search, caller.search(numFactureTiers=["A"]))
        steering.advance(working_days=1)
    id_demande = sent.json()[0]["idDemandePaiement"]
    steering.post(f"/demandes/{id_demande}/cancel", {"commentaire": "Doublon"})
    judged(search, caller.search(numFactureTiers=["A"]))
