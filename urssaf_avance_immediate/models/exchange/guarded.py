# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError


class UrssafGuarded(models.AbstractModel):
    """Records of ours that people create, and whose progress the code alone writes.

    What a model declares ``readonly`` is refused to everybody, by screen, import or
    RPC; the code writes it with ``sudo()``. A new record has the model's own defaults,
    never those of the context or of a user. (``urssaf.code.fields`` guards Odoo's
    models, which nobody creates with a value of ours.)
    """

    _name = "urssaf.guarded"
    _description = "Urssaf: written by the code alone"

    @api.model
    def _is_guarded(self, name):
        field = self._fields.get(name)
        return bool(field) and field.readonly and field.store

    def _refuse_guarded(self, vals):
        """:raises AccessError: the values have what the code alone writes"""
        for name in () if self.env.su else vals:
            if self._is_guarded(name):
                label = self._fields[name].get_description(self.env, ["string"])
                raise AccessError(
                    self.env._(
                        "%s is written by Odoo alone: nobody may change it.",
                        label["string"],
                    )
                )

    @api.model
    def default_get(self, fields):
        """Extends: the model's own defaults for what is guarded."""
        values = super().default_get(fields)
        for name in () if self.env.su else fields:
            if not self._is_guarded(name):
                continue
            values.pop(name, None)
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self)
                values[name] = field.convert_to_write(
                    field.convert_to_record(value, self), self
                )
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: see the class.

        :raises AccessError: the values have what the code alone writes
        """
        for vals in vals_list:
            self._refuse_guarded(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Extends: see the class.

        :raises AccessError: the values have what the code alone writes
        """
        self._refuse_guarded(vals)
        return super().write(vals)
