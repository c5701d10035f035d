# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A worker of Odoo whose clock is ahead::

python -m tests.end_to_end.worker CONFIG DATABASE MINUTES_AHEAD JOB [JOB …]
"""

import sys
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tools import config

#: For all that one action does.
SECONDS = 600


def main(config_file, database, minutes, *jobs):
    """Run these scheduled actions of ours, one after the other."""
    config.parse_config(["--config", config_file], setup_logging=True)
    now = fields.Datetime.now() + timedelta(minutes=float(minutes))
    with (
        patch.object(fields.Datetime, "now", staticmethod(lambda *_args: now)),
        Registry(database).cursor() as cr,
    ):
        for job in jobs:
            # As Odoo runs it: nobody waits, and there is time.
            context = {"cron_end_time": time.monotonic() + SECONDS}
            env = api.Environment(cr, SUPERUSER_ID, context)
            action = env.ref(f"urssaf_avance_immediate.cron_{job}")
            action.ir_actions_server_id.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
