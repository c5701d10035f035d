# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The official geographic code, as the compact file that the add-on ships::

    python3 -m dev.communes

Fetches three editions of Etalab's package through the npm client and writes
``data/cog/communes.csv.gz`` of the add-on; the same packages always give the same
bytes. Then raise ``MARK`` in ``models/geography/country.py``: upgrades load it.
"""

import csv
import gzip
import io
import json
import sys
import tarfile
import tempfile
from datetime import date, timedelta
from pathlib import Path

from . import commands, console, paths
from .errors import DevError

PACKAGE = "@etalab/decoupage-administratif"
#: The code of today (March 2026); of 2021, for names that came and went since 2019; the
#: last edition with INSEE's history of the communes (1943 to January 2019).
TODAY, BETWEEN, HISTORY = "6.0.0", "1.1.1", "0.8.0"
FILE = paths.ROOT / paths.ADDON / "data" / "cog" / "communes.csv.gz"
HEADER = ("code", "name", "kind", "parent", "zips", "since", "until")

KINDS = {
    "commune-actuelle": "commune",
    "arrondissement-municipal": "district",
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
}
#: Old code → (successor, first day). In the official code, not in the package.
MOVED = {"97123": ("97701", "2007-07-15"), "97127": ("97801", "2007-07-15")}
#: Births in Algeria as a part of France: one code per département, whatever the commune
#: (INSEE's register of persons; circular of 30 September 1996).
ALGERIA = {
    "91352": "Alger",
    "92352": "Oran",
    "93352": "Constantine",
    "94352": "Territoires du Sud",
}
LAST_DAY_OF_ALGERIA = "1962-07-02"


def main():
    """Write the file and say what is in it."""
    with tempfile.TemporaryDirectory() as folder:
        today = _fetch(folder, TODAY, "communes", "departements")
        between = _fetch(folder, BETWEEN, "communes")["communes"]
        history = _fetch(folder, HISTORY, "historique-communes")["historique-communes"]
    # Births are entered in a commune of its own, not in what it was absorbed by.
    history = [one for one in history if one["type"] == "COM"]
    rows = [
        HEADER,
        *_departments(today["departements"]),
        *_communes(today["communes"], history),
        *_former(today["communes"], history, between),
        *_algeria(),
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    # No date inside: the bytes depend on the data alone.
    FILE.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    console.say(f"{FILE.name}: {len(rows) - 1} rows, {FILE.stat().st_size} bytes.")


def _fetch(folder, version, *tables):
    """Download an edition of the package; return its tables by name."""
    into = Path(folder) / version
    into.mkdir()
    pack = ["npm", "pack", "--silent", "--pack-destination", into]
    what = f"fetch the official geographic code {version}"
    commands.capture(what, [*pack, f"{PACKAGE}@{version}"])
    [archive] = into.glob("*.tgz")
    with tarfile.open(archive) as package:
        return {
            name: json.load(package.extractfile(f"package/data/{name}.json"))
            for name in tables
        }


def _departments(departments):
    for one in sorted(departments, key=lambda one: one["code"]):
        yield one["code"], one["nom"], "department", "", "", "", ""


def _communes(communes, history):
    """One row per commune or part of one, in the order of the codes."""
    began = {code: first_day for code, (_name, first_day) in _beginnings(history)}
    began |= {code: day for code, day in MOVED.values()}
    for one in sorted(communes, key=lambda one: (one["code"], one["nom"])):
        parent = one.get("chefLieu") or one.get("commune") or ""
        zips = " ".join(one.get("codesPostaux", ()))
        kind = KINDS[one["type"]]
        # Of a part too: Saint-Denis, déléguée since 2025, has this code since 1968.
        yield (
            one["code"],
            one["nom"],
            kind,
            parent,
            zips,
            began.get(one["code"], ""),
            "",
        )


def _beginnings(history):
    """Each code that did not exist from the beginning: its first name and day."""
    first = {}
    for one in history:
        day = one.get("dateDebut", "")
        if one["code"] not in first or day < first[one["code"]][1]:
            first[one["code"]] = one["nom"], day
    return ((code, begun) for code, begun in first.items() if begun[1])


def _former(communes, history, between):
    """One row per code and name that is no more: communes that were joined to others,
    that changed their name or their département; with the commune of today.
    """
    present = {(one["code"], one["nom"]) for one in communes}
    wholes = _wholes(communes)
    periods = {}
    for one in history:
        days = one.get("dateDebut", ""), one.get("dateFin", "")
        periods.setdefault((one["code"], one["nom"]), []).append(days)
    for one in between:
        periods.setdefault((one["code"], one["nom"]), [("", "")])
    for code, (successor, day) in MOVED.items():
        name = next(n for c, n in present if c == successor)
        periods[code, name] = [("", day)]
        wholes[code] = successor
    for (code, name), days in sorted(periods.items()):
        if (code, name) not in present:
            since = min(first for first, _end in days)
            ends = [end for _first, end in days]
            until = _day_before(max(ends)) if all(ends) else ""
            yield code, name, "former", wholes[code], "", since, until


def _algeria():
    for code, name in ALGERIA.items():
        yield code, name, "algeria", "", "", "", LAST_DAY_OF_ALGERIA


def _wholes(communes):
    """The code of the commune of today by each code that there is or was."""
    wholes = {one["code"]: one["chefLieu"] for one in communes if "chefLieu" in one}
    present = [one for one in communes if one["type"] == "commune-actuelle"]
    for one in present:
        wholes |= dict.fromkeys(one.get("anciensCodes", ()), one["code"])
    return wholes | {one["code"]: one["code"] for one in present}


def _day_before(day):
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


if __name__ == "__main__":
    try:
        main()
    except DevError as error:
        console.complain(f"Error: {error}")
        sys.exit(1)
