# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a demande in dated steps: what was, what comes next, what goes wrong.

Expectations, as in ``deadlines.py``: a state changes when Urssaf says so. Nothing is
decided here.
"""

from odoo import fields
from odoo.tools import format_date, format_datetime

from ...lib.rules import PARIS, add_working_days, paris_date
from ..groups import USER

#: Working days from the customer’s yes to the debit, as Urssaf’s own pages say.
DEBIT_DAYS = 2

AGREED = ("validated", "debited", "paid", "unpaid", "recovered")


def steps(request):
    """The steps of a demande, in their order.

    :return: list of ``{"key", "title", "date" (in Paris, or None), "state": "done",
        "next", "late", "failed" or "later", "text"}``; a failed one that the user may
        mend has ``"action"``, ``{"method", "label", "confirm"}``: a button of the
        demande, and what it makes, to be read before
    """
    found = [_sent(request)]
    if request.state == "cancelled":
        found.append(_cancelled(request))
    elif request.state != "rejected":
        found.append(_answer(request))
        if request.state != "refused":
            found += _money(request)
    failed = found[-1] if found[-1]["state"] == "failed" else None
    if failed and request.can_correct and request.env.user.has_group(USER):
        failed["action"] = {
            "method": "action_correct_invoice",
            "label": request.env._("Correct"),
            "confirm": request.env._(
                "A credit note for the whole invoice is posted at once: nothing is "
                "left to pay on it. A new draft invoice with the same lines and days "
                "opens for you to put right. Nothing leaves for Urssaf before you "
                "press “Post and resend” there."
            ),
        }
    return [*found, *_after(request)]


def where_it_stands(shown):
    """The step that stopped, is late or under way; the last one where all is done.

    :param shown: the steps, their dates as people read them
    :return: one line: the step, its date, and why it stopped
    """
    step = shown[-1]
    if step["state"] != "done":
        ranks = ("failed", "late", "next")
        step = next(s for rank in ranks for s in shown if s["state"] == rank)
    line = " ".join(filter(None, (step["title"], step["date"])))
    stopped = step["state"] == "failed" and step["text"]
    return f"{line} · {stopped}" if stopped else line


def expectations(request):
    """Sentences: what the customer and Urssaf are expected to do, and until when."""
    day = format_date(request.env, request.expected_transfer_date)
    if request.late:
        yield request.env._("The transfer was expected on %s: it is late.", day)
    elif request.state == "waiting" and request.answer_until:
        yield request.env._(
            "The customer may answer until %(moment)s. Without an answer, Urssaf "
            "takes it as a yes; the transfer is then expected by %(day)s.",
            moment=format_datetime(
                request.env, request.answer_until, tz=PARIS.key, dt_format="short"
            ),
            day=day,
        )
    elif request.state in ("validated", "debited"):
        yield request.env._("The transfer is expected by %s.", day)
    if request.cancel_awaited:
        yield request.env._(
            "Urssaf was asked on %s to cancel this demande. Its state changes when "
            "Urssaf has done so.",
            format_date(request.env, paris_date(request.cancel_requested_on)),
        )


def _step(key, title, state, date=None, text=""):
    return {
        "key": key,
        "title": title,
        "date": date or None,
        "state": state,
        "text": text or "",
    }


def _sent(request):
    day = paris_date(request.claimed_at) if request.claimed_at else None
    if request.state == "draft":
        return _step("sent", request.env._("To send"), "next")
    if request.state == "queued":
        soon = request.env._("Leaves for Urssaf within a few minutes.")
        return _step("sent", request.env._("To send"), "next", text=soon)
    if request.state == "sending":
        return _step("sent", request.env._("Being sent"), "next", day)
    if request.state == "unknown":
        text = request.env._(
            "Urssaf did not answer: Odoo looks it up and does not send it twice."
        )
        return _step("sent", request.env._("Sent, outcome unknown"), "next", day, text)
    if request.state == "rejected":
        title = request.env._("Rejected by Urssaf")
        return _step("sent", title, "failed", day, request.last_error_message)
    if request.state == "cancelled" and not request.remote_code and not day:
        return _step("sent", request.env._("Not sent"), "done")
    return _step("sent", request.env._("Sent to Urssaf"), "done", day)


def _cancelled(request):
    day = request.remote_changed_at and paris_date(request.remote_changed_at)
    label = request.remote_label if request.remote_code else ""
    return _step("cancelled", request.env._("Cancelled"), "failed", day, label)


def _answer(request):
    if request.state == "refused":
        words = [request.rejection_label, request.rejection_comment]
        day = request.remote_changed_at and paris_date(request.remote_changed_at)
        return _step(
            "answer",
            request.env._("Refused by the customer"),
            "failed",
            day,
            " · ".join(filter(None, words)),
        )
    if request.state in AGREED:
        return _step(
            "answer", request.env._("Customer agreed"), "done", request.validated_on
        )
    until = request.state == "waiting" and request.answer_until
    if not until:
        return _step("answer", request.env._("Customer’s answer"), "later")
    if until <= fields.Datetime.now():
        text = request.env._("The delay is over: Urssaf takes the silence as a yes.")
    else:
        text = request.env._(
            "Until %s. Without an answer, Urssaf takes it as a yes.",
            format_datetime(request.env, until, tz=PARIS.key, dt_format="short"),
        )
    title = request.env._("Customer’s answer before")
    return _step("answer", title, "next", paris_date(until), text)


def _money(request):
    """The debit of the customer, and the transfer to the company."""
    debit, transfer = _debit(request), _transfer(request)
    if request.state in ("unpaid", "recovered"):
        # Urssaf may have paid before the bank refused the debit.
        return [transfer, debit] if request.transfer_effective else [debit]
    return [debit, transfer]


def _debit(request):
    changed = request.remote_changed_at and paris_date(request.remote_changed_at)
    if request.state in ("unpaid", "recovered"):
        title = (
            request.env._("Debit refused by the bank")
            if request.remote_code in ("60", False)
            else request.remote_label or request.env._("Debit refused by the bank")
        )
        state = "failed" if request.state == "unpaid" else "done"
        return _step("debit", title, state, changed)
    if request.state in ("debited", "paid"):
        day = changed if request.state == "debited" else None
        return _step("debit", request.env._("Customer debited"), "done", day)
    until = request.answer_until and paris_date(request.answer_until)
    agreed = request.validated_on or (request.state == "waiting" and until)
    day = add_working_days(agreed, DEBIT_DAYS) if agreed else None
    state = "next" if request.state == "validated" else "later"
    return _step("debit", request.env._("Customer’s debit about"), state, day)


def _transfer(request):
    amount = request.transfer_amount and request.currency_id.format(
        request.transfer_amount
    )
    if request.transfer_effective:
        title = request.env._("Transferred by Urssaf")
        return _step("transfer", title, "done", request.transfer_date, amount)
    day = request.transfer_date or request.expected_transfer_date
    if request.late:
        text = request.env._("It is late: Urssaf has not announced it.")
        return _step(
            "transfer", request.env._("Transfer expected on"), "late", day, text
        )
    if request.transfer_date:
        return _step("transfer", request.env._("Transfer on"), "next", day, amount)
    state = "next" if request.state in ("debited", "paid") else "later"
    return _step("transfer", request.env._("Transfer about"), state, day)


def _after(request):
    """What was done since: the cancellation was asked for, the invoice put right."""
    if request.cancel_awaited:
        asked = paris_date(request.cancel_requested_on)
        title = request.env._("Cancellation asked of Urssaf")
        text = request.env._("The state changes when Urssaf has cancelled it.")
        yield _step("cancel", title, "next", asked, text)
    if request.invoice_settled:
        # sudo(): the number of the invoice that took its place, for whoever reads it.
        after = request.sudo().move_id.urssaf_put_right_by_id
        text = after.name if after.state == "posted" else ""
        yield _step("settled", request.env._("Put right since"), "done", None, text)
