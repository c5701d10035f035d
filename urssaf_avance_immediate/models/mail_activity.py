# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model_create_multi
    def create(self, vals_list):
        """Extends mail: what a visitor, or a customer on the portal, sets off is asked
        of the office by Odoo itself.

        An activity shows who made it. The public user, and a portal user, belong to
        one company: the people of every other one would get an access error on
        whatever bears the activity.
        """
        by_visitor = self.env.user.share and any(map(self._urssaf_is_ours, vals_list))
        # As superuser, the uid too: ``sudo()`` alone keeps the visitor as the maker.
        maker = self.with_user(SUPERUSER_ID) if by_visitor else self
        return super(MailActivity, maker).create(vals_list).with_env(self.env)

    @api.model
    def _urssaf_is_ours(self, vals):
        """Whether this add-on asks for the activity: its types have its names."""
        kind = (
            self.env["mail.activity.type"].sudo().browse(vals.get("activity_type_id"))
        )
        xmlid = kind.get_external_id().get(kind.id) or ""
        return xmlid.startswith("urssaf_avance_immediate.")
