# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What time and people do to a demande, over weekends and French holidays."""

import pytest

from .client import Caller
from .data import demande


def statuses(caller, id_demande):
    """Return the status code and the transfer that method 070 shows."""
    info = caller.info(id_demande)
    return info["statut"]["code"], info.get("infoVirement")


def test_silence(caller, steering):
    id_demande = caller.sent()  # a Wednesday, 10:00
    assert statuses(caller, id_demande) == ("10", None)
    steering.advance(hours=1)
    assert statuses(caller, id_demande) == ("20", None)
    steering.advance(hours=47.9)
    assert statuses(caller, id_demande) == ("20", None)
    steering.advance(hours=0.1)  # Friday
    assert statuses(caller, id_demande) == ("30", None)
    steering.advance(working_days=2)
    planned = {"dateVirement": "2026-06-18T00:00:00Z"}
    assert statuses(caller, id_demande) == ("50", planned)
    steering.advance(working_days=2)
    assert statuses(caller, id_demande) == ("70", {"mntVirement": 75, **planned})
    assert steering.history(id_demande) == [
        ("10", "2026-06-10T10:00", "urssaf"),
        ("20", "2026-06-10T11:00", "urssaf"),
        ("30", "2026-06-12T11:00", "silence"),
        ("50", "2026-06-16T00:00", "urssaf"),
        ("70", "2026-06-18T00:00", "urssaf"),
    ]
    kinds = [mail["kind"] for mail in steering.get("/mailbox", channel="email")]
    assert kinds == ["activation", "demande", "prelevement", "paiement"]


def test_one_long_step_gives_the_same_history_as_many(caller, steering, wall):
    first = caller.sent("A")
    for _ in range(40):
        steering.advance(hours=6)
    stepwise = steering.history(first)
    steering.post("/reset")
    wall.moment = wall.USUAL
    second = caller.sent("A")
    steering.advance(hours=240)
    assert steering.history(second) == stepwise
    assert stepwise[-1][0] == "70"


def test_real_time_counts_too_and_reading_is_enough(caller, wall):
    id_demande = caller.sent()
    wall.moment = wall.moment.replace(day=12, hour=12)
    two_days_later = Caller(caller.http)  # the first token has expired
    assert statuses(two_days_later, id_demande)[0] == "30"


def test_validated_by_hand(caller, steering):
    id_demande = caller.sent()
    steering.advance(hours=2)
    answer = steering.post(f"/demandes/{id_demande}/validate")
    assert (answer.status_code, answer.json()["status"]) == (200, "30")
    assert steering.history(id_demande)[-1] == (
        "30",
        "2026-06-10T12:00",
        "particulier",
    )
    steering.advance(working_days=4)
    assert statuses(caller, id_demande) == (
        "70",
        {"mntVirement": 75, "dateVirement": "2026-06-16T00:00:00Z"},
    )


def test_contested(caller, steering):
    id_demande = caller.sent()
    steering.advance(hours=2)
    reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Deux heures, pas trois."}
    answer = steering.post(f"/demandes/{id_demande}/contest", reason)
    assert (answer.status_code, answer.json()["status"]) == (200, "40")
    info = caller.info(id_demande)
    assert info["statut"] == {"code": "40", "libelle": "Refusée"}
    assert info["infoRejet"] == reason
    steering.advance(working_days=30)
    assert statuses(caller, id_demande) == ("40", None)
    assert steering.get("/mailbox")[-1]["kind"] == "refus"
    # A refused number is not freed.
    again = caller.send(demande(info["demandePaiement"]["idClient"])).json()
    assert again[0]["errors"][0]["code"] == "ERR_FACTURE_DOUBLON"


def test_a_missing_comment_is_an_absent_key(caller, steering):
    id_demande = caller.sent()
    steering.advance(hours=2)
    steering.post(f"/demandes/{id_demande}/contest", {"code": "CONTEST_AUTRE"})
    assert caller.info(id_demande)["infoRejet"] == {"code": "CONTEST_AUTRE"}


def test_the_acompte_is_not_transferred(caller, steering):
    id_demande = caller.sent(mntAcompte=12.35)
    steering.advance(working_days=10)
    assert statuses(caller, id_demande)[1]["mntVirement"] == 62.65


@pytest.mark.parametrize("order", ["validate", "contest"])
@pytest.mark.parametrize(("hours", "status"), [(0, "10"), (60, "30"), (400, "70")])
def test_answers_that_come_too_early_or_too_late(
    caller, steering, order, hours, status
):
    id_demande = caller.sent()
    if hours:
        steering.advance(hours=hours)
    body = {"code": "CONTEST_AUTRE"} if order == "contest" else None
    answer = steering.post(f"/demandes/{id_demande}/{order}", body)
    assert answer.status_code == 409
    assert status in answer.json()["detail"]
    assert statuses(caller, id_demande)[0] == status


def test_no_answer_after_an_answer(caller, steering):
    id_demande = caller.sent()
    steering.advance(hours=2)
    reason = {"code": "CONTEST_AUTRE"}
    assert steering.post(f"/demandes/{id_demande}/contest", reason).status_code == 200
    assert steering.post(f"/demandes/{id_demande}/contest", reason).status_code == 409
    assert steering.post(f"/demandes/{id_demande}/validate").status_code == 409


@pytest.mark.parametrize(
    ("sent", "validated", "debit", "transfer"),
    [
        # 1 May 2026 is a Friday.
        ("2026-04-28T09:00+02:00", "2026-04-30", "2026-05-05", "2026-05-07"),
        # Easter Monday is 6 April 2026; silence ends on the Saturday before.
        ("2026-04-02T09:00+02:00", "2026-04-04", "2026-04-08", "2026-04-10"),
        # 15 August 2025 is a Friday.
        ("2025-08-12T09:00+02:00", "2025-08-14", "2025-08-19", "2025-08-21"),
        # Christmas 2026 is a Friday, New Year's Day 2027 too.
        ("2026-12-22T09:00+01:00", "2026-12-24", "2026-12-29", "2026-12-31"),
        # Summer time begins on Sunday 29 March 2026: 48 hours end an hour later.
        ("2026-03-27T09:00+01:00", "2026-03-29", "2026-03-31", "2026-04-02"),
    ],
)
def test_holidays_between(caller, steering, sent, validated, debit, transfer):
    steering.set_clock(sent)
    day = f"{sent[:10]}T00:00:00Z"
    dates = {"dateFacture": day, "dateDebutEmploi": day, "dateFinEmploi": day}
    id_demande = caller.sent(**dates)
    steering.advance(working_days=12)
    days = {status: at[:10] for status, at, _ in steering.history(id_demande)}
    assert (days["30"], days["50"], days["70"]) == (validated, debit, transfer)
    virement = caller.info(id_demande)["infoVirement"]
    assert virement["dateVirement"] == f"{transfer}T00:00:00Z"


def test_several_demandes_live_apart(caller, steering):
    client = caller.active_client()
    one, two = (
        item["idDemandePaiement"]
        for item in caller.send(demande(client, "1"), demande(client, "2")).json()
    )
    steering.advance(hours=2)
    steering.post(f"/demandes/{one}/contest", {"code": "CONTEST_AUTRE"})
    steering.advance(hours=60)
    assert statuses(caller, one)[0] == "40"
    assert statuses(caller, two)[0] == "30"
