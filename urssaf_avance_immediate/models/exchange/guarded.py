# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the code alone writes, in our models that people create and on Odoo's own.

A read-only field is read-only on screen: by RPC, by an import or with a forged default,
whoever may write the record may write the field too. The stored copy of a state, the
demande of a payment or a day of erasure then says what never happened.
"""

from odoo import api, models
from odoo.exceptions import AccessError

# How our fields on Odoo's models are named, and those of the trade on them.
OURS = ("urssaf_", "home_service_")


class UrssafGuarded(models.AbstractModel):
    """The rule is the field's own ``readonly``: what no screen may change, no call from
    outside may. The code writes these with ``sudo()``, which nothing outside can have;
    a context key could be sent by anybody.
    """

    _name = "urssaf.guarded"
    _description = "Urssaf: written by the code alone"

    @api.model
    def _urssaf_only_code_writes(self, field):
        """In Odoo's models, it is our fields that we guard."""
        return (
            field is not None
            and field.readonly
            and (field.store or field.name.startswith(OURS))
            and (self._name.startswith("urssaf.") or field.name.startswith(OURS))
        )

    @api.model
    def _check_field_access(self, field, operation):
        """Extends: Odoo asks here for each value of a creation or a change, and for
        each default that the context brings.

        :raises AccessError: the field is written by the code alone
        """
        super()._check_field_access(field, operation)
        if (
            operation == "write"
            and not self.env.su
            and self._urssaf_only_code_writes(field)
        ):
            raise AccessError(
                self.env._(
                    "The field “%(label)s” (%(name)s) is filled in by Odoo alone: "
                    "leave it out.",
                    label=field._description_string(self.env) or field.name,
                    name=field.name,
                )
            )

    @api.model
    def default_get(self, fields):
        """Extends: the model's own defaults for what is guarded, never those that
        somebody has set for himself (``ir.default``), which do not go through the check
        above.
        """
        guarded = {
            name
            for name in (() if self.env.su else fields)
            if self._urssaf_only_code_writes(self._fields.get(name))
        }
        values = super().default_get([name for name in fields if name not in guarded])
        for name in guarded:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self)
                values[name] = field.convert_to_write(
                    field.convert_to_record(value, self), self
                )
        return values


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "urssaf.guarded"]
