# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annual certificate of a customer: what he has paid for services, of which he
deducts half from his income tax (articles D7233-4 of the Code du travail and 199
sexdecies of the Code général des impôts).

One record is one version. What was handed over is never changed: a later change of a
payment leads to another version, which names the difference.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..invoice_interventions import PARIS
from .company import DATE_BASES

INVOICING = "account.group_account_invoice"
STATES = [
    ("draft", "Figures"),
    ("ready", "Paper made"),
    ("sent", "Handed over"),
    ("replace", "To be replaced"),
    ("replaced", "Replaced"),
    ("void", "Left out"),
]
#: The diagram in the model.
ARROWS = {
    "draft": ("ready", "void"),
    "ready": ("draft", "sent", "void"),
    "sent": ("replace", "replaced"),
    "replace": ("sent", "replaced", "void"),
    "replaced": (),
    "void": ("draft", "replace"),
}
#: Versions that the customer holds.
HANDED_OVER = ("sent", "replace")


class HomeServiceCertificate(models.Model):
    _name = "home.service.certificate"
    _description = "Annual Certificate of Home Services"
    _inherit = ["mail.thread"]
    _order = "year desc, partner_id, version desc, id desc"
    # The reference is worked out, and cannot be searched.
    _rec_name = "reference"
    _rec_names_search = ["partner_id.name"]
    # Nobody writes a certificate by hand; whoever reads it may leave a note on it.
    _mail_post_access = "read"

    # The states, and who moves them (``_set_state`` alone):
    #
    #          paper made          handed over          a payment changed
    #   draft ───────────► ready ──────────────► sent ──────────────────────► replace
    #    ▲ ▲                │ │                   │ ▲                         │ │ │
    #    │ └────────────────┘ │                   │ └─────────────────────────┘ │ │
    #    │  figures changed   │                   │   and changed back          │ │
    #    │                    │                   │                             │ │
    #    │                    │                   ▼   the next version is sent  │ │
    #    │                    │                replaced ◄─────────────────────────┘ │
    #    ▼                    ▼                                                     │
    #   void ◄────────────────┴─────────────────────────────────────────────────────┘
    #         left out; of one to be replaced: nothing is left to certify. Taken in
    #         again, what was handed over is to be replaced, the rest is a draft
    state = fields.Selection(
        STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        index=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    year = fields.Integer(required=True, readonly=True, aggregator=False)
    version = fields.Integer(
        required=True, readonly=True, default=1, aggregator=False, copy=False
    )
    reference = fields.Char(compute="_compute_reference")
    replaces_id = fields.Many2one(
        "home.service.certificate",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    change_note = fields.Text(
        string="What changed",
        readonly=True,
        copy=False,
        help="What is different from the version that it replaces.",
    )
    stale_note = fields.Text(
        string="Not true any more",
        readonly=True,
        copy=False,
        help="What changed since it was handed over.",
    )
    date_basis = fields.Selection(
        DATE_BASES, string="Which date counts", required=True, readonly=True
    )
    sent_on = fields.Date(string="Handed over on", readonly=True, copy=False)
    to_check = fields.Boolean(
        string="Looked at again soon",
        readonly=True,
        copy=False,
        help="A payment of this customer changed: the figures are looked at again.",
    )
    document_id = fields.Many2one(
        "ir.attachment",
        string="Paper",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    line_ids = fields.One2many(
        "home.service.certificate.line",
        "certificate_id",
        string="Payments",
        readonly=True,
        copy=False,
    )
    amount_received = fields.Monetary(
        string="Received", readonly=True, help="For services, taxes included."
    )
    amount_prefinanced = fields.Monetary(
        string="Prefinanced CESU",
        readonly=True,
        help="What somebody else financed gives no right to the advantage.",
    )
    amount_aid = fields.Monetary(string="Aids (APA, PCH…)", readonly=True)
    amount_base = fields.Monetary(
        string="Expenses of the customer",
        readonly=True,
        help="Received, less prefinanced CESU and aids: what he declares.",
    )
    amount_advance = fields.Monetary(
        string="Tax credit in advance",
        readonly=True,
        help="What was paid for him in advance, a part of these expenses.",
    )
    amount_estimated = fields.Monetary(
        string="Tax credit in advance, estimated", readonly=True
    )
    advance_origin = fields.Selection(
        [
            ("none", "None"),
            ("estimation", "Estimated"),
            ("typed", "Typed"),
            ("imported", "Imported"),
        ],
        string="Where the advance comes from",
        default="none",
        required=True,
        readonly=True,
    )
    amount_net = fields.Monetary(
        string="Left to the customer",
        readonly=True,
        help="The expenses less the tax credit that was paid in advance.",
    )

    _customer_index = models.Index("(company_id, year, partner_id)")
    _to_check_index = models.Index("(company_id) WHERE to_check IS TRUE")

    @api.depends("year", "version", "partner_id")
    def _compute_reference(self):
        for certificate in self:
            certificate.reference = (
                f"{certificate.year}/{certificate.partner_id.id:05d}"
                f"-{certificate.version}"
            )

    @api.depends("reference", "partner_id")
    def _compute_display_name(self):
        for certificate in self:
            certificate.display_name = (
                f"{certificate.reference} {certificate.partner_id.display_name}"
            )

    # -- the one transition ------------------------------------------------------

    def _set_state(self, state, note=False):
        """The only method that changes a state, see the diagram.

        :param note: of one to be replaced, what is not true any more
        :raises UserError: the diagram has no such arrow
        """
        for certificate in self:
            if state not in certificate._next_states():
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(certificate)s is “%(now)s” and cannot become “%(wanted)s”.",
                        certificate=certificate.display_name,
                        now=labels[certificate.state],
                        wanted=labels[state],
                    )
                )
        # sudo(): nobody writes a certificate by hand; each button checks its user.
        certificates = self.sudo()
        values = {"state": state, "to_check": False}
        if state == "draft":
            values["document_id"] = False
        if state == "replace":
            values["stale_note"] = note
        if state == "sent":
            values["stale_note"] = False
        leaving = certificates.filtered(lambda one: one.state == "ready")
        certificates.write(values)
        if state == "sent" and leaving:
            leaving.sent_on = self._today()
            leaving._held_before()._set_state("replaced")

    def _next_states(self):
        """Where the diagram leads from here. One that was declared void goes back to
        what it was: what the customer holds is never written over as a draft.
        """
        self.ensure_one()
        if self.state == "void":
            return ("replace",) if self.sent_on else ("draft",)
        return ARROWS[self.state]

    def _today(self):
        """The day in Paris, whatever the time zone of the user."""
        return fields.Date.context_today(self.with_context(tz=PARIS))

    def _held_before(self):
        """The earlier versions that these customers still hold. After a merge of two
        contacts there may be two of one year.
        """
        held = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("year", "in", self.mapped("year")),
                ("state", "in", HANDED_OVER),
            ]
        )
        keys = {(one.company_id, one.partner_id, one.year): one for one in self}
        return (held - self).filtered(
            lambda one: (one.company_id, one.partner_id, one.year) in keys
        )

    def _check_invoicing(self):
        """For the buttons: whoever makes invoices makes certificates.

        :raises AccessError: neither of them, or another company's
        """
        if not self.env.su and not self.env.user.has_group(INVOICING):
            raise AccessError(
                self.env._("Certificates are made by those who make the invoices.")
            )
        self.check_access("read")

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if self.filtered(lambda one: one.state != "draft" or one.sent_on):
            raise UserError(
                self.env._("What was handed over, or left out, stays on record.")
            )

    # -- buttons -----------------------------------------------------------------

    def action_leave_out(self):
        """No certificate for this customer and year."""
        self._check_invoicing()
        self._set_state("void")

    def action_take_in(self):
        """The customer gets one after all, with the figures as they are now: what he
        holds already is followed by another version.
        """
        self._check_invoicing()
        held = self.filtered("sent_on")
        for certificate in held:
            certificate._set_state("replace", certificate.stale_note)
        (self - held)._set_state("draft")
        self.action_refresh()

    def action_refresh(self):
        """The figures as the books have them now."""
        self._check_invoicing()
        for (company, year), found in self.grouped(
            lambda one: (one.company_id, one.year)
        ).items():
            self._prepare(company, found.partner_id, year)
