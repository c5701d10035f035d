# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every wizard of this add-on has in common: it shows no more than its user may
read.

A wizard is made by whoever opens it, with whatever it is told to point to. Odoo does
not look whether he may read that, computes related fields as superuser, and lets every
user of the group read the wizards of all others.
"""

from odoo import api, models


class UrssafWizard(models.AbstractModel):
    """Inherited by each transient model of this add-on, besides a record rule that
    keeps a wizard to the user who opened it (``security/urssaf_wizard_security.xml``).
    Related fields say ``related_sudo=False``.
    """

    _name = "urssaf.wizard"
    _description = "Wizard of Urssaf avance immédiate"

    @api.model
    def default_get(self, fields_list):
        """Extends: the context may name any record."""
        values = super().default_get(fields_list)
        self._check_targets(values)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: see the class."""
        for vals in vals_list:
            self._check_targets(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extends: see the class."""
        self._check_targets(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Extends: what is computed in the browser’s form, before anything is saved."""
        self._check_targets(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_targets(self, values):
        """The records that these values point to.

        :param values: values of fields, as ``create`` or the web client gives them
        :raises AccessError: the user may not read one of them
        """
        for name, value in values.items():
            field = self._fields.get(name)
            if value and field and field.relational:
                ids, nested = _pointed_to(value)
                comodel = self.env[field.comodel_name]
                comodel.browse(ids).check_access("read")
                if isinstance(comodel, UrssafWizard):
                    for line in nested:
                        comodel._check_targets(line)


def _pointed_to(value):
    """``(ids, values of lines)`` in the value of a relational field: an id, ids, the
    web client’s dictionary, records or commands.
    """
    if isinstance(value, models.BaseModel):
        return value.ids, []
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, (list, tuple)):
        return [value] if isinstance(value, int) else [], []
    ids, nested = [], []
    for item in value:
        if not isinstance(item, (list, tuple)):
            found, _lines = _pointed_to(item)
            ids += found
            continue
        number, record_id, more = (*item, None, None, None)[:3]
        # 0 makes a line, 1 changes one, 4 links one, 6 puts these in place of others.
        if number in (1, 4) and isinstance(record_id, int):
            ids.append(record_id)
        if number in (0, 1) and isinstance(more, dict):
            nested.append(more)
        if number == 6:
            ids += [one for one in more or () if isinstance(one, int)]
    return ids, nested
