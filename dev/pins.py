# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pinned dependencies, read from the groups in pyproject.toml (PEP 735)."""

from . import paths

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10: pip carries the same parser
    from pip._vendor import tomli as tomllib


def requirements(group):
    """Return the requirement lines of ``group``, its includes resolved, sorted."""
    return sorted(_lines(_pyproject()["dependency-groups"], group))


def hashed(group):
    """Like ``requirements``, each with the hash of its only file, as pip reads it."""
    hashes = _pyproject()["tool"]["pins"]["hashes"]
    return [f"{line} --hash={hashes[line]}" for line in requirements(group)]


def _pyproject():
    with open(paths.ROOT / "pyproject.toml", "rb") as handle:
        return tomllib.load(handle)


def _lines(groups, name):
    lines = set()
    for entry in groups[name]:
        if isinstance(entry, dict):
            lines |= _lines(groups, entry["include-group"])
        else:
            lines.add(entry)
    return lines
