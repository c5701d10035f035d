# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A worker of Odoo in which Urssaf’s production is the sandbox behind the wire::

python -m tests.end_to_end.in_production CONFIG DATABASE URL STEP [STEP …]

The addresses of production are replaced before a database is opened: nothing here can
reach the real one.
"""

import importlib
import json
import sys
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.module import initialize_sys_path
from odoo.modules.registry import Registry
from odoo.service import db
from odoo.tools import config

CRONS = ("repair", "send", "follow", "companion")


def start(env):
    """Production, with its credentials; the customer is enrolled there."""
    company = env.company
    company.write(
        {
            "urssaf_environment": "production",
            "urssaf_production_client_id": company.urssaf_sandbox_client_id,
            "urssaf_production_client_secret": company.urssaf_sandbox_client_secret,
        }
    )
    partner = env.ref("urssaf_avance_immediate.customer_lefevre")
    partner._urssaf_record_consent("office")
    partner.action_urssaf_enrol()


def ask(env):
    """What became of the customer."""
    partner = env.ref("urssaf_avance_immediate.customer_lefevre")
    partner.urssaf_enrolment_id.action_urssaf_refresh()


def work(env):
    """Each scheduled action that talks to Urssaf or to customers."""
    for job in CRONS:
        action = env.ref(f"urssaf_avance_immediate.cron_{job}").sudo()
        action.ir_actions_server_id.run()


def click(env):
    """Send to Urssaf, on each invoice that waits."""
    for request in env["urssaf.payment.request"].search([("state", "=", "queued")]):
        request.sudo()._send()


def empty_the_queue(env):
    """Odoo’s own scheduled action that sends e-mails."""
    env["mail.mail"].process_email_queue()


def real(env):
    """The button *This is the real one now*."""
    env.company.action_urssaf_real_database()


STEPS = {f.__name__: f for f in (start, ask, work, click, empty_the_queue, real)}


def duplicate(database, copy):
    """As the database manager does when *Neutralize* is left unticked."""
    # Our servers have the manager switched off.
    config["list_db"] = True
    db.exp_duplicate_database(database, copy, neutralize_database=False)


def main(config_file, database, url, *steps):
    """Run the steps, then print what people read and what became of the demandes."""
    config.parse_config(["--config", config_file], setup_logging=True)
    if steps[0] == "duplicate":
        return duplicate(database, steps[1])
    # Odoo knows where add-ons are once it has read its configuration.
    initialize_sys_path()
    client = importlib.import_module(
        "odoo.addons.urssaf_avance_immediate.models.company.client"
    )
    hosts = {**client.ENVIRONMENT_HOSTS, "production": url, "test": url}
    with (
        patch.object(client, "ENVIRONMENT_HOSTS", hosts),
        Registry(database).cursor() as cr,
    ):
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "fr_FR"})
        admin = env.ref("base.user_admin")
        env = env(user=admin, context={"lang": "fr_FR", "tz": "Europe/Paris"})
        for step in steps:
            STEPS[step](env)
            cr.commit()  # pylint: disable=invalid-commit
        requests = env["urssaf.payment.request"].sudo().search([], order="id")
        seen = {
            "notice": env.company.urssaf_copy_notice or "",
            "alerts": [
                alert["message"]
                for move in requests.move_id
                for key, alert in (move.alerts or {}).items()
                if key == "urssaf_connection"
            ],
            "states": {r.name: r.state for r in requests if r.environment != "sandbox"},
            "waiting_mails": env["mail.mail"]
            .sudo()
            .search_count([("state", "=", "outgoing")]),
        }
    print("SEEN", json.dumps(seen))
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
