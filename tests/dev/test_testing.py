# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the test run itself, and of the lint."""

import re
import types

import freezegun
import pytest
from _pytest import timing

from dev import commands, lint, paths, testing, venv
from dev.errors import DevError

STAMP = "2026-11-21 23:40:55,233 6679"
RESULT = "0 failed, 0 error(s) of {} tests when loading database 'x'"


def odoo_log(tmp_path, *messages):
    log = tmp_path / "odoo.log"
    lines = [f"{STAMP} INFO x odoo.tests.result: {message}" for message in messages]
    log.write_text("\n".join(lines))
    return log


def test_odoos_runner_passed(tmp_path, capsys):
    testing.check_odoo_result(odoo_log(tmp_path, RESULT.format(12)))
    assert "12 tests, all good" in capsys.readouterr().out


@pytest.mark.parametrize("messages", [[], [RESULT.format(0)]])
def test_no_test_at_all_is_a_failure(tmp_path, messages):
    with pytest.raises(DevError, match="ran no test"):
        testing.check_odoo_result(odoo_log(tmp_path, *messages))


@pytest.mark.parametrize("bad", ["1 failed, 0 error(s)", "0 failed, 2 error(s)"])
def test_a_failed_test_is_a_failure(tmp_path, bad):
    log = odoo_log(tmp_path, f"{bad} of 12 tests when loading database 'x'")
    with pytest.raises(DevError, match=re.escape(bad)):
        testing.check_odoo_result(log)


@pytest.mark.parametrize("addon", paths.ADDONS)
def test_every_test_module_of_the_addon_is_imported(addon):
    """Odoo's runner sees only what tests/__init__.py imports; pytest sees all."""
    folder = paths.ROOT / addon / "tests"
    init = (folder / "__init__.py").read_text(encoding="utf-8")
    imported = set(re.findall(r"\btest_\w+", init))
    present = {path.stem for path in folder.glob("test_*.py")}
    assert present, "the add-on has no test"
    assert imported == present


def test_external_tests_are_left_out(pytestconfig):
    plugin = pytestconfig.pluginmanager
    (conftest,) = [
        module
        for module in plugin.get_plugins()
        if getattr(module, "__file__", None) == str(paths.ROOT / "conftest.py")
    ]
    external = types.SimpleNamespace(
        cls=types.SimpleNamespace(test_tags={"external", "post_install"})
    )
    usual = types.SimpleNamespace(cls=types.SimpleNamespace(test_tags={"standard"}))
    plain = types.SimpleNamespace(cls=None)
    items, deselected = [usual, external, plain], []
    hook = types.SimpleNamespace(
        pytest_deselected=lambda items: deselected.extend(items)
    )
    conftest.pytest_collection_modifyitems(types.SimpleNamespace(hook=hook), items)
    assert items == [usual, plain]
    assert deselected == [external]


def test_pre_commit_runs_the_same_checks_as_make_lint():
    text = (paths.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    hooks = re.findall(r"- id: (\S+)\n.*\n +entry: python3 -m dev lint (\S+)\n", text)
    assert {name for name, _check in hooks} == set(lint.checks())
    assert all(name == check for name, check in hooks)
    assert text.count("- id: ") == len(hooks)


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Fake lint tools; returns the list of runs and a set of failing programs."""
    runs, failing = [], set()
    monkeypatch.setattr(venv, "ensure", lambda group: tmp_path / "bin" / "python")

    def shown(command, env=None, cwd=None):
        runs.append(command[0].name)
        return int(command[0].name in failing)

    monkeypatch.setattr(commands, "shown", shown)
    return runs, failing


def test_lint_runs_every_check_even_after_a_failure(tools):
    runs, failing = tools
    failing.add("ruff")
    with pytest.raises(DevError, match="Lint failed: ruff-format, ruff-check."):
        lint.run()
    assert runs[:4] == ["ruff", "ruff", "pylint", "oca-checks-odoo-module"]


def test_lint_runs_the_named_check_only(tools):
    lint.run(["pylint-odoo"])
    assert tools[0] == ["pylint"]


def test_lint_refuses_an_unknown_name(tools):
    with pytest.raises(DevError, match="No such check: rufff"):
        lint.run(["rufff"])


def test_frozen_dates_leave_pytest_its_clock():
    """Otherwise ``--durations`` shows no test of a class whose dates are frozen."""
    clock = timing.perf_counter
    with freezegun.freeze_time("2026-03-16"):
        assert timing.perf_counter is clock
