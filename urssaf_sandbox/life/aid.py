# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly account of aid of each person, shared by all the providers.

A demande counts for the civil year in which Urssaf receives it; a demande that is
refused or cancelled gives back what it used.
"""

import json
from dataclasses import dataclass

from ..contract.payment import InputDemandePaiement
from ..rules.amounts import to_cents
from ..rules.ceilings import AID, aid_for, ceilings_at
from ..side_tables import AidYear
from ..tables import Demande, Particulier
from .work import Work


@dataclass(frozen=True)
class AidAccount:
    """A year of one person, in cents. `spend` is codeNature → (ceiling, used)."""

    year: int
    ceiling: int
    used: int
    spend: dict[str, tuple[int, int]]

    @property
    def left(self) -> int:
        """What may still be advanced this year."""
        return max(0, self.ceiling - self.used)


def account_of(work: Work, person: Particulier, year: int | None = None) -> AidAccount:
    """Return the account of that civil year, the present one by default."""
    year = year or work.today.year
    record = work.session.get(AidYear, (person.id, year))
    used = _used(record)
    ceilings = ceilings_at(work.today.replace(year=year, day=1))
    return AidAccount(
        year=year,
        ceiling=ceilings.of_aid(person.disability),
        used=used.get(AID, 0),
        spend={
            nature: (limit, used.get(nature, 0))
            for nature, limit in ceilings.spend.items()
        },
    )


def grant(
    work: Work, person: Particulier, demande: InputDemandePaiement
) -> dict[str, int]:
    """Return what the demande uses of each ceiling, before it is recorded."""
    lines = [
        (line.codeNature, to_cents(line.mntPrestationTTC))
        for line in demande.inputPrestations
    ]
    used = _used(_known(work, person.id, work.today.year))
    return aid_for(lines, ceilings_at(work.today), person.disability, used)


def take(work: Work, person_id: str, uses: dict[str, int]) -> None:
    """Count what an accepted demande uses."""
    _add(_record(work, person_id, work.today.year), uses, 1)


def give_back(work: Work, demande: Demande) -> None:
    """A demande comes to nothing: its aid is available again."""
    record = _record(work, demande.particulier_id, demande.aid_year)
    _add(record, json.loads(demande.aid_uses), -1)


def adjust(
    work: Work,
    person: Particulier,
    disability: bool | None = None,
    elsewhere_cents: int | None = None,
) -> None:
    """Change the household's situation, or what it used outside this sandbox."""
    if disability is not None:
        person.disability = disability
    if elsewhere_cents is not None:
        _record(work, person.id, work.today.year).elsewhere_cents = elsewhere_cents


def _used(record: AidYear | None) -> dict[str, int]:
    if record is None:
        return {}
    uses = json.loads(record.uses)
    uses[AID] = uses.get(AID, 0) + record.elsewhere_cents
    return uses


def _record(work: Work, person_id: str, year: int) -> AidYear:
    record = _known(work, person_id, year)
    if record is None:
        record = AidYear(
            particulier_id=person_id, year=year, uses="{}", elsewhere_cents=0
        )
        work.session.add(record)
        work.session.flush()
        work.held.append(record)
    return record


def _known(work: Work, person_id: str, year: int) -> AidYear | None:
    record = work.session.get(AidYear, (person_id, year))
    if record is not None:
        work.held.append(record)
    return record


def _add(record: AidYear, uses: dict[str, int], sign: int) -> None:
    total = json.loads(record.uses)
    for ceiling, cents in uses.items():
        total[ceiling] = total.get(ceiling, 0) + sign * cents
    record.uses = json.dumps(total)
