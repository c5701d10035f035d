# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 010: formats, each error code, and people already known."""

import re

import pytest

from .data import ABSENT, OTHER_PARTICULIER, changed, particulier

BIRTH = "lieuNaissance"
ADDRESS = "adressePostale"
# What is left of an address without its street.
NO_STREET = {
    f"{ADDRESS}.{key}": ABSENT
    for key in ("numeroVoie", "lettreVoie", "codeTypeVoie", "libelleVoie", "complement")
}
ABROAD = {BIRTH: {"codePaysNaissance": "99139"}}

# Code → what to change in a right request to provoke it.
PROVOCATIONS = {
    "ERR_DGFIP_R2P_INCONNU": {"nomNaissance": "Inconnu"},
    "ERR_DGFIP_IMPOTPART_INCONNU": {"nomNaissance": "NONDECLARANT"},
    "ERR_ECV_PARTICULIERS_EXISTENT": {"nomNaissance": "HOMONYME"},
    "ERR_COMPTE_BLOQUE": {"nomNaissance": "Bloqué"},
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER": {"nomNaissance": "Lienimpossible"},
    "ERR_APPEL_BACB": {"coordonneeBancaire.bic": "PANNEFRPXXX"},
    "ERR_DATE_NAISSANCE_FUTUR": {"dateNaissance": "2026-06-11T00:00:00Z"},
    "ERREUR_LIEU_NAISSANCE_OBLIGATOIRE": {BIRTH: ABSENT},
    "ERREUR_LIEU_NAISSANCE_DEPT": {f"{BIRTH}.departementNaissance": ABSENT},
    "ERREUR_LIEU_NAISSANCE_DEPT_FORMAT": {f"{BIRTH}.departementNaissance": "44"},
    "ERR_LIEU_NAISSANCE_COMN": {f"{BIRTH}.communeNaissance.codeCommune": ABSENT},
    "ERR_LIEU_NAISSANCE_OBLIGATOIRE": {
        f"{BIRTH}.communeNaissance.libelleCommune": ABSENT
    },
    "ERREUR_LIEU_NAISSANCE_INVALIDE": {
        f"{BIRTH}.communeNaissance.libelleCommune": "Nantes;"
    },
    "ERREUR_LIEU_NAISSANCE_PAYS": {f"{BIRTH}.codePaysNaissance": "99139"},
    "ERR_CONTACT": {f"{ADDRESS}.numeroVoie": ABSENT},
    "ERR_CONTACT_ADRESSE_TYPE_VOIE": {f"{ADDRESS}.codeTypeVoie": "XYZ"},
    "ERR_CONTACT_ADRESSE_TYPEVOIE": {f"{ADDRESS}.codeTypeVoie": ""},
    "ERR_CONTACT_ADRESSE_LETTRE_VOIE": {f"{ADDRESS}.lettreVoie": "Z"},
    "ERR_CONTACT_ADRESSE_LIBELLEVOIE": {
        f"{ADDRESS}.libelleVoie": ABSENT,
        f"{ADDRESS}.numeroVoie": ABSENT,
        f"{ADDRESS}.lettreVoie": ABSENT,
    },
    "ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE": NO_STREET,
    "ERR_CONTACT_ADRESSE_COMMUNE": {f"{ADDRESS}.codeCommune": "69000"},
    "ERR_COORDONNEES_BANCAIRES": {
        "coordonneeBancaire.iban": "FR7630004000031234567890144"
    },
}


def codes(answer):
    """Return the codes of a refusal, after a look at its shape."""
    assert answer.status_code == 400
    for erreur in answer.json():
        assert set(erreur) == {"code", "message", "description"}
        assert all(erreur.values())
    return [erreur["code"] for erreur in answer.json()]


