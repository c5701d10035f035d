# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests that are right, and ways to make them wrong."""

import copy
from typing import Any

ABSENT = object()


def changed(body: Any, changes: dict[str, Any] | None = None) -> Any:
    """Return a copy with some values replaced: dotted path → value, or ABSENT.

    A number in the path is an index in an array.
    """
    result = copy.deepcopy(body)
    for path, value in (changes or {}).items():
        *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
        target = result
        for parent in parents:
            target = target[parent]
        if value is ABSENT:
            del target[last]
        else:
            target[last] = value
    return result


PARTICULIER = {
    "civilite": "2",
    "nomNaissance": "Durand",
    "nomUsage": "Martin",
    "prenoms": "Jeanne Éléonore",
    "dateNaissance": "1980-03-29T00:00:00Z",
    "lieuNaissance": {
        "codePaysNaissance": "99100",
        "departementNaissance": "044",
        "communeNaissance": {"codeCommune": "109", "libelleCommune": "Nantes"},
    },
    "numeroTelephonePortable": "0605040302",
    "adresseMail": "jeanne.durand@contact.fr",
    "adressePostale": {
        "numeroVoie": "8",
        "lettreVoie": "B",
        "codeTypeVoie": "R",
        "libelleVoie": "du Soleil",
        "complement": "Bâtiment A",
        "libelleCommune": "LYON 01",
        "codeCommune": "69381",
        "codePostal": "69001",
        "codePays": "99100",
    },
    "coordonneeBancaire": {
        "bic": "BNPAFRPP",
        "iban": "FR7630004000031234567890143",
        "titulaire": "Mme Jeanne Martin",
    },
}

# Somebody else than PERSON in every respect that matters.
OTHER_PARTICULIER = changed(
    PARTICULIER,
    {
        "nomNaissance": "Le Goff",
        "prenoms": "Yann",
        "numeroTelephonePortable": "0700000001",
        "adresseMail": "yann@contact.fr",
    },
)

LINE = {
    "codeNature": "60",
    "quantite": 2.5,
    "unite": "HEURE",
    "mntUnitaireTTC": 30,
    "mntPrestationTTC": 75,
    "mntPrestationHT": 68.18,
    "mntPrestationTVA": 6.82,
    "complement1": "Ménage",
    "complement2": "SAP123456789",
}

DEMANDE = {
    "idTiersFacturation": "menage.fr",
    "idClient": "",
    "dateNaissanceClient": "1980-03-29T00:00:00Z",
    "numFactureTiers": "FAC/2026/0001",
    "dateFacture": "2026-06-10T00:00:00Z",
    "dateDebutEmploi": "2026-06-10T00:00:00Z",
    "dateFinEmploi": "2026-06-10T00:00:00Z",
    "mntFactureTTC": 75,
    "mntFactureHT": 68.18,
    "inputPrestations": [LINE],
}


def particulier(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a right body of method 010, changed."""
    return changed(PARTICULIER, changes)


def demande(
    id_client: str, number: str = "FAC/2026/0001", changes: dict | None = None
) -> dict[str, Any]:
    """Return a right demande of method 050, changed."""
    body = changed(DEMANDE, {"idClient": id_client, "numFactureTiers": number})
    return changed(body, changes)
