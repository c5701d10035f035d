# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The faults that wait for a call. They survive a restart; a reset forgets them."""

import random
import threading
from dataclasses import dataclass

from sqlalchemy import delete, select

from ..database import Database
from ..side_tables import Fault
from .kinds import KINDS

ANY = "*"


@dataclass(frozen=True)
class Ordered:
    """One fault that a call has met."""

    kind: str
    value: str | None


class FaultBoard:
    """Hands each waiting fault to the next call it is meant for, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        # Nearly always empty: calls must not pay a look into the database for it.
        self._waiting = True

    def order(self, fault: Fault) -> None:
        """Put a fault on the board."""
        with self._lock, self._database.writing() as session:
            session.add(fault)
            self._waiting = True

    def waiting(self) -> list[Fault]:
        """Return what is on the board, oldest first."""
        with self._database.reading() as session:
            return list(session.scalars(select(Fault).order_by(Fault.id)))

    def wipe(self) -> None:
        """Take everything off the board."""
        with self._lock, self._database.writing() as session:
            session.execute(delete(Fault))
            self._waiting = False

    def anything(self) -> bool:
        """Tell at no cost whether `take` may find something."""
        return self._waiting

    def take(self, method: str) -> Ordered | None:
        """Return the fault that this call meets, and count it."""
        with self._lock, self._database.writing() as session:
            faults = session.scalars(select(Fault).order_by(Fault.id)).all()
            self._waiting = bool(faults)
            for fault in faults:
                if _concerns(fault, method) and _strikes(fault):
                    if fault.remaining is not None:
                        fault.remaining -= 1
                        if not fault.remaining:
                            session.delete(fault)
                    return Ordered(fault.kind, fault.value)
        return None


def _concerns(fault: Fault, method: str) -> bool:
    return fault.method == method or (
        fault.method == ANY and method in KINDS[fault.kind]
    )


def _strikes(fault: Fault) -> bool:
    """Draw whether this call meets the fault; the same order draws the same calls."""
    if fault.rate >= 1:
        return True
    # A text seeds alike on every machine and version of Python.
    chance = random.Random(f"{fault.seed}:{fault.seen}").random()
    fault.seen += 1
    return chance < fault.rate
