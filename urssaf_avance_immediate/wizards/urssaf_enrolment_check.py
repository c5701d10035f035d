# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.enrolment.enrolment import SENDABLE
from ..models.exchange.screen import check_user

LEVELS = [
    ("blocking", "To be mended"),
    ("warning", "To look at"),
    ("ready", "Can be enrolled"),
    ("enrolled", "Enrolled already"),
]


class UrssafEnrolmentCheck(models.TransientModel):
    """A selection of customers, checked before they are enrolled."""

    _name = "urssaf.enrolment.check"
    _inherit = ["urssaf.wizard"]
    _description = "Customers Checked before Enrolling"

    line_ids = fields.One2many("urssaf.enrolment.check.line", "check_id")

    @api.model
    def _run(self, partners):
        """Check these customers; return the table."""
        check = self.create({})
        check._fill(partners)
        return check

    def _fill(self, partners):
        """Check these customers, in place of what the table said."""
        self.ensure_one()
        lines, checked = [], partners._urssaf_check()
        for partner, found in checked.items():
            if partner.urssaf_enrolment_state not in (False, *SENDABLE):
                found = [(False, False, "enrolled")]
            elif not any(blocking for _field, _sentence, blocking in found):
                found = [(False, False, "ready"), *found]
            for field, sentence, blocking in found:
                level = {True: "blocking", False: "warning"}.get(blocking, blocking)
                lines.append(
                    {
                        "partner_id": partner.id,
                        "level": level,
                        "field_name": field,
                        "message": sentence,
                    }
                )
        self.line_ids = [Command.clear(), *map(Command.create, lines)]

    def _open(self):
        """The table, on the whole screen: it may be grouped and exported."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "urssaf.enrolment.check.line",
            "view_mode": "list",
            "domain": [("check_id", "=", self.id)],
            "name": self.env._("Checked before enrolling"),
            "context": {"urssaf_check_id": self.id},
        }


class UrssafEnrolmentCheckLine(models.TransientModel):
    """One customer and one thing that he lacks, or that he is ready."""

    _name = "urssaf.enrolment.check.line"
    _inherit = ["urssaf.wizard"]
    _description = "Customers Checked before Enrolling: Line"
    _order = "sequence, partner_id, id"
    _rec_name = "partner_id"

    check_id = fields.Many2one(
        "urssaf.enrolment.check", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    level = fields.Selection(LEVELS, string="State", required=True)
    sequence = fields.Integer(
        compute="_compute_sequence", compute_sudo=False, store=True
    )
    field_name = fields.Char(string="Field")
    message = fields.Char(string="What to do")
    user_id = fields.Many2one(related="partner_id.user_id", related_sudo=False)

    @api.depends("level")
    def _compute_sequence(self):
        order = [level for level, _label in LEVELS]
        for line in self:
            line.sequence = order.index(line.level) if line.level else 0

    def action_open_customer(self):
        """The contact of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_record_consent(self):
        """Record the consent of this customer, and check again."""
        self.ensure_one()
        self.partner_id.action_urssaf_record_consent()
        return self._check_again()

    def action_check_again(self):
        """Check the same customers, once their details are completed."""
        return self._check_again()

    def _check_again(self):
        table = self._whole_table()
        table._fill(table.line_ids.partner_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_enrol_ready(self):
        """Enrol the customers of the table who lack nothing."""
        check_user(self.env)
        ready = (
            self._whole_table()
            .line_ids.filtered(lambda line: line.level == "ready")
            .partner_id
        )
        if not ready:
            raise UserError(self.env._("Nobody in this table is ready."))
        action = ready.action_urssaf_enrol()
        table = self._check_again()
        if action.get("tag") == "display_notification":
            action["params"]["next"] = table
        return action

    def _whole_table(self):
        check = self.env.context.get("urssaf_check_id")
        table = self.check_id or self.env["urssaf.enrolment.check"].browse(check)
        return table[:1]
