# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands in the way is said on one line, without a traceback."""

import errno
import os
import subprocess
import sys

import pytest

from dev import __main__ as cli
from dev import actions, commands, errors, paths

APT_OFFLINE = "W: Failed to fetch …  Temporary failure resolving 'mirror.example'"
PIP_OFFLINE = "NewConnectionError: Failed to establish a new connection: [Errno -2]"
GIT_OFFLINE = "fatal: unable to access: Could not resolve host: forge.example"


@pytest.mark.parametrize("output", [APT_OFFLINE, PIP_OFFLINE, GIT_OFFLINE])
def test_no_network(output):
    error = errors.explain_output("download Odoo", output)
    assert str(error).startswith("No network: could not download Odoo.")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "output",
    [
        "dpkg-deb: error: failed to write (No space left on device)",
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "ERROR: Could not install packages due to an OSError: [Errno 28] "
        "No space left on device",
    ],
)
def test_disk_full_is_not_taken_for_something_else(output):
    error = errors.explain_output("unpack Odoo", output)
    assert str(error).startswith("Disk full: could not unpack Odoo.")
    assert "\n" not in str(error)


def test_any_other_failure_keeps_the_last_words():
    error = errors.explain_output("read the index", "first\nE: the last words\n\n")
    assert str(error) == "Could not read the index: E: the last words"
    assert "first" in error.output


def test_a_missing_command_is_named(programs):
    with pytest.raises(errors.CommandFailed, match="dpkg-deb is not there"):
        commands.capture("unpack Odoo", ["dpkg-deb", "-x"])


def test_the_failure_of_a_command_is_explained(programs):
    programs("apt-get", f'echo "{APT_OFFLINE}" >&2; exit 100')
    with pytest.raises(errors.DevError, match="No network: could not update"):
        commands.capture("update", ["apt-get", "update"])


def test_a_logged_failure_names_the_log(tmp_path):
    log = tmp_path / "logs" / "x.log"
    with pytest.raises(errors.CommandFailed, match=f"status 3.*{log}") as caught:
        commands.logged("try", [sys.executable, "-c", "print(1); exit(3)"], log)
    assert caught.value.returncode == 3
    assert log.read_text() == "1\n"


def test_a_logged_failure_for_want_of_room_says_so(tmp_path):
    code = "print('psycopg2.errors.DiskFull: No space left on device'); exit(1)"
    command = [sys.executable, "-c", code]
    with pytest.raises(errors.DevError, match="Disk full: could not install it"):
        commands.logged("install it", command, tmp_path / "x.log")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (errors.DevError("Say this."), "Error: Say this.\n"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x"), "Error: Disk full:"),
        (
            PermissionError(errno.EACCES, "denied", "/x/y"),
            "Error: No right to write /x",
        ),
    ],
)
def test_the_command_line_says_it_on_one_line(monkeypatch, capsys, raised, said):
    def fail(_arguments):
        raise raised

    monkeypatch.setattr(actions, "stop", fail)
    assert cli.main(["stop"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert captured.err.count("\n") == 1


def test_a_fault_of_our_own_is_not_hidden(monkeypatch):
    def fail(_arguments):
        raise OSError(errno.EBADF, "a bug")

    monkeypatch.setattr(actions, "stop", fail)
    with pytest.raises(OSError, match="a bug"):
        cli.main(["stop"])


def test_every_command_has_an_action():
    assert all(callable(getattr(actions, name)) for name in cli.COMMANDS)


def test_unsupported_python_ends_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert cli.main(["setup"]) == 1
    assert "Unsupported Python 3.9" in capsys.readouterr().err


def test_a_wrong_odoo_home_ends_a_real_process_on_one_line(tmp_path):
    """From the outside: status 1, one line, no traceback."""
    blocker = tmp_path / "file"
    blocker.write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "dev", "database"],
        cwd=paths.ROOT,
        env=dict(os.environ, ODOO_HOME=str(blocker)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: ODOO_HOME={blocker} is not an Odoo")
    assert result.stderr.count("\n") == 1
