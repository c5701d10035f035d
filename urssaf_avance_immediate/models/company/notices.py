# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

# urssaf-api §7.7: where a provider asks for a cancellation.
CANCEL_EMAIL = "avance-immediate@urssaf.fr"


class ResCompany(models.Model):
    """Who is written to about the demandes de paiement, apart from Urssaf's service."""

    _inherit = "res.company"

    urssaf_accountant_id = fields.Many2one(
        "res.users",
        string="Accountant to alert",
        help="Receives what Urssaf says about refused debits, cancellations and money "
        "taken back. Left empty, the salesperson of the invoice.",
    )
    urssaf_cancel_email = fields.Char(
        string="Address for cancellations",
        default=CANCEL_EMAIL,
        help="Where Urssaf wants to be asked to cancel a demande de paiement. Only "
        "production writes there: elsewhere the e-mail is shown and kept, not sent.",
    )
    urssaf_notify_sent = fields.Boolean(
        string="Tell the customer: demande sent",
        help="What he will be asked, about how much is left to pay, and until when he "
        "may answer.",
    )
    urssaf_notify_refused = fields.Boolean(string="Tell the customer: refusal received")
    urssaf_notify_paid = fields.Boolean(string="Tell the customer: invoice paid")

    @api.constrains("urssaf_cancel_email")
    def _check_urssaf_cancel_email(self):
        for company in self:
            email = company.urssaf_cancel_email
            if email and not email_normalize(email):
                raise ValidationError(
                    self.env._(
                        "Address for cancellations: “%s” is not an e-mail address.",
                        email,
                    )
                )
