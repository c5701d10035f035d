# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/sandbox/v1/` and the front page."""

from datetime import datetime, timedelta

import pytest

from ..contract.references import MOTIFS_REFUS
from .client import JSON, Caller
from .data import OTHER_PARTICULIER, demande


def test_health(steering):
    assert steering.get("/health") == {"status": "ok"}


def test_the_clock_is_iso_8601_in_paris_time(steering):
    assert steering.get("/clock") == {"now": "2026-06-10T10:00:00+02:00"}


@pytest.mark.parametrize(
    ("move", "now"),
    [
        ({"hours": 1}, "2026-06-10T11:00:00+02:00"),
        ({"hours": 0.5}, "2026-06-10T10:30:00+02:00"),
        ({"working_days": 1}, "2026-06-11T10:00:00+02:00"),
        ({"working_days": 3}, "2026-06-15T10:00:00+02:00"),
        ({"working_days": 100}, "2026-10-29T10:00:00+01:00"),
    ],
)
def test_advance(steering, move, now):
    answer = steering.post("/clock/advance", move)
    assert answer.json() == {"now": now, "changes": 0}
    assert steering.get("/clock") == {"now": now}


def test_advance_counts_the_changes(caller, steering):
    caller.sent()
    assert steering.post("/clock/advance", {"hours": 60}).json()["changes"] == 2
    assert steering.post("/clock/advance", {"hours": 1}).json()["changes"] == 0


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"hours": 1, "working_days": 1},
        {"hours": 0},
        {"hours": -1},
        {"hours": 1e9},
        {"working_days": 1.5},
        {"hour": 1},
        {"hours": "NaN"},
        None,
    ],
)
def test_moves_that_make_no_sense(steering, move):
    before = steering.get("/clock")
    answer = steering.post("/clock/advance", move)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Requête incorrecte")
    assert steering.get("/clock") == before


def test_the_clock_has_an_end(steering):
    for _ in range(8):
        answer = steering.post("/clock/advance", {"hours": 87_000})
    assert answer.status_code == 422
    assert "2100" in answer.json()["detail"]


ENDS_OF_THE_CALENDAR = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


@pytest.mark.parametrize("moment", ENDS_OF_THE_CALENDAR)
def test_the_ends_of_the_calendar_are_out_of_range(caller, steering, moment):
    answer = steering.post("/clock/set", {"now": moment})
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("va de 2020 à 2100")
    path = f"/particuliers/{caller.enrol().json()['idClient']}/activate"
    assert steering.post(path, {"since": moment}).status_code == 422
    assert steering.post(path).status_code == 200


def test_set_the_clock(caller, steering):
    steering.set_clock("2026-05-01T08:00:00+02:00")  # nobody enrolled: back is fine
    assert steering.get("/clock") == {"now": "2026-05-01T08:00:00+02:00"}
    caller.enrol()
    back = {"now": "2026-04-30T08:00:00+02:00"}
    answer = steering.post("/clock/set", back)
    assert answer.status_code == 409
    assert "réinitialisez" in answer.json()["detail"]
    steering.set_clock("2026-05-02T08:00:00Z")
    assert steering.get("/clock") == {"now": "2026-05-02T10:00:00+02:00"}
    naive = {"now": "2026-05-03T08:00:00"}
    assert steering.post("/clock/set", naive).status_code == 422


def test_time_goes_on_by_itself(steering, wall):
    steering.advance(hours=5)
    wall.moment += timedelta(minutes=7)
    assert steering.get("/clock") == {"now": "2026-06-10T15:07:00+02:00"}


def test_reset_forgets_the_world_but_not_who_is_connected(caller, steering):
    first = caller.sent()
    steering.advance(hours=5)
    answer = steering.post("/reset")
    assert answer.json() == {"now": "2026-06-10T10:00:00+02:00"}
    for path in ("/particuliers", "/demandes", "/mailbox"):
        assert steering.get(path) == []
    second = caller.sent()
    # Ids never come back: a client may still hold those of before.
    assert int(second) > int(first)
    assert caller.search(idDemandePaiements=[first]).status_code == 400


def test_particuliers(caller, steering):
    id_client = caller.active_client()
    (particulier,) = steering.get("/particuliers")
    assert particulier == {
        "idClient": id_client,
        "birth_name": "Durand",
        "usage_name": "Martin",
        "first_names": "Jeanne Éléonore",
        "email": "jeanne.durand@contact.fr",
        "phone": "0605040302",
        "created_at": "2026-06-10T10:00:00+02:00",
        "activated_at": "2026-06-10T10:00:00+02:00",
        "blocked_at": None,
        "mandate_expired_at": None,
        "links": [
            {
                "provider": "demo",
                "status": {
                    "code": "APPAREILLAGE_VALIDE",
                    "description": "Transmission DP possible à compter du "
                    "10/06/2026 10:00:00",
                    "etat": "OK",
                },
                "requested_at": "2026-06-10T10:00:00+02:00",
                "accepted_at": "2026-06-10T10:00:00+02:00",
            }
        ],
    }


def test_lists_can_be_cut(caller, steering):
    caller.active_client()
    caller.active_client(OTHER_PARTICULIER)
    first, second = steering.get("/particuliers")
    assert steering.get("/particuliers", limit=1) == [first]
    assert steering.get("/particuliers", limit=1, offset=1) == [second]
    assert steering.http.get("/sandbox/v1/particuliers?limit=0").status_code == 422


