# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..enrolment.enrolment import STATES
from ..groups import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_enrolment_ids = fields.One2many(
        "urssaf.enrolment",
        "partner_id",
        string="Urssaf enrolments",
        readonly=True,
        groups=READERS,
    )
    urssaf_enrolment_id = fields.Many2one(
        "urssaf.enrolment", compute="_compute_urssaf_enrolment", groups=READERS
    )
    urssaf_enrolment_state = fields.Selection(
        STATES,
        string="Avance immédiate",
        compute="_compute_urssaf_enrolment",
        search="_search_urssaf_enrolment_state",
        groups=READERS,
    )

    urssaf_enrolment_error = fields.Text(
        compute="_compute_urssaf_enrolment", groups=READERS
    )

    # -- computes --------------------------------------------------------------

    @api.depends(
        "urssaf_enrolment_ids.state", "urssaf_enrolment_ids.last_error_message"
    )
    @api.depends_context("company")
    def _compute_urssaf_enrolment(self):
        holder = self.env.company._urssaf_holder()
        for partner in self:
            enrolment = partner.urssaf_enrolment_ids.filtered(
                lambda e: e.company_id == holder
            )[:1]
            partner.urssaf_enrolment_id = enrolment
            partner.urssaf_enrolment_state = enrolment.state
            partner.urssaf_enrolment_error = enrolment.last_error_message

    def _search_urssaf_enrolment_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        holder = self.env.company._urssaf_holder()
        here = [("company_id", "=", holder.id), ("state", "in", value)]
        return [("urssaf_enrolment_ids", "any", here)]

    # -- deletion --------------------------------------------------------------

    def unlink(self):
        """Extends: an enrolment of which Urssaf never heard goes with its contact, but
        not one that another company prepares.
        """
        self.check_access("unlink")
        own = self.env.companies._urssaf_with_sisters()
        free = self - self._urssaf_needed_outside(own)
        drafts = free._urssaf_every_enrolment().filtered(lambda e: not e._is_evidence())
        drafts.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known_to_urssaf(self):
        own = self.env.companies._urssaf_with_sisters()
        needed = self._urssaf_needed_outside(own)
        if needed:
            raise UserError(
                self.env._(
                    "Another company of this database serves %s with the avance "
                    "immédiate, or prepares it: the contact is kept.",
                    ", ".join(needed.mapped("display_name")),
                )
            )
        known = self._urssaf_every_enrolment().partner_id
        if known:
            raise UserError(
                self.env._(
                    "What was exchanged with Urssaf about %s is kept: it is evidence. "
                    "Archive the contact instead.",
                    ", ".join(known.mapped("display_name")),
                )
            )

    def _urssaf_every_enrolment(self):
        """The enrolments of these contacts, in all companies: also in those that the
        user does not see, since the contact is shared.
        """
        return (
            self.env["urssaf.enrolment"].sudo().search([("partner_id", "in", self.ids)])
        )

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_check(self):
        """A table of these customers: who is ready, and who lacks what."""
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("read")
        return self.env["urssaf.enrolment.check"]._run(self)._open()

    def action_urssaf_refresh(self):
        """Ask Urssaf for the state of these customers."""
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("read")
        return self.urssaf_enrolment_id.action_urssaf_refresh()

    def action_urssaf_adopt(self):
        """Open the wizard to link a customer enrolled with another software."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer enrolled elsewhere"),
            "res_model": "urssaf.enrolment.adopt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_urssaf_view_enrolment(self):
        self.ensure_one()
        return self.urssaf_enrolment_id._get_records_action()

    def _urssaf_enrolments(self):
        """The enrolments of these customers under the habilitation of the current
        company, made if need be.
        """
        Enrolment = self.env["urssaf.enrolment"].sudo()
        company = self.env.company._urssaf_holder()
        found = Enrolment.search(
            [("partner_id", "in", self.ids), ("company_id", "=", company.id)]
        )
        missing = self - found.partner_id
        return found | Enrolment._create_once(
            [{"partner_id": p.id, "company_id": company.id} for p in missing]
        )
