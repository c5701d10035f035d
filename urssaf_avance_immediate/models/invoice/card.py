# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An invoice that is addressed to a customer of Urssaf and counts as another's.

A card is what Odoo calls the commercial entity: the contact at the top, whose invoices
all those of the contacts below it are. Urssaf is told the card of an invoice.
"""

from ..enrolment.enrolment import FOLLOWED as KNOWN
from ..payment_request.payment_request import FROZEN


def person_below(move):
    """The customer at Urssaf whom this invoice is addressed to, if it counts as another
    contact's; empty else.
    """
    person = move.partner_id
    if (
        move.move_type != "out_invoice"
        or person == move.commercial_partner_id
        or move.urssaf_excluded
        or move._urssaf_with_demande(FROZEN)
        or person._urssaf_sending_for(move.company_id) == "never"
    ):
        return person.browse()
    holder = move.company_id._urssaf_holder()
    # sudo(): whoever may see the invoice is told why it does not leave.
    enrolment = person.sudo().urssaf_enrolment_ids.filtered(
        lambda e: e.company_id == holder and e.state in KNOWN
    )
    return person if enrolment._usable() else person.browse()


def card_fault(move, level="warning"):
    """What is said of such an invoice, ``{}`` of any other. As “danger” it forbids the
    sending: should the card be a customer of Urssaf too, it would be debited for
    somebody else.
    """
    person = person_below(move)
    if not person:
        return {}
    message = move.env._(
        "%(person)s is enrolled at Urssaf, but the contact stands under "
        "“%(card)s”, whose invoice this is: it does not leave for Urssaf. Open the "
        "customer, take the contact out of “%(card)s”, then choose the customer of "
        "this invoice again (reset it to draft if it is posted).",
        person=person.name,
        card=move.commercial_partner_id.name,
    )
    return {
        "urssaf_card": move._urssaf_fault(
            message,
            level=level,
            action=person._get_records_action(),
            text=move.env._("Open the customer"),
        )
    }
