# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests do in Odoo as its users do, and what they look at."""

from datetime import datetime, timedelta

from dev import databases
from dev.scenario import company
from dev.scenario.odoo_rpc import Odoo

DATABASE = "urssaf_test_killed"
CUSTOMER = f"{company.ADDON}.customer_lefevre"
REQUEST = "urssaf.payment.request"


def log_in(server):
    return Odoo(server.url, DATABASE, "admin", "admin")


def invoices(
    rpc,
    partner,
    count,
    day=None,
    lines=(("product_menage", 2, None),),
    first_number=None,
):
    """Post invoices for services of ``day``, or of the month before.

    :param lines: ``(service, hours, price)``, the service's own price for ``None``
    :param first_number: where the numbers go on, beyond those that a copy of the
        database has sent to the same sandbox
    """
    day = day or datetime.now().replace(day=1) - timedelta(days=1)
    moves = [
        rpc.create(
            "account.move",
            {
                "move_type": "out_invoice",
                "partner_id": partner,
                "invoice_date": f"{day:%Y-%m-%d}",
                "home_service_start": f"{day:%Y-%m-%d}",
                "home_service_end": f"{day:%Y-%m-%d}",
                "invoice_line_ids": [(0, 0, _line(rpc, *line)) for line in lines],
            },
        )
        for _i in range(count)
    ]
    if first_number:
        name = f"FAC/{day:%Y}/{first_number:05}"
        rpc.write("account.move", moves[:1], {"name": name})
    rpc.call("account.move", "action_post", moves)
    return moves


def _line(rpc, service, hours, price):
    template = rpc.ref(f"{company.TRADE}.{service}")
    product = rpc.find(
        "product.product", [("product_tmpl_id", "=", template)], f"le service {service}"
    )
    priced = {} if price is None else {"price_unit": price}
    return {"product_id": product, "quantity": hours, **priced}


def send_selection(rpc, moves):
    action = rpc.call("account.move", "action_urssaf_send", moves)
    wizard = rpc.create(action["res_model"], {}, action["context"])
    rpc.call(action["res_model"], "action_send", [wizard])


def let_ten_minutes_pass(instance):
    """What the clock would do: the claims grow old, the repair comes due."""
    with databases.open_cursor(instance, DATABASE) as cursor:
        for table in ("urssaf_payment_request", "urssaf_enrolment"):
            cursor.execute(
                f"UPDATE {table}"
                " SET claimed_at = claimed_at - interval '10 minutes',"
                " next_call_at = next_call_at - interval '10 minutes'"
                " WHERE state IN ('sending', 'unknown')"
            )
        cursor.execute(
            "UPDATE ir_cron SET nextcall = nextcall - interval '10 minutes'"
            " WHERE cron_name LIKE 'Urssaf: settle%'"
        )


def wake_scheduled_actions(instance):
    """Odoo looks for due actions once a minute, or when PostgreSQL tells it to."""
    with databases.open_cursor(instance) as cursor:
        cursor.execute("SELECT pg_notify('cron_trigger', %s)", (DATABASE,))


def assert_once_each(rpc, sandbox, moves, already):
    """One demande per invoice at Urssaf, under the number that Odoo knows, and none
    besides.

    :param already: identifiers of the demandes that Urssaf had before
    """
    requests = rpc.search(REQUEST, [("move_id", "in", moves)])
    records = rpc.read(REQUEST, requests, ["name", "external_id", "state"])
    assert len(records) == len(moves)
    assert {record["state"] for record in records} == {"waiting"}
    known = sorted((record["name"], record["external_id"]) for record in records)
    there = [d for d in sandbox.demandes() if d["id"] not in already]
    assert sorted((demande["number"], demande["id"]) for demande in there) == known
