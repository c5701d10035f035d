# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The commune of birth that a text means, where only one can be meant."""

from odoo import api, models

from ...lib.rules import department, name_and_numbers
from ...lib.rules.communes import district_code, is_divided
from .commune import ALGERIA


class UrssafCommune(models.Model):
    _inherit = "urssaf.commune"

    @api.model
    def _find_births(self, places):
        """The commune of each ``(text, day of birth or False)``, as it was on that day;
        empty where none, or more than one, fits. Two queries, whatever their number.

        "Villeurbanne", "Saint-Denis (93)", "97400 Saint-Denis" and "Lyon 3e" are found;
        "Saint-Denis" and "Lyon" alone are not.
        """
        read = {place: name_and_numbers(place[0]) for place in places}
        named = self.search(
            [
                ("name_key", "in", list({name for name, _n in read.values()})),
                # Oran was a French commune before 1962: such a birth is taken for
                # one in Algeria, unless a person chooses the commune.
                ("kind", "!=", ALGERIA),
            ]
        ).grouped("name_key")
        divided = {place: self._district_of_birth(place[0]) for place in places}
        by_code = self._by_code([code for code in divided.values() if code])
        result = {}
        for place, (name, numbers) in read.items():
            if is_divided(place[0]) or is_divided(name):
                found = by_code.get(divided[place], self.browse())
            else:
                found = named.get(name, self.browse())._fitting(numbers)
            result[place] = found._only_one(place[1])
        return result

    @api.model
    def _district_of_birth(self, text):
        name, numbers = name_and_numbers(text)
        found = [district_code("", text), *(district_code(n, name) for n in numbers)]
        return next(filter(None, found), None)

    def _fitting(self, numbers):
        """Those of self to which each number belongs: département, of today too, postal
        code or INSEE code.
        """
        return self.filtered(
            lambda c: numbers
            <= {c.code, department(c.code), department(c._whole().code), *c._all_zips()}
        )

    def _only_one(self, born):
        """The commune, if all those of self that were there on that day have one code:
        one that was merged and kept its name is there twice.
        """
        there = self.filtered(lambda c: not born or c._was_there(born))
        return there[:1] if len(set(there.mapped("code"))) == 1 else self.browse()

    def _was_there(self, day):
        """A part that kept the code of the whole has no days of its own."""
        whole = self._whole()
        since = self.since or (whole.code == self.code and whole.since)
        return (not since or since <= day) and (not self.until or self.until >= day)
