# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What all test folders share under pytest."""

import threading

import pytest


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
