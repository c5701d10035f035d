# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What keeps a demande from leaving that was right when it was queued: the invoice was
changed, the customer is not active any more, a detail is gone.
"""

from .notes import customer_closed_note

# Urssaf's words for a customer who cannot be debited for the moment.
CUSTOMER_CLOSED = {"ERR_CMPT_BLOQUE", "ERR_MANDAT_ECHU"}


def outdated(requests):
    """The invoices of these are not what was queued any more: out of the queue."""
    for request in requests:
        note = request.env._(
            "Not sent: the invoice was changed, paid or credited in the meantime."
        )
        request._set_state("draft", last_error_message=note)
        request._tell(note)


def of_active_customers(requests):
    """Those of these whose customer is still active; the others leave the queue. Urssaf
    would refuse the demande of one who is blocked, or who ended the association.
    """
    closed = requests.filtered(lambda r: r.enrolment_id.state != "active")
    if not closed:
        return requests
    # What leaves by itself waits for the customer, who is told of once.
    automatic = closed.move_id._urssaf_wait_for_customer()
    for request in closed:
        note = customer_closed_note(request.enrolment_id)
        request._set_state("draft", last_error_message=note)
        if request.move_id not in automatic:
            request._tell(note)
    closed.filtered(
        lambda r: r.move_id in automatic
    ).enrolment_id._tell_waiting_invoices()
    return requests - closed


def wait_if_customer_closed(request, errors):
    """Urssaf itself finds the customer blocked, before we have asked."""
    if {error.code for error in errors} & CUSTOMER_CLOSED:
        request.move_id._urssaf_wait_for_customer()


def incomplete(requests):
    """They were complete when they were queued, and are not any more."""
    for request in requests:
        note = request.env._(
            "The demande is incomplete: check the birth date of the "
            "customer and the lines of the invoice."
        )
        request._set_state("rejected", last_error_message=note)
        request._tell(note)
