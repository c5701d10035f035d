# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A new customer: three things to type, then the form, or the sheet.

Its second page hands over the link of a form, whoever the customer is. The link is
kept nowhere, not even here: it travels in the context of the action that shows it.
"""

import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_date
from odoo.tools.image import image_data_uri

from ..lib.rules import normalise_mobile
from ..models.exchange.screen import check_user

LINK = "urssaf_link"
#: In the context of the buttons that are shown beside who is here already.
SOMEBODY_ELSE = "urssaf_somebody_else"
MOST_DOUBLES = 5
QR_SIZE = 240


class UrssafCustomerNew(models.TransientModel):
    """A customer who is new here, and how to hand the form over."""

    _name = "urssaf.customer.new"
    _inherit = ["urssaf.wizard"]
    _description = "New Customer"

    name = fields.Char()
    email = fields.Char()
    mobile = fields.Char(string="Mobile phone")
    double_ids = fields.Many2many(
        "res.partner",
        string="Here already",
        compute="_compute_double_ids",
        compute_sudo=False,
        # Somebody who was archived comes back.
        context={"active_test": False},
    )
    form_id = fields.Many2one("urssaf.customer.form", readonly=True)
    partner_id = fields.Many2one(related="form_id.partner_id", related_sudo=False)
    outcome = fields.Selection(
        [
            ("none", "No e-mail"),
            ("failed", "Could not be sent"),
            ("queued", "Waits to be sent"),
            ("sent", "Sent"),
        ],
        compute="_compute_outcome",
    )
    outcome_text = fields.Text(compute="_compute_outcome")
    link = fields.Char(compute="_compute_link")
    # In the page: an image of its own address would be read without the link.
    qr_code = fields.Html(compute="_compute_link", sanitize=False)
    sms_text = fields.Text(string="Text for an SMS", compute="_compute_link")

    # -- somebody who is here already --------------------------------------------

    @api.depends("email", "mobile")
    def _compute_double_ids(self):
        """Contacts with the same e-mail or phone, among those that the user may see."""
        for new in self:
            new.double_ids = new._doubles()

    def _doubles(self):
        email = email_normalize(self.email or "")
        mobile = normalise_mobile(self.mobile or "")
        found = Domain.FALSE
        if email:
            found |= Domain("email_normalized", "=", email)
        if mobile:
            ways = _ways_to_write(mobile)
            found |= Domain("phone", "in", ways) | Domain("urssaf_mobile", "in", ways)
        people = self.env["res.partner"].with_context(active_test=False)
        persons = Domain("is_company", "=", False)
        return people.search(found & persons, limit=MOST_DOUBLES)

    # -- making the contact --------------------------------------------------------

    def action_send_form(self):
        """Make the contact and send the form; first say who is here already.

        :raises UserError: a name or a way to reach the customer is missing
        """
        self.ensure_one()
        if not self.email and not self.mobile:
            raise UserError(
                self.env._(
                    "Fill in an e-mail, so that the form can be sent; or at least the "
                    "mobile phone, to hand over its link by SMS."
                )
            )
        return self._doubles_first() or self._make_partner().action_urssaf_send_form()

    def action_type_in(self):
        """Make the contact and open it on our tab, to type the rest; first say who is
        here already.
        """
        self.ensure_one()
        return (
            self._doubles_first() or self._make_partner().action_urssaf_open_customer()
        )

    def _doubles_first(self):
        """The dialogue again, if somebody is here already and it did not say so: who
        types the phone last presses the button before Odoo has looked.
        """
        if self.env.context.get(SOMEBODY_ELSE) or not self.double_ids:
            return None
        name = "urssaf_avance_immediate.urssaf_customer_new_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return {**action, "res_id": self.id}

    def _make_partner(self):
        check_user(self.env)
        self._check_typed()
        french = self.env["res.lang"]._get_data(code="fr_FR")
        return self.env["res.partner"].create(
            {
                "name": " ".join(self.name.split()),
                "email": (self.email or "").strip() or False,
                "phone": (self.mobile or "").strip() or False,
                # Where it is a French mobile, Urssaf writes to the same number.
                "urssaf_mobile": normalise_mobile(self.mobile or "")
                and self.mobile.strip(),
                "is_company": False,
                "parent_id": False,
                "customer_rank": 1,
                "country_id": self.env.ref("base.fr").id,
                **({"lang": "fr_FR"} if french else {}),
            }
        )

    def _check_typed(self):
        if not (self.name or "").strip():
            raise UserError(self.env._("Fill in the name of the customer."))
        if self.email and not email_normalize(self.email):
            raise UserError(
                self.env._(
                    "Check the e-mail: it is written like jeanne.martin@example.com."
                )
            )

    # -- handing the form over -------------------------------------------------------

    @api.model
    def _show_link(self, form, link):
        """The second page: what became of the e-mail, and the link to hand over."""
        shown = self.create({"form_id": form.id})
        view = self.env.ref("urssaf_avance_immediate.urssaf_customer_new_view_link")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Form for %s", form.partner_id.display_name),
            "res_model": self._name,
            "res_id": shown.id,
            "views": [(view.id, "form")],
            "target": "new",
            "context": {LINK: link},
        }

    @api.depends("form_id")
    @api.depends_context("lang")
    def _compute_outcome(self):
        for new in self:
            form = new.form_id
            new.outcome = form and form._mail_outcome()
            new.outcome_text = form and new._outcome_sentence()

    def _outcome_sentence(self):
        email = self.form_id.email
        if self.outcome == "none":
            return self.env._(
                "This customer has no e-mail: hand the link over yourself, by SMS or "
                "with the QR code."
            )
        if self.outcome == "sent":
            return self.env._("The form was sent to %s.", email)
        # sudo(): whether e-mails leave is no secret; how is the administrator's.
        if not self.form_id.sudo().company_id._urssaf_mail_leaves():
            return self.env._(
                "Nothing has left for %s: Odoo has no outgoing mail server yet. Hand "
                "the link over yourself, and ask your administrator to set one up.",
                email,
            )
        if self.outcome == "failed":
            return self.env._(
                "The e-mail to %s could not be sent: check the address, and have your "
                "outgoing mail server checked. Meanwhile hand the link over yourself.",
                email,
            )
        return self.env._(
            "The e-mail to %s waits in Odoo’s queue and leaves within the hour. You "
            "may hand the link over yourself.",
            email,
        )

    @api.depends("form_id")
    @api.depends_context(LINK)
    def _compute_link(self):
        link = self.env.context.get(LINK) or ""
        for new in self:
            shown = new.form_id and isinstance(link, str) and link
            new.link = shown
            new.qr_code = shown and _qr_code(new.env, link)
            new.sms_text = shown and new._sms_text(link)

    def _sms_text(self, link):
        form = self.form_id
        speaker = self.with_context(lang=form.partner_id.lang or self.env.lang).env
        return speaker._(
            "%(company)s: here is your form for the Avance immédiate, to be filled in "
            "before %(date)s: %(link)s",
            company=form.company_id.name,
            date=format_date(speaker, form.expires_at),
            link=link,
        )

    def action_open_customer(self):
        """On to the contact."""
        self.ensure_one()
        return self.form_id.partner_id.action_urssaf_open_customer()


def _qr_code(env, link):
    """Made here: an image behind an address would have the link in every log."""
    image = env["ir.actions.report"].barcode("QR", link, width=QR_SIZE, height=QR_SIZE)
    return Markup('<img alt="QR code" src="%s"/>') % image_data_uri(
        base64.b64encode(image)
    )


def _ways_to_write(mobile):
    """How people write this number: ``0612345678`` as well as ``+33 6 12 34 56 78``."""
    pairs = [mobile[i : i + 2] for i in range(0, len(mobile), 2)]
    short = [pairs[0][1:], *pairs[1:]]
    ways = [sep.join(pairs) for sep in ("", " ", ".", "-", "\u00a0")]
    # Overseas départements have prefixes of their own.
    for prefix in ("+33", "0033", "+262", "+590", "+594", "+596"):
        ways += [prefix + "".join(short), f"{prefix}{' '.join(short)}"]
        ways += [f"{prefix} {' '.join(short)}", f"{prefix} {''.join(short)}"]
    return ways
