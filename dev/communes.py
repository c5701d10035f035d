# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The official geographic code, as the compact file that the add-on ships::

    python3 -m dev.communes

Fetches Etalab's package through the npm client and writes ``data/cog/communes.csv.gz``
of the add-on; the same package always gives the same bytes. Then raise ``MARK`` in
``models/urssaf_commune_load.py``, so that upgrades load it.
"""

import csv
import gzip
import io
import json
import sys
import tarfile
import tempfile
from pathlib import Path

from . import commands, console, paths
from .errors import DevError

PACKAGE = "@etalab/decoupage-administratif@6.0.0"
FILE = paths.ROOT / paths.ADDON / "data" / "cog" / "communes.csv.gz"
HEADER = ("code", "name", "kind", "parent", "zips", "since", "until")

KINDS = {
    "commune-actuelle": "commune",
    "arrondissement-municipal": "district",
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
}
#: Old code → (successor, last day). In the official code, not in the package.
MOVED = {"97123": ("97701", "2007-07-14"), "97127": ("97801", "2007-07-14")}
#: The day before the new départements: Île-de-France, then Corsica.
PARIS_REGION, CORSICA = "1967-12-31", "1975-12-31"
NEXT_DAY = {
    PARIS_REGION: "1968-01-01",
    CORSICA: "1976-01-01",
    "2007-07-14": "2007-07-15",
}


def main():
    """Write the file and say what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        data = _fetch(Path(folder))
    rows = [HEADER, *_departments(data["departements"]), *_communes(data["communes"])]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    # No date inside: the bytes depend on the data alone.
    FILE.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    console.say(f"{FILE.name}: {len(rows) - 1} rows, {FILE.stat().st_size} bytes.")


def _fetch(folder):
    """Download the package; return its tables by name."""
    pack = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
    commands.capture("fetch the official geographic code", pack)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as package:
        return {
            name: json.load(package.extractfile(f"package/data/{name}.json"))
            for name in ("communes", "departements")
        }


def _departments(departments):
    for one in sorted(departments, key=lambda one: one["code"]):
        yield one["code"], one["nom"], "department", "", "", "", ""


def _communes(communes):
    """One row per commune, then one per old code, in the order of the codes."""
    names = {one["code"]: one["nom"] for one in communes}
    # The commune of today has the last word: its name may be new.
    present = [one for one in communes if one["type"] == "commune-actuelle"]
    successors = {
        o: one["code"] for one in present for o in one.get("anciensCodes", ())
    }
    old = [
        _old(code, successor, names)
        for code, successor in successors.items()
        if code not in names
    ]
    ended = {row[7]: row[6] for row in old if row[6]}
    for code, (successor, until) in MOVED.items():
        old.append((code, names[successor], "former", successor, "", "", until, ""))
        ended[successor] = until
    rows = [_row(one, ended) for one in communes]
    return [*sorted(rows), *sorted(row[:7] for row in old)]


def _row(one, ended):
    parent = one.get("chefLieu") or one.get("commune") or ""
    zips = " ".join(one.get("codesPostaux", ()))
    since = NEXT_DAY.get(ended.get(one["code"]), "")
    return one["code"], one["nom"], KINDS[one["type"]], parent, zips, since, ""


def _old(code, successor, names):
    """An old code, and at the end the code that took its place. The package only names
    what it is part of today; the new départements kept the last three figures.
    """
    until = _last_day(code, successor)
    replaced = successor[:2] + code[2:] if until else successor
    name = names.get(replaced) or names[successor]
    return (code, name, "former", successor, "", "", until, replaced)


def _last_day(old, new):
    """The last day of a code whose département was cut up; "" where unknown."""
    moved = old[:2] != new[:2]
    if moved and old[:2] in ("75", "78") and new[:2] in ("91", "92", "93", "94", "95"):
        return PARIS_REGION
    if moved and old[:2] == "20":
        return CORSICA
    return ""


if __name__ == "__main__":
    try:
        main()
    except DevError as error:
        console.complain(f"Error: {error}")
        sys.exit(1)
