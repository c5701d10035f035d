# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page, the documentation, dates, and paths that do not exist."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

from .client import ATP


def test_the_front_page_says_that_it_is_a_simulation(caller, http):
    caller.sent()
    page = http.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for text in ("Simulation", "10 juin 2026 à 10:00", "1 demande de paiement"):
        assert text in page.text


def test_the_documentation_needs_no_network(http):
    page = http.get("/docs").text
    needed = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(needed) >= 3
    for path in needed:
        assert path.startswith("/"), path
        assert http.get(path).status_code == 200
    assert "https://" not in page
    assert http.get("/redoc").status_code == 404


def test_everything_is_documented(http):
    description = http.get("/openapi.json").json()
    schemas = description["components"]["schemas"]
    for name in (
        "InputParticulierDTO",
        "InputDemandePaiement",
        "InputPrestation",
        "InputRechercheDemandePaiement",
    ):
        assert schemas[name]["properties"]
    paths = description["paths"]
    assert "/atp/v1/tiersPrestations/demandePaiement/rechercher" in paths
    assert "/sandbox/v1/clock/advance" in paths


def test_the_four_methods_can_be_tried_with_a_token(http):
    description = http.get("/openapi.json").json()
    (scheme,) = description["components"]["securitySchemes"].values()
    flow = scheme["flows"]["clientCredentials"]
    # As Swagger UI asks: HTTP Basic, and the scopes that were ticked.
    asked = {"grant_type": "client_credentials", "scope": " ".join(flow["scopes"])}
    answer = http.post(flow["tokenUrl"], data=asked, auth=("demo", "demo-secret"))
    assert answer.status_code == 200
    wanted = {
        path: set(operation)
        for path, operation in description["paths"].items()
        if any("security" in verb for verb in operation.values())
    }
    assert wanted == {
        f"{ATP}/particulier": {"get", "post"},
        f"{ATP}/demandePaiement": {"post"},
        f"{ATP}/demandePaiement/rechercher": {"post"},
    }


def test_unknown_path_and_wrong_verb(caller, http):
    base = "/atp/v1/tiersPrestations"
    assert http.get(f"{base}/facture", headers=caller.headers).status_code == 404
    assert http.put(f"{base}/particulier", headers=caller.headers).status_code == 405


def test_answers_are_dated_by_the_sandbox_clock(http, steering):
    now = steering.advance(working_days=10)
    answer = http.get("/sandbox/v1/clock")
    dated = parsedate_to_datetime(answer.headers["Date"])
    assert abs(dated - now) < timedelta(seconds=2)
    assert len(answer.headers.get_list("Date")) == 1
