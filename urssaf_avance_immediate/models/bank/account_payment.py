# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ...lib.rules import paris_today
from ..payment_request.lettering import EVENT_DAY, letter, on_event_day


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "urssaf.guarded"]

    urssaf_request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande de paiement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    urssaf_customers_half = fields.Boolean(
        string="The customer’s half alone",
        readonly=True,
        copy=False,
        help="Urssaf took back what the customer had not paid; the tax credit that it "
        "advanced stays advanced.",
    )

    def _get_aml_default_display_name_list(self):
        """Extends account: the lines of Urssaf’s money bear the numbers of the demande,
        which the FEC shows, not the name of the payment method.
        """
        # sudo(): who registers payments may not read demandes.
        request = self.sudo().urssaf_request_id
        if request:
            return [("memo", self.memo or request._payment_label())]
        return super()._get_aml_default_display_name_list()

    def _urssaf_money(self):
        """Those of self that are Urssaf’s, whatever the rights of the user."""
        # sudo(): whoever sees a payment need not see its demande.
        return self.filtered(lambda payment: payment.sudo().urssaf_request_id)

    def _urssaf_letter(self, day=None):
        """Match again what Urssaf paid and took back, see ``lettering``.

        :param day: of the event, that of the payment by default
        """
        # sudo(): who posts or cancels a payment may not read its demande.
        for date, payments in self.sudo().grouped("date").items():
            letter(payments.urssaf_request_id, day or date)

    def action_post(self):
        """Extends account: Urssaf’s money is matched with its invoice, and what it took
        back with what it had paid; in a closed period, on the first open day.
        """
        ours = self._urssaf_money()
        result = super(AccountPayment, self - ours).action_post()
        for day, payments in ours.grouped("date").items():
            dated = payments.with_context(**{EVENT_DAY: day})
            super(AccountPayment, dated).action_post()
            payments._urssaf_letter()
        return result

    def action_cancel(self):
        """Extends account: what a cancelled take-back had opened is closed again. The
        VAT changes in the month in which somebody decides so.
        """
        ours = self._urssaf_money()
        result = super(AccountPayment, self - ours).action_cancel()
        for payment in ours:
            today = paris_today()
            dated = on_event_day(payment, payment.company_id, today)
            super(AccountPayment, dated).action_cancel()
            payment._urssaf_letter(today)
        return result

    def unlink(self):
        """Extends account: see ``action_cancel``; a demande whose payment was deleted
        says so.
        """
        # sudo(): who deletes a payment may not write on its demande.
        requests = self.sudo().urssaf_request_id
        today = paris_today()
        result = super().unlink()
        for request in requests:
            letter(request, today)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_tell(self):
        """Somebody has decided so: like one that was cancelled, it is registered again
        by the button alone, and who is in charge is told.
        """
        # sudo(): who deletes a payment may not write on its demande.
        for request in self.sudo().urssaf_request_id:
            if not request.payment_ids - self and request.transfer_effective:
                request._not_registered(
                    self.env._(
                        "its payment was deleted by %s. If the bank shows the "
                        "transfer, press “Register the payment”.",
                        self.env.user.name,
                    )
                )
