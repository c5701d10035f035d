# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much of a demande the State pays (urssaf-api.md §7.3), as dated data.

Aid is 50 % of the eligible expenses, within a yearly ceiling of aid for the household
(Code de la sécurité sociale, D133-13-11-1) and yearly ceilings of EXPENSES for some
services (Code du travail, D7233-5). All amounts are whole cents.
"""

from dataclasses import dataclass
from datetime import date

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
        """Return the ceiling of aid of a household."""
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