@pytest.mark.parametrize("code", PROVOCATIONS)
def test_each_code(caller, steering, code):
    assert codes(caller.enrol(particulier(PROVOCATIONS[code]))) == [code]
    assert steering.get("/particuliers") == []
    assert steering.get("/mailbox") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({f"{BIRTH}.communeNaissance": ABSENT}, "ERR_LIEU_NAISSANCE_COMN"),
        ({f"{BIRTH}.departementNaissance": "097"}, "ERR_DGFIP_R2P_INCONNU"),
        ({f"{BIRTH}.departementNaissance": "099"}, "ERR_DGFIP_R2P_INCONNU"),
        # 97411 cut as 974 + 411: overseas the commune is padded, 011.
        (
            {
                f"{BIRTH}.departementNaissance": "974",
                f"{BIRTH}.communeNaissance.codeCommune": "411",
            },
            "ERR_DGFIP_R2P_INCONNU",
        ),
        ({f"{BIRTH}.communeNaissance.codeCommune": "000"}, "ERR_DGFIP_R2P_INCONNU"),
        ({f"{ADDRESS}.codeCommune": "96001"}, "ERR_CONTACT_ADRESSE_COMMUNE"),
        ({f"{ADDRESS}.codeCommune": "97900"}, "ERR_CONTACT_ADRESSE_COMMUNE"),
        ({f"{ADDRESS}.codePays": "99131"}, "ERR_CONTACT"),
        ({f"{ADDRESS}.lettreVoie": "B", f"{ADDRESS}.numeroVoie": ""}, "ERR_CONTACT"),
        # One digit short, yet 1 modulo 97 cannot save a French account.
        (
            {"coordonneeBancaire.iban": "FR763000400003123456789014"},
            "ERR_COORDONNEES_BANCAIRES",
        ),
    ],
)
def test_other_ways_to_the_same_codes(caller, change, code):
    assert code in codes(caller.enrol(particulier(change)))


@pytest.mark.parametrize(
    "change",
    [
        {},
        ABROAD,
        {"nomUsage": ABSENT},
        {"nomUsage": ""},
        {"nomNaissance": "O"},
        {"nomNaissance": "D'Arc-Œuvrard"},
        {"prenoms": "Eric-Antoine Derc'hen Jean alain"},
        {"dateNaissance": "1980-03-29T00:00:00.000Z"},
        {"numeroTelephonePortable": "+33605040302"},
        {"adresseMail": "Jeanne+aide_1@sous.contact-x.fr"},
        {**NO_STREET, f"{ADDRESS}.complement": "8 bis rue du Soleil"},
        {**NO_STREET, f"{ADDRESS}.lieuDit": "Le Beyssat"},
        {f"{ADDRESS}.codeCommune": "2A004", f"{ADDRESS}.codePostal": "20000"},
        {f"{ADDRESS}.codeCommune": "97411"},
        {f"{BIRTH}.departementNaissance": "02B"},
        {
            f"{BIRTH}.departementNaissance": "974",
            f"{BIRTH}.communeNaissance.codeCommune": "011",
        },
        {"coordonneeBancaire.bic": "BNPAFRPPXXX"},
        {"coordonneeBancaire.iban": "DE89370400440532013000"},
        {"champInconnu": {"x": [1]}},
    ],
)
def test_right_requests(caller, change):
    answer = caller.enrol(particulier(change))
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.json()["idClient"])
    assert list(answer.json()) == ["idClient"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("civilite", "3"),
        ("civilite", ABSENT),
        ("nomNaissance", ""),
        ("nomNaissance", "Durand2"),
        ("nomNaissance", "Durand "),
        ("nomNaissance", "D" * 81),
        ("nomNaissance", None),
        ("nomNaissance", 12),
        ("nomUsage", "-Martin"),
        ("prenoms", "Jeanne  Éléonore"),
        ("prenoms", "Jeanne,Éléonore"),
        ("prenoms", "J" * 81),
        ("dateNaissance", "1980-03-29"),
        ("dateNaissance", "1980-03-29T00:00:00+02:00"),
        ("dateNaissance", "1980-02-30T00:00:00Z"),
        ("dateNaissance", 19800329),
        ("lieuNaissance", "Nantes"),
        ("lieuNaissance.codePaysNaissance", "FR"),
        ("lieuNaissance.communeNaissance.codeCommune", "44109"),
        ("lieuNaissance.communeNaissance.libelleCommune", "N" * 51),
        ("numeroTelephonePortable", "06 05 04 03 02"),
        ("numeroTelephonePortable", "0405040302"),
        ("adresseMail", "jeanne.durand"),
        ("adresseMail", "jeanne@contact.fr\n"),
        ("adressePostale", ABSENT),
        ("adressePostale.numeroVoie", "0"),
        ("adressePostale.numeroVoie", "8B"),
        ("adressePostale.numeroVoie", "12345"),
        ("adressePostale.lettreVoie", "BT"),
        ("adressePostale.codeTypeVoie", "ALLEE"),
        ("adressePostale.libelleVoie", "x" * 29),
        ("adressePostale.complement", "x" * 39),
        ("adressePostale.lieuDit", "x" * 39),
        ("adressePostale.libelleCommune", ""),
        ("adressePostale.codeCommune", "6938"),
        ("adressePostale.codePostal", "6900"),
        ("adressePostale.codePays", "FRA"),
        ("coordonneeBancaire.bic", "BNPA"),
        ("coordonneeBancaire.iban", "FR76 3000 4000 0312 3456 7890 143"),
        ("coordonneeBancaire.titulaire", "x" * 101),
    ],
)
def test_format_faults_name_the_field_and_not_the_value(caller, path, value):
    answer = caller.enrol(particulier({path: value}))
    assert codes(answer) == ["ERREUR_VALIDATION"]
    message = answer.json()[0]["message"]
    # The expression with which a client in production reads it.
    assert re.search(r"champ\s+([\w.\[\]]+)\s*:", message)[1] == (
        f"inputParticulier.{path}"
    )
    if isinstance(value, str) and len(value) > 3:
        assert value.strip() not in answer.text.replace(path, "")


