# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding our own warnings and errors in Odoo's log files."""

import re
from pathlib import Path
from typing import NamedTuple

from . import console, paths
from .errors import DevError

_HEADER = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[\w.]+): (?P<message>.*)$"
)
_SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
_OUR_LOGGER = re.compile(rf"odoo\.addons\.({'|'.join(paths.EVERY_ADDON)})(\.|$)")
#: In the names of our add-ons, models, tables and fields.
_OUR_WORD = re.compile(r"urssaf|home[._]service", re.IGNORECASE)
#: Folders whose names hold our word though what lies in them is not ours.
_CACHE_FOLDER = re.compile(r"\S*/urssaf-avance-immediate/(odoo|venvs)/\S*")


class Record(NamedTuple):
    """One record of a log: its first line in parts, and the whole text."""

    level: str
    database: str
    logger: str
    message: str
    text: str


def read(path):
    """Return the records of an Odoo log file; a traceback belongs to its record."""
    records, parts, lines = [], None, []

    def close():
        if parts:
            records.append(Record(*parts, "\n".join(lines)))

    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        if match := _HEADER.match(line):
            close()
            parts, lines = match.group("level", "database", "logger", "message"), []
        lines.append(line)
    close()
    return records


def ours(record):
    """Tell whether a serious record comes from our code or speaks of it."""
    if record.level not in _SERIOUS:
        return False
    if _OUR_LOGGER.match(record.logger):
        return True
    text = record.message
    if record.logger != "py.warnings":
        # The stack under a Python warning only says who was running, the first line
        # says whose code it is about; anywhere else the whole traceback counts.
        text += record.text.partition("\n")[2]
    text = _CACHE_FOLDER.sub("", text).replace(record.database, "")
    # The checkout's own folder may well be called "urssaf…".
    text = text.replace(f"{paths.state()}/", "")
    return bool(_OUR_WORD.search(text))


def show_errors(log, limit=20):
    """Print the errors in a log, whoever they come from: why a command failed."""
    errors = [r for r in read(log) if r.level in _SERIOUS - {"WARNING"}]
    for record in errors[:limit]:
        console.complain(record.text)
    if len(errors) > limit:
        console.complain(f"… and {len(errors) - limit} more in {log}")


def need_clean(*logs):
    """Raise DevError, after printing them, if the logs hold records of ours.

    A log without any record is a failure too: nothing could be checked.
    """
    count = 0
    for log in logs:
        if not (records := read(log)):
            raise DevError(f"No log record in {log}: the logs could not be checked.")
        for record in filter(ours, records):
            count += 1
            console.complain(f"{Path(log).name}: {record.text}")
    if count:
        names = ", ".join(Path(log).name for log in logs)
        raise DevError(
            f"{count} warning(s) or error(s) of ours in the log ({names}, see above)."
        )
