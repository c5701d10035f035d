# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo databases: a template made once, and quick copies of it.

Runs inside the virtual environment.
"""

import contextlib
import hashlib
import re
import shutil

from . import (
    commands,
    console,
    french_company,
    locking,
    logcheck,
    odoo_wheels,
    paths,
)
from .errors import CommandFailed, DevError

#: What every database starts from: the French chart of accounts, in French.
MODULES = ("account", "l10n_fr_account")
LANGUAGE = "fr_FR"
_WITH_ADDONS = "urssaf_addons_"
_LOADING = re.compile(r": Loading module \w+ \((\d+/\d+)\)")
#: In an add-on's folder, what its installation does not read.
_NOT_INSTALLED = {"tests", "__pycache__", "README.rst", "readme", "pyproject.toml"}


def template(odoo, for_tests=False):
    """Return the name of the template database, making it if need be (30 s, once).

    ``for_tests``: of the one that has the French company of the tests.
    """
    recipe = "|".join([odoo.source.version, str(odoo.source.python_path), *MODULES])
    name = "urssaf_template_" + hashlib.sha256(recipe.encode()).hexdigest()[:8]
    tests = f"{name}_tests"
    wanted = tests if for_tests else name
    if exists(odoo, wanted):
        return wanted
    with locking.exclusive(paths.state() / "template.lock", "preparing a database"):
        if not exists(odoo, name):
            _make_template(odoo, name)
        if for_tests and not exists(odoo, tests):
            _make_test_template(odoo, name, tests)
    return wanted


def create(odoo, name, for_tests=False):
    """Make database ``name`` anew, as a copy of the template (about a second).

    ``for_tests`` adds the French company of the tests, see ``french_company``.
    """
    copy(odoo, template(odoo, for_tests), name)


def with_addons(odoo):
    """Return the name of a database for the tests in which our add-ons are installed.

    Made anew when a file of them has changed, their tests left out; copied otherwise.
    Nobody may use it but to copy it. Raises DevError if the log of the installation
    holds a warning of ours.
    """
    base = template(odoo, for_tests=True)
    name = _WITH_ADDONS + _digest(base)
    if exists(odoo, name):
        return name
    with locking.exclusive(paths.state() / "addons.lock", "installing the add-ons"):
        if not exists(odoo, name):
            for old in _names_like(odoo, _WITH_ADDONS):
                drop(odoo, old)
            partial = f"{name}_partial"
            log = install_log(partial)
            with console.step(
                "Installing the add-ons in a fresh database", modules_loaded(log)
            ):
                copy(odoo, base, partial)
                logcheck.need_clean(install(odoo, partial, log=log))
                _rename(odoo, partial, name)
    return name


def _digest(base):
    """What tells apart two states of our add-ons, on database ``base``."""
    digest = hashlib.sha256("|".join([base, *paths.ADDONS]).encode())
    for addon in paths.ADDONS:
        folder = paths.ROOT / addon
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if not _NOT_INSTALLED.intersection(inside.parts) and path.is_file():
                digest.update(f"{addon}/{inside}|{path.stat().st_size}|".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _names_like(odoo, start):
    with open_cursor(odoo) as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return [name for (name,) in cursor.fetchall() if name.startswith(start)]


def copy(odoo, source, name):
    """Make database ``name`` anew, as a copy of ``source``, which nobody may be using.

    The copy has the same ``database.uuid``: it is a restored backup, not a duplicate.
    """
    drop(odoo, name)
    with open_cursor(odoo) as cursor:
        # File copies: the template is small, and no checkpoint traffic is wanted.
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    files = _filestore(source)
    if files.is_dir():
        shutil.copytree(files, _filestore(name))


def drop(odoo, name):
    """Remove database ``name`` and its files, if it exists."""
    with open_cursor(odoo) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_filestore(name), ignore_errors=True)


def exists(odoo, name):
    """Tell whether database ``name`` exists."""
    with open_cursor(odoo) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        return cursor.fetchone() is not None


def install(
    odoo,
    name,
    modules=paths.ADDONS,
    demo=False,
    log=None,
    arguments=None,
    limit=None,
    wheels=(),
):
    """Install ``modules`` in database ``name``, a copy of the template.

    ``arguments`` for odoo-bin take the place of ``--no-http``; modules are looked for
    in the folders ``wheels`` too. Returns the log's path.

    ``demo`` loads the demo data of these modules and of no other: Odoo wants the
    modules below to say that they have theirs, so they say so for a moment.
    Raises CommandFailed naming the log, once it has printed the errors in it; also
    when Odoo is not done after ``limit`` seconds.
    """
    log = log or install_log(name)
    log.unlink(missing_ok=True)
    command = odoo.command(
        *("-d", name, "-i", ",".join(modules), "--stop-after-init"),
        *(["--with-demo"] if demo else []),
        *(arguments or ["--no-http"]),
        wheels=wheels,
    )
    what = f"install {', '.join(modules)}"
    try:
        with _demo_allowed(odoo, name) if demo else contextlib.nullcontext():
            environment = odoo_wheels.with_packages(odoo, wheels).environment()
            commands.logged(what, command, log, env=environment, limit=limit)
    except CommandFailed:
        logcheck.show_errors(log)
        raise
    _check_installed(odoo, name, modules, log)
    return log


def install_log(name):
    """Where ``install`` writes the log of database ``name``."""
    return paths.logs() / f"install-{name}.log"


def modules_loaded(log):
    """A function that says how far an installation is, as its log tells: “12/34
    modules”. Odoo loads those that are there already, first.
    """

    def so_far():
        with contextlib.suppress(FileNotFoundError):
            found = _LOADING.findall(log.read_text(encoding="utf-8", errors="replace"))
            return f"{found[-1]} modules" if found else ""

    return so_far


@contextlib.contextmanager
def _demo_allowed(odoo, name):
    with open_cursor(odoo, name) as cursor:
        cursor.execute(
            "UPDATE ir_module_module SET demo = true WHERE state = 'installed'"
            " RETURNING id"
        )
        changed = [row[0] for row in cursor.fetchall()]
        yield
        cursor.execute(
            "UPDATE ir_module_module SET demo = false WHERE id = ANY(%s)", (changed,)
        )


def _check_installed(odoo, name, modules, log):
    # odoo-bin ends with status 0 when a module's name is unknown.
    with open_cursor(odoo, name) as cursor:
        cursor.execute(
            "SELECT name FROM ir_module_module"
            " WHERE state = 'installed' AND name = ANY(%s)",
            (list(modules),),
        )
        installed = {row[0] for row in cursor.fetchall()}
    missing = [module for module in modules if module not in installed]
    if missing:
        raise CommandFailed(f"Odoo did not install {', '.join(missing)}; see {log}")


def _make_template(odoo, name):
    partial = f"{name}_partial"
    drop(odoo, partial)
    log = paths.logs() / "template.log"
    log.unlink(missing_ok=True)
    title = "Preparing a template database (French accounting)"
    with console.step(title, modules_loaded(log)):
        with open_cursor(odoo) as cursor:
            cursor.execute(
                f"CREATE DATABASE \"{partial}\" ENCODING 'unicode'"
                " LC_COLLATE 'C' TEMPLATE template0"
            )
        arguments = ["-d", partial, "-i", ",".join(MODULES), "--no-http"]
        commands.logged(
            "prepare the template database",
            odoo.command(
                *arguments, f"--load-language={LANGUAGE}", "--stop-after-init"
            ),
            log,
            env=odoo.environment(),
        )
        _check_installed(odoo, partial, MODULES, log)
        _rename(odoo, partial, name)


def _make_test_template(odoo, source, name):
    partial = f"{name}_partial"
    copy(odoo, source, partial)
    french_company.add(odoo, partial)
    _rename(odoo, partial, name)


def _rename(odoo, partial, name):
    with open_cursor(odoo) as cursor:
        cursor.execute(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')
    shutil.rmtree(_filestore(name), ignore_errors=True)
    if _filestore(partial).is_dir():
        _filestore(partial).rename(_filestore(name))


def _filestore(name):
    return paths.state() / "data" / "filestore" / name


@contextlib.contextmanager
def open_cursor(odoo, database="postgres"):
    """A psycopg2 cursor for the length of a ``with``, each statement committed at once.

    Raises DevError when PostgreSQL refuses.
    """
    import psycopg2

    connection = odoo.server.connect(database)
    with contextlib.closing(connection), connection.cursor() as cursor:
        try:
            yield cursor
        except psycopg2.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise DevError(f"PostgreSQL refused: {reason}") from error
