# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax office's register of persons, and what it answers about somebody.

Whoever is in it must be typed strictly as he stands there; anybody else is recognised,
unless the switch `tax_office_strict` is on. Somebody counts as "in it" when two of
three agree: the name (of birth or of use), the first names, the birth date.
"""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..contract.erreurs import Erreur, erreur
from ..contract.particulier import InputParticulierDTO, plain
from ..contract.references import FRANCE
from ..side_tables import Taxpayer
from ..switches import read_switches
from .work import Work

KNOWN = "known"
# What is on record → the code it provokes.
OUTCOMES = {
    KNOWN: None,
    "unknown": "ERR_DGFIP_R2P_INCONNU",
    "never_filed": "ERR_DGFIP_IMPOTPART_INCONNU",
    "homonym": "ERR_ECV_PARTICULIERS_EXISTENT",
}


def _taxpayer(
    birth_name: str, first_names: str, born: date, lieu: str, note: str, **more: Any
) -> dict[str, Any]:
    """`place` is "department/commune", or the country for a birth abroad."""
    department, _, commune = lieu.partition("/")
    born_in = (
        {"country": FRANCE, "department": department, "commune": commune}
        if commune
        else {"country": lieu, "department": None, "commune": None}
    )
    names = {"birth_name": birth_name, "usage_name": None, "first_names": first_names}
    rest = {"birth_date": born, "outcome": KNOWN, "note": note}
    return {**names, **born_in, **rest, **more}


# All fictive.
SEED = (
    _taxpayer("Merceron", "Sophie Anne", date(1975, 5, 17), "033/063", "connue"),
    _taxpayer(
        "Le Bihan-Kerloc'h",
        "Marie-Claude Yvonne",
        date(1949, 8, 2),
        "056/260",
        "connue : trait d'union, deux prénoms",
    ),
    _taxpayer(
        "Fontanel",
        "Isabelle",
        date(1968, 11, 23),
        "059/350",
        "connue : Roussillat est son nom d'usage, pas son nom de naissance",
        usage_name="Roussillat",
    ),
    _taxpayer("Hoareau", "Jean Fabrice", date(1982, 4, 9), "974/011", "né outre-mer"),
    _taxpayer("Da Silveira", "Maria", date(1971, 2, 28), "99139", "née à l'étranger"),
    _taxpayer(
        "Petitjean-Lorme",
        "Michel",
        date(1960, 1, 1),
        "075/056",
        "plusieurs personnes ont cet état civil",
        outcome="homonym",
    ),
    _taxpayer(
        "Nguyen-Valette",
        "Lucas",
        date(2004, 10, 12),
        "069/123",
        "n'a jamais déclaré de revenus",
        outcome="never_filed",
    ),
    _taxpayer(
        "Ombrecourt",
        "Paul",
        date(1990, 3, 3),
        "021/231",
        "inconnu des impôts, quoi qu'on saisisse",
        outcome="unknown",
    ),
)


def seed(session: Session) -> None:
    """Fill an empty register."""
    session.add_all(Taxpayer(**taxpayer) for taxpayer in SEED)


def register_erreurs(work: Work, particulier: InputParticulierDTO) -> list[Erreur]:
    """Return what the tax office objects to this person, who is complete."""
    # A few dozen rows, and names that are compared loosely: not in SQL.
    register = work.session.scalars(select(Taxpayer).order_by(Taxpayer.id))
    meant = [record for record in register if _is_meant(record, particulier)]
    if not meant:
        strict = read_switches(work.session).tax_office_strict
        return [erreur("ERR_DGFIP_R2P_INCONNU")] if strict else []
    exact = [record for record in meant if _is_exact(record, particulier)]
    code = OUTCOMES[exact[0].outcome] if exact else "ERR_DGFIP_R2P_INCONNU"
    return [erreur(code)] if code else []


def _is_meant(record: Taxpayer, particulier: InputParticulierDTO) -> bool:
    typed = _letters(particulier.nomNaissance)
    agreements = (
        typed in (_letters(record.birth_name), _letters(record.usage_name)),
        _letters(particulier.prenoms) == _letters(record.first_names),
        particulier.dateNaissance.date() == record.birth_date,
    )
    return sum(agreements) >= 2


def _is_exact(record: Taxpayer, particulier: InputParticulierDTO) -> bool:
    lieu = particulier.lieuNaissance
    if lieu is None:
        return False
    commune = lieu.communeNaissance.codeCommune if lieu.communeNaissance else None
    typed = (
        plain(particulier.nomNaissance),
        plain(particulier.prenoms),
        particulier.dateNaissance.date(),
        lieu.codePaysNaissance,
        plain(lieu.departementNaissance),
        commune or None,
    )
    return typed == (
        plain(record.birth_name),
        plain(record.first_names),
        record.birth_date,
        record.country,
        plain(record.department),
        record.commune,
    )


def _letters(name: str | None) -> str:
    """Return the letters alone: a hyphen for a space still means the same person."""
    return "".join(filter(str.isalpha, plain(name)))
