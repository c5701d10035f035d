# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make test``: both runners, then the logs. Runs in the virtual environment.

The whole is cut into jobs (``dev/lots.py``), of which two run at a time, each with a
database of its own.
"""

import concurrent.futures
import contextlib
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from . import (
    commands,
    console,
    databases,
    logcheck,
    lots,
    odoo,
    odoo_wheels,
    paths,
    ports,
    processes,
    watching,
)
from .errors import CommandFailed, DevError

PYTEST_DATABASE = "urssaf_test"
ODOO_DATABASE = "urssaf_test_odoo"
GLUE_DATABASE = "urssaf_test_glue"
AT_ONCE = 2
#: Seconds after which a job is ended, whatever it does: a calm machine takes a tenth.
LIMIT = 3600
#: Seconds between two lines that say how far the jobs are.
HEARTBEAT = 60
#: Odoo's closing line.
_ODOO_RESULT = re.compile(
    r"(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<tests>\d+) tests"
)
#: What pytest says after its last test, without its ornaments.
_PYTEST_RESULT = re.compile(r"^=* *(.*\d+ (?:passed|failed|error).* in .*?) *=*$", re.M)
_SUMMARY = re.compile(r"^=+ (?:FAILURES|ERRORS|short test summary info) =+$", re.M)


class Job(NamedTuple):
    """A part of the whole run. ``run`` returns the logs to check, and raises DevError;
    ``text`` is the file that tells how far it is, if any."""

    name: str
    run: object
    text: Path = None


def run(arguments):
    """Run the whole suite. With ``arguments``, run pytest with them, and no more.

    Raises DevError if a test fails, if Odoo's runner finds no test, or if a log holds
    a warning of ours.
    """
    instance = odoo.prepare()
    if arguments:
        logcheck.need_clean(*_narrowed(instance, arguments))
    else:
        databases.template(instance, for_tests=True)
        source = databases.with_addons(instance)
        logs = run_jobs(_jobs(instance, source))
        _say_slowest()
        logcheck.need_clean(*logs)


def _narrowed(instance, arguments):
    """Run pytest with ``arguments`` in front of the person. Return the logs."""
    log = paths.logs() / "pytest.log"
    log.unlink(missing_ok=True)
    needs_odoo, wheels = lots.needs_odoo(arguments), ()
    if needs_odoo:
        databases.copy(instance, databases.with_addons(instance), PYTEST_DATABASE)
        wheels = _install_glue(instance, lots.glue(arguments))
    command = pytest_command(
        instance, PYTEST_DATABASE if needs_odoo else None, log, arguments
    )
    if wheels:
        folders = odoo.addons_path(instance.source, wheels)
        command.append(f"--odoo-addons-path={folders}")
    environment = odoo_wheels.with_packages(instance, wheels).environment()
    with console.step("pytest"):
        status = commands.shown(command, env=environment, cwd=paths.ROOT)
    if status:
        where = f" Odoo's log: {log}" if needs_odoo else ""
        raise DevError(f"pytest failed (status {status}).{where}")
    # Some arguments (--collect-only) never come to logging.
    return [log] if log.exists() else []


def _install_glue(instance, addons):
    """Install the glue add-ons whose tests are wanted. Return the folders of wheels."""
    wheels = [w for addon in addons for w in odoo_wheels.folders(paths.GLUE[addon])]
    if addons:
        with console.step(f"Installing {', '.join(addons)}"):
            beside = [b for addon in addons for b in paths.BESIDE.get(addon, ())]
            databases.install(
                instance, PYTEST_DATABASE, [*addons, *beside], wheels=wheels
            )
    return wheels


def pytest_command(instance, database, log, arguments):
    """The command line of pytest, with Odoo on ``database`` if there is one."""
    if not database:
        return [sys.executable, "-m", "pytest", "-p", "no:odoo", *arguments]
    return [
        *(sys.executable, "-m", "pytest", "--odoo-http"),
        f"--odoo-database={database}",
        f"--odoo-config={instance.config_file}",
        "--odoo-log-level=info",
        f"--odoo-extra=logfile={log}",
        *arguments,
    ]


def _jobs(instance, source):
    """The jobs of the whole run, the longest first; ``source`` has the add-ons."""
    jobs = [_lot_job(instance, source, lot) for lot in lots.all_lots()]
    jobs.insert(1, Job("Odoo's own test runner", lambda: [_odoo_runner(instance)]))
    jobs += [_glue_job(instance, source, addons) for addons in lots.GLUE_TOGETHER]
    return jobs


def run_jobs(jobs, at_once=AT_ONCE):
    """Run ``jobs``, some at a time, and return the logs that they name.

    All are run, whatever fails; raises DevError naming those that failed. When we are
    interrupted, what runs is ended.
    """
    failures, logs = {}, []
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(_run_job, job): job for job in jobs}
        try:
            for future in _as_they_end(running):
                try:
                    logs += future.result()
                except DevError as error:
                    failures[running[future].name] = str(error)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end_children()
            raise
    if failures:
        for name, why in failures.items():
            console.complain(f"{name}: {why}")
        raise DevError(f"{len(failures)} of {len(jobs)} failed: {', '.join(failures)}.")
    return logs


def _as_they_end(running):
    """Yield each future once it is done; say now and then how far the others are."""
    waiting = set(running)
    while waiting:
        done, waiting = concurrent.futures.wait(
            waiting, HEARTBEAT, concurrent.futures.FIRST_COMPLETED
        )
        yield from done
        if not done:
            under_way = [running[future] for future in waiting if future.running()]
            console.say("  … " + ", ".join(map(_how_far, under_way)))


def _how_far(job):
    return f"{job.name} {watching.percent(job.text)} %" if job.text else job.name


def _run_job(job):
    with console.step(job.name):
        return job.run()


def _end_children():
    for pid in processes.children(os.getpid(), sys.executable):
        processes.terminate(pid)


def _lot_job(instance, source, lot):
    text = paths.logs() / f"pytest-{lot.name}.txt"
    return Job(
        f"pytest {lot.name}", lambda: _run_lot(instance, source, lot, text), text
    )


def _run_lot(instance, source, lot, text):
    """Run a lot in a process and a database of its own. Return the logs to check."""
    log = paths.logs() / f"pytest-{lot.name}.log"
    log.unlink(missing_ok=True)
    database = f"{PYTEST_DATABASE}_{lot.name.replace('-', '_')}" if lot.odoo else None
    logs = [log] if lot.odoo else []
    if lot.alone:
        databases.create(instance, database, for_tests=True)
        logs.append(databases.install(instance, database, (lot.alone,), demo=True))
    elif database:
        databases.copy(instance, source, database)
    # pytest's usual cache is for the person who narrows the run.
    cache = paths.state() / "run" / f"pytest-{lot.name}.cache"
    arguments = ["-o", f"cache_dir={cache}", *lot.files]
    command = pytest_command(instance, database, log, arguments)
    progress = watching.Progress(_progress(lot))
    status, remark = watching.run(
        command, text, progress, env=instance.environment(), limit=LIMIT
    )
    if remark:
        console.complain(f"pytest {lot.name}: {remark}")
    check_pytest_result(status, text)
    if database:
        databases.drop(instance, database)
    return logs


def _progress(lot):
    return paths.state() / "run" / f"pytest-{lot.name}.progress"


def check_pytest_result(status, text):
    """Raise DevError, after printing the failures, unless pytest was content."""
    said = text.read_text(encoding="utf-8", errors="replace")
    results = _PYTEST_RESULT.findall(said)
    if status:
        summary = _SUMMARY.search(said)
        console.complain(said[summary.start() :] if summary else said[-20_000:])
        result = results[-1] if results else f"status {status}"
        raise DevError(f"{result}; all it said is in {text}")
    console.say(f"  {text.stem}: {results[-1] if results else 'no result'}")


def _say_slowest(count=10):
    """Name the slowest test files: what ``lots.SLOW`` must know."""
    seconds = {}
    for lot in lots.all_lots():
        seconds |= watching.Progress(_progress(lot)).seconds()
    slowest = sorted(seconds, key=seconds.get, reverse=True)[:count]
    console.say("  The slowest files:")
    for name in slowest:
        console.say(f"    {seconds[name]:5.0f} s  {name}")


def _odoo_runner(instance):
    """Install the add-ons with their demo data, under Odoo's own test runner."""
    return _under_odoo(
        instance, ODOO_DATABASE, paths.ADDONS, lots.odoo_tags(), "odoo-runner"
    )


