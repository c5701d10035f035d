# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Codes that a switch, or the provider's standing, provokes."""

import pytest

from .data import demande


def code_of(answer):
    """Return the only code of a refused call, or of a call's only demande."""
    body = answer.json()
    (erreur,) = body if answer.status_code == 400 else body[0]["errors"]
    return erreur["code"]


@pytest.mark.parametrize(
    ("standing", "changes", "code"),
    [
        ({"known": False}, {}, "ERR_PRESTATAIRE_EMETTEUR_INCONNU"),
        ({"deposits": False}, {"mntAcompte": 5}, "ERR_ACOMPTE_BLOQUE"),
        ({"billing_ids": ["a", "b"]}, {}, "ERR_PRESTATAIRE_FACTURATION_INCONNU"),
        ({"guarantee": "expired"}, {}, "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"),
        (
            {"guarantee": "none"},
            {"mntAcompte": 5},
            "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME",
        ),
    ],
)
def test_what_urssaf_holds_against_a_provider(
    caller, other_caller, steering, standing, changes, code
):
    client = caller.active_client()
    answer = steering.post("/providers/demo", standing)
    assert standing.items() <= answer.json().items()
    assert code_of(caller.send(demande(client, changes=changes))) == code
    other = other_caller.active_client()
    assert other_caller.send(demande(other, changes=changes)).json()[0]["statut"]
    steering.post("/reset")
    client = caller.active_client()
    assert caller.send(demande(client, changes=changes)).json()[0]["statut"]


def test_a_provider_may_have_several_billing_ids(caller, steering):
    client = caller.active_client()
    steering.post("/providers/demo", {"billing_ids": ["sap.fr", "menage.fr"]})
    assert caller.send(demande(client, "A")).json()[0]["statut"] == "10"
    steering.post("/providers/demo", {"billing_ids": ["sap.fr"]})
    assert code_of(caller.send(demande(client, "B"))) == (
        "ERR_PRESTATAIRE_FACTURATION_INCONNU"
    )
    steering.post("/providers/demo", {"billing_ids": []})
    assert caller.send(demande(client, "B")).json()[0]["statut"] == "10"


@pytest.mark.parametrize("changes", [{"mntAcompte": 0}, {}])
def test_without_acompte_nothing_is_refused(caller, steering, changes):
    client = caller.active_client()
    steering.post("/providers/demo", {"deposits": False, "guarantee": "none"})
    assert caller.send(demande(client, changes=changes)).json()[0]["statut"] == "10"


def test_a_guarantee_is_needed_from_200_000_euros_a_year(caller, steering):
    client = caller.active_client()
    steering.post("/providers/demo", {"guarantee": "none"})

    def send(number, euros, **dates):
        line = {
            "mntUnitaireTTC": euros,
            "quantite": 1,
            "mntPrestationTTC": euros,
            "mntPrestationHT": euros,
            "mntPrestationTVA": 0,
        }
        totals = {"mntFactureTTC": euros, "mntFactureHT": euros, **dates}
        lines = {f"inputPrestations.0.{key}": value for key, value in line.items()}
        return caller.send(demande(client, number, totals | lines))

    assert send("A", 199_999).json()[0]["statut"] == "10"
    refused = send("B", 1)
    assert code_of(refused) == "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"
    assert send("C", 0.99).json()[0]["statut"] == "10"
    steering.set_clock("2027-01-04T10:00:00+01:00")
    assert send("D", 1).json()[0]["statut"] == "10"


def test_an_existing_link_as_an_error(caller, other_caller, steering):
    client = caller.enrol().json()["idClient"]
    steering.post("/switches", {"existing_link_is_an_error": True})
    assert caller.enrol().json()["idClient"] == client  # not accepted yet
    steering.post(f"/particuliers/{client}/activate")
    code = "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE"
    assert code_of(caller.enrol()) == code
    assert other_caller.enrol().json()["idClient"] == client
    steering.post("/switches", {"existing_link_is_an_error": False})
    assert caller.enrol().json()["idClient"] == client


@pytest.mark.parametrize(
    "order", [{"unknown": True}, {"transfers": "weekly"}, {"tax_office_strict": "x"}]
)
def test_switches_that_are_none(steering, order):
    before = steering.get("/switches")
    assert steering.post("/switches", order).status_code == 422
    assert steering.get("/switches") == before


def test_a_reset_turns_the_switches_back(steering):
    usual = steering.get("/switches")
    turned = steering.post("/switches", {"recovery": "total"}).json()
    assert turned == {**usual, "recovery": "total"}
    steering.post("/reset")
    assert steering.get("/switches") == usual


def test_standings_that_are_none(steering):
    assert steering.post("/providers/demo", {"guarantee": "?"}).status_code == 422
