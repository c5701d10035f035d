# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The SQLite file: how it is opened, read, written, and brought up to date.

What was added since an older version (tables, columns, indexes) is read off the tables
themselves; only what changed otherwise needs a step here.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool, StaticPool
from sqlalchemy.schema import CreateColumn

from . import side_tables  # noqa: F401  (its tables are to be created too)
from .switches import session_info
from .tables import Base

# The first version that anybody may have kept a file of.
OLDEST = 2

# Version → tables that are made anew, since nobody misses what is in them.
_MADE_ANEW = {2: ("fault",)}


class NotUpgradable(Exception):
    """A column cannot be filled in for the rows that are there."""


def upgrade(connection: Connection, metadata: MetaData, version: int) -> None:
    """Change the file of that version into one of today; no row is lost but faults."""
    for step in range(version, max(_MADE_ANEW) + 1):
        for name in _MADE_ANEW.get(step, ()):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        _add_columns(connection, table)
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _add_columns(connection: Connection, table: Table) -> None:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            text = _definition(connection, column)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {text}")


def _definition(connection: Connection, column: Column) -> str:
    """Return the column as ALTER TABLE wants it, with the value of the older rows."""
    text = str(CreateColumn(column).compile(dialect=connection.dialect))
    if column.nullable:
        return text
    if column.default is None or not column.default.is_scalar:
        raise NotUpgradable(f"{column.table.name}.{column.name}")
    value = column.type.literal_processor(connection.dialect)(column.default.arg)
    return f"{text} DEFAULT {value}"


SCHEMA_VERSION = 3
MEMORY = ":memory:"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    # Many builds of SQLite overwrite what is deleted: a reset would write it all twice.
    "secure_delete=FAST",
)


class DatabaseVersionError(Exception):
    """The file was made by another version of the sandbox."""


class Database:
    """One SQLite database, with short transactions.

    Writers take the write lock at once (BEGIN IMMEDIATE): a transaction that began as
    a reader can be refused when it turns writer, and nobody wants to handle that.
    Readers never wait for the writer, except for a database in memory, which lives on
    one shared connection.
    """

    def __init__(self, path: str) -> None:
        memory = path == MEMORY
        self._engine = _engine(path, memory)
        self._writer = self._engine.execution_options(sandbox_write=True)
        self._write_lock = threading.Lock()
        self._read_guard: AbstractContextManager = (
            self._write_lock if memory else nullcontext()
        )
        # The settings as committed, for whoever must not wait for a session.
        self.committed: dict[str, str | None] = {}
        self._info = session_info(self.committed)
        self._create(path)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading; nothing it does is kept."""
        with self._read_guard, self._session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that commits at the end, or keeps nothing on an error."""
        with self._write_lock:
            with self._session(self._writer) as session, session.begin():
                yield session

    @contextmanager
    def emptying(self) -> Iterator[Session]:
        """Yield a writing session that does not check foreign keys.

        SQLite empties a whole table at once only if nothing refers to its rows.
        """
        with self._write_lock, self._writer.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF").close()
            try:
                with self._session(connection) as session, session.begin():
                    yield session
            finally:
                raw.execute("PRAGMA foreign_keys=ON").close()

    def _session(self, bind: Engine | Connection) -> Session:
        return Session(bind, expire_on_commit=False, info=self._info)

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _create(self, path: str) -> None:
        with self._writer.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version and not OLDEST <= version <= SCHEMA_VERSION:
                raise DatabaseVersionError(
                    f"{path} has schema {version}, this sandbox reads {OLDEST} to "
                    f"{SCHEMA_VERSION}: "
                    + (
                        "run the newer sandbox that made it"
                        if version > SCHEMA_VERSION
                        else "delete the file to start afresh"
                    )
                )
            if version:
                upgrade(connection, Base.metadata, version)
            Base.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _engine(path: str, memory: bool) -> Engine:
    pool = (
        {"poolclass": StaticPool}
        if memory
        else {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 40}
    )
    engine = create_engine(
        URL.create("sqlite", database=None if memory else path),
        connect_args={"check_same_thread": False, "timeout": 30},
        # Bound values hold personal data: keep them out of error texts and logs.
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(dbapi_connection, _record) -> None:
    # The sqlite3 module must not open transactions by itself: `_on_begin` does.
    dbapi_connection.isolation_level = None
    for pragma in _PRAGMAS:
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("sandbox_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
