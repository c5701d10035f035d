# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.api import UrssafError
from ..lib.rules import same_name
from ..models.enrolment.enrolment import SENDABLE
from ..models.exchange.screen import check_user
from ..models.exchange.words import error_text

# What Urssaf has shown. Typed by somebody, it would link anybody to the customer, who
# would then be debited for this one, and the chatter would say that Urssaf confirmed.
SHOWN = (
    "found_id",
    "found_for_id",
    "birth_name",
    "usage_name",
    "first_names",
    "status",
)


class UrssafEnrolmentAdopt(models.TransientModel):
    """A customer enrolled with another software: Urssaf is asked who this is, by
    e-mail or by idClient, a person compares, and the identifier is kept.

    It also serves to compare the names of a customer who is linked already.
    """

    _name = "urssaf.enrolment.adopt"
    _inherit = ["urssaf.guarded", "urssaf.wizard"]
    _description = "Urssaf Customer Enrolled Elsewhere"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        help="Whose customer this is, whatever company is current meanwhile.",
    )
    criterion = fields.Selection(
        [("email", "By e-mail"), ("identifier", "By identifier (idClient)")],
        string="Look up",
        default="email",
        required=True,
    )
    email = fields.Char(
        string="E-mail known to Urssaf",
        compute="_compute_email",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    external_id = fields.Char(
        string="Customer identifier (idClient)",
        help="What Urssaf gave this customer; the other software shows it.",
    )
    linked = fields.Boolean(help="The customer has this identifier already.")
    found_id = fields.Char(string="Identifier found", readonly=True)
    found_for_id = fields.Many2one(
        "res.company",
        readonly=True,
        help="The company that has asked: the identifier is for no other one.",
    )
    birth_name = fields.Char(string="Birth name at Urssaf", readonly=True)
    usage_name = fields.Char(string="Usage name at Urssaf", readonly=True)
    first_names = fields.Char(string="First names at Urssaf", readonly=True)
    status = fields.Char(string="Status at Urssaf", readonly=True)
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)
    differs = fields.Boolean(
        compute="_compute_comparison",
        help="The birth name, or each first name, is another one.",
    )
    confirmed = fields.Boolean(string="I confirm: it is the same person")

    @api.model
    def _urssaf_only_code_writes(self, field):
        """Extends: the customer comes from the button that opens the dialog."""
        return field is not None and field.name in SHOWN

    @api.depends("partner_id")
    def _compute_email(self):
        for wizard in self:
            wizard.email = wizard.partner_id._urssaf_email()

    @api.depends("birth_name", "usage_name", "first_names", "partner_id")
    def _compute_comparison(self):
        for wizard in self:
            theirs = {
                "urssaf_birth_name": wizard.birth_name,
                "urssaf_usage_name": wizard.usage_name,
                "urssaf_first_names": wizard.first_names,
            }
            wizard.comparison = wizard._as_table(theirs)
            # The rule by which any other adoption tells people apart.
            wizard.differs = not wizard.partner_id._urssaf_is(wizard)

    def _as_table(self, theirs):
        line = Markup("<tr class='%s'><td>%s</td><td>%s</td><td>%s</td></tr>")
        rows = Markup().join(
            line
            % (
                "table-warning" if self._is_other(name, value) else "",
                self.partner_id._urssaf_label_of_field(name),
                value or "",
                self.partner_id[name] or "",
            )
            for name, value in theirs.items()
        )
        head = Markup("<tr><th></th><th>%s</th><th>%s</th></tr>") % (
            self.env._("At Urssaf"),
            self.env._("On the contact"),
        )
        return Markup("<table class='table table-sm'>%s%s</table>") % (head, rows)

    def _is_other(self, name, theirs):
        return bool(theirs) and not same_name(theirs, self.partner_id[name])

    # -- buttons ---------------------------------------------------------------

    def action_ask(self):
        """Ask Urssaf who this is (method 020), and show it.

        :raises UserError: Urssaf does not know, or cannot be asked now
        """
        self.ensure_one()
        check_user(self.env)
        self.partner_id.check_access("write")
        self.company_id.check_access("read")
        criteria = self._criteria()
        try:
            with self.company_id._urssaf_get_client() as client:
                status = client.get_customer(**criteria)
        except UrssafError as error:
            raise UserError(self._not_found_text(error)) from error
        self._show_found(status)
        return self._reopen()

    @api.model
    def _compare(self, enrolment):
        """Action: the names that Urssaf has for a customer who is linked already."""
        wizard = self.create(
            {
                "partner_id": enrolment.partner_id.id,
                "company_id": enrolment.company_id._urssaf_entered().id,
                "criterion": "identifier",
                "external_id": enrolment.external_id,
                "linked": True,
            }
        )
        return wizard.action_ask()

    def _criteria(self):
        if self.criterion == "email":
            criteria = {"email": (self.email or "").strip()}
        else:
            criteria = {"id_client": (self.external_id or "").strip()}
        if not any(criteria.values()):
            raise UserError(self.env._("Fill in what is to be looked up first."))
        return criteria

    def _not_found_text(self, error):
        text = self.env._("Urssaf did not confirm this customer.")
        if error.kind == "protocol" and self.criterion == "email":
            return (
                text
                + "\n"
                + self.env._(
                    "Several people may have this e-mail: look up by identifier."
                )
            )
        return text + "\n" + error_text(self.env, error)

    def _show_found(self, status):
        # sudo(): only the code writes what Urssaf shows.
        self.sudo().write(
            {
                "found_id": status.id_client,
                "found_for_id": self.company_id.id,
                "birth_name": status.birth_name,
                "usage_name": status.usage_name,
                "first_names": status.first_names,
                "status": status.status.description or status.status.code,
                "confirmed": False,
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer enrolled elsewhere"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_adopt(self):
        """Keep the identifier of the person that Urssaf showed, and his state.

        :raises UserError: he was not asked about, is somebody else, or is enrolled
        """
        self.ensure_one()
        check_user(self.env)
        self.partner_id.check_access("write")
        if not self.found_id or self.found_for_id != self.company_id:
            raise UserError(self.env._("Ask Urssaf first who this customer is."))
        if self.differs and not self.confirmed:
            raise UserError(
                self.env._(
                    "Urssaf knows other names than those of %s. Compare them, and "
                    "confirm that it is the same person.",
                    self.partner_id.name,
                )
            )
        self.company_id.check_access("read")
        partner = self.partner_id.with_company(self.company_id)
        enrolment = partner._urssaf_enrolments()
        if enrolment.state not in (*SENDABLE, "queued"):
            raise UserError(
                self.env._(
                    "%s is enrolled already, or being enrolled.", self.partner_id.name
                )
            )
        enrolment._enrolled(self.found_id, link_sent=False)
        if enrolment.state == "pending":
            enrolment._message_log(body=self._adopted_note())
            enrolment._refresh()
        action = enrolment._notify_outcome()
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _adopted_note(self):
        if self.differs:
            return self.env._(
                "Identifier linked by %s, who confirmed that it is the same person in "
                "spite of other names.",
                self.env.user.name,
            )
        return self.env._(
            "Identifier linked by %s and confirmed by Urssaf.", self.env.user.name
        )
