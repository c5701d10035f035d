# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The documents that a company of services à la personne keeps valid and shows each
year (article D133-21 of the Code de la sécurité sociale), with a reminder before they
end and the e-mail that hands them over.
"""

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .telling import DOCUMENT_ACTIVITY

KINDS = [
    ("declaration", "Declaration of services à la personne"),
    ("approval", "Agrément"),
    ("vigilance", "Vigilance certificate"),
    ("tax", "Tax certificate"),
    ("guarantee", "Financial guarantee"),
    ("activity", "Activity statement"),
]
# Last day on which each may be shown, counted from its issue; the user has the last
# word, and what is not here does not end by itself.
VALIDITY = {
    # Less than six months old when it is shown (D133-21, I, 1°).
    "vigilance": relativedelta(months=6, days=-1),
    # Shown every twelve months (D133-21, II).
    "tax": relativedelta(months=12, days=-1),
    "activity": relativedelta(months=12, days=-1),
    # Handed over each year (D133-22, I); the certificate itself says until when.
    "guarantee": relativedelta(months=12, days=-1),
    # Our choice: the agrément itself says until when.
    "approval": relativedelta(years=5, days=-1),
}
# What Urssaf asks for every twelve months (D133-21, I, 1°, 3° and 4°; D133-22, I).
FOR_URSSAF = ("declaration", "approval", "vigilance", "tax", "guarantee", "activity")


class HomeServiceDocument(models.Model):
    _name = "home.service.document"
    _description = "Document of Home Services"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "kind, date_issue desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(KINDS, required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    file = fields.Binary(attachment=True, required=True)
    file_name = fields.Char()
    date_issue = fields.Date(
        string="Issued on",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_end = fields.Date(
        string="Valid until",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        tracking=True,
        help="Last day on which it may be shown. Proposed from what the law says of "
        "this kind; what the document itself says counts. Left empty, it does not end.",
    )
    amount = fields.Monetary(help="Of the financial guarantee.")
    remind_days = fields.Integer(
        string="Remind before (days)",
        default=30,
        required=True,
        help="So long before its end somebody is asked to have a new one made out. 0: "
        "on its last day.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Is reminded. Who has left, or is nobody, is replaced by a manager of "
        "services à la personne of the company.",
    )
    note = fields.Text()
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("soon", "Ends soon"),
            ("expired", "Ended"),
            ("replaced", "Replaced"),
        ],
        compute="_compute_state",
    )

    _remind_positive = models.Constraint(
        "CHECK(remind_days >= 0)", "The days of the reminder cannot be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_issue)",
        "A document ends after it was issued.",
    )

    @api.depends("kind", "date_issue")
    def _compute_date_end(self):
        for document in self:
            delay = VALIDITY.get(document.kind)
            document.date_end = (
                document.date_issue + delay if delay and document.date_issue else False
            )

    @api.depends("kind", "date_issue", "date_end", "remind_days", "company_id")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        newest = self._newest()
        for document in self:
            end = document.date_end
            document.state = "valid"
            if document._origin and document._origin not in newest:
                document.state = "replaced"
            elif end and end < today:
                document.state = "expired"
            elif end and document._remind_on() <= today:
                document.state = "soon"

    @api.depends("kind", "date_issue")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for document in self:
            document.display_name = " · ".join(
                filter(
                    None,
                    (
                        labels.get(document.kind),
                        document.date_issue
                        and format_date(self.env, document.date_issue),
                    ),
                )
            )

    def write(self, vals):
        """Extends: nobody hands a document over to a company that is not his.

        :raises AccessError: he may not write the documents of that company
        """
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result

    def _remind_on(self):
        self.ensure_one()
        return self.date_end - relativedelta(days=self.remind_days)

    def _newest(self):
        """Of the companies and kinds of these documents, the last one of each. A kind
        of which several are valid at once, activity statements, has no last one: each
        stands for itself.
        """
        alike = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("kind", "in", list(set(self.mapped("kind")) - {False})),
            ],
            order="date_issue desc, id desc",
        )
        groups = alike.grouped(lambda document: (document.company_id, document.kind))
        newest = self.browse()
        for (_company, kind), documents in groups.items():
            newest |= documents if kind == "activity" else documents[0]
        # One that is being typed is not in the database yet.
        return newest | self.filtered(lambda document: not document.id)._origin

    @api.model
    def _guarantee_of(self, companies):
        """The financial guarantee of these companies that is valid today, the largest;
        empty if there is none.
        """
        today = fields.Date.context_today(self)
        # sudo(): the guarantee is that of the legal person, see the counters.
        found = self.sudo().search(
            [
                ("company_id", "in", companies.ids),
                ("kind", "=", "guarantee"),
                ("date_issue", "<=", today),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", today),
            ]
        )
        return found.sorted("amount", reverse=True)[:1]

    # -- reminders -----------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Ask for a new one of what ends soon, once each; settle what was renewed."""
        telling = self.env["home.service.telling"]
        today = fields.Date.context_today(self)
        # sudo(): the scheduled action is for every company.
        documents = self.sudo().search([("date_end", "!=", False)])
        newest = documents._newest()
        due = documents.filtered(
            lambda document: document in newest and document._remind_on() <= today
        )
        telling._settled(documents - due, DOCUMENT_ACTIVITY)
        for company, theirs in due.grouped("company_id").items():
            with telling._apart(company):
                theirs._remind(company)
        self.env["home.service.counters"]._remind(today)

    def _remind(self, company):
        """Tell somebody of each, but of what he has marked as done."""
        telling = self.env["home.service.telling"]
        fresh = self - telling._done_since(
            self,
            DOCUMENT_ACTIVITY,
            {document.id: document._remind_on() for document in self},
        )
        notes = {}
        for document in fresh:
            told = telling._for_reader(company, document, DOCUMENT_ACTIVITY)
            notes[document] = told._reminder()
        telling._tell(company, notes, DOCUMENT_ACTIVITY)

    def _reminder(self):
        self.ensure_one()
        return self.env._(
            "%(document)s of %(company)s is valid until %(day)s. Please have a new one "
            "made out, add it to the register of documents and send it to Urssaf "
            "(button “Write an e-mail” there).",
            document=self.display_name,
            company=self.company_id.name,
            day=format_date(self.env, self.date_end),
        )

    # -- the e-mail ------------------------------------------------------------------

    def action_email(self):
        """Open an e-mail with these documents, or with all that are valid: nothing
        leaves before the user sends it.

        :raises UserError: there is nothing to send, or of several companies
        """
        documents = self or self._to_hand_over(self.env.company)
        documents.check_access("read")
        if not documents:
            raise UserError(
                self.env._(
                    "There is no valid document in the register of %s: add the "
                    "vigilance certificate and the tax certificate first.",
                    self.env.company.name,
                )
            )
        if len(documents.company_id) > 1:
            raise UserError(
                self.env._("Please choose documents of one company at a time.")
            )
        return documents._composer()

    def _composer(self):
        """The window of an e-mail, on the first of these documents."""
        template = self.env.ref("l10n_fr_home_services.mail_template_documents")
        first = self[:1]
        rendered = template.with_context(home_service_documents=self.ids)
        rendered = rendered._generate_template(first.ids, ("subject", "body_html"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents for Urssaf"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": first.ids,
                "default_composition_mode": "comment",
                "default_subject": rendered[first.id]["subject"],
                "default_body": rendered[first.id]["body_html"],
                "default_attachment_ids": [Command.set(self._mail_attachments().ids)],
            },
        }

    @api.model
    def _to_hand_over(self, company):
        documents = self.search(
            [("company_id", "=", company.id), ("kind", "in", FOR_URSSAF)]
        )
        return documents.filtered(lambda document: document.state in ("valid", "soon"))

    def _mail_attachments(self):
        """Copies: what was sent stays as it was."""
        return self.env["ir.attachment"].create(
            [
                {
                    "name": document.file_name or document.display_name,
                    "datas": document.with_context(bin_size=False).file,
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                    "type": "binary",
                }
                for document in self
            ]
        )

    def _email_documents(self):
        """The documents that the e-mail is about, for its template."""
        ids = self.env.context.get("home_service_documents") or self.ids
        return self.browse(ids)

    def _email_line(self):
        """One document of the e-mail, and until when it may be shown."""
        self.ensure_one()
        if not self.date_end:
            return self.display_name
        return self.env._(
            "%(document)s, valid until %(day)s",
            document=self.display_name,
            day=format_date(self.env, self.date_end),
        )

    def _email_company(self):
        """Who writes, as Urssaf knows the company."""
        company = self.company_id
        siret = company.company_registry
        number = company._home_service_declarant().home_service_sap_number
        said = (company.name, siret and f"SIRET {siret}", number)
        return " · ".join(filter(None, said))
