# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the test run itself, and of the lint."""

import re
import sys
import threading
import types

import freezegun
import pytest
from _pytest import timing

from dev import (
    commands,
    databases,
    lint,
    lots,
    odoo,
    odoo_source,
    odoo_wheels,
    paths,
    testing,
    venv,
)
from dev.errors import CommandFailed, DevError

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


@pytest.mark.parametrize("addon", paths.EVERY_ADDON)
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


def test_glue_add_ons_that_go_together_share_a_database(monkeypatch):
    """Each group in one of its own, with the wheels that it needs and no others."""
    runs = []
    monkeypatch.setattr(paths, "GLUE", {"glue_a": None, "glue_b": "b", "glue_c": "c"})
    monkeypatch.setattr(paths, "BESIDE", {"glue_c": ("beside",)})
    monkeypatch.setattr(lots, "GLUE_TOGETHER", (("glue_a",), ("glue_b", "glue_c")))
    monkeypatch.setattr(lots, "all_lots", list)
    monkeypatch.setattr(
        odoo_wheels, "folders", lambda group: (f"/{group}",) if group else ()
    )
    monkeypatch.setattr(
        testing, "_under_odoo", lambda *args, **kwargs: runs.append((args[1:], kwargs))
    )
    for job in testing._jobs(None, "with_ours"):
        if "glue" in job.name:
            job.run()
    (first, first_options), (second, second_options) = runs
    assert first[1:3] == (("glue_a",), "/glue_a")
    assert first_options == {"source": "with_ours", "wheels": []}
    assert second[1:3] == (("glue_b", "glue_c", "beside"), "/glue_b,/glue_c")
    assert second_options["wheels"] == ["/b", "/c"]
    assert first[0] != second[0]


def test_modules_of_wheels_are_found_by_odoo(tmp_path):
    source = odoo_source.OdooSource(tmp_path / "odoo-bin", None, (tmp_path,), "19.0")
    instance = odoo.Odoo(source, None)
    plain = instance.command("--version")
    assert not [word for word in plain if word.startswith("--addons-path")]
    (option,) = set(instance.command("--version", wheels=["/w"])) - set(plain)
    assert option == f"--addons-path={tmp_path},{paths.ROOT},/w"


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


def test_all_jobs_are_run_and_their_logs_returned(capsys):
    jobs = [testing.Job(name, lambda name=name: [f"{name}.log"]) for name in "abc"]
    assert sorted(testing.run_jobs(jobs)) == ["a.log", "b.log", "c.log"]
    assert capsys.readouterr().out.count("✓") == 3


def test_a_failed_job_does_not_stop_the_others(capsys):
    done = []

    def fails():
        raise DevError("1 failed, 3 passed; all it said is in x.txt")

    jobs = [
        testing.Job("bad", fails),
        testing.Job("good", lambda: done.append(1) or []),
    ]
    with pytest.raises(DevError, match="1 of 2 failed: bad"):
        testing.run_jobs(jobs, at_once=1)
    assert done == [1]
    assert "bad: 1 failed, 3 passed; all it said is in x.txt" in capsys.readouterr().err


def test_two_jobs_run_at_a_time():
    both = threading.Barrier(2, timeout=60)
    testing.run_jobs(
        [testing.Job(name, lambda: both.wait() and [] or []) for name in "ab"]
    )
    assert not both.broken


def test_an_interrupted_run_ends_what_runs(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(testing, "_end_children", ended.set)

    def interrupted():
        raise KeyboardInterrupt

    def until_ended():
        assert ended.wait(60)
        return []

    jobs = [testing.Job("a", interrupted), testing.Job("b", until_ended)]
    with pytest.raises(KeyboardInterrupt):
        testing.run_jobs(jobs, at_once=2)
    assert ended.is_set()


def test_the_failures_of_pytest_are_shown(tmp_path, capsys):
    text = tmp_path / "pytest-odoo-1.txt"
    text.write_text(
        "test_x.py .F [100%]\n=== FAILURES ===\nE  assert 0\n"
        "=== short test summary info ===\nFAILED test_x.py::test_y\n"
        "==== 1 failed, 1 passed in 2.00s ====\n"
    )
    with pytest.raises(DevError, match=f"^1 failed, 1 passed in 2.00s; .*{text}"):
        testing.check_pytest_result(1, text)
    said = capsys.readouterr().err
    assert said.startswith("=== FAILURES ===\nE  assert 0")
    text.write_text("INTERNALERROR: broken\n")
    with pytest.raises(DevError, match="status 3; all it said is in"):
        testing.check_pytest_result(3, text)
    assert "INTERNALERROR: broken" in capsys.readouterr().err


def test_the_result_of_pytest_is_said(tmp_path, capsys):
    text = tmp_path / "pytest-odoo-1.txt"
    text.write_text("====== 12 passed, 1 skipped in 61.20s (0:01:01) =======\n")
    testing.check_pytest_result(0, text)
    said = capsys.readouterr().out
    assert said == "  pytest-odoo-1: 12 passed, 1 skipped in 61.20s (0:01:01)\n"


def test_a_command_that_is_not_done_in_time_says_where_it_was(tmp_path):
    log = tmp_path / "x.log"
    code = "import time; print('Starting test_x'); time.sleep(600)"
    command = [sys.executable, "-uc", code]
    with pytest.raises(CommandFailed, match="in 0 minutes; see .*: Starting test_x"):
        commands.logged("install it", command, log, limit=3)


def test_what_the_installation_reads_makes_another_database(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    for addon in paths.ADDONS:
        (tmp_path / addon / "tests").mkdir(parents=True)
        (tmp_path / addon / "models.py").write_text("x = 1")
    seen = [databases._digest("base")]
    (tmp_path / paths.ADDON / "tests" / "test_x.py").write_text("changed")
    (tmp_path / paths.ADDON / "README.rst").write_text("changed")
    assert databases._digest("base") == seen[0]
    assert databases._digest("other base") not in seen
    for name, text in (("models.py", "x = 2"), ("fr.po", "msgid"), ("a.csv", "")):
        (tmp_path / paths.ADDON / name).write_text(text)
        assert databases._digest("base") not in seen
        seen.append(databases._digest("base"))
