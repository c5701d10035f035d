# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All the checks of method 010 that need no database."""

from datetime import date

from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Erreur
from .address import address_faults
from .bank import bank_faults
from .birthplace import birthplace_faults
from .identity import birth_date_faults, tax_office_faults


def person_faults(person: InputParticulierDTO, today: date) -> list[Erreur]:
    """Return every fault; `today` is the civil date in France.

    The tax office is only asked about what is complete, as the real service would.
    """
    faults = [
        *birth_date_faults(person, today),
        *birthplace_faults(person.lieuNaissance),
        *address_faults(person.adressePostale),
        *bank_faults(person.coordonneeBancaire),
    ]
    return faults or tax_office_faults(person)
