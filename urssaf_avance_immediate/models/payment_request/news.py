# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether somebody has to act on what Urssaf says of a demande, and in which words."""

from .following import REMOTE_STATES, TO_HANDLE
from .notes import handle_note
from .transfer_notes import paid_again_note


def news_note(request, state):
    """What somebody has to do about this news of Urssaf, else ``None``."""
    code = request.remote_code
    if code not in REMOTE_STATES:
        return request.env._(
            "Urssaf gives this demande the status “%s”, which does not say "
            "what becomes of the money: look at it in the Urssaf space. "
            "Nothing was changed in Odoo.",
            request.remote_label or code,
        )
    if REMOTE_STATES[code] != state:
        return request.env._(
            "Urssaf says “%(label)s” of this demande, which was over, while "
            "%(other)s is under way for the same invoice: have one of them "
            "cancelled.",
            label=request.remote_label,
            other=request._successor().name,
        )
    if state in TO_HANDLE and not request.invoice_settled:
        return handle_note(request, state)
    if state == "paid" and request.payment_ids and request.transfer_bookable:
        return paid_again_note(request)
    return None
