# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What all test folders share under pytest."""


def pytest_collection_modifyitems(config, items):
    """Leave out tests of the real Urssaf: pytest-odoo does not know Odoo's tags."""
    external = [
        item
        for item in items
        if "external" in getattr(getattr(item, "cls", None), "test_tags", ())
    ]
    config.hook.pytest_deselected(items=external)
    items[:] = [item for item in items if item not in external]
