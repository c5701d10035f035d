# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050: each error code, and what a faulty demande leaves alone."""

import pytest

from .data import ABSENT, LINE, OTHER_PARTICULIER, changed, demande

LINE_0 = "inputPrestations.0"

# Code → what to change in a right demande to provoke it.
PROVOCATIONS = {
    "ERR_PARTICULIER_INCONNU": {"idClient": "nobody"},
    "ERR_LIEN_PARTICULIER_PRESTATAIRE": {"dateFacture": "2026-06-09T23:59:59Z"},
    "ERR_PRESTATAIRE_FACTURATION_INCONNU": {"idTiersFacturation": " "},
    "ERR_DATE_PAIEMENT_AVANT_EXP": {
        "mntAcompte": 5,
        "dateVersementAcompte": "2021-12-31T00:00:00Z",
    },
    "ERR_NUMINTERVENANT_BLOQUE": {f"{LINE_0}.complement2": "SAP000000000"},
    "ERR_DATE_FUTUR": {"dateFinEmploi": "2026-06-11T00:00:00Z"},
    "ERR_DATE_FIN_AVANT_DATE_DEB": {"dateDebutEmploi": "2026-06-10T00:00:01Z"},
    "ERR_MONTANT_ACOMPTE": {"mntAcompte": 37.51},
    "ERR_TOTAL_PRESTATIONS": {"mntFactureTTC": 75.01},
    "ERR_MNT_PREST_TTC": {f"{LINE_0}.mntUnitaireTTC": 30.01},
    "ERR_MNT_PREST_HT_TVA": {f"{LINE_0}.mntPrestationTVA": 6.83},
    "ERR_FORMAT_VALEUR": {"mntFactureHT": 68.181},
    "ERR_VALEUR_NEGATIVE": {f"{LINE_0}.mntPrestationTVA": -6.82},
    "ERR_NBRE_PREST_MAX": {
        "inputPrestations": [LINE] * 11,
        "mntFactureTTC": 825,
        "mntFactureHT": 749.98,
    },
    "ERR_CODE_NATURE": {f"{LINE_0}.codeNature": "65"},
    "ERR_CODE_ACTIVITE": {f"{LINE_0}.codeActivite": "ENF"},
    "ERR_CODE_ACTIVITE_NATURE": {f"{LINE_0}.codeActivite": "100A001"},
    "ERR_NUMINTERVENANT_MANQUANT": {f"{LINE_0}.complement2": ABSENT},
    "ERR_FORMAT_NUMINTERVENANT": {f"{LINE_0}.complement2": "SAP12345678"},
    "ERREUR_VALIDATION": {f"{LINE_0}.unite": "JOUR"},
}


def codes(item):
    """Return the codes of a rejected demande, after a look at its shape."""
    assert set(item) == {"idClient", "numFactureTiers", "errors"}
    for erreur in item["errors"]:
        assert set(erreur) == {"code", "message", "description"}
    return [erreur["code"] for erreur in item["errors"]]


@pytest.fixture
def client(caller):
    """Somebody whose account has been active since this morning."""
    return caller.active_client()


def test_accepted(caller, client):
    answer = caller.send(demande(client))
    assert answer.status_code == 200
    (item,) = answer.json()
    assert item.pop("idDemandePaiement").isdigit()
    assert item == {
        "idClient": client,
        "numFactureTiers": "FAC/2026/0001",
        "statut": "10",
    }


@pytest.mark.parametrize("code", PROVOCATIONS)
def test_each_code_and_the_others_of_the_batch_unaffected(caller, client, code):
    wrong = demande(client, "B", PROVOCATIONS[code])
    before, item, after = caller.send(
        demande(client, "A"), wrong, demande(client, "C")
    ).json()
    assert codes(item) == [code]
    assert (before["statut"], after["statut"]) == ("10", "10")
    found = caller.search(numFactureTiers=["A", "B", "C"]).json()
    numbers = [
        info["demandePaiement"]["numFactureTiers"]
        for info in found["infoDemandePaiements"]
    ]
    assert numbers == ["A", "C"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dateNaissanceClient": "1980-03-30T00:00:00Z"}, "ERR_PARTICULIER_INCONNU"),
        (
            {"dateDebutEmploi": "2026-06-09T00:00:00Z"},
            "ERR_LIEN_PARTICULIER_PRESTATAIRE",
        ),
        ({"dateDebutEmploi": "2026-06-11T00:00:00Z"}, "ERR_DATE_FUTUR"),
        ({"mntFactureHT": 68.17}, "ERR_TOTAL_PRESTATIONS"),
        ({"mntFactureTTC": 0}, "ERR_VALEUR_NEGATIVE"),
        ({"mntAcompte": -1}, "ERR_VALEUR_NEGATIVE"),
        ({"mntAcompte": 1.001}, "ERR_FORMAT_VALEUR"),
        ({f"{LINE_0}.quantite": 0}, "ERR_VALEUR_NEGATIVE"),
        ({f"{LINE_0}.quantite": 2.501}, "ERR_FORMAT_VALEUR"),
        ({f"{LINE_0}.mntUnitaireTTC": 30.0001}, "ERR_FORMAT_VALEUR"),
        ({f"{LINE_0}.mntPrestationHT": 68.19}, "ERR_MNT_PREST_HT_TVA"),
        ({f"{LINE_0}.complement2": ""}, "ERR_NUMINTERVENANT_MANQUANT"),
        ({f"{LINE_0}.complement2": "SIR123456789"}, "ERR_FORMAT_NUMINTERVENANT"),
        ({f"{LINE_0}.codeActivite": "65A001"}, "ERR_CODE_ACTIVITE"),
    ],
)
def test_other_ways_to_the_same_codes(caller, client, changes, code):
    (item,) = caller.send(demande(client, changes=changes)).json()
    assert code in codes(item)


