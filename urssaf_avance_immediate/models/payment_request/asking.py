# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Somebody presses *Ask Urssaf*: what is asked, and what the person reads."""

from odoo import fields

from ..exchange.ir_cron import CRON_FOLLOW, CRON_REPAIR, wake
from ..exchange.screen import notice
from . import unknown


def ask_soon(requests):
    """The scheduled actions ask about these within a minute."""
    requests._with_news().next_call_at = fields.Datetime.now()
    wake(requests.env, CRON_REPAIR)
    wake(requests.env, CRON_FOLLOW)
    return (
        requests._nobody_asked()
        or _nothing_to_ask(requests)
        or notice(requests.env._("The news will be there in a moment."))
    )


def ask_now(request):
    """Ask about one demande while the user waits, and tell the outcome."""
    request.ensure_one()
    request._settle_abandoned()
    nobody_asked = request._nobody_asked() or _nothing_to_ask(request)
    if nobody_asked:
        return nobody_asked
    if request.state == "unknown":
        request._work_through(unknown.settle)
    else:
        request._ask()
    request._register_transfers()
    title = request.env._("Urssaf: %s", _states(request))
    trouble = request._trouble()
    if trouble:
        return notice(trouble, "warning", title)
    return notice(request.remote_label or "", "info", title)


def _nothing_to_ask(requests):
    """The notice for a person who asks about what is over, or ``None``."""
    here = requests._usable()
    if here._with_news():
        return None
    message = requests.env._("Urssaf was not asked: it is of another environment.")
    if here:
        message = requests.env._(
            "Urssaf was not asked: there is no news to get of a demande de "
            "paiement in the state “%s”.",
            _states(here),
        )
    return notice(message, kind="warning")


def _states(requests):
    labels = dict(requests._fields["state"]._description_selection(requests.env))
    states = dict.fromkeys(requests.mapped("state"))
    return ", ".join(labels[state] for state in states)
