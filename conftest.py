# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What all test folders share under pytest."""

import importlib.machinery
import threading

import freezegun
import pytest
import stdnum
from hypothesis import HealthCheck, settings

from dev import watching

# Odoo imports stdnum through a hook of its own, whose loader cannot find the package's
# data files; stdnum.iban reads one.
stdnum.__spec__.loader = importlib.machinery.SourceFileLoader(
    stdnum.__name__, stdnum.__file__
)

# Where dates are frozen on the class, pytest's own clock must go on: without it every
# test lasts 0 s, and ``--durations`` shows none of the slow ones.
freezegun.configure(extend_ignore_list=["_pytest.timing", "dev.watching"])

#: What we write of ourselves to `make test`. Not for the processes of the tests.
PROGRESS = watching.Progress.wanted()

# A busy machine is slow to draw examples, and fails nothing.
settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


def pytest_collection_modifyitems(config, items):
    """Leave out tests of the real Urssaf: pytest-odoo does not know Odoo's tags."""
    external = [
        item
        for item in items
        if "external" in getattr(getattr(item, "cls", None), "test_tags", ())
    ]
    config.hook.pytest_deselected(items=external)
    items[:] = [item for item in items if item not in external]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """Load Odoo before the first test.

    pytest-odoo would do it in the set-up of the first test, whichever it is; where
    that test turns warnings into errors, it would fail for those of Odoo itself.
    """
    database = session.config.getoption("odoo_database", None)
    if database and not session.config.option.collectonly:
        from odoo.modules.registry import Registry
        from odoo.service.server import load_server_wide_modules

        # Tells Odoo that it loads for tests, as pytest-odoo itself does.
        threading.current_thread().testing = True
        load_server_wide_modules()
        Registry(database)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    PROGRESS.listen()


def pytest_runtest_logstart(nodeid):
    PROGRESS.tell("test", nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus):
    PROGRESS.tell("end", int(exitstatus))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """A thread that goes on and that nobody waits for must not keep the process."""
    session = config.pluginmanager.getplugin("session")
    if session is not None:
        watching.end_anyway(int(session.exitstatus))
