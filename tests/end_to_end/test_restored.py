# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An old backup is restored after ten invoices were sent: all come back."""

from datetime import datetime, timedelta

import pytest

from dev import databases, servers

from . import office
from .office import DATABASE

BACKUP = f"{DATABASE}_backup"
CHECK = "urssaf.crosscheck"
LINE = "urssaf.crosscheck.line"
KEPT = ["name", "partner_id", "invoice_date", "amount_total", "amount_untaxed"]


@pytest.fixture
def backup(instance, customer):
    """The firm as it was before: the customer is active, nothing was sent."""
    databases.copy(instance, DATABASE, BACKUP)
    yield lambda: databases.copy(instance, BACKUP, DATABASE)
    databases.drop(instance, BACKUP)


def test_ten_invoices_come_back_in_three_clicks(
    instance, backup, sandbox, customer, already
):
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = office.log_in(server)
        moves = office.invoices(rpc, customer, 10)
        for move in moves:
            rpc.call("account.move", "action_urssaf_send", [move])
        lost = rpc.read("account.move", moves, KEPT)
        office.assert_once_each(rpc, sandbox, moves, already)
    backup()
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = office.log_in(server)
        assert not rpc.search(
            "account.move", [("name", "in", [m["name"] for m in lost])]
        )
        first = datetime.now().replace(day=1) - timedelta(days=31)
        check = rpc.create(
            CHECK,
            {"date_from": f"{first:%Y-%m-%d}", "date_to": f"{datetime.now():%Y-%m-%d}"},
        )
        rpc.call(CHECK, "action_start", [check])
        rpc.wait(CHECK, {check: "done"}, "state", "la comparaison")
        rpc.call(CHECK, "action_rebuild_all", [check])
        rpc.call(CHECK, "action_confirm_rebuilt", [check])
        again = [
            rpc.find("account.move", [("name", "=", move["name"])], move["name"])
            for move in lost
        ]
        for before, after in zip(
            lost, rpc.read("account.move", again, KEPT), strict=True
        ):
            assert {**after, "id": 0} == {**before, "id": 0}
        states = [move["state"] for move in rpc.read("account.move", again, ["state"])]
        assert set(states) == {"posted"}
        office.assert_once_each(rpc, sandbox, again, already)
        # What is invoiced from now on goes on after them.
        [new] = office.invoices(rpc, customer, 1)
        rpc.call("account.move", "action_urssaf_send", [new])
        office.assert_once_each(rpc, sandbox, [*again, new], already)


def test_a_number_that_collides_goes_at_once_under_the_next(
    instance, backup, sandbox, customer, already
):
    """Nobody has noticed the restoration: the next invoice has a number of the lost."""
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = office.log_in(server)
        [lost] = office.invoices(rpc, customer, 1)
        rpc.call("account.move", "action_urssaf_send", [lost])
        number = rpc.read_one("account.move", lost, ["name"])["name"]
    backup()
    with servers.temporary_odoo(instance, DATABASE) as server:
        rpc = office.log_in(server)
        [new] = office.invoices(rpc, customer, 1)
        assert rpc.read_one("account.move", new, ["name"])["name"] == number
        earlier = datetime.now().replace(day=1) - timedelta(days=2)
        day = f"{earlier:%Y-%m-%d}"
        rpc.call("account.move", "button_draft", [new])
        rpc.write(
            "account.move",
            [new],
            {"home_service_start": day, "home_service_end": day},
        )
        rpc.call("account.move", "action_post", [new])
        rpc.call("account.move", "action_urssaf_send", [new])
        [request] = rpc.search(office.REQUEST, [("move_id", "=", new)])
        record = rpc.read_one(office.REQUEST, request, ["name", "state", "external_id"])
        assert (record["name"], record["state"]) == (f"{number}-2", "waiting")
        assert sandbox.demande(f"{number}-2")["id"] == record["external_id"]
    there = [d["number"] for d in sandbox.demandes() if d["id"] not in already]
    assert sorted(there) == [number, f"{number}-2"]
