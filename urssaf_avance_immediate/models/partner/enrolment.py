# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer shows of the enrolment at Urssaf, the buttons that start it, and what
happens to it when the contact changes or goes.
"""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..enrolment.enrolment import KNOWN, STATES
from ..enrolment.standing import STAGES
from ..enrolment.watching import PLACE, TOLD
from ..exchange.screen import check_user
from ..groups import PERSONAL, READERS


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
    urssaf_stage = fields.Selection(
        STAGES,
        string="Enrolment at Urssaf",
        compute="_compute_urssaf_stage",
        search="_search_urssaf_stage",
        groups=READERS,
    )
    urssaf_life = fields.Char(
        string="In short", compute="_compute_urssaf_stage", groups=READERS
    )
    urssaf_attempt_ids = fields.One2many(
        "urssaf.enrolment.attempt", compute="_compute_urssaf_stage", groups=READERS
    )
    urssaf_advice = fields.Html(
        compute="_compute_urssaf_advice",
        compute_sudo=True,
        sanitize=False,
        groups=PERSONAL,
    )
    urssaf_to_mend = fields.Json(
        compute="_compute_urssaf_advice",
        compute_sudo=True,
        groups=PERSONAL,
        help="The fields that may have led to the refusal, likeliest first.",
    )
    urssaf_obstacles = fields.Text(
        compute="_compute_urssaf_obstacles",
        compute_sudo=True,
        groups=READERS,
        help="Why invoices of a customer whom Urssaf has do not leave, or soon will "
        "not, because of what the contact has become.",
    )
    urssaf_copy_notice = fields.Char(
        compute="_compute_urssaf_copy_notice",
        groups=READERS,
        help="Why nothing leaves from this database.",
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

    @api.depends("urssaf_enrolment_ids.state", "urssaf_enrolment_ids.account_known")
    @api.depends_context("company", "lang")
    def _compute_urssaf_stage(self):
        for partner in self:
            partner.urssaf_stage = partner.urssaf_enrolment_id.stage
            partner.urssaf_life = partner.urssaf_enrolment_id.life
            partner.urssaf_attempt_ids = partner.urssaf_enrolment_id.attempt_ids

    @api.depends(
        "urssaf_enrolment_ids.last_error_message",
        "urssaf_enrolment_ids.last_error_fields",
        "urssaf_enrolment_ids.state",
    )
    @api.depends_context("company", "lang")
    def _compute_urssaf_advice(self):
        for partner in self:
            enrolment = partner.urssaf_enrolment_id
            refused = enrolment.last_error_kind == "rejected"
            partner.urssaf_advice = refused and enrolment._advice_beside_fields()
            partner.urssaf_to_mend = refused and [
                {"field": name, "label": self._urssaf_label_of_field(name)}
                for name in enrolment._to_mend()
            ]

    @api.depends_context("company", "lang")
    def _compute_urssaf_copy_notice(self):
        self.urssaf_copy_notice = self.env.company._urssaf_copy_notice()

    def _search_urssaf_stage(self, operator, value):
        if operator != "in":
            return NotImplemented
        holder = self.env.company._urssaf_holder()
        here = [("company_id", "=", holder.id), ("stage", "in", value)]
        return [("urssaf_enrolment_ids", "any", here)]

    @api.depends(
        "parent_id",
        "commercial_partner_id",
        "active",
        "country_id.urssaf_code",
        "urssaf_enrolment_ids.state",
    )
    @api.depends_context("company", "lang")
    def _compute_urssaf_obstacles(self):
        for partner in self:
            known = partner.urssaf_enrolment_id.state in KNOWN
            sentences = partner._urssaf_obstacles().values() if known else ()
            partner.urssaf_obstacles = "\n".join(sentences) or False

    def _urssaf_obstacles(self):
        """``{field: sentence}``: what stands between this customer, whom Urssaf has,
        and the sending of his invoices.
        """
        self.ensure_one()
        found = {}
        if self.commercial_partner_id != self:
            found["parent_id"] = self.env._(
                "%(name)s stands under “%(card)s”: for Odoo these invoices are those "
                "of “%(card)s”, and they do not leave for Urssaf. Take the contact out "
                "of “%(card)s”, on the contact’s own page.",
                name=self.name,
                card=self.commercial_partner_id.name,
            )
        if not self.active:
            found["active"] = self.env._(
                "%s is archived, and Urssaf still has this customer: Odoo goes on "
                "asking for news and booking the transfers. The customer can end the "
                "association in the Urssaf space; then erase the personal data.",
                self.name,
            )
        if not self._urssaf_french():
            found["country_id"] = self.env._(
                "%(name)s has an address in another country (%(country)s): the avance "
                "immédiate is for services at home in France. Invoices do not leave.",
                name=self.name,
                country=self.country_id.name,
            )
        return found

    # -- how people call what is sent --------------------------------------------

    @api.model
    def _urssaf_label_of_field(self, name):
        return self.fields_get([name], ["string"])[name]["string"]

    @api.model
    def _urssaf_label_of(self, path):
        """What people call a value of method 010, by its dotted wire path."""
        parts = {
            "lieuNaissance.departementNaissance": self.env._("Birth département"),
            "coordonneeBancaire.iban": self.env._("IBAN"),
            "coordonneeBancaire.bic": self.env._("BIC"),
            "coordonneeBancaire.titulaire": self.env._("Account holder"),
        }
        return parts.get(path) or self._urssaf_label_of_field(
            self._urssaf_field_of(path)
        )

    @api.model
    def _urssaf_text_of(self, path, value):
        """A value of method 010 as people read it: no code, no ISO date."""
        field = self._fields[self._urssaf_field_of(path)]
        if value and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if value and field.type == "date":
            return format_date(self.env, value)
        return value or ""

    # -- to enrol ----------------------------------------------------------------

    @contextmanager
    def _urssaf_imagined(self, changes):
        """This contact with other values, in memory: what would be sent then?

        Odoo takes all the new records of one origin for the same one: what was
        imagined is forgotten at once, so that it does not show in the next.
        """
        imagined = self.new(changes, origin=self)
        try:
            yield imagined
        finally:
            imagined.invalidate_recordset(flush=False)

    def _urssaf_check_complete(self):
        """:raises UserError: something is missing; each field is named"""
        self.ensure_one()
        faults = self._urssaf_enrolment_faults()
        if faults:
            raise UserError(
                self.env._("Before enrolling %s at Urssaf:", self.display_name)
                + "".join(f"\n- {sentence}" for _field, sentence in faults)
            )

    def _urssaf_enrolments(self):
        """The enrolments of these customers under the habilitation of the current
        company, made if need be, as superuser: nobody may create one by hand.
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

    def _urssaf_every_enrolment(self):
        """The enrolments of these contacts, in all companies: also in those that the
        user does not see, since the contact is shared.
        """
        return (
            # sudo(): see above.
            self.env["urssaf.enrolment"].sudo().search([("partner_id", "in", self.ids)])
        )

    # -- changed or deleted ------------------------------------------------------

    def write(self, vals):
        """Extends base: who works with this customer at Urssaf is told what changes."""
        self._urssaf_check_hidden(vals)
        watched = [name for name in (*TOLD, *PLACE) if name in vals]
        known = self._urssaf_every_enrolment() if watched else ()
        known = [enrolment for enrolment in known if enrolment.state in KNOWN]
        before = {
            enrolment.partner_id: {n: enrolment.partner_id[n] for n in watched}
            for enrolment in known
        }
        result = super().write(vals)
        for enrolment in known:
            partner = enrolment.partner_id
            changed = [n for n, was in before[partner].items() if partner[n] != was]
            if changed:
                enrolment._tell_contact_changed(changed)
        return result

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

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_enrol(self):
        """Enrol one customer now; several one after the other, in a list that shows
        where each one is.
        """
        check_user(self.env)
        self.check_access("write")
        self.env.company._urssaf_check_real()
        if len(self) == 1:
            self._urssaf_check_complete()
            return self._urssaf_enrolments()._enrol_now()
        return self.env["urssaf.enrolment.batch"]._start(self)

    def action_urssaf_resend(self):
        """Let Urssaf write again to this customer, who has not activated yet."""
        self.ensure_one()
        return self.urssaf_enrolment_id.action_urssaf_resend()

    def action_urssaf_mend(self):
        """Open what Urssaf complains about, with what may be tried."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        # Made if need be, then opened with the rights of the user.
        enrolment = self._urssaf_enrolments().sudo(False)
        return enrolment.action_urssaf_mend()

    def action_urssaf_check(self):
        """A table of these customers: who is ready, and who lacks what."""
        check_user(self.env)
        self.check_access("read")
        return self.env["urssaf.enrolment.check"]._run(self)._open()

    def action_urssaf_refresh(self):
        """Ask Urssaf for the state of these customers."""
        check_user(self.env)
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

    def action_urssaf_leave_card(self):
        """Make the customer's contact one of its own, which Urssaf's invoices need."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        self.parent_id = False
