# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The French company of the tests, made once with its chart of accounts.

Odoo's accounting tests make one per class, which takes seconds each time; ours take
this one (``l10n_fr_home_services/tests/cases.py``). Runs in a process of its own, for
it imports Odoo.
"""

import sys

from . import commands, console, paths

#: The name that Odoo's own accounting tests give to theirs.
NAME = "company_1_data"


def add(odoo, database):
    """Make the company in ``database``, which has the French accounting."""
    with console.step("Making the French company of the tests"):
        commands.capture(
            "make the company of the tests",
            [sys.executable, "-m", __name__, odoo.config_file, database],
            env=odoo.environment(),
            cwd=paths.ROOT,
        )


def _make(config_file, database):
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["--config", config_file])
    with Registry(database).cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        france = env.ref("base.fr")
        company = env["res.company"].create(
            {
                "name": NAME,
                "country_id": france.id,
                "currency_id": france.currency_id.id,
            }
        )
        charts = env["account.chart.template"]
        chart = charts._guess_chart_template(france)
        charts.try_loading(chart, company=company, install_demo=False)
        company.currency_id = france.currency_id
        # Odoo lets whoever makes a company into it.
        env.user.company_ids -= company


if __name__ == "__main__":
    _make(*sys.argv[1:])
