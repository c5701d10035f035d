# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a reader of one click has to follow, counted."""

import importlib.util

import pytest

from dev import trace
from dev.errors import DevError

TWO = "def two(): return 2\n"
ONE = """
from two import two
def one(): return [two() for _number in range(3)] and three()
def three(): return two()
"""


@pytest.fixture
def one(tmp_path, monkeypatch):
    """The function ``one``, of a file of its own, which calls into another."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "two.py").write_text(TWO)
    (tmp_path / "one.py").write_text(ONE)
    spec = importlib.util.spec_from_file_location("one", tmp_path / "one.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.one


def test_files_functions_and_changes_of_file(one, tmp_path):
    with trace.Tracer([tmp_path]) as tracer:
        one()
    # one → two (three times in a row), → three, which stands with one, → two again.
    assert tracer.count() == trace.Count(2, 3, changes=3, ways=3)


def test_what_is_not_ours_does_not_count(one, tmp_path):
    with trace.Tracer([tmp_path / "elsewhere"]) as tracer:
        one()
    assert tracer.count() == trace.Count(0, 0, 0, 0)


def test_the_table_has_the_figures_of_before(monkeypatch):
    monkeypatch.setattr(trace, "BEFORE", {"send": trace.Count(41, 228, 273, 90)})
    counts = {"send": trace.Count(20, 150, 100, 40), "enrol": trace.Count(1, 2, 3, 4)}
    _head, _rule, send, enrol = trace.table(counts).splitlines()
    assert send.endswith("| 41 → 20 | 228 → 150 | 273 → 100 | 90 → 40 |")
    assert enrol.endswith("| 1 | 2 | 3 | 4 |")


def test_an_unknown_flow_is_named():
    with pytest.raises(DevError, match="No such flow: walk. There are: send, enrol"):
        trace.run(["walk"])
