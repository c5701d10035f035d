# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo database in this process, with an active customer and posted invoices."""

import contextlib
import json
import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import odoo as odoo_package
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

from dev import databases
from dev.scenario.company import SAP_NUMBER
from dev.scenario.sandbox import PROVIDER, Sandbox

DATABASE = f"urssaf_bench_{os.getpid()}"
ADDON = "urssaf_avance_immediate"
TRADE = "l10n_fr_home_services"
#: Invoices made, posted and queued at once.
CHUNK = 100


@contextlib.contextmanager
def environment(instance):
    """An Odoo environment on a new database with our demo data."""
    with database(instance), opened(DATABASE) as env:
        yield env


@contextlib.contextmanager
def database(instance):
    """The new database, for the length of a ``with``; nobody is connected to it."""
    databases.create(instance, DATABASE)
    databases.install(instance, DATABASE, demo=True)
    odoo_package.tools.config.parse_config(
        ["--config", str(instance.config_file), "--log-level=error"], setup_logging=True
    )
    try:
        yield
    finally:
        databases.drop(instance, DATABASE)


@contextlib.contextmanager
def opened(name):
    """An Odoo environment on this database; afterwards nobody is connected to it."""
    with Registry(name).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"lang": "fr_FR"})
    Registry.delete(name)
    odoo_package.sql_db.close_db(name)


def set_up(env, sandbox_url):
    """The company, ready to send, and a customer active for two months."""
    company = env.company
    company.write(
        {"country_id": env.ref("base.fr").id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("fr", company=company)
    company.write(
        {
            "urssaf_sandbox_url": sandbox_url,
            # The stand-in is ours: what is measured is not how long we can wait.
            "urssaf_calls_per_second": 0,
            "urssaf_sandbox_client_id": PROVIDER[0],
            "urssaf_sandbox_client_secret": PROVIDER[1],
            "home_service_sap_number": SAP_NUMBER,
        }
    )
    sandbox = Sandbox(sandbox_url)
    now = datetime.now(ZoneInfo("Europe/Paris"))
    sandbox.start_at(now - timedelta(days=60))
    partner = env.ref(f"{ADDON}.customer_lefevre")
    partner.action_urssaf_record_consent()
    partner.action_urssaf_enrol()
    sandbox.activate(partner.urssaf_enrolment_id.external_id)
    partner.action_urssaf_refresh()
    sandbox.go_to(now)
    env.cr.commit()
    return partner


def invoices(env, partner, count):
    """Posted invoices of last month, one line each."""
    day = date.today().replace(day=1) - timedelta(days=1)
    product = env.ref(f"{TRADE}.product_menage").product_variant_id
    values = {
        "move_type": "out_invoice",
        "partner_id": partner.id,
        "invoice_date": day,
        "home_service_start": day,
        "home_service_end": day,
        "invoice_line_ids": [Command.create({"product_id": product.id, "quantity": 2})],
    }
    moves = env["account.move"]
    for first in range(0, count, CHUNK):
        made = moves.create([dict(values)] * min(CHUNK, count - first))
        made.action_post()
        env.cr.commit()
        moves |= made
    # So many rows at once: PostgreSQL still plans for the few that were there.
    for table in ("account_move", "account_move_line", "urssaf_payment_request"):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()
    return moves


def split(moves):
    """Parts of a size that somebody would select on a screen."""
    for first in range(0, len(moves), CHUNK):
        yield moves.browse(moves.ids[first : first + CHUNK])


def let_an_hour_pass(sandbox_url):
    """Long enough for each demande to have news."""
    Sandbox(sandbox_url).let_hours_pass(1)


def make_due(env, requests):
    """What the clock would do."""
    requests.next_call_at = requests[:1].claimed_at
    env.cr.commit()


def payloads(requests, birth_date, prefix):
    """The bodies that the add-on sends, under other numbers."""
    found = []
    for request in requests:
        body = json.loads(request.payload)
        body["numFactureTiers"] = prefix[0].upper() + body["numFactureTiers"]
        body["dateNaissanceClient"] = f"{birth_date}T00:00:00Z"
        found.append(body)
    return found
