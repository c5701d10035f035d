# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from odoo.addons.base.models import ir_actions_report


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _home_service_patched(self):
        """Whether this wkhtmltopdf prints several documents at once, and their foot."""
        return ir_actions_report._wkhtml().is_patched_qt

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Extends base: our papers fetch nothing, so nothing has to be waited for. The
        usual second of waiting, per document and per foot, would make the mass run
        three times as long.
        """
        built = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("home_service_light") and "--javascript-delay" in built:
            built[built.index("--javascript-delay") + 1] = "1"
        return built
