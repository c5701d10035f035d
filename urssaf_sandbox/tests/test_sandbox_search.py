# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070: by ids, by numbers, by period."""

import pytest

from .data import demande

# Code → the criteria that provoke it, on a sandbox with a single demande.
PROVOCATIONS = {
    "ERR_CRITERE_RECHERCHE_VIDE": {},
    "ERR_RECHERCHE_VIDE": {"numFactureTiers": ["unknown"]},
    "ERR_NBRE_MAX_RESULTAT": {"idDemandePaiements": [str(n) for n in range(11)]},
}


def codes(answer):
    """Return the codes of a refusal."""
    assert answer.status_code == 400
    return [erreur["code"] for erreur in answer.json()]


def numbers(answer):
    """Return the invoice numbers found."""
    assert answer.status_code == 200, answer.text
    assert answer.json()["errors"] == []
    return [
        info["demandePaiement"]["numFactureTiers"]
        for info in answer.json()["infoDemandePaiements"]
    ]


@pytest.mark.parametrize("code", PROVOCATIONS)
def test_each_code(caller, code):
    caller.sent()
    assert codes(caller.search(**PROVOCATIONS[code])) == [code]


@pytest.mark.parametrize(
    "criteria",
    [
        {"idDemandePaiements": [], "numFactureTiers": []},
        {"idDemandePaiements": None, "dateDebut": None},
    ],
)
def test_empty_criteria_are_none(caller, criteria):
    caller.sent()
    assert codes(caller.search(**criteria)) == ["ERR_CRITERE_RECHERCHE_VIDE"]


def test_the_demande_comes_back_exactly_as_it_was_sent(caller):
    client = caller.active_client()
    body = demande(
        client,
        "É/1",
        {
            "mntAcompte": 0,
            "inputPrestations.0.codeNature": 60,
            "inputPrestations.0.codeActivite": "",
            "dateFacture": "2026-06-10T00:00:00.000Z",
        },
    )
    id_demande = caller.send(body).json()[0]["idDemandePaiement"]
    info = caller.info(id_demande)
    assert info == {
        "idDemandePaiement": id_demande,
        "demandePaiement": body,
        "statut": {"code": "10", "libelle": "Intégrée"},
    }
    kinds = {type(info["demandePaiement"][k]) for k in ("mntFactureTTC", "mntAcompte")}
    assert kinds == {int}


def test_by_ids_and_numbers(caller):
    client = caller.active_client()
    sent = caller.send(*[demande(client, str(n)) for n in range(10)]).json()
    ids = [item["idDemandePaiement"] for item in sent]
    assert numbers(caller.search(idDemandePaiements=ids)) == list("0123456789")
    assert numbers(caller.search(numFactureTiers=["3", "1", "unknown"])) == ["1", "3"]
    eleven = [str(n) for n in range(11)]
    assert codes(caller.search(numFactureTiers=eleven)) == ["ERR_NBRE_MAX_RESULTAT"]


def test_with_ids_only_the_ids_count(caller):
    client = caller.active_client()
    first, _ = caller.send(demande(client, "A"), demande(client, "B")).json()
    ids = [first["idDemandePaiement"]]
    found = caller.search(
        idDemandePaiements=ids, numFactureTiers=["B"], dateDebut="2053-01-01T00:00:00Z"
    )
    assert numbers(found) == ["A"]


@pytest.mark.parametrize(
    "id_demande", ["", "0", "abc", "²", "9" * 50, "11000000000000", "-1"]
)
def test_ids_that_cannot_be(caller, id_demande):
    caller.sent()
    answer = caller.search(idDemandePaiements=[id_demande])
    assert codes(answer) == ["ERR_RECHERCHE_VIDE"]


def test_by_period_on_the_invoice_date_bounds_included(caller, steering):
    client = caller.active_client()
    steering.advance(hours=24 * 5)
    days = ["2026-06-10", "2026-06-12", "2026-06-14"]
    for day in days:
        dates = {"dateFacture": f"{day}T00:00:00Z"}
        caller.send(demande(client, day, dates))

    def found(**bounds):
        return numbers(
            caller.search(**{k: f"2026-06-{d}T00:00:00Z" for k, d in bounds.items()})
        )

    assert found(dateDebut="10") == days
    assert found(dateDebut="11", dateFin="14") == days[1:]
    assert found(dateFin="12") == days[:2]
    # The health check of a client in production: a period nobody has reached.
    far = caller.search(dateDebut="2053-01-01T00:00:00Z")
    assert codes(far) == ["ERR_RECHERCHE_VIDE"]


def test_a_period_with_more_than_ten(caller):
    client = caller.active_client()
    caller.send(*[demande(client, str(n)) for n in range(10)])
    period = {"dateDebut": "2026-06-10T00:00:00Z"}
    assert len(numbers(caller.search(**period))) == 10
    caller.send(demande(client, "eleventh"))
    assert codes(caller.search(**period)) == ["ERR_NBRE_MAX_RESULTAT"]


def test_each_provider_sees_only_its_own(caller, other_caller):
    id_demande = caller.sent("A")
    for criteria in (
        {"idDemandePaiements": [id_demande]},
        {"numFactureTiers": ["A"]},
        {"dateDebut": "2026-01-01T00:00:00Z"},
    ):
        assert codes(other_caller.search(**criteria)) == ["ERR_RECHERCHE_VIDE"]


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({"numFactureTiers": "A"}, "numFactureTiers"),
        ({"idDemandePaiements": [1]}, "idDemandePaiements[0]"),
        ({"dateDebut": "2026-06-10"}, "dateDebut"),
        ({"dateFin": "2026-06-10T00:00:00+02:00"}, "dateFin"),
    ],
)
def test_format_faults(caller, criteria, field):
    answer = caller.search(**criteria)
    assert codes(answer) == ["ERREUR_VALIDATION"]
    path = f"inputRechercheDemandePaiement.{field}"
    assert f"champ {path} :" in answer.json()[0]["message"]


def test_a_body_that_is_no_search(caller):
    answer = caller.post("/demandePaiement/rechercher", [])
    assert codes(answer) == ["ERREUR_VALIDATION"]
