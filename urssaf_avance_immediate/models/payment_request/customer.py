# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before a demande leaves: is the customer still active at Urssaf?"""

from odoo import models

# Urssaf's words for a customer who cannot be debited for the moment.
CUSTOMER_CLOSED = {"ERR_CMPT_BLOQUE", "ERR_MANDAT_ECHU"}


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    def _customers_in_doubt(self, client):
        """Ask about the customers of whom nothing was heard for a while. Return whether
        Urssaf seems to know none of our customers: then nothing leaves.
        """
        queued = self.filtered(lambda r: r.state == "queued")
        queued.enrolment_id._ask_before_sending(client)
        return queued._services()._in_doubt()

    def _keep_active_customers(self):
        """The customer was active when it was queued. Urssaf would refuse the demande
        of one who is blocked, or who ended the association.
        """
        closed = self.filtered(lambda r: r.enrolment_id.state != "active")
        # What leaves by itself waits for the customer, who is told of once.
        automatic = closed.move_id._urssaf_wait_for_customer()
        for request in closed:
            note = request._customer_closed_note()
            request._set_state("draft", last_error_message=note)
            if request.move_id not in automatic:
                request._alert(note)
        closed.filtered(
            lambda r: r.move_id in automatic
        ).enrolment_id._tell_waiting_invoices()
        return self - closed

    def _wait_if_customer_closed(self, errors):
        """Urssaf itself finds the customer blocked, before we have asked."""
        if {error.code for error in errors} & CUSTOMER_CLOSED:
            self.move_id._urssaf_wait_for_customer()

    def _customer_closed_note(self):
        enrolment = self.enrolment_id
        labels = dict(enrolment._fields["state"]._description_selection(self.env))
        return self.env._(
            "Not sent: %(customer)s cannot be debited through Urssaf for the moment "
            "(%(status)s). Urssaf: %(words)s",
            customer=enrolment.partner_id.display_name,
            status=labels.get(enrolment.state) or "-",
            words=enrolment.remote_message or enrolment.remote_status or "-",
        )
