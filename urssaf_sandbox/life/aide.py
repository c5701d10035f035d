# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly account of aid of each person, shared by all the providers.

A demande counts for the civil year in which Urssaf receives it; a demande that is
refused or cancelled gives back what it used.
"""

import json
from dataclasses import dataclass

from ..contract.payment import InputDemandePaiement
from ..rules.amounts import to_cents
from ..rules.plafonds import AIDE, aide_for, plafonds_at
from ..side_tables import AideYear
from ..tables import Demande, Particulier
from .work import Work


@dataclass(frozen=True)
class AideAccount:
    """A year of one person, in cents. `spend` is codeNature → (ceiling, used)."""

    year: int
    plafond: int
    used: int
    spend: dict[str, tuple[int, int]]

    @property
    def left(self) -> int:
        """What may still be advanced this year."""
        return max(0, self.plafond - self.used)


def account_of(
    work: Work, particulier: Particulier, year: int | None = None
) -> AideAccount:
    """Return the account of that civil year, the present one by default."""
    year = year or work.today.year
    record = work.session.get(AideYear, (particulier.id, year))
    used = _used(record)
    plafonds = plafonds_at(work.today.replace(year=year, day=1))
    return AideAccount(
        year=year,
        plafond=plafonds.of_aide(particulier.disability),
        used=used.get(AIDE, 0),
        spend={
            nature: (limit, used.get(nature, 0))
            for nature, limit in plafonds.spend.items()
        },
    )


def grant(
    work: Work, particulier: Particulier, demande: InputDemandePaiement
) -> dict[str, int]:
    """Return what the demande uses of each ceiling, before it is recorded."""
    prestations = [
        (prestation.codeNature, to_cents(prestation.mntPrestationTTC))
        for prestation in demande.inputPrestations
    ]
    used = _used(_known(work, particulier.id, work.today.year))
    return aide_for(prestations, plafonds_at(work.today), particulier.disability, used)


def take(work: Work, particulier_id: str, uses: dict[str, int]) -> None:
    """Count what an accepted demande uses."""
    _add(_record(work, particulier_id, work.today.year), uses, 1)


def give_back(work: Work, demande: Demande) -> None:
    """A demande comes to nothing: its aid is available again."""
    record = _record(work, demande.particulier_id, demande.aide_year)
    _add(record, json.loads(demande.aide_uses), -1)


def adjust(
    work: Work,
    particulier: Particulier,
    disability: bool | None = None,
    elsewhere_cents: int | None = None,
) -> None:
    """Change the household's situation, or what it used outside this sandbox."""
    if disability is not None:
        particulier.disability = disability
    if elsewhere_cents is not None:
        _record(work, particulier.id, work.today.year).elsewhere_cents = elsewhere_cents


def _used(record: AideYear | None) -> dict[str, int]:
    if record is None:
        return {}
    uses = json.loads(record.uses)
    uses[AIDE] = uses.get(AIDE, 0) + record.elsewhere_cents
    return uses


def _record(work: Work, particulier_id: str, year: int) -> AideYear:
    record = _known(work, particulier_id, year)
    if record is None:
        record = AideYear(
            particulier_id=particulier_id, year=year, uses="{}", elsewhere_cents=0
        )
        work.session.add(record)
        work.session.flush()
        work.held.append(record)
    return record


def _known(work: Work, particulier_id: str, year: int) -> AideYear | None:
    record = work.session.get(AideYear, (particulier_id, year))
    if record is not None:
        work.held.append(record)
    return record


def _add(record: AideYear, uses: dict[str, int], sign: int) -> None:
    total = json.loads(record.uses)
    for plafond, cents in uses.items():
        total[plafond] = total.get(plafond, 0) + sign * cents
    record.uses = json.dumps(total)
