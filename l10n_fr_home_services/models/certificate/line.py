# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..company import MODES
from .payment_method import KINDS

LINE_KINDS = [*KINDS, ("bank", "Payment through the bank"), ("refund", "Refund")]


class HomeServiceCertificateLine(models.Model):
    """What was received for the services of one activity on one invoice."""

    _name = "home.service.certificate.line"
    _description = "Line of an Annual Certificate"
    _order = "certificate_id, date, id"
    _rec_name = "invoice_name"

    certificate_id = fields.Many2one(
        "home.service.certificate", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="certificate_id.currency_id")
    date = fields.Date(
        string="Counts on",
        required=True,
        readonly=True,
        help="The day that decides about the year. A deposit counts on the day of the "
        "last payment of the invoice.",
    )
    paid_on = fields.Date(string="Received on", readonly=True)
    kind = fields.Selection(LINE_KINDS, required=True, readonly=True)
    is_deposit = fields.Boolean(string="Deposit", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    invoice_name = fields.Char(string="Number", readonly=True)
    entry_id = fields.Many2one(
        "account.move",
        string="Payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The entry of the payment, or of the line of the bank.",
    )
    activity_id = fields.Many2one(
        "home.service.activity", readonly=True, index=True, ondelete="restrict"
    )
    box = fields.Char(readonly=True, help="Box of the tax return for this activity.")
    mode = fields.Selection(MODES, readonly=True)
    amount_paid = fields.Monetary(
        string="Of the payment",
        readonly=True,
        help="What the payment settles of this invoice, goods included.",
    )
    amount = fields.Monetary(
        string="Services",
        readonly=True,
        help="The part of the services of this activity, taxes included.",
    )

    def action_open_payment(self):
        """The payment, or the entry of the line of the bank."""
        self.ensure_one()
        payment = self.entry_id.origin_payment_id
        record = payment or self.entry_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