def test_every_format_fault_is_told_at_once(caller):
    body = particulier({"adressePostale.codePostal": "1", "civilite": ABSENT})
    assert len(codes(caller.enrol(body))) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"NaN", b"[" * 100_000]
)
def test_bodies_that_are_no_person(caller, content):
    answer = caller.http.post(
        "/atp/v1/tiersPrestations/particulier", content=content, headers=caller.headers
    )
    assert codes(answer) == ["ERREUR_VALIDATION"]
    assert "champ inputParticulier :" in answer.json()[0]["message"]


def test_unreadable_text_is_a_format_fault(caller):
    content = b'{"nomNaissance": "\\ud800"}'
    answer = caller.http.post(
        "/atp/v1/tiersPrestations/particulier", content=content, headers=caller.headers
    )
    assert set(codes(answer)) == {"ERREUR_VALIDATION"}


def test_too_large_a_body(caller):
    assert caller.enrol({"x": "x" * 1_000_001}).status_code == 413


def test_the_same_person_again_keeps_the_id_and_gets_no_second_mail(caller, steering):
    first = caller.enrol().json()
    again = caller.enrol(particulier({"prenoms": "JEANNE Eleonore"})).json()
    assert first == again
    assert [mail["kind"] for mail in steering.get("/mailbox")] == ["activation"]


def test_a_corrected_mail_address_replaces_the_wrong_one(caller, steering):
    first = caller.enrol().json()
    assert caller.enrol(particulier({"adresseMail": "j@contact.fr"})).json() == first
    recipients = [mail["to"] for mail in steering.get("/mailbox")]
    assert recipients == ["jeanne.durand@contact.fr", "j@contact.fr"]


def test_an_activated_account_is_no_longer_edited_by_its_provider(caller, steering):
    id_client = caller.active_client()
    again = caller.enrol(particulier({"adresseMail": "j@contact.fr"}))
    assert again.json() == {"idClient": id_client}
    assert steering.get("/particuliers")[0]["email"] == "jeanne.durand@contact.fr"
    assert caller.customer(idClient=id_client).json()["statut"]["etat"] == "OK"


def test_mail_and_phone_together_belong_to_one_person(caller):
    caller.enrol()
    contact = {
        "numeroTelephonePortable": "+33605040302",
        "adresseMail": "Jeanne.Durand@contact.fr",
    }
    answer = caller.enrol(changed(OTHER_PARTICULIER, contact))
    assert codes(answer) == ["ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE"]
    for shared in contact:
        body = changed(OTHER_PARTICULIER, {shared: contact[shared]})
        assert caller.enrol(body).status_code == 200


def test_another_provider_gets_the_same_id_and_a_link_to_accept(
    caller, other_caller, steering
):
    id_client = caller.active_client()
    assert other_caller.enrol().json() == {"idClient": id_client}
    assert caller.customer(idClient=id_client).json()["statut"]["etat"] == "OK"
    status = other_caller.customer(idClient=id_client).json()["statut"]
    assert status["code"] == "APPAREILLAGE_EC"
    assert steering.get("/mailbox")[-1]["kind"] == "association"
    steering.post(f"/particuliers/{id_client}/activate")
    assert other_caller.customer(idClient=id_client).json()["statut"]["etat"] == "OK"


def test_another_provider_must_give_the_same_contact(caller, other_caller):
    caller.active_client()
    for change in (
        {"adresseMail": "j@contact.fr"},
        {"adressePostale.libelleVoie": "de la Lune"},
    ):
        assert codes(other_caller.enrol(particulier(change))) == ["ERR_CONTACT"]
    same = particulier({"adressePostale.libelleVoie": "DU SOLEIL"})
    assert other_caller.enrol(same).status_code == 200
