# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain text tables whose cells may have several lines."""

import unicodedata
from itertools import zip_longest


def table(title, headings, rows, right=()):
    """Return the table as text.

    A cell is a text, or a list of texts shown under one another. ``right`` names the
    headings whose column is set to the right.
    """
    rows = [[_lines(cell) for cell in row] for row in rows]
    widths = [
        max([_width(heading), *(_width(line) for row in rows for line in row[index])])
        for index, heading in enumerate(headings)
    ]
    right_columns = {headings.index(heading) for heading in right}
    rule = "-+-".join("-" * width for width in widths)
    apart = any(len(cell) > 1 for row in rows for cell in row)
    text = [title, "", _join(headings, widths, ())]
    for number, row in enumerate(rows):
        if apart or not number:
            text.append(rule)
        for cells in zip_longest(*row, fillvalue=""):
            text.append(_join(cells, widths, right_columns))
    return "\n".join(text)


def _lines(cell):
    return [cell] if isinstance(cell, str) else (list(cell) or [""])


def _join(cells, widths, right):
    padded = []
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(cell))
        padded.append(space + cell if index in right else cell + space)
    return " | ".join(padded).rstrip()


def _width(text):
    """Columns on a terminal: combining accents take none."""
    return sum(not unicodedata.combining(sign) for sign in text)
