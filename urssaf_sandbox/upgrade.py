# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bringing the file of an older sandbox up to date.

What was added since (tables, columns, indexes) is read off the tables themselves; only
what changed otherwise needs a step here.
"""

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn

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
