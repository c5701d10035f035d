# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The token endpoint: RFC 6749, and what the real service is known to do."""

from datetime import timedelta

import pytest

from .client import ATP, TOKEN, Caller

GRANT = {"grant_type": "client_credentials"}
FORM = {**GRANT, "client_id": "demo", "client_secret": "demo-secret"}
BASIC = ("demo", "demo-secret")
SCOPE = "homeplus.tiersprestations"


@pytest.mark.parametrize("scope", [{}, {"scope": SCOPE}])
def test_form_authentication(http, scope):
    answer = http.post(TOKEN, data={**FORM, **scope})
    assert answer.status_code == 200
    body = answer.json()
    assert len(body.pop("access_token")) >= 32
    assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": SCOPE}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


def test_basic_authentication(http):
    answer = http.post(TOKEN, data={**GRANT, "scope": SCOPE}, auth=BASIC)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    answer = http.get(
        f"{ATP}/particulier", headers={"Authorization": f"bearer {token}"}
    )
    assert answer.status_code == 400  # known to the door, without a criterion


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({**FORM, "client_secret": "wrong"}, 401, "invalid_client"),
        ({**FORM, "client_id": "nobody"}, 401, "invalid_client"),
        (GRANT, 401, "invalid_client"),
        ({**FORM, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "demo", "client_secret": "x"}, 400, "invalid_request"),
        ({**FORM, "scope": "other"}, 400, "invalid_scope"),
        ({**FORM, "scope": f"{SCOPE} other"}, 400, "invalid_scope"),
        ({}, 400, "invalid_request"),
        ({**FORM, "scope": [SCOPE, SCOPE]}, 400, "invalid_request"),
    ],
)
def test_errors(http, form, status, error):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = http.post(TOKEN, data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert "wrong" not in answer.text


def test_json_is_no_form(http):
    answer = http.post(TOKEN, json=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"\xff=\xfe", b"grant_type"])
def test_unreadable_form(http, body):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = http.post(TOKEN, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("credentials", ["%%%", "bm9jb2xvbg==", "/w=="])
def test_unreadable_basic_header(http, credentials):
    headers = {"Authorization": f"Basic {credentials}"}
    answer = http.post(TOKEN, data=GRANT, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_two_authentications_at_once(http):
    answer = http.post(TOKEN, data=FORM, auth=BASIC)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer unknown", "Basic ZGVtbw=="]
)
def test_no_valid_bearer_is_401_without_a_body(http, header):
    headers = {} if header is None else {"Authorization": header}
    for method, path in (
        ("POST", "/particulier"),
        ("GET", "/particulier"),
        ("POST", "/demandePaiement"),
        ("POST", "/demandePaiement/rechercher"),
    ):
        answer = http.request(method, ATP + path, headers=headers, content=b"{nonsense")
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_tokens_expire_by_real_time_not_by_the_sandbox_clock(caller, steering, wall):
    steering.advance(hours=24 * 30)
    assert caller.customer().status_code == 400
    wall.moment += timedelta(seconds=3599)
    assert caller.customer().status_code == 400
    wall.moment += timedelta(seconds=2)
    assert caller.customer().status_code == 401


def test_two_tokens_live_together(http):
    first, second = Caller(http), Caller(http)
    assert first.headers != second.headers
    assert first.customer().status_code == second.customer().status_code == 400