def test_an_unknown_unit_names_its_field(caller, client):
    (item,) = caller.send(demande(client, changes={f"{LINE_0}.unite": "JOUR"})).json()
    path = "inputDemandePaiements[0].inputPrestations[0].unite"
    assert f"champ {path} :" in item["errors"][0]["message"]


def test_two_months(caller, client, steering):
    steering.advance(hours=24 * 30)
    period = {
        "dateDebutEmploi": "2026-06-30T00:00:00Z",
        "dateFinEmploi": "2026-07-01T00:00:00Z",
    }
    (item,) = caller.send(demande(client, changes=period)).json()
    assert codes(item) == ["ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE"]


@pytest.mark.parametrize(
    "changes",
    [
        {"mntAcompte": 37.5, "dateVersementAcompte": "2026-06-10T00:00:00Z"},
        {"mntAcompte": 0},
        {f"{LINE_0}.codeNature": 60},
        {f"{LINE_0}.codeActivite": "60A001"},
        {f"{LINE_0}.codeActivite": ""},
        {f"{LINE_0}.complement2": "SIR12345678901234"},
        {f"{LINE_0}.unite": "FORFAIT"},
        {f"{LINE_0}.complement1": ABSENT},
        # Real times of day, as one client in production sends them.
        {
            "dateDebutEmploi": "2026-06-10T08:05:00.000Z",
            "dateFinEmploi": "2026-06-10T08:05:00Z",
        },
        # VAT-exempt: HT = TTC.
        {
            f"{LINE_0}.mntPrestationHT": 75,
            f"{LINE_0}.mntPrestationTVA": 0,
            "mntFactureHT": 75,
        },
        # 58.33 HT × 5 at 20 %: only three decimals give the right total.
        {
            f"{LINE_0}.quantite": 5,
            f"{LINE_0}.mntUnitaireTTC": 69.996,
            f"{LINE_0}.mntPrestationTTC": 349.98,
            f"{LINE_0}.mntPrestationHT": 291.65,
            f"{LINE_0}.mntPrestationTVA": 58.33,
            "mntFactureTTC": 349.98,
            "mntFactureHT": 291.65,
        },
        # A product on the half cent rounds up: 0.25 × 0.5 = 0.125.
        {
            f"{LINE_0}.quantite": 0.25,
            f"{LINE_0}.mntUnitaireTTC": 0.5,
            f"{LINE_0}.mntPrestationTTC": 0.13,
            f"{LINE_0}.mntPrestationHT": 0.12,
            f"{LINE_0}.mntPrestationTVA": 0.01,
            "mntFactureTTC": 0.13,
            "mntFactureHT": 0.12,
        },
    ],
)
def test_right_demandes(caller, client, changes):
    (item,) = caller.send(demande(client, changes=changes)).json()
    assert item.get("statut") == "10", item


def test_ten_lines(caller, client):
    changes = {
        "inputPrestations": [LINE] * 10,
        "mntFactureTTC": 750,
        "mntFactureHT": 681.8,
    }
    (item,) = caller.send(demande(client, changes=changes)).json()
    assert item.get("statut") == "10", item


def test_before_activation(caller):
    id_client = caller.enrol().json()["idClient"]
    (item,) = caller.send(demande(id_client)).json()
    assert codes(item) == ["ERR_LIEN_PARTICULIER_PRESTATAIRE"]


