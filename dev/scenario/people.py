# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The eight customers of the demo data, and the situation each one ends in."""

from typing import NamedTuple

from .company import ADDON


class Customer(NamedTuple):
    """One customer: key of the demo data, situation, state in Odoo at the end.

    ``account`` is what the sandbox says of the account, None when it has none.
    """

    key: str
    situation: str
    state: str = "active"
    account: str | None = "APPAREILLAGE_VALIDE"

    @property
    def xml_id(self):
        """Where the demo data have this contact."""
        return f"{ADDON}.customer_{self.key}"


CUSTOMERS = (
    Customer("lefevre", "payée après validation expresse"),
    Customer("garnier", "payée après validation tacite (48 h)"),
    Customer("benali", "contestée, corrigée, renvoyée"),
    Customer("moreau", "prélevée, virement annoncé"),
    Customer("rousseau", "en attente du client"),
    Customer(
        "payet", "inscrit, compte pas encore activé", "pending", "APPAREILLAGE_EC"
    ),
    Customer("inconnu", "identité refusée par les impôts", "error", None),
    Customer("fontaine", "inscrit par un autre logiciel, repris ; une contestée"),
)

# What the firm's former software knows of M. Fontaine: a body of method 010.
FONTAINE_ELSEWHERE = {
    "civilite": "1",
    "nomNaissance": "Fontaine",
    "prenoms": "Gérard Louis",
    "dateNaissance": "1958-07-25T00:00:00Z",
    "lieuNaissance": {
        "codePaysNaissance": "99100",
        "departementNaissance": "033",
        "communeNaissance": {"codeCommune": "063", "libelleCommune": "Bordeaux"},
    },
    "numeroTelephonePortable": "0639988808",
    "adresseMail": "gerard.fontaine@example.com",
    "adressePostale": {
        "numeroVoie": "1",
        "codeTypeVoie": "PL",
        "libelleVoie": "de l'Église",
        "libelleCommune": "Lyon",
        "codeCommune": "69383",
        "codePostal": "69003",
        "codePays": "99100",
    },
    "coordonneeBancaire": {
        "bic": "CIESFRP1XXX",
        "iban": "FR7699002000691020304858867",
        "titulaire": "Gérard Fontaine",
    },
}
