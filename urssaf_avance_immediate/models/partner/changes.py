# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact whom Urssaf has, and that somebody changes in Odoo."""

from odoo import api, fields, models

from ..enrolment.enrolment import FOLLOWED, WAITING
from ..groups import READERS

# What Urssaf was told, and a customer may change on the portal.
TOLD = ("name", "email", "phone", "street", "street2", "zip", "city", "country_id")
# What decides whether his invoices can leave.
PLACE = ("parent_id", "active", "country_id")
# Urssaf has the customer, or is being told.
KNOWN = (*FOLLOWED, "queued", "sending", "unknown")


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_obstacles = fields.Text(
        compute="_compute_urssaf_obstacles",
        compute_sudo=True,
        groups=READERS,
        help="Why invoices of a customer whom Urssaf has do not leave, or soon will "
        "not, because of what the contact has become.",
    )

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
                enrolment._contact_changed(changed)
        return result

    def action_urssaf_leave_card(self):
        """Make the customer's contact one of its own, which Urssaf's invoices need."""
        self.ensure_one()
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("write")
        self.parent_id = False


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    def _contact_changed(self, names):
        """Tell the office of this company, in its language, what it has to do now.

        :param names: fields of the contact that have another value now
        """
        self.ensure_one()
        # The company's own records, whoever changed the contact that it shares.
        enrolment = self.sudo()._for_company(self.company_id)
        partner = enrolment.partner_id
        found = partner._urssaf_obstacles()
        notes = [found[name] for name in names if name in found]
        if self.env.user.share:
            labels = [
                partner._urssaf_label_of_field(name) for name in names if name in TOLD
            ]
            notes += labels and [enrolment._told_otherwise(", ".join(labels))]
        if notes:
            note = "\n".join(notes)
            enrolment._message_log(body=note)
            enrolment._alert(note)
        elif not found and enrolment._only_waits() and set(names) & set(PLACE):
            # What was said of the contact's place is put right.
            enrolment._alert_done()

    def _only_waits(self):
        """Nothing but the contact can have been the matter: Urssaf is content."""
        return self.state in ("active", "pending") and not self.last_error_kind

    def _told_otherwise(self, labels):
        """The customer has changed what Urssaf has of him."""
        if self.state in WAITING:
            what = self.env._("Check the sheet, then resend the activation.")
        else:
            what = self.env._(
                "Check the sheet. What Urssaf has, only the customer can change, in "
                "the Urssaf space."
            )
        note = self.env._(
            "The customer changed on the portal: %(what)s. Urssaf still has what it "
            "was told.",
            what=labels,
        )
        return f"{note} {what}"
