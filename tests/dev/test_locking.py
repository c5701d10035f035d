# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One process at a time."""

import os
import subprocess
import sys

import pytest

from dev import __main__ as cli
from dev import actions, locking, paths
from dev.errors import DevError

HOLDER = """
import sys
from pathlib import Path
from dev import locking
with locking.exclusive_or_fail(Path(sys.argv[1]), "busy"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock file; returns (lock, process)."""
    lock = tmp_path / "some.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        cwd=paths.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout.readline() == b"held\n"
        yield lock, process
        process.kill()


def test_a_second_instance_is_told_who_is_there(holder):
    lock, process = holder
    message = "already running (pid {pid})"
    with pytest.raises(DevError) as caught:
        with locking.exclusive_or_fail(lock, message):
            pytest.fail("two hold the lock")
    assert str(caught.value) == f"already running (pid {process.pid})"


def test_the_lock_is_free_again_once_its_holder_was_killed(holder):
    lock, process = holder
    process.kill()
    process.wait()
    with locking.exclusive_or_fail(lock, "busy"):
        assert lock.read_text() == str(os.getpid())


def test_a_waiting_process_says_what_it_waits_for(holder, capsys):
    lock, process = holder
    process.stdin.close()  # ends the holder, soon
    with locking.exclusive(lock, "fetching Odoo"):
        assert process.wait() == 0
    said = capsys.readouterr().out
    assert said in ("", "Another process is busy (fetching Odoo); waiting for it.\n")


def test_make_test_does_not_run_twice(monkeypatch, state, capsys):
    monkeypatch.setattr(cli, "_enter_environment", lambda argv: None)
    runs = []

    def again(_arguments):
        runs.append(1)
        return cli.main(["test"]) if len(runs) == 1 else 0

    monkeypatch.setattr(actions, "test", again)
    assert cli.main(["test"]) == 1
    assert len(runs) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: `make test` is already running in this checkout")
    assert f"(pid {os.getpid()})" in said
    assert said.count("\n") == 1
