# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 020: the state of an account for one provider."""

import pytest

from .data import OTHER_PARTICULIER, changed


def refused(answer):
    """Tell whether the answer is that nobody was found."""
    return answer.status_code == 400 and [e["code"] for e in answer.json()] == [
        "ERR_RECHERCHE_PARTICULIER"
    ]


def test_before_activation(caller):
    id_client = caller.enrol().json()["idClient"]
    assert caller.customer(idClient=id_client).json() == {
        "idClient": id_client,
        "nomNaissance": "Durand",
        "nomUsage": "Martin",
        "prenoms": "Jeanne Éléonore",
        "statut": {
            "code": "APPAREILLAGE_EC",
            "description": "Transmission DP impossible, appareillage en cours de "
            "traitement",
            "etat": "KO",
        },
    }


def test_after_activation_the_description_holds_paris_time(caller):
    id_client = caller.active_client()
    statut = caller.customer(idClient=id_client).json()["statut"]
    assert (statut["code"], statut["etat"]) == ("APPAREILLAGE_VALIDE", "OK")
    assert "10/06/2026 10:00:00" in statut["description"]


def test_an_absent_usage_name_is_an_absent_key(caller):
    id_client = caller.enrol(OTHER_PARTICULIER | {"nomUsage": None}).json()["idClient"]
    assert "nomUsage" not in caller.customer(idClient=id_client).json()


def test_not_finalised_after_seven_days_and_enrolled_anew(caller, steering):
    id_client = caller.enrol().json()["idClient"]
    steering.advance(hours=7 * 24 - 1)
    status = caller.customer(idClient=id_client).json()["statut"]
    assert status["code"] == "APPAREILLAGE_EC"
    steering.advance(hours=1)
    status = caller.customer(idClient=id_client).json()["statut"]
    assert (status["code"], status["etat"]) == ("APPAREILLAGE_NF", "KO")
    answer = steering.post(f"/particuliers/{id_client}/activate")
    assert answer.status_code == 409
    assert "expiré" in answer.json()["detail"]
    assert caller.enrol().json()["idClient"] == id_client
    status = caller.customer(idClient=id_client).json()["statut"]
    assert status["code"] == "APPAREILLAGE_EC"
    assert len(steering.get("/mailbox")) == 2


def test_by_mail_address_and_by_both(caller):
    id_client = caller.enrol().json()["idClient"]
    mail = "Jeanne.Durand@contact.fr"
    assert caller.customer(adresseMail=mail).json()["idClient"] == id_client
    both = caller.customer(idClient=id_client, adresseMail=mail)
    assert both.json()["idClient"] == id_client
    assert refused(caller.customer(idClient=id_client, adresseMail="x@contact.fr"))


def test_a_shared_mail_address_gives_the_last_registered(caller, steering):
    caller.enrol()
    steering.advance(hours=1)
    mail = "jeanne.durand@contact.fr"
    second = caller.enrol(changed(OTHER_PARTICULIER, {"adresseMail": mail})).json()
    found = caller.customer(adresseMail=mail).json()
    assert found["idClient"] == second["idClient"]


@pytest.mark.parametrize("query", [{}, {"idClient": "unknown"}, {"idClient": ""}])
def test_nobody(caller, query):
    caller.enrol()
    assert refused(caller.customer(**query))


def test_a_person_of_another_provider_is_nobody(caller, other_caller):
    id_client = caller.active_client()
    assert refused(other_caller.customer(idClient=id_client))
