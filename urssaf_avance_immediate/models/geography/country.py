# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ...lib.api import schemas

FRANCE = schemas.FRANCE


class ResCountry(models.Model):
    _inherit = "res.country"

    urssaf_code = fields.Char(
        string="INSEE code",
        size=5,
        help="Code of the country for Urssaf: 99100 is France, overseas included.",
    )
