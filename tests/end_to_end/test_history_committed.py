# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The history of a demande, as it is written when a transaction really commits.

Odoo's tests never commit: what is written at the commit, they only see when they ask
for it.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from dev import databases, servers
from dev.scenario.company import ADMINISTRATOR

from . import office
from .office import DATABASE, REQUEST
from .test_workers_together import another_worker
from .wire import SEND

# As people read it, in French.
CREATED = "Création"
QUEUED = "À envoyer"
SENDING = "En cours d'envoi"
TAKEN = "En attente du client · Urssaf : Intégrée"
TOLD = "En attente du client · Urssaf : En attente de validation"
VALIDATED = "Validée · Urssaf : Validée"
PERSON, NOBODY = ADMINISTRATOR, "OdooBot"


@pytest.fixture(scope="module")
def server(instance, customer):
    # Its scheduled actions would take part uninvited.
    with servers.temporary_odoo(instance, DATABASE, cron_threads=0) as server:
        yield server


@pytest.fixture
def rpc(server):
    return office.log_in(server)


def _requests(rpc, moves):
    return rpc.search(REQUEST, [("move_id", "in", moves)], order="id")


def _history(instance, requests):
    """``{demande: [(author, text), …]}``, the oldest line first. A line is a note for
    the office: nobody is told of it.
    """
    lines = {request: [] for request in requests}
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            """
            SELECT message.res_id, author.name, message.body, message.message_type,
                   kind.name, message.date IS NOT NULL,
                   EXISTS (SELECT FROM mail_notification
                            WHERE mail_message_id = message.id)
              FROM mail_message message
              JOIN res_partner author ON author.id = message.author_id
              JOIN ir_model_data kind
                ON kind.model = 'mail.message.subtype' AND kind.res_id = subtype_id
             WHERE message.model = %s AND message.res_id = ANY(%s)
             ORDER BY message.id
            """,
            (REQUEST, requests),
        )
        for request, author, body, *others in cursor.fetchall():
            assert others == ["notification", "mt_note", True, False], others
            text = re.sub("<[^>]+>", "", unescape(body)).replace("\xa0", " ")
            lines[request].append((author, text))
    return lines


def _make_due(instance, requests):
    with databases.open_cursor(instance, DATABASE) as cursor:
        cursor.execute(
            "UPDATE urssaf_payment_request SET next_call_at = now() at time zone 'utc'"
            " - interval '1 minute' WHERE id = ANY(%s)",
            (requests,),
        )


def test_a_click_one_line_per_step_that_was_committed(
    instance, sandbox, wire, customer, rpc
):
    moves = office.invoices(rpc, customer, 1, first_number=5001)
    rpc.call("account.move", "action_urssaf_send", moves)
    [request] = _requests(rpc, moves)
    lines = [(PERSON, text) for text in (CREATED, SENDING, TAKEN)]
    assert _history(instance, [request])[request] == lines


def test_a_batch_of_the_scheduled_actions(instance, sandbox, wire, customer, rpc):
    """One line each for what changed; news that say nothing new leave none."""
    moves = office.invoices(rpc, customer, 3, first_number=5011)
    office.send_selection(rpc, moves)
    requests = _requests(rpc, moves)
    queued = [(PERSON, CREATED), (PERSON, QUEUED)]
    assert _history(instance, requests) == dict.fromkeys(requests, queued)
    another_worker(instance, "send")
    # The claim is nobody's business.
    taken = [*queued, (NOBODY, TAKEN)]
    assert _history(instance, requests) == dict.fromkeys(requests, taken)
    # Asked again at once, Urssaf has nothing new to say.
    _make_due(instance, requests)
    another_worker(instance, "follow")
    assert _history(instance, requests) == dict.fromkeys(requests, taken)
    sandbox.let_hours_pass(1)
    [first] = rpc.read(REQUEST, requests[:1], ["name"])
    sandbox.validate(first["name"])
    _make_due(instance, requests)
    another_worker(instance, "follow")
    expected = dict.fromkeys(requests, [*taken, (NOBODY, TOLD)])
    expected[requests[0]] = [*taken, (NOBODY, VALIDATED)]
    assert _history(instance, requests) == expected


def test_what_is_written_again_after_a_conflict_leaves_one_line(
    instance, sandbox, wire, customer, rpc
):
    """The transaction that was undone had remembered what it would write."""
    moves = office.invoices(rpc, customer, 1)
    with ThreadPoolExecutor() as users:
        with wire.hold(SEND) as held:
            click = users.submit(rpc.call, "account.move", "action_urssaf_send", moves)
            assert held.wait(30), "Odoo did not call Urssaf"
            rpc.write("account.move", moves, {"narration": "Merci !"})
        click.result()
    [request] = _requests(rpc, moves)
    lines = [(PERSON, text) for text in (CREATED, SENDING, TAKEN)]
    assert _history(instance, [request])[request] == lines
