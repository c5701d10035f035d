# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The front page: it renders, its links lead somewhere, its commands work.

Each shell command of ``README.rst`` is run here, or by CI, or is a target that ``make
help`` lists; any other one fails, until somebody says here how it is proven.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import docutils.core
import docutils.nodes
import docutils.utils
import pytest

from dev import coexistence, odoo_source, odoo_wheels, paths
from dev.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.rst", *(ROOT / a / "README.rst" for a in paths.EVERY_ADDON))
MARKDOWN = sorted((ROOT / "docs").rglob("*.md"))
#: Harmless in a copy of the checkout, without Odoo.
RUN_IN_A_COPY = ("help", "stop", "clean")
OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ProxyError|ConnectTimeout"
)


def parse(page):
    """The document tree. Raises docutils.utils.SystemMessage on a warning."""
    return docutils.core.publish_doctree(
        page.read_text(encoding="utf-8"),
        source_path=str(page),
        settings_overrides={"halt_level": 2, "report_level": 2},
    )


def shell_commands():
    """The lines of the ``sh`` blocks of the front page, in order."""
    blocks = parse(PAGES[0]).findall(docutils.nodes.literal_block)
    texts = [block.astext() for block in blocks if "sh" in block["classes"]]
    return [line.strip() for text in texts for line in text.splitlines() if line]


SHELL = shell_commands()
MAKE = [command for command in SHELL if command.startswith("make ")]
PIP = [command for command in SHELL if command.startswith("pip ")]


def target(command):
    """The target of a ``make`` command."""
    return shlex.split(command)[1]


def run(command, cwd, **env):
    """Run a command of the page as it is written; return the finished process."""
    inherited = {
        # Another make may have started us: ours is not a part of it.
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "URSSAF_", "PYTHONPATH"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        shlex.split(command),
        cwd=cwd,
        env={**inherited, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


# -- the pages ---------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_renders_without_a_warning(page):
    assert parse(page).next_node(docutils.nodes.section) is not None
    assert list(parse(page).findall(docutils.nodes.system_message)) == []


def test_a_warning_is_noticed(tmp_path):
    page = tmp_path / "page.rst"
    page.write_text("Title\n====\n\ntext", encoding="utf-8")
    with pytest.raises(docutils.utils.SystemMessage):
        parse(page)


def test_rst_links_and_pictures_exist():
    tree = parse(PAGES[0])
    links = [node["refuri"] for node in tree.findall(docutils.nodes.reference)]
    links += [node["uri"] for node in tree.findall(docutils.nodes.image)]
    local = [link for link in links if "://" not in link]
    assert "docs/images/invoice.png" in local
    assert [link for link in local if not (ROOT / link).is_file()] == []


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.name)
def test_markdown_links_exist(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).is_file()] == []


def test_the_modules_of_others_stand_with_their_versions():
    """The table of what ``make test ARGS=coexistence`` covers, against the pins."""
    page = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    section = page.partition("## Beside other modules")[2].partition("\n## ")[0]
    pins = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = dict(re.findall(r'"odoo-addon-([\w-]+)==([\d.]+)"', pins))
    for module in coexistence.OCA:
        assert f"`{module}`" in section
        assert found[module.replace("_", "-")] in section
    for module in coexistence.CORE:
        assert f"`{module}`" in section


def test_pictures_are_light():
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size > 250_000] == []


# -- the commands ------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What ``make`` needs, away from the databases and servers of this checkout."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("dev", *paths.EVERY_ADDON):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


@pytest.fixture(scope="module")
def listed(copy):
    """The targets that ``make help`` lists."""
    done = run("make help", copy)
    assert not done.returncode, done.stderr
    return set(re.findall(r"^  make (\w+)", done.stdout, re.MULTILINE))


def test_the_page_has_commands():
    assert {"make demo", "make test"} <= set(MAKE)
    assert len(PIP) == 2


def test_no_unknown_command():
    assert [c for c in SHELL if c not in MAKE and c not in PIP] == []


@pytest.mark.parametrize("command", MAKE)
def test_make_target_is_listed_and_leads_to_its_command(command, listed, copy):
    name = target(command)
    assert name in listed
    done = run(command.replace("make ", "make -n ", 1), copy)
    assert not done.returncode, done.stderr
    if name != "help":
        assert name in COMMANDS
        assert f"-m dev {name}" in done.stdout


def test_ci_runs_what_the_page_calls_tests_and_lint():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert {"make lint", "make test"} <= set(lines)


def test_make_targets_in_the_text_are_listed(listed):
    named = re.findall(r"``make (\w+)``", PAGES[0].read_text(encoding="utf-8"))
    assert named
    assert set(named) <= listed


@pytest.mark.parametrize(
    "command", [command for command in MAKE if target(command) in RUN_IN_A_COPY]
)
def test_harmless_make_commands_run(command, copy):
    done = run(command, copy, XDG_CACHE_HOME=str(copy / "cache"))
    assert not done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheels(copy):
    """The wheels that the first pip command of the page makes, by add-on."""
    done = run(PIP[0], copy)
    if done.returncode and OFFLINE.search(done.stdout + done.stderr):
        pytest.skip("No network: pip cannot fetch whool, which builds the wheels.")
    assert not done.returncode, done.stdout + done.stderr
    made = list((copy / "dist").glob("*.whl"))
    found = {
        addon: wheel
        for addon in paths.EVERY_ADDON
        for wheel in made
        if wheel.name.startswith(f"odoo_addon_{addon}-")
    }
    assert len(made) == len(found) == len(paths.EVERY_ADDON)
    return found


@pytest.mark.parametrize("addon", paths.EVERY_ADDON)
def test_wheel_holds_the_add_on(addon, wheels):
    inside = f"odoo/addons/{addon}/"
    with zipfile.ZipFile(wheels[addon]) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()
    wanted = ("__manifest__.py", "i18n/fr.po", "static/description/icon.png")
    assert [name for name in wanted if inside + name not in names] == []
    assert (ROOT / addon / "README.rst").read_text(encoding="utf-8").strip() in text
    if addon == paths.ADDON:
        assert "Requires-Dist: pydantic" in text
        assert re.search(r"^Requires-Dist: odoo.addon.l10n.fr.home.serv", text, re.M)


#: Odoo finds what pip has installed beside its add-ons path, which stays as it is.
LOAD = """
import sys
from odoo.tools import config
config.parse_config(["--addons-path", sys.argv[1]])
from odoo.modules.module import Manifest
for addon in sys.argv[2:]:
    __import__(f"odoo.addons.{addon}")
    print(Manifest.for_addon(addon).path)
"""


def test_wheels_install_and_load_together(wheels, copy, tmp_path):
    done = run(PIP[1], copy, PIP_TARGET=str(tmp_path))
    assert not done.returncode, done.stdout + done.stderr
    source = odoo_source.ensure()
    # The module of others from which an add-on of ours imports.
    jobs = odoo_wheels.folders(paths.GLUE[f"{paths.ADDON}_queue_job"])
    core = ",".join(map(str, [*source.addons, *jobs]))
    found = [tmp_path, source.python_path, *(folder.parents[1] for folder in jobs)]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, core, *paths.EVERY_ADDON],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, found))},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert not done.returncode, done.stderr
    installed = [str(tmp_path / "odoo" / "addons" / a) for a in paths.EVERY_ADDON]
    assert done.stdout.splitlines() == installed
