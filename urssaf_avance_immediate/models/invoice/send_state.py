# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How far an invoice is with Urssaf, in a word: where its demande is; before there is
one, whether it can leave, or what it waits for.

A word to read, never a guard: what is sent is checked again at the sending.
"""

from ..payment_request.payment_request import STATES

LEAVING = "queued"
# Before there is a demande.
BEFORE = [
    ("to_send", "To send"),
    ("customer", "Blocked: customer not active"),
    ("dates", "Dates missing"),
    ("later", "Services not over"),
    ("mend", "Blocked: to be mended"),
]
# “To send” is the office’s to do; what is in the queue leaves by itself.
SEND_STATES = [
    *BEFORE,
    *((k, "About to leave" if k == LEAVING else label) for k, label in STATES),
]


def send_states(moves):
    """``{move: key of SEND_STATES, or False}``: in one pass over all of them."""
    found = {move: move.urssaf_state for move in moves}
    free = moves.filtered(
        lambda move: move.urssaf_can_send and move.urssaf_state in (False, "draft")
    )
    for move, faults in free._urssaf_faults_by_move().items():
        found[move] = _word(faults)
    return found


def _word(faults):
    stopped = {key: f for key, f in faults.items() if f["level"] == "danger"}
    if not stopped:
        return "to_send"
    if "urssaf_enrolment" in stopped:
        return "customer"
    if "urssaf_period" in stopped:
        return "dates"
    if {fault["code"] for fault in stopped.values()} == {"ERR_DATE_FUTUR"}:
        return "later"
    return "mend"
