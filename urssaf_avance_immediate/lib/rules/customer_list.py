# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The customers that another software exports: a CSV whose columns nobody fixed.

Column titles are recognised by what they say, accents, case and order apart; encoding
and separator are found out. Nothing is looked up here, and nothing is written.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

#: What a column is, by its title once plain (see ``_plain``). The wire names of
#: method 010 are among them: some software export these as they are.
TITLES = {
    "id_client": (
        "idclient",
        "id client",
        "id client urssaf",
        "id urssaf",
        "identifiant",
        "identifiant client",
        "identifiant client urssaf",
        "identifiant urssaf",
        "uuid",
    ),
    "email": (
        "email",
        "e mail",
        "mail",
        "courriel",
        "adressemail",
        "adresse mail",
        "adresse e mail",
        "adresse email",
    ),
    "birth_name": ("nomnaissance", "nom naissance", "nom de naissance", "nom"),
    "usage_name": ("nomusage", "nom usage", "nom d usage", "nom marital"),
    "first_names": ("prenoms", "prenom", "prenom s"),
    "birth_date": (
        "datenaissance",
        "date naissance",
        "date de naissance",
        "naissance",
        "ne e le",
        "ne le",
    ),
}
_DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
_SEPARATORS = ";,\t|"
#: A list of customers, not a data dump: rows, and bytes of the file.
MAX_ROWS = 20_000
MAX_BYTES = 10 * 1024 * 1024
#: Longer, a quotation mark has swallowed the lines below it. (Odoo takes away the
#: limit of Python's ``csv``.)
MAX_CELL = 100_000
_MAX_IDENTIFIER = 100


class CustomerListError(ValueError):
    """The file cannot be read as a list of customers.

    :param reason: ``encoding``, ``empty``, ``endless_cell``, ``no_identifier`` or
        ``too_long``
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class CustomerRow:
    """One customer. ``number`` is the line in the file, titles included.

    ``fault`` is ``identifier`` (none, or it cannot be one) or ``birth_date`` (there,
    and no date can be read from it); empty when the line is good.
    """

    number: int
    id_client: str
    email: str = ""
    birth_name: str = ""
    usage_name: str = ""
    first_names: str = ""
    birth_date: date | None = None
    fault: str = ""

    @property
    def label(self) -> str:
        """How a person would name this customer."""
        names = f"{self.first_names} {self.usage_name or self.birth_name}".strip()
        return names or self.email or self.id_client


def read_customers(content: bytes) -> list[CustomerRow]:
    """The customers of a CSV file, blank lines left out.

    :raises CustomerListError: it is no such list, or has no column of identifiers
    """
    if len(content) > MAX_BYTES:
        raise CustomerListError("too_long")
    # Any end of line, the lone \r of some spreadsheets too.
    text = io.StringIO(csv_text(content), newline=None)
    try:
        lines = list(csv.reader(text, delimiter=_separator(content)))
    except csv.Error as error:
        raise CustomerListError("endless_cell") from error
    if any(len(cell) > MAX_CELL for cells in lines for cell in cells):
        raise CustomerListError("endless_cell")
    numbered = [
        (number, cells)
        for number, cells in enumerate(lines, start=1)
        if any(cell.strip() for cell in cells)
    ]
    if len(numbered) < 2:
        raise CustomerListError("empty")
    if len(numbered) > MAX_ROWS:
        raise CustomerListError("too_long")
    columns = _columns(numbered[0][1])
    if "id_client" not in columns:
        raise CustomerListError("no_identifier")
    return [_row(number, cells, columns) for number, cells in numbered[1:]]


def csv_text(content: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, or the Windows code page."""
    if b"\0" in content:
        raise CustomerListError("encoding")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CustomerListError("encoding")


def _separator(content: bytes) -> str:
    """The sign that cuts the titles most: ``csv.Sniffer`` guesses from the data, and
    a first name per column of letters misleads it.
    """
    titles = re.split(rb"[\r\n]", content.lstrip(), maxsplit=1)[0]
    titles = titles.decode("ascii", "ignore")
    return max(_SEPARATORS, key=titles.count)


def _plain(title: str) -> str:
    decomposed = unicodedata.normalize("NFD", title.lower())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def _columns(titles: list[str]) -> dict[str, int]:
    """Where each known column stands; the first of two that say the same."""
    plain = [_plain(title) for title in titles]
    return {
        name: next(plain.index(word) for word in words if word in plain)
        for name, words in TITLES.items()
        if any(word in plain for word in words)
    }


def _row(number: int, cells: list[str], columns: dict[str, int]) -> CustomerRow:
    values = {
        name: " ".join(cells[place].split()) if place < len(cells) else ""
        for name, place in columns.items()
    }
    written = values.pop("birth_date", "")
    born = _date(written)
    fault = ""
    if not values["id_client"] or len(values["id_client"]) > _MAX_IDENTIFIER:
        fault = "identifier"
    elif written and not born:
        fault = "birth_date"
    return CustomerRow(number, birth_date=born, fault=fault, **values)


def _date(text: str) -> date | None:
    # "1980-03-29T00:00:00Z", "29/03/1980 00:00": the day is all there is to it.
    day = re.split(r"[T ]", text.strip())[0] if text else ""
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(day, form).date()
        except ValueError:
            continue
    return None
