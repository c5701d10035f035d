# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page, the documentation, dates, and paths that do not exist."""

from datetime import timedelta
from email.utils import parsedate_to_datetime


def test_the_front_page_says_that_it_is_a_simulation(caller, http):
    caller.sent()
    page = http.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for text in ("Simulation", "10 juin 2026 à 10:00", "1 demande de paiement"):
        assert text in page.text


def test_everything_is_documented(http):
    assert http.get("/docs").status_code == 200
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
