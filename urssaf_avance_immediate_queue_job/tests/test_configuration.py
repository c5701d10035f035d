# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The configuration that the README gives is one with which jobs are run; and whether
somebody runs them.
"""

import configparser
import re
import time
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools.config import DEFAULT_SERVER_WIDE_MODULES

from odoo.addons.queue_job.jobrunner import runner
from odoo.addons.queue_job.jobrunner.channels import ChannelManager

from ..models import jobs

README = Path(__file__).parents[1] / "README.rst"


@tagged("post_install", "-at_install")
class TestConfiguration(TransactionCase):
    def setUp(self):
        super().setUp()
        page = README.read_text(encoding="utf-8")
        [block] = re.findall(r"code-block:: ini\n\n((?:    .*\n|\n)+)", page)
        self.settings = configparser.ConfigParser()
        self.settings.read_string(re.sub("^    ", "", block, flags=re.M))

    def test_odoo_loads_what_it_does_by_itself_and_the_job_runner(self):
        loaded = self.settings["options"]["server_wide_modules"].split(",")
        self.assertEqual(loaded, [*DEFAULT_SERVER_WIDE_MODULES, "queue_job"])

    def test_our_channel_leaves_workers_for_the_people(self):
        manager = ChannelManager()
        manager.simple_configure(self.settings["queue_job"]["channels"])
        ours = manager.get_channel_by_name(jobs.CHANNEL).capacity
        every = manager.get_channel_by_name("root").capacity
        self.assertGreater(every, ours)
        self.assertGreater(int(self.settings["options"]["workers"]), every)

    def test_a_job_runner_is_seen_while_it_is_connected(self):
        # Where pytest serves pages, OCA's own runner is there too: another lock.
        lock = runner.PG_ADVISORY_LOCK_ID ^ 5
        for module in (jobs, runner):
            self.startPatcher(patch.object(module, "PG_ADVISORY_LOCK_ID", lock))
        self.assertFalse(jobs.runner_is_there(self.env))
        with closing(runner.Database(self.env.cr.dbname)) as elected:
            self.assertTrue(elected.has_queue_job)
            self.assertTrue(jobs.runner_is_there(self.env))
        for _look in range(100):
            # PostgreSQL notices a moment later that nobody is connected any more.
            if not jobs.runner_is_there(self.env):
                break
            time.sleep(0.1)
        self.assertFalse(jobs.runner_is_there(self.env))
