# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All the checks of method 010 that need no database."""

from datetime import date

from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Erreur
from .address import adresse_erreurs
from .bank import coordonnee_bancaire_erreurs
from .birthplace import lieu_naissance_erreurs
from .identity import date_naissance_erreurs, tax_office_erreurs


def particulier_erreurs(particulier: InputParticulierDTO, today: date) -> list[Erreur]:
    """Return every fault; `today` is the civil date in France.

    The tax office is only asked about what is complete, as the real service would.
    """
    erreurs = [
        *date_naissance_erreurs(particulier, today),
        *lieu_naissance_erreurs(particulier.lieuNaissance),
        *adresse_erreurs(particulier.adressePostale),
        *coordonnee_bancaire_erreurs(particulier.coordonneeBancaire),
    ]
    return erreurs or tax_office_erreurs(particulier)