def _glue_job(instance, source, addons):
    """Glue add-ons come into a database that has ours, with what they are for."""
    return Job(", ".join(addons), lambda: [_run_glue(instance, source, addons)])


def _run_glue(instance, source, addons):
    wheels = [w for addon in addons for w in odoo_wheels.folders(paths.GLUE[addon])]
    beside = [module for addon in addons for module in paths.BESIDE.get(addon, ())]
    return _under_odoo(
        instance,
        f"{GLUE_DATABASE}_{1 + lots.GLUE_TOGETHER.index(addons)}",
        (*addons, *beside),
        ",".join(f"/{addon}" for addon in addons),
        f"glue-{addons[0]}",
        source=source,
        wheels=wheels,
    )


def _under_odoo(instance, database, modules, tags, name, source=None, wheels=()):
    """Install ``modules`` under Odoo's runner: with their demo data in a fresh
    database, or as they are in a copy of ``source``. Return the log.
    """
    log = paths.logs() / f"{name}.log"
    arguments = [
        f"--test-tags={tags}",
        f"--http-port={ports.any_free()}",
        f"--screenshots={paths.state() / 'screenshots'}",
    ]
    if source:
        databases.copy(instance, source, database)
    else:
        databases.create(instance, database, for_tests=True)
    try:
        databases.install(
            instance,
            database,
            modules,
            demo=not source,
            log=log,
            arguments=arguments,
            limit=LIMIT,
            wheels=wheels,
        )
    except CommandFailed:
        with contextlib.suppress(FileNotFoundError):
            if _ODOO_RESULT.search(log.read_text(encoding="utf-8")):
                check_odoo_result(log)  # says it better
        raise
    check_odoo_result(log)
    databases.drop(instance, database)
    return log


def check_odoo_result(log):
    """Raise DevError unless the log tells of tests, all of them good."""
    found = list(_ODOO_RESULT.finditer(log.read_text(encoding="utf-8")))
    result = (
        {name: int(n) for name, n in found[-1].groupdict().items()} if found else {}
    )
    if not result.get("tests"):
        raise DevError(f"Odoo's own runner ran no test; see {log}")
    if result["failed"] or result["errors"]:
        raise DevError(f"Odoo's own runner: {found[-1][0]}; see {log}")
    console.say(f"  Odoo's own runner: {result['tests']} tests, all good.")