def test_back_dated_activation(caller, steering):
    id_client = caller.enrol().json()["idClient"]
    path = f"/particuliers/{id_client}/activate"
    future = {"since": "2026-06-11T10:00:00+02:00"}
    assert steering.post(path, future).status_code == 409
    past = {"since": "2026-04-01T08:00:00+02:00"}
    assert steering.post(path, past).status_code == 200
    month = {
        "dateFacture": "2026-05-31T00:00:00Z",
        "dateDebutEmploi": "2026-05-01T00:00:00Z",
        "dateFinEmploi": "2026-05-31T00:00:00Z",
    }
    (item,) = caller.send(demande(id_client, changes=month)).json()
    assert item["statut"] == "10"


def test_activated_twice(caller, steering):
    id_client = caller.active_client()
    answer = steering.post(f"/particuliers/{id_client}/activate")
    assert answer.status_code == 409
    assert "déjà activé" in answer.json()["detail"]


def test_demandes(caller, steering):
    id_demande = caller.sent("A", mntAcompte=5)
    expected = {
        "id": id_demande,
        "provider": "demo",
        "idClient": steering.get("/particuliers")[0]["idClient"],
        "number": "A",
        "invoice_date": "2026-06-10",
        "status": "10",
        "status_label": "Intégrée",
        "total_ttc": 75.0,
        "acompte": 5.0,
        "aide": 37.5,
        "reste_a_payer": 32.5,
        "rejection": None,
        "transfer_date": None,
        "transfer_amount": None,
        "next_change_at": "2026-06-10T11:00:00+02:00",
        "history": [
            {
                "at": "2026-06-10T10:00:00+02:00",
                "status": "10",
                "label": "Intégrée",
                "cause": "urssaf",
            }
        ],
    }
    assert steering.get("/demandes") == [expected]
    assert steering.get("/demandes", number="A", status="10") == [expected]
    assert steering.get("/demandes", number="B") == []
    assert steering.get("/demandes", status="20") == []
    assert steering.get(f"/demandes/{id_demande}") == expected
    steering.advance(hours=2)
    reason = {"code": "CONTEST_AUTRE", "commentaire": "Non"}
    answer = steering.post(f"/demandes/{id_demande}/contest", reason)
    assert answer.json()["rejection"] == reason


@pytest.mark.parametrize("code", MOTIFS_REFUS)
def test_each_reason_to_refuse(caller, steering, code):
    id_demande = caller.sent()
    steering.advance(hours=2)
    answer = steering.post(f"/demandes/{id_demande}/contest", {"code": code})
    assert answer.status_code == 200
    assert caller.info(id_demande)["infoRejet"]["code"] == code


@pytest.mark.parametrize(
    "body", [{"code": "ANNUL_DBL"}, {}, {"code": "CONTEST_AUTRE", "comment": ""}]
)
def test_reasons_that_are_none(caller, steering, body):
    id_demande = caller.sent()
    steering.advance(hours=2)
    answer = steering.post(f"/demandes/{id_demande}/contest", body)
    assert answer.status_code == 422
    assert caller.info(id_demande)["statut"]["code"] == "20"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/particuliers/unknown/activate"),
        ("GET", "/demandes/unknown"),
        ("POST", "/demandes/11000000000000/validate"),
        ("POST", "/demandes/unknown/contest"),
    ],
)
def test_unknown_ids(http, method, path):
    body = {"code": "CONTEST_AUTRE"} if path.endswith("contest") else None
    answer = http.request(method, f"/sandbox/v1{path}", json=body, headers=JSON)
    assert answer.status_code == 404
    assert "inconnu" in answer.json()["detail"]


def test_the_mailbox_can_be_searched(caller, steering):
    caller.enrol()
    caller.enrol(OTHER_PARTICULIER)
    (mail,) = steering.get("/mailbox", to="yann@contact.fr", kind="activation")
    assert mail["subject"] == "Activez votre compte Avance immédiate"
    assert "Les Petits Services" in mail["body"]
    assert mail["at"] == "2026-06-10T10:00:00+02:00"
    assert mail["demande"] is None
    assert steering.get("/mailbox", kind="demande") == []


def test_mail_about_a_demande(caller, steering):
    id_demande = caller.sent("FAC 1")
    steering.advance(hours=1)
    (mail,) = steering.get("/mailbox", kind="demande", channel="email")
    assert mail["demande"] == id_demande
    assert "FAC 1" in mail["body"]
    assert "75,00 €" in mail["body"]
    steering.advance(hours=48)
    (mail,) = steering.get("/mailbox", kind="prelevement")
    assert "16 juin 2026" in mail["body"]
    moment = datetime.fromisoformat(mail["at"])
    assert moment.isoformat() == "2026-06-12T11:00:00+02:00"


def test_providers(http, steering):
    company = {"trade_name": "Jardins", "siret": "12345678900011"}
    credentials = {"client_id": "jardins", "client_secret": "s3cret"}
    answer = steering.post("/providers", {**credentials, **company})
    assert answer.status_code == 201
    assert answer.json()["siren"] == "123456789"
    assert "s3cret" not in answer.text
    again = steering.post("/providers", {**credentials, **company})
    assert again.status_code == 409
    assert Caller(http, "jardins", "s3cret").customer().status_code == 400
    names = [provider["client_id"] for provider in steering.get("/providers")]
    assert {"demo", "jardins"} <= set(names)
    wrong = steering.post("/providers", {**credentials, **company, "siret": "1"})
    assert wrong.status_code == 422
    assert "s3cret" not in wrong.text
