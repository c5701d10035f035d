# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the trade tells people goes the one way that this add-on tells them."""

from odoo import api, models


class HomeServiceTelling(models.AbstractModel):
    _inherit = "home.service.telling"

    @api.model
    def _tell(self, company, notes, activity_type):
        """Replaces the trade's: remembered, and said again when somebody has left."""
        self.env["urssaf.alert"]._tell(company, notes, activity_type)

    @api.model
    def _settled(self, records, activity_type):
        """Replaces the trade's."""
        self.env["urssaf.alert"]._settled(records, activity_type)

    @api.model
    def _person(self, company, record):
        """Replaces the trade's: whom the alert will choose."""
        candidates = record.sudo()._urssaf_alert_candidates()  # sudo(): others' users
        return company._urssaf_reader_of(record, candidates)


class HomeServiceDocument(models.Model):
    _name = "home.service.document"
    _inherit = ["home.service.document", "urssaf.alerted"]

    def _urssaf_alert_candidates(self):
        """Extends: who is responsible for the document, then the managers of services à
        la personne.
        """
        # sudo(): groups and users that whoever finds the matter may not read.
        managers = self.env.ref("l10n_fr_home_services.group_manager").sudo()
        return self.sudo().user_id | managers.all_user_ids.sorted("id")
