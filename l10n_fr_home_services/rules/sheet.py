# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interventions pasted from a sheet: one per row, read as one writes them in France.

What is read may come from anywhere: nothing here raises, each row that cannot be read
says which cell is wrong, and keeps its text.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

#: More is not an invoice.
MAX_ROWS = 2000
MAX_CELL = 250
#: Without a row of titles. The third cell is a duration where the second is empty.
COLUMNS = ("date", "start", "end", "name", "number", "place")
TITLES = {
    "date": ("date", "jour", "day"),
    "start": ("debut", "de", "heure de debut", "start", "from"),
    "end": ("fin", "a", "heure de fin", "end", "to"),
    "duration": ("duree", "heures", "nombre d'heures", "duration", "hours"),
    "name": ("nom", "intervenant", "personne", "salarie", "name", "person"),
    "number": ("numero", "n°", "matricule", "number", "register number"),
    "place": ("lieu", "adresse", "place", "address"),
}
MONTHS_OF_YEAR = (
    ("janvier", "janv", "jan"),
    ("fevrier", "fevr", "fev"),
    ("mars", "mar"),
    ("avril", "avr"),
    ("mai",),
    ("juin",),
    ("juillet", "juil"),
    ("aout",),
    ("septembre", "sept", "sep"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("decembre", "dec"),
)
_DAY = re.compile(
    r"(?:[a-z]+\.?\s+)?(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", re.ASCII
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WORDS = re.compile(
    r"(?:[a-z]+\.?\s+)?(\d{1,2})(?:er)?\s+([a-z]+)\.?\s+(\d{4})", re.ASCII
)
_MIDNIGHT = re.compile(r"\s+0?0:00(?::00)?$", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?(?::00)?\s*(?:min)?", re.ASCII)
_MINUTES = re.compile(r"(\d{1,3})\s*(?:min|mn|minutes?)\.?", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,2})(?:[.,](\d{1,4}))?\s*(?:heures?)?", re.ASCII)
#: 9.30 may be 9 h 18 or 9 h 30: nobody but its author knows.
_EITHER = ("15", "30", "45")


@dataclass
class SheetRow:
    """One row. ``fault`` is the first cell that cannot be read: its column, and how it
    was written; hours and durations are decimal, a date is a civil day.
    """

    position: int
    text: str
    values: dict = field(default_factory=dict)
    fault: tuple = ()


def read_sheet(text):
    """``(title row or "", rows)`` of what was pasted; empty rows are left out."""
    lines = [_clean(line) for line in re.split(r"\r\n|\r|\n", text)]
    separator = "\t" if any("\t" in line for line in lines) else ";"
    columns, title, rows = COLUMNS, "", []
    for position, line in enumerate(lines, 1):
        cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
        if not any(cells):
            continue
        if not title and not rows and (found := _titles(cells)):
            columns, title = found, line
            continue
        rows.append(_row(position, line, columns, cells))
    return title, rows


def read_day(text):
    """The day that is meant, ``None`` if none is: the year is never guessed."""
    plain = _MIDNIGHT.sub("", _plain(text))
    if match := _ISO.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _DAY.fullmatch(plain):
        day, month, year = match.groups()
    elif match := _WORDS.fullmatch(plain):
        day, word, year = match.groups()
        month = next(
            (n for n, names in enumerate(MONTHS_OF_YEAR, 1) if word in names), 0
        )
    else:
        return None
    year = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def read_hours(text):
    """Hours as a decimal number, of the day or of a duration: 9h30, 9:30, 9.5 and 9,5
    are the same; ``None`` for anything else.
    """
    plain = _plain(text)
    if match := _CLOCK.fullmatch(plain):
        hours, minutes = int(match[1]), int(match[2] or 0)
        return hours + minutes / 60 if minutes < 60 else None
    if match := _MINUTES.fullmatch(plain):
        return int(match[1]) / 60
    if match := _DECIMAL.fullmatch(plain):
        if match[2] in _EITHER:
            return None
        return float(f"{match[1]}.{match[2] or 0}")
    return None


def plain_name(text):
    """A name as one compares it: without capitals, accents and double spaces."""
    return " ".join(_plain(text).replace("-", " ").split())


def _row(position, line, columns, cells):
    row = SheetRow(position, line)
    extra = cells[len(columns) :]
    if any(extra):
        row.fault = ("columns", extra[0])
        return row
    said = dict.fromkeys(TITLES, "") | dict(zip(columns, cells, strict=False))
    if columns == COLUMNS and not said["start"]:
        said["duration"], said["end"] = said["end"], ""
    said.pop("", None)
    for name, cell in said.items():
        value = _cell(name, cell)
        if value is None or len(cell) > MAX_CELL:
            row.fault = row.fault or (name, cell[:MAX_CELL])
        elif cell:
            row.values[name] = value
    return row


def _cell(name, cell):
    """What the cell says, ``None`` if it cannot be read."""
    if name == "date":
        return read_day(cell)
    if name in ("start", "end", "duration"):
        return read_hours(cell) if cell else 0.0
    return cell


def _titles(cells):
    """The columns, where the first row names them; else ``None``."""
    names = []
    for cell in cells:
        plain = _plain(cell)
        names.append(next((n for n, all_ in TITLES.items() if plain in all_), ""))
    known = [name for name in names if name]
    if "date" in known and len(known) == len(set(known)) and len(known) > 1:
        return tuple(names)
    return None


def _clean(text):
    """Without what cannot be seen: a sheet brings marks that no eye finds."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    return "".join(
        character
        for character in text
        if character == "\t" or unicodedata.category(character)[0] != "C"
    )


def _plain(text):
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare.replace("\u2019", "'")
