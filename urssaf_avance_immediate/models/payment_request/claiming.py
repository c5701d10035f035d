# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A claim takes demandes out of the queue for the length of one call."""

# Computed from the state, and the same in the queue and while it leaves.
SAME_IN_THE_QUEUE = (
    "active_request",
    "cancel_awaited",
    "expected_transfer_date",
    "invoice_settled",
    "late",
    "notice_until",
    "to_book",
    "transfer_outlook",
    "validated_on",
)


def computing_nothing(requests, claim):
    """Around a claim: from the queue on it changes nothing that Odoo computes.
    Computing it for the length of a call costs a quarter of a sending, and would have
    the claim wait for whoever edits the invoice.
    """
    queued = requests.filtered(lambda r: claim and r.state == "queued")
    return requests.env.protecting(
        [
            ([records._fields[name] for name in names], records)
            for names, records in (
                (SAME_IN_THE_QUEUE, queued),
                (("urssaf_request_id", "urssaf_state"), queued.move_id),
            )
        ]
    )
