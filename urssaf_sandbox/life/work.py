# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every piece of work needs: a transaction, the present, the settings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ..clock import paris_date
from ..settings import Settings


class Impossible(Exception):
    """A step asked for cannot be taken now; the text says why, in French."""


@dataclass(frozen=True)
class Work:
    """One transaction at one instant (UTC) of the sandbox's clock."""

    session: Session
    now: datetime
    settings: Settings
    # Rows that this work comes back to: the session forgets what nobody holds.
    held: list[Any] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The civil date in France."""
        return paris_date(self.now)
