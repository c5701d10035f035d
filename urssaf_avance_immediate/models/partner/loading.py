# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own import of contacts: a file names the city of birth, and not its code."""

from odoo import api, models

from ..geography.country import FRANCE


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def load(self, fields, data):
        """Extends base: finds the commune of birth where only one is meant. The others
        keep what the file said, and their checklist asks for the code. The commune of
        the address follows from postal code and city by itself.
        """
        result = super().load(fields, data)
        if "urssaf_birth_city" in fields and result["ids"]:
            self.browse(filter(None, result["ids"]))._urssaf_find_birth_commune()
        return result

    def _urssaf_find_birth_commune(self):
        """Fill in the code of the commune of birth where there is none."""
        open_ = self.filtered(
            lambda p: p.urssaf_birth_city
            and not p.urssaf_birth_city_code
            and p.urssaf_birth_country_code == FRANCE
        )
        places = {p: (p.urssaf_birth_city, p.urssaf_birth_date) for p in open_}
        found = self.env["urssaf.commune"]._find_births(set(places.values()))
        for partner, place in places.items():
            commune = found[place]
            if commune:
                partner.write(
                    {
                        "urssaf_birth_city_code": commune.code,
                        "urssaf_birth_city": commune.name,
                    }
                )
