# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The history of demandes that people read, as functions: one line per real change,
written once for all that say the same.

Odoo's own tracking makes one message per record and per write, which costs more than
everything else together when a thousand demandes leave, and would tell of steps that
mean nothing.
"""

from collections import defaultdict

from markupsafe import Markup

from odoo import SUPERUSER_ID
from odoo.exceptions import MissingError
from odoo.tools import SQL, format_date

# Steps of the machinery. The queue is told of once, when somebody puts it there.
WAITING_TO_LEAVE = ("queued", "sending")

_BEFORE = "urssaf.payment.request.before"


def remember(requests):
    """What these demandes say now, until the transaction is committed."""
    precommit = requests.env.cr.precommit
    if _BEFORE not in precommit.data:
        precommit.data[_BEFORE] = {}
        precommit.add(requests.browse()._write_history)
    before = precommit.data[_BEFORE]
    for request in requests:
        if request.id not in before:
            before[request.id] = _seen_by_people(request)


def write(model):
    """Log in one go what the transaction has changed on its demandes.

    :param model: demandes, whichever
    """
    before = model.env.cr.precommit.data.pop(_BEFORE, {})
    try:
        alike = _alike(model.browse(before), before)
    except MissingError:  # deleted, or undone, since
        alike = _alike(model.browse(before).exists(), before)
    if alike:
        _log(model, alike)


def _alike(requests, before):
    """``{line: ids of the demandes of which it is said}``"""
    labels = dict(requests._fields["state"]._description_selection(requests.env))
    alike = defaultdict(list)
    for request in requests:
        if line := _line(request, labels, *before[request.id]):
            alike[line].append(request.id)
    return alike


def _log(model, alike):
    """Odoo writes the first note of each line, the database copies it for the others:
    they differ in the record alone, and Odoo takes as long for a note of a batch as for
    all else that is written when a demande leaves.
    """
    firsts = {ids[0]: line for line, ids in alike.items()}
    notes = model.browse(firsts)._message_log_batch(bodies=firsts, **_author(model.env))
    copies = [
        (note.id, id_)
        for note, ids in zip(notes, alike.values(), strict=True)
        for id_ in ids[1:]
    ]
    if not copies:
        return
    notes.flush_recordset()
    columns = SQL(", ").join(
        SQL.identifier(name)
        for name, field in notes._fields.items()
        if field.store and field.column_type and name not in ("id", "res_id")
    )
    model.env.execute_query(
        SQL(
            "INSERT INTO mail_message (res_id, %(columns)s)"
            " SELECT copy.res_id, %(columns)s"
            " FROM (VALUES %(copies)s) AS copy (note_id, res_id)"
            " JOIN mail_message ON mail_message.id = copy.note_id",
            columns=columns,
            copies=SQL(", ").join(copies),
        )
    )
    model.browse(id_ for _note, id_ in copies).invalidate_recordset(["message_ids"])


def _author(env):
    """Who is at work, as the author of a note. An address stands for an author who has
    no contact: without it, that of the scheduled actions need not be read.
    """
    if env.uid == SUPERUSER_ID:
        robot = env["ir.model.data"]._xmlid_to_res_id("base.partner_root")
        return {"author_id": robot, "email_from": False}
    env.user.fetch(["partner_id"])  # not every column
    return {"author_id": env.user.partner_id.id, "email_from": False}


def _seen_by_people(request):
    return (
        request.state,
        request.remote_label,
        request.transfer_amount,
        request.transfer_date,
    )


def _line(request, labels, state, label, amount, date):
    """What has changed since, as HTML, or ``None``."""
    unchanged = (request.state, request.remote_label) == (state, label) or (
        request.state in WAITING_TO_LEAVE and state in WAITING_TO_LEAVE
    )
    transfer = (request.transfer_amount, request.transfer_date)
    if unchanged and transfer == (amount, date):
        return None
    facts = [Markup("<b>%s</b>") % labels[request.state]]
    if request.remote_label:
        facts.append(request.env._("Urssaf: %s", request.remote_label))
    if transfer != (amount, date):
        facts.append(_transfer_text(request))
    return Markup(" · ").join(facts)


def _transfer_text(request):
    date = request.transfer_date
    day = format_date(request.env, date) if date else "?"
    if not request.transfer_amount:
        return request.env._("transfer announced for %s", day)
    return request.env._(
        "transfer of %(amount)s on %(date)s",
        amount=request.currency_id.format(request.transfer_amount),
        date=day,
    )
