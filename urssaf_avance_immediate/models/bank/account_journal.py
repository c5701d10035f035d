# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountJournal(models.Model):
    _name = "account.journal"
    _inherit = ["account.journal", "urssaf.guarded"]

    urssaf_paid_company_ids = fields.One2many(
        "res.company",
        "urssaf_payment_journal_id",
        string="Paid by Urssaf through it",
        readonly=True,
        help="Asked by the record rule of the lines of the bank: managers of Urssaf’s "
        "matters write those of such a journal, and no others.",
    )
