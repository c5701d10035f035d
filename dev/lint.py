# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make lint`` and ``make format``: OCA's checks, in an environment of their own."""

from . import commands, console, paths, venv
from .errors import CommandFailed, DevError

#: Two optional checks do not suit us: we cut a large model into one file per subject,
#: and an override of a method that returns nothing has nothing to return.
_NOT_WANTED = "consider-merging-classes-inherited,missing-return"
_PYLINT = ("pylint", "--rcfile=.pylintrc", f"--disable={_NOT_WANTED}")
#: po-pretty-format wants another order than the one Odoo exports; OCA drops it too.
_PO = ("oca-checks-po", "--disable=po-pretty-format")


def checks():
    """Return the commands of each check by name; ``.pre-commit-config.yaml`` has
    the same names."""
    translations = [
        str(path.relative_to(paths.ROOT))
        for addon in paths.EVERY_ADDON
        for path in sorted((paths.ROOT / addon).glob("i18n*/*.po*"))
    ]
    return {
        "ruff-format": ["ruff", "format", "--check", "--quiet", "."],
        "ruff-check": ["ruff", "check", "--quiet", "."],
        "pylint-odoo": [*_PYLINT, *paths.EVERY_ADDON],
        "oca-checks-odoo-module": ["oca-checks-odoo-module", *_manifests()],
        "oca-checks-po": [*_PO, *translations] if translations else [],
    }


def _manifests():
    return [f"{addon}/__manifest__.py" for addon in paths.EVERY_ADDON]


def run(names=()):
    """Run the checks called ``names``, or all. Raises DevError if one fails."""
    wanted = checks()
    if unknown := [name for name in names if name not in wanted]:
        raise DevError(
            f"No such check: {', '.join(unknown)}. There are: {', '.join(wanted)}."
        )
    bin_folder = venv.ensure("lint").parent
    failed = []
    for name in names or wanted:
        if wanted[name] and not _passes(name, bin_folder, wanted[name]):
            failed.append(name)
    if failed:
        raise DevError(
            f"Lint failed: {', '.join(failed)}. `make format` repairs what it can."
        )


def _passes(name, bin_folder, command):
    try:
        with console.step(name):
            if _shown(bin_folder, command):
                raise CommandFailed(name)
    except CommandFailed:
        return False
    return True


def fix():
    """Format the code and repair what the tools can repair by themselves."""
    bin_folder = venv.ensure("lint").parent
    for command in (
        ["ruff", "check", "--fix", "--quiet", "."],
        ["ruff", "format", "--quiet", "."],
        ["oca-checks-odoo-module", "--fix", "--no-exit", "--no-verbose", *_manifests()],
    ):
        _shown(bin_folder, command)


def _shown(bin_folder, command):
    # The tools call each other by name.
    path = f"{bin_folder}:{commands.environment()['PATH']}"
    return commands.shown(
        [bin_folder / command[0], *command[1:]],
        env=commands.environment(PATH=path),
        cwd=paths.ROOT,
    )
