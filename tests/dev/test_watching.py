# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A pytest process beside others: its result is known, and it ends."""

import sys

import pytest

from dev import watching
from dev.errors import CommandFailed


@pytest.fixture
def started(tmp_path):
    """Run pytest, with our conftest as a plugin, over a file of the given text."""

    def start(text, **options):
        file = tmp_path / "test_example.py"
        file.write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:odoo", file]
        command += ["-p", "no:cacheprovider", f"--confcutdir={tmp_path}"]
        command += ["-p", "conftest", f"--rootdir={tmp_path}"]
        progress = watching.Progress(tmp_path / "one.progress")
        said = tmp_path / "said.txt"
        return watching.run(command, said, progress, **options), said, progress

    return start


def test_a_passing_and_a_failing_process(started):
    (status, remark), said, progress = started("def test_one(): assert 1\n")
    assert (status, remark) == (0, "")
    assert "1 passed" in said.read_text()
    assert watching.percent(said) == 100
    assert progress.running().endswith("test_one")
    assert progress.status() == 0
    [(file, seconds)] = progress.seconds().items()
    assert file.endswith("test_example.py")
    assert seconds >= 0
    (status, remark), said, _progress = started("def test_one(): assert 0\n")
    assert (status, remark) == (1, "")


WAITS = """
import time
from dev import watching
def waits():
    time.sleep(600)
progress = watching.Progress.wanted()
progress.listen()
progress.tell("test", "test_x.py::test_waits")
waits()
"""


def test_a_process_that_does_not_come_to_its_end_is_ended(tmp_path):
    """Whatever its tests are waiting for: the test is named, and where it stood."""
    progress = watching.Progress(tmp_path / "one.progress")
    with pytest.raises(CommandFailed) as caught:
        watching.run(
            [sys.executable, "-c", WAITS], tmp_path / "said", progress, limit=10
        )
    assert "not done after 0 minutes, in test_x.py::test_waits;" in str(caught.value)
    assert str(progress.stacks) in str(caught.value)
    assert "in waits" in progress.stacks.read_text()


THREAD = """
import threading
def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, name="left").start()
"""


def test_a_process_kept_by_a_thread_is_ended_with_its_result(started):
    (status, remark), said, progress = started(THREAD, to_end=2)
    assert status == 0
    assert "1 passed" in said.read_text()
    assert "had to be killed 2 s after its last test" in remark
    assert "threading.py" in progress.stacks.read_text()


@pytest.mark.parametrize("status", [0, 3])
def test_a_process_ends_itself_when_a_thread_keeps_it(tmp_path, status):
    code = (
        "import threading; from dev import watching; "
        "threading.Thread(target=threading.Event().wait, name='left').start(); "
        f"watching.end_anyway({status}, seconds=0.2)"
    )
    said = tmp_path / "said.txt"
    progress = watching.Progress(tmp_path / "one.progress")
    found = watching.run([sys.executable, "-c", code], said, progress, limit=60)
    assert found == (status, "")
    assert "This thread does not end: <Thread(left" in said.read_text()


def test_the_progress_is_for_one_process_only(monkeypatch, tmp_path):
    monkeypatch.setenv(watching.VARIABLE, str(tmp_path / "mine"))
    assert watching.Progress.wanted().path == tmp_path / "mine"
    unwanted = watching.Progress.wanted()
    unwanted.tell("test", "x")
    assert unwanted.lines() == []