def test_the_day_of_activation_is_a_day_in_paris(caller, steering):
    # 00:30 on the 11th in Paris is still the 10th in UTC.
    steering.set_clock("2026-06-11T00:30:00+02:00")
    id_client = caller.active_client()
    day = "2026-06-11T00:00:00Z"
    dates = {"dateFacture": day, "dateDebutEmploi": day, "dateFinEmploi": day}
    on_the_10th, on_the_11th = caller.send(
        demande(id_client, "10"), demande(id_client, "11", dates)
    ).json()
    assert codes(on_the_10th) == ["ERR_LIEN_PARTICULIER_PRESTATAIRE"]
    assert on_the_11th["statut"] == "10"


def test_every_fault_of_a_demande_is_told_once(caller, client):
    changes = {
        "dateFacture": "2026-06-09T00:00:00Z",
        "inputPrestations": [changed(LINE, {"codeNature": "1"})] * 2,
        "mntFactureTTC": 150,
        "mntFactureHT": 136.36,
    }
    (item,) = caller.send(demande(client, changes=changes)).json()
    assert codes(item) == ["ERR_LIEN_PARTICULIER_PRESTATAIRE", "ERR_CODE_NATURE"]


def test_duplicates(caller, other_caller, client):
    first = caller.send(demande(client)).json()[0]
    again = caller.send(demande(client), demande(client, "new")).json()
    assert codes(again[0]) == ["ERR_FACTURE_DOUBLON"]
    assert again[1]["statut"] == "10"
    twice = caller.send(demande(client, "twice"), demande(client, "twice")).json()
    assert twice[0]["statut"] == "10"
    assert codes(twice[1]) == ["ERR_FACTURE_DOUBLON"]
    # The first is untouched, and numbers are each provider's own.
    assert caller.info(first["idDemandePaiement"])["statut"]["code"] == "10"
    theirs = other_caller.active_client(OTHER_PARTICULIER)
    assert other_caller.send(demande(theirs)).json()[0]["statut"] == "10"


def test_a_rejected_number_is_still_free(caller, client):
    wrong = demande(client, changes={"mntFactureTTC": 1})
    assert codes(caller.send(wrong).json()[0])
    assert caller.send(demande(client)).json()[0]["statut"] == "10"


def test_somebody_elses_client(caller, other_caller, client):
    (item,) = other_caller.send(demande(client)).json()
    assert codes(item) == ["ERR_LIEN_PARTICULIER_PRESTATAIRE"]


def test_more_than_ten_demandes_refuse_the_whole_call(caller, client):
    batch = [demande(client, str(n)) for n in range(11)]
    answer = caller.send(*batch)
    assert answer.status_code == 400
    assert [e["code"] for e in answer.json()] == ["ERR_NBRE_PREST_MAX"]
    ten = caller.send(*batch[:10]).json()
    assert [item["statut"] for item in ten] == ["10"] * 10


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"idTiersFacturation": ABSENT}, "idTiersFacturation"),
        ({"numFactureTiers": "N" * 51}, "numFactureTiers"),
        ({"numFactureTiers": 12}, "numFactureTiers"),
        ({"dateFacture": "2026-06-10"}, "dateFacture"),
        ({"dateFinEmploi": "2026-06-10T00:00:00+02:00"}, "dateFinEmploi"),
        ({"mntFactureTTC": "75.00"}, "mntFactureTTC"),
        ({"mntFactureTTC": ABSENT}, "mntFactureTTC"),
        ({"mntFactureTTC": True}, "mntFactureTTC"),
        ({"mntFactureTTC": 1e12}, "mntFactureTTC"),
        ({"inputPrestations": []}, "inputPrestations"),
        ({"inputPrestations": {}}, "inputPrestations"),
        ({f"{LINE_0}.quantite": None}, "inputPrestations[0].quantite"),
        ({f"{LINE_0}.codeNature": True}, "inputPrestations[0].codeNature"),
    ],
)
def test_a_format_fault_refuses_the_whole_call(caller, client, changes, field):
    answer = caller.send(demande(client, "A"), demande(client, "B", changes))
    assert answer.status_code == 400
    (erreur,) = answer.json()
    assert erreur["code"] == "ERREUR_VALIDATION"
    assert f"champ inputDemandePaiements[1].{field} :" in erreur["message"]
    assert caller.search(numFactureTiers=["A"]).status_code == 400


@pytest.mark.parametrize("body", [{}, None, "x", [1], [[]]])
def test_bodies_that_are_no_batch(caller, body):
    answer = caller.post("/demandePaiement", body)
    assert answer.status_code == 400
    assert {e["code"] for e in answer.json()} == {"ERREUR_VALIDATION"}


def test_an_empty_batch_has_an_empty_answer(caller):
    answer = caller.send()
    assert (answer.status_code, answer.json()) == (200, [])
