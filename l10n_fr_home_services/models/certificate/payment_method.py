# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ...rules.certificate import NOT_HIS

#: How a customer pays. Article D7233-3 of the Code du travail names the means that give
#: right to the tax advantage; cash is none of them.
KINDS = [
    ("transfer", "Transfer"),
    ("debit", "Direct debit"),
    ("card", "Card"),
    ("cheque", "Cheque"),
    ("cesu", "CESU that the customer paid for"),
    ("cesu_prefinanced", "Prefinanced CESU"),
    ("aid", "Aid (APA, PCH…)"),
]


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    home_service_kind = fields.Selection(
        KINDS,
        string="On the annual certificate",
        help="What a payment of this method is on the annual certificate of services "
        "à la personne. Left empty, an ordinary payment through the bank. Cash never "
        "counts (article D7233-3 of the Code du travail): that is the type of the "
        "journal.",
    )


class AccountJournal(models.Model):
    _inherit = "account.journal"

    home_service_kind = fields.Selection(
        KINDS,
        string="On the annual certificate",
        help="What comes through this journal is on the annual certificate of services "
        "à la personne, where neither the payment nor its payer says more: an account "
        "that receives prefinanced CESU, for instance. Left empty, an ordinary payment "
        "through the bank.",
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    home_service_kind = fields.Selection(
        [kind for kind in KINDS if kind[0] in NOT_HIS],
        string="Pays for customers",
        help="Who transfers prefinanced CESU (its issuer) or an aid (the département, "
        "a pension fund) for customers: on their annual certificates, what comes from "
        "it is no expense of theirs.",
    )
