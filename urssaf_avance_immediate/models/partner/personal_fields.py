# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields of a shared contact that only some of its companies may read.

Field groups say which users, not which of two companies' users. These fields read as
empty for whoever works for no company that has the customer; for the code of the
add-on, which runs as superuser, they are what they are. How ``res.partner`` decides is
in ``privacy``.
"""

from odoo import fields


class Personal:
    """Mixed into a field of Odoo, before its class."""

    def __get__(self, record, owner=None):
        """Extends: empty where it is hidden; the groups of the field come first."""
        if record is None or record.env.su or not record._ids:
            return super().__get__(record, owner)
        if len(record._ids) > 1:  # a relation followed from many records
            return super().__get__(record.filtered(_is_shown), owner)
        value = super().__get__(record, owner)
        if _is_shown(record):
            return value
        empty = self.convert_to_cache(False, record, validate=False)
        return self.convert_to_record(empty, record)


def _is_shown(record):
    return not record.urssaf_hidden


class PersonalBoolean(Personal, fields.Boolean):
    pass


class PersonalChar(Personal, fields.Char):
    pass


class PersonalDate(Personal, fields.Date):
    pass


class PersonalMany2one(Personal, fields.Many2one):
    pass


class PersonalSelection(Personal, fields.Selection):
    pass
