# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every status after something went wrong, and the money that goes with it."""

import pytest

from ..contract.references import MOTIFS_ANNULATION, STATUT_LABELS
from ..life.transitions import TERMINAL
from .client import JSON, STEERING
from .data import demande

REJECT = ("reject-debit", None)
CANCEL = ("cancel", None)
SPECIFIC = ("cancel", {"specific": True})
RECOVER = ("recover", None)
FAIL = ("recover", {"fails": True})

# Status wanted → working days after the sending, then the orders that lead there.
WAYS = {
    "10": [(0, [])],
    "20": [(1, [])],
    "30": [(3, [])],
    "40": [(1, [("contest", {"code": "CONTEST_AUTRE"})])],
    "50": [(5, [])],
    "70": [(7, [])],
    "60": [(5, [REJECT]), (7, [REJECT])],
    "110": [(days, [CANCEL]) for days in (0, 1, 3, 5, 7)],
    "111": [(5, [REJECT, CANCEL]), (7, [REJECT, CANCEL])],
    "112": [(7, [REJECT, RECOVER, CANCEL])],
    "113": [(1, [SPECIFIC]), (7, [REJECT, SPECIFIC]), (7, [REJECT, RECOVER, SPECIFIC])],
    "120": [(5, [REJECT, RECOVER]), (7, [REJECT, RECOVER])],
    "260": [(7, [REJECT, FAIL])],
    "270": [(7, [REJECT, FAIL, RECOVER])],
}


def go(steering, id_demande, days, orders):
    """Let days pass, then give the orders."""
    if days:
        steering.advance(working_days=days)
    for order, body in orders:
        answer = steering.post(f"/demandes/{id_demande}/{order}", body)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("status", "days", "orders"),
    [(status, *way) for status, ways in WAYS.items() for way in ways],
)
def test_each_status(caller, steering, status, days, orders):
    id_demande = caller.sent()
    go(steering, id_demande, days, orders)
    info = caller.info(id_demande)
    assert info["statut"] == {"code": status, "libelle": STATUT_LABELS[status]}
    assert steering.history(id_demande)[-1][0] == status


def test_no_status_is_left_out():
    assert set(WAYS) == set(STATUT_LABELS)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_life_that_is_over_stays_so(caller, steering, status):
    id_demande = caller.sent()
    go(steering, id_demande, *WAYS[status][0])
    for order, body in (REJECT, CANCEL, SPECIFIC, RECOVER, FAIL, ("validate", None)):
        answer = steering.post(f"/demandes/{id_demande}/{order}", body)
        assert answer.status_code == 409
        assert STATUT_LABELS[status] in answer.json()["detail"]
    steering.advance(working_days=30)
    assert caller.info(id_demande)["statut"]["code"] == status


@pytest.mark.parametrize("euros", [60.55, 80, 0])
def test_urssaf_sets_off_or_pays_too_much(caller, steering, euros):
    id_demande = caller.sent()
    order = {"amount": euros}
    path = f"/demandes/{id_demande}/transfer"
    assert steering.post(path, order).status_code == 200
    steering.advance(working_days=7)
    assert caller.info(id_demande)["infoVirement"]["mntVirement"] == euros
    lines = steering.get("/bank/demo")["lines"]
    assert [line["amount"] for line in lines] == ([euros] if euros else [])
    assert steering.post(path, order).status_code == 409, "the money has left"
    assert steering.post(path, {"amount": -1}).status_code == 422


def test_a_debit_refused_before_the_payment_stops_the_transfer(caller, steering):
    id_demande = caller.sent()
    steering.advance(working_days=5)
    assert "infoVirement" in caller.info(id_demande)
    go(steering, id_demande, 0, [REJECT])
    assert "infoVirement" not in caller.info(id_demande)
    steering.advance(working_days=10)
    assert caller.info(id_demande)["statut"]["code"] == "60"


def test_a_debit_refused_after_the_payment_leaves_the_transfer(caller, steering):
    id_demande = caller.sent()
    go(steering, id_demande, 7, [REJECT])
    assert caller.info(id_demande)["infoVirement"]["mntVirement"] == 75


def test_no_debit_is_refused_where_nothing_was_debited(caller, steering):
    id_demande = caller.sent(mntAcompte=37.5)
    steering.advance(working_days=7)
    answer = steering.post(f"/demandes/{id_demande}/reject-debit")
    assert answer.status_code == 409
    assert "rien n'a été prélevé" in answer.json()["detail"]
    assert caller.info(id_demande)["statut"]["code"] == "70"


@pytest.mark.parametrize("code", MOTIFS_ANNULATION)
def test_each_reason_to_cancel(caller, steering, code):
    id_demande = caller.sent()
    reason = {"code": code, "commentaire": "Demandé par courriel"}
    answer = steering.post(f"/demandes/{id_demande}/cancel", reason)
    assert answer.json()["rejection"] == reason
    assert caller.info(id_demande)["infoRejet"] == reason
    (mail,) = steering.get("/mailbox", kind="annulation")
    assert mail["demande"] == id_demande


