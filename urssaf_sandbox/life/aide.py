# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much of a demande the State pays, and each particulier's yearly account of it.

The aide is 50 % of the eligible expenses, within a yearly plafond for the household
(Code de la sécurité sociale, D133-13-11-1) and yearly plafonds of EXPENSES for some
services (Code du travail, D7233-5), kept here as dated data. A demande counts for the
civil year in which Urssaf receives it, for all the prestataires together; one that is
refused or cancelled gives back what it used. All amounts are whole cents.
"""

import json
from dataclasses import dataclass
from datetime import date

from ..contract.demande import InputDemandePaiement, to_cents
from ..side_tables import AideYear
from ..tables import Demande, Particulier
from .work import Work

# The plafond of the aide; the others bear the codeNature they hold for.
AIDE = "aid"
NOT_ELIGIBLE = "270"


@dataclass(frozen=True)
class Plafonds:
    """What holds from a date on; `spend` is codeNature → expenses."""

    since: date
    aide: int
    aide_with_disability: int
    spend: dict[str, int]

    def of_aide(self, disability: bool) -> int:
        """Return the plafond of aid of a household."""
        return self.aide_with_disability if disability else self.aide


# Oldest first. Add a line when the law changes.
DATED = (
    Plafonds(
        since=date(2022, 1, 1),
        aide=6_000_00,
        aide_with_disability=10_000_00,
        # Jardinage, petit bricolage, assistance informatique.
        spend={"70": 5_000_00, "80": 500_00, "160": 3_000_00},
    ),
)


def plafonds_at(day: date) -> Plafonds:
    """Return what holds on that day; the oldest known before that."""
    known = [plafonds for plafonds in DATED if plafonds.since <= day]
    return known[-1] if known else DATED[0]


def aide_for(
    prestations: list[tuple[str, int]],
    plafonds: Plafonds,
    disability: bool,
    used: dict[str, int],
) -> dict[str, int]:
    """Return what a demande uses of each plafond; under `AIDE`, the aide itself.

    `prestations` are (codeNature, TTC), `used` is what the year has used before. The
    aide is rounded down to the cent: with an acompte of 50 %, nobody is ever debited
    less than nothing.
    """
    uses: dict[str, int] = {}
    eligible = 0
    for nature, cents in prestations:
        if nature == NOT_ELIGIBLE:
            continue
        limit = plafonds.spend.get(nature)
        if limit is not None:
            spent = used.get(nature, 0) + uses.get(nature, 0)
            cents = max(0, min(cents, limit - spent))
            uses[nature] = uses.get(nature, 0) + cents
        eligible += cents
    left = max(0, plafonds.of_aide(disability) - used.get(AIDE, 0))
    uses[AIDE] = min(eligible // 2, left)
    return uses


@dataclass(frozen=True)
class AideAccount:
    """A year of one person, in cents. `spend` is codeNature → (plafond, used)."""

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
    """Return what the demande uses of each plafond, before it is recorded."""
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
