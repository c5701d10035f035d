# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pins, virtual environments, and the programs only the system can bring."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev import commands, paths, pins, system_packages, venv
from dev.errors import DevError

PINNED = re.compile(r"^[\w.-]+==[\w.]+(; .+)?$")


@pytest.mark.parametrize("group", ["run", "lint"])
def test_everything_is_pinned_to_one_version(group):
    lines = pins.requirements(group)
    assert [line for line in lines if not PINNED.match(line)] == []
    named = [re.split("==", line)[0].lower() for line in lines if ";" not in line]
    assert len(named) == len(set(named))


def test_groups_include_others():
    run = set(pins.requirements("run"))
    for group in ("odoo", "postgres", "addon", "sandbox", "test"):
        assert run.issuperset(pins.requirements(group))


@pytest.mark.parametrize("version", [(2, 7), (3, 9), (3, 14)])
def test_unsupported_python(version):
    with pytest.raises(DevError, match="Odoo 19 needs 3.10 to 3.13") as caught:
        venv.check_python(version)
    assert f"Unsupported Python {version[0]}.{version[1]}" in str(caught.value)


@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_supported_python(minor):
    assert venv.OLDEST <= (3, minor) <= venv.NEWEST
    assert venv.check_python((3, minor)) is None


@pytest.mark.parametrize("value", ["", "relative/cache"])
def test_a_cache_folder_that_is_no_path_is_ignored(monkeypatch, tmp_path, value):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert paths.cache() == tmp_path / ".cache/urssaf-avance-immediate"


def test_each_list_of_pins_has_a_folder_of_its_own(cache, monkeypatch):
    before = venv.folder("run")
    assert before.parent == cache / "venvs"
    assert venv.folder("run") == before
    monkeypatch.setattr(pins, "requirements", lambda group: ["x==1"])
    assert venv.folder("run") != before


class FakePip:
    """Takes the place of the commands that make an environment."""

    def __init__(self, monkeypatch):
        self.runs = []
        self.error = None
        monkeypatch.setattr(commands, "capture", self)

    def __call__(self, what, command, env=None, cwd=None):
        self.runs.append([str(part) for part in command])
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)
        elif self.error:
            raise self.error


def test_an_environment_is_made_once(cache, monkeypatch):
    pip = FakePip(monkeypatch)
    python = venv.ensure("lint")
    assert python == venv.folder("lint") / "bin/python"
    assert len(pip.runs) == 2
    wanted = (venv.folder("lint") / "requirements.txt").read_text().splitlines()
    assert wanted == pins.requirements("lint")
    venv.ensure("lint")
    assert len(pip.runs) == 2


def test_an_unfinished_environment_is_made_again(cache, monkeypatch):
    pip = FakePip(monkeypatch)
    pip.error = DevError("No network")
    with pytest.raises(DevError, match="No network"):
        venv.ensure("lint")
    leftover = venv.folder("lint") / "half-installed"
    leftover.touch()
    pip.error = None
    venv.ensure("lint")
    assert not leftover.exists()
    assert (venv.folder("lint") / venv.MARKER).exists()


def test_a_missing_program_without_root_says_what_to_type(programs, ordinary_user):
    programs("chromium")
    programs("apt-get", "exit 99")
    with pytest.raises(DevError) as caught:
        system_packages.need_programs("run the browser tests")
    assert str(caught.value) == (
        "Missing system package wkhtmltopdf, needed to run the browser tests. "
        "Type: sudo apt-get install --no-install-recommends -y wkhtmltopdf"
    )


def test_a_sudo_that_asks_for_a_password_does_not_count(programs, ordinary_user):
    programs("sudo", '[ "$1" = -n ] && exit 1')
    programs("apt-get", "exit 99")
    with pytest.raises(DevError, match="packages chromium and wkhtmltopdf, needed to"):
        system_packages.need_programs("work")


def test_the_programs_are_installed_where_sudo_lets_us(
    programs, ordinary_user, tmp_path
):
    calls = tmp_path / "calls"
    programs("sudo", f'[ "$1" = -n ] && shift; echo "$@" >> {calls}')
    programs("apt-get")
    system_packages.need_programs("work")
    assert calls.read_text().splitlines() == [
        "true",
        "apt-get -qq update",
        "apt-get install --no-install-recommends -y chromium wkhtmltopdf",
    ]


def test_a_stale_package_index_does_not_stop_the_installation(
    programs, ordinary_user, tmp_path
):
    """One broken third-party source makes `update` fail, not `install`."""
    calls = tmp_path / "calls"
    programs("sudo", f'shift; echo "$@" >> {calls}; [ "$3" != update ]')
    programs("apt-get")
    system_packages.need_programs("work")
    assert calls.read_text().splitlines()[-1].endswith("chromium wkhtmltopdf")


def test_nothing_is_installed_that_is_there(programs, ordinary_user, tmp_path):
    calls = tmp_path / "calls"
    for installer in ("sudo", "apt-get"):
        programs(installer, f'echo "$@" >> {calls}')
    programs("chromium")
    programs("wkhtmltopdf")
    system_packages.need_programs("work")
    assert not calls.exists()


def test_missing_programs_can_be_a_note_only(programs, ordinary_user, capsys):
    system_packages.offer_programs("print invoices")
    said = capsys.readouterr().out
    assert "Type: sudo apt-get install" in said
    assert "Going on without" in said


def test_a_python_without_venv_says_what_to_type(monkeypatch, programs, ordinary_user):
    monkeypatch.setattr(system_packages.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DevError, match="Type: sudo apt-get install .*python3-venv"):
        system_packages.need_venv_module()


def test_the_first_floor_needs_the_standard_library_only():
    """What runs before the environment exists must not import anything from it."""
    modules = "__main__ actions apt cleaning commands lint odoo_source pins venv"
    code = "; ".join(f"import dev.{name}" for name in modules.split())
    isolated = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path[:0]=['.']; {code}",
    ]
    result = subprocess.run(
        isolated,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