@pytest.mark.parametrize("body", [{"code": "CONTEST_AUTRE"}, {"cod": "ANNUL_DBL"}])
def test_reasons_to_cancel_that_are_none(caller, steering, body):
    id_demande = caller.sent()
    assert steering.post(f"/demandes/{id_demande}/cancel", body).status_code == 422
    assert caller.info(id_demande)["statut"]["code"] == "10"


def test_a_cancelled_number_is_not_freed(caller, steering):
    id_demande = caller.sent()
    go(steering, id_demande, 0, [CANCEL])
    client = caller.info(id_demande)["demandePaiement"]["idClient"]
    (item,) = caller.send(demande(client)).json()
    assert item["errors"][0]["code"] == "ERR_FACTURE_DOUBLON"


def test_a_refused_debit_blocks_the_particulier_until_it_is_settled(caller, steering):
    id_demande = caller.sent()
    client = caller.info(id_demande)["demandePaiement"]["idClient"]
    go(steering, id_demande, 7, [REJECT])
    status = caller.customer(idClient=client).json()["statut"]
    assert (status["code"], status["etat"]) == ("PARTICULIER_BLOQUE", "KO")
    (item,) = caller.send(demande(client, "B")).json()
    assert [e["code"] for e in item["errors"]] == ["ERR_CMPT_BLOQUE"]
    (mail,) = steering.get("/mailbox", kind="impaye")
    assert "37,50 €" in mail["body"]
    assert steering.post(f"/particuliers/{client}/unblock").status_code == 200
    (item,) = caller.send(demande(client, "B")).json()
    assert item["statut"] == "10"


def test_an_expired_mandate(caller, steering):
    client = caller.active_client()
    path = f"/particuliers/{client}"
    assert steering.post(f"{path}/renew-mandate").status_code == 409
    assert steering.post(f"{path}/expire-mandate").json()["mandate_expired_at"]
    status = caller.customer(idClient=client).json()["statut"]
    assert (status["code"], status["etat"]) == ("MANDAT_ECHU", "KO")
    (item,) = caller.send(demande(client)).json()
    assert [e["code"] for e in item["errors"]] == ["ERR_MANDAT_ECHU"]
    assert steering.post(f"{path}/expire-mandate").status_code == 409
    assert steering.post(f"{path}/renew-mandate").status_code == 200
    assert caller.customer(idClient=client).json()["statut"]["etat"] == "OK"


def test_blocked_by_the_operator(caller, steering):
    client = caller.active_client()
    path = f"/particuliers/{client}"
    assert steering.post(f"{path}/unblock").status_code == 409
    assert steering.post(f"{path}/block").json()["blocked_at"]
    assert steering.post(f"{path}/block").status_code == 409
    answer = caller.enrol()
    assert [e["code"] for e in answer.json()] == ["ERR_COMPTE_BLOQUE"]
    assert steering.post(f"{path}/unblock").json()["blocked_at"] is None
    assert caller.enrol().status_code == 200


def test_an_association_ended_and_asked_for_again(caller, steering):
    client = caller.active_client()
    assert steering.post(f"/particuliers/{client}/end").json()["links"] == []
    assert steering.post(f"/particuliers/{client}/end").status_code == 409
    answer = caller.customer(idClient=client)
    assert answer.status_code == 400
    assert [e["code"] for e in answer.json()] == ["ERR_RECHERCHE_PARTICULIER"]
    (item,) = caller.send(demande(client)).json()
    assert item["errors"][0]["code"] == "ERR_LIEN_PARTICULIER_PRESTATAIRE"
    assert caller.enrol().json()["idClient"] == client
    assert caller.customer(idClient=client).json()["statut"]["etat"] == "KO"
    assert len(steering.get("/mailbox", kind="association", channel="email")) == 1
    assert steering.post(f"/particuliers/{client}/accept").status_code == 200
    assert caller.customer(idClient=client).json()["statut"]["etat"] == "OK"


def test_one_provider_among_two(caller, other_caller, steering):
    client = caller.active_client()
    other_caller.enrol()
    path = f"/particuliers/{client}"
    assert steering.post(f"{path}/accept", {"provider": "demo"}).status_code == 409
    assert steering.post(f"{path}/accept", {"provider": "autre"}).status_code == 200
    steering.post(f"{path}/end", {"provider": "demo"})
    assert caller.customer(idClient=client).status_code == 400
    assert other_caller.customer(idClient=client).json()["statut"]["etat"] == "OK"


def test_unknown_ids(http):
    for path in (
        *(
            f"demandes/11000000000000/{o}"
            for o in ("reject-debit", "cancel", "recover")
        ),
        *(
            f"particuliers/unknown/{order}"
            for order in "accept block unblock expire-mandate renew-mandate end".split()
        ),
    ):
        assert http.post(f"{STEERING}/{path}", headers=JSON).status_code == 404
    assert http.get(f"{STEERING}/particuliers/unknown/aid").status_code == 404
    assert http.post(f"{STEERING}/providers/unknown", json={}).status_code == 404
