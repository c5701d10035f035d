# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that only the code writes, and whose activities people hand to each other."""

from odoo import models


class UrssafFollowed(models.AbstractModel):
    _name = "urssaf.followed"
    _description = "Followed by the office"
    _inherit = ["urssaf.alerted", "mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Extends mail: who gets an activity follows its record, and Odoo wants the one
        who gives it to have the right to write there, which nobody has.
        """
        colleagues = (
            # sudo(): who is a colleague, nothing else of the users.
            self.env["res.users"]
            .sudo()
            .search([("partner_id", "in", partner_ids or ()), ("share", "=", False)])
            .partner_id
        )
        records = self
        if set(partner_ids or ()) <= set(colleagues.ids):
            self.check_access("read")
            # sudo(): to follow gives no right.
            records = self.sudo()
        return super(UrssafFollowed, records).message_subscribe(
            partner_ids=partner_ids, subtype_ids=subtype_ids
        )
