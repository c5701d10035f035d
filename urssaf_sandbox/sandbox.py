# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stand-in itself: its settings, its database and its clock, put together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from .clock import OFFSET, Clock
from .database import Database
from .life.work import Work
from .life.world import advance, anything_due
from .settings import Settings
from .wire.callers import Callers
from .wire.faults import FaultBoard


class Sandbox:
    """Hands out pieces of work on a world that is up to date.

    Every entry first lets time do its work: no answer ever shows a state that the clock
    has left behind, and no background task is needed.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.faults = FaultBoard(database)
        self.callers = Callers(database, clock.wall, settings.calls_kept)
        with database.reading() as session:
            clock.now(session)

    def now(self) -> datetime:
        """Return the present without a look into the database."""
        return self.clock.shifted(self.database.committed[OFFSET])

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Yield a piece of work that only reads."""
        with self.database.reading() as session:
            work = Work(session, self.clock.now(session), self.settings)
            if not anything_due(work):
                yield work
                return
        with self.writing():
            pass
        with self.database.reading() as session:
            yield Work(session, self.clock.now(session), self.settings)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Yield a piece of work whose changes are kept if it ends well."""
        with self.database.writing() as session:
            work = Work(session, self.clock.now(session), self.settings)
            advance(work)
            yield work
