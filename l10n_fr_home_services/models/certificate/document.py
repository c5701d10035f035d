# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The paper of an annual certificate: made, looked at, handed over to the customer."""

import logging
import traceback

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as FASTER
from odoo.tools import email_normalize

from . import paper

_logger = logging.getLogger(__name__)


class HomeServiceCertificate(models.Model):
    _name = "home.service.certificate"
    _inherit = ["home.service.certificate", "portal.mixin"]

    run_id = fields.Many2one(
        "home.service.certificate.run",
        string="Made with",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    fault = fields.Char(
        string="Why it is not made",
        readonly=True,
        copy=False,
        help="What stopped its paper or its e-mail. Try again once it is mended.",
    )
    by_post = fields.Boolean(
        compute="_compute_by_post",
        help="The customer has no e-mail address, or his contact is archived, and Odoo "
        "writes to nobody who is: his certificate is printed.",
    )
    undelivered = fields.Boolean(
        string="E-mail not delivered",
        compute="_compute_undelivered",
        search="_search_undelivered",
    )

    @api.depends("partner_id.email", "partner_id.active")
    def _compute_by_post(self):
        for certificate in self:
            partner = certificate.partner_id
            certificate.by_post = not (
                partner.active and email_normalize(partner.email)
            )

    def _compute_undelivered(self):
        failed = set(
            self.search([*self._undelivered_domain(), ("id", "in", self.ids)]).ids
        )
        for certificate in self:
            certificate.undelivered = certificate.id in failed

    @api.model
    def _search_undelivered(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._undelivered_domain()

    @api.model
    def _undelivered_domain(self):
        # sudo(): whether an e-mail has come back concerns the office, not only the
        # person who sent it.
        failed = self.env["mail.notification"].sudo()
        failed = failed.search(
            [
                ("mail_message_id.model", "=", self._name),
                ("notification_status", "in", ("bounce", "exception")),
            ]
        )
        return [("id", "in", failed.mail_message_id.mapped("res_id"))]

    def _compute_access_url(self):
        """Extends portal: the page is the file."""
        super()._compute_access_url()
        for certificate in self:
            certificate.access_url = f"/my/certificates/{certificate.id}"

    # -- the file ----------------------------------------------------------------

    def _in_language(self):
        """The certificate in the language of its customer, in its company, as
        superuser: the paper names the company of the declaration, which who works for
        a branch may not open.
        """
        self.ensure_one()
        lang = self.partner_id.lang or self.company_id.partner_id.lang
        return self.sudo().with_company(self.company_id).with_context(lang=lang)

    def _document_name(self):
        mine = self._in_language()
        title = mine.env._("Annual tax certificate %s", mine.year)
        return f"{title} - {mine.reference.replace('/', '-')}.pdf"

    def _pdfs(self, draft=False):
        """One PDF per certificate, all of one company, as bytes.

        :raises UserError: wkhtmltopdf is missing, or failed
        """
        bodies = []
        for certificate in self:
            mine = certificate._in_language()
            bodies.append(paper.body(mine.env, mine._figures(), draft))
        return paper.pdfs(self.env, bodies, paper.foot(self.env, self.company_id))

    def _outdated(self):
        """Those whose figures are not what the books say now, all of one company and
        year: nobody has looked at the figures that would be right.
        """
        # sudo(): payments of branches; only whether they differ is told.
        mine = self.sudo().with_company(self.company_id)
        [year] = set(mine.mapped("year"))
        model = mine.browse()
        now = model._figures_now(mine.company_id, mine.partner_id, year)
        return self.browse(
            one.id for one in mine if not one._says(now.get(one.partner_id.id))
        )

    def _produce(self):
        """Make the papers of these drafts, all of one company.

        :raises UserError: the company has no declaration, or the paper cannot be made
        """
        self._check_declared()
        # sudo(): nobody writes a certificate by hand; each button checks its user.
        certificates = self.sudo()
        attachments = self.env["ir.attachment"].sudo()
        attachments = attachments.create(
            [
                {
                    "name": certificate._document_name(),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": certificate.id,
                    "company_id": certificate.company_id.id,
                }
                for certificate, content in zip(
                    certificates, certificates._pdfs(), strict=True
                )
            ]
        )
        for certificate, attachment in zip(certificates, attachments, strict=True):
            certificate.write({"document_id": attachment.id, "fault": False})
        self._set_state("ready")

    def _check_declared(self):
        """The tax advantage is that of declared companies (articles L7232-1-1 and
        L7233-2 of the Code du travail); an agrément alone gives none.

        :raises UserError: it is not declared, as far as we know
        """
        # sudo(): who works for a branch may not open the company of the declaration.
        for company in self.sudo().company_id:
            if not company.home_service_sap_number:
                raise UserError(
                    self.env._(
                        "%s has no SAP declaration number: its customers have no right "
                        "to the tax credit, and no certificate is made. Type the "
                        "number of the declaration in the settings, then try again.",
                        company.name,
                    )
                )

    # -- to the customer ---------------------------------------------------------

    def _send(self, author):
        """Hand these papers over by e-mail, through Odoo's queue: either both are
        written, that it was handed over and the e-mail, or neither.

        :param author: the contact whom the customer answers to
        """
        template = self.env.ref("l10n_fr_home_services.mail_template_certificate")
        # sudo(): see _produce; the template may have been changed by a person, and is
        # rendered for a user who may not see all that it shows.
        template = template.sudo()
        self._set_state("sent")
        subjects = template._render_field("subject", self.ids, compute_lang=True)
        bodies = template._render_field(
            "body_html", self.ids, compute_lang=True, options={"post_process": True}
        )
        for certificate in self:
            mine = certificate._in_language().with_context(
                mail_notify_force_send=False,
                mail_post_autofollow_author_skip=True,
            )
            mine.message_post(
                body=bodies[certificate.id],
                subject=subjects[certificate.id],
                author_id=author.id,
                partner_ids=mine.partner_id.ids,
                attachment_ids=mine.document_id.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                email_layout_xmlid="mail.mail_notification_light",
                mail_auto_delete=template.auto_delete,
                notify_author=True,
            )

    # -- buttons -----------------------------------------------------------------

    def action_preview(self):
        """Show the paper: as it was made, or as it would be made now."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/home_service/certificate/{self.id}",
            "target": "new",
        }

    def action_produce(self):
        """Make the papers of the drafts among these.

        :raises UserError: none of them is a draft, a payment changed since, or the
            paper cannot be made
        """
        self._check_invoicing()
        drafts = self.filtered(lambda one: one.state == "draft")
        if not drafts:
            raise UserError(self.env._("Their papers have been made already."))
        drafts.lock_for_update()
        for group in drafts.grouped(lambda one: (one.company_id, one.year)).values():
            if outdated := group._outdated():
                raise UserError(
                    self.env._(
                        "A payment of %s has changed since the figures were computed: "
                        "click on “Figures as of now”, look at them, then go on.",
                        ", ".join(outdated.partner_id.mapped("display_name")),
                    )
                )
            group._produce()

    def action_send(self):
        """Send these certificates by e-mail, making their papers first if need be.

        :raises UserError: a customer has no e-mail address, or has got his already
        """
        self._check_invoicing()
        self.lock_for_update()
        for certificate in self.filtered("by_post"):
            raise UserError(
                self.env._(
                    "%s has no e-mail address, or is archived. Complete the contact, "
                    "or print the paper and click on “It is in the post”.",
                    certificate.partner_id.display_name,
                )
            )
        if drafts := self.filtered(lambda one: one.state == "draft"):
            drafts.action_produce()
        self._send(self.env.user.partner_id)

    def action_posted(self):
        """A person has put the printed papers in the post, or handed them over.

        :raises UserError: one of them has no paper yet, or was handed over already
        """
        self._check_invoicing()
        self._set_state("sent")

    # -- in the mass run ---------------------------------------------------------

    def _produce_looked_at(self):
        """Make these papers, but those whose figures are not what a person has seen."""
        if outdated := self._outdated():
            # sudo(): see _produce.
            outdated.sudo().fault = self.env._(
                "A payment has changed since the figures were computed: compute them "
                "again, look at them, then start again."
            )
        if rest := self - outdated:
            rest._produce()

    # -- what goes wrong ---------------------------------------------------------

    def _attempt(self, step):
        """``step(self)``; where that raises, one after the other, and the guilty one
        says why. What was begun is undone, the others go on.
        """
        try:
            with self.env.cr.savepoint():
                step(self)
                self.env.flush_all()
        except FASTER:
            # Another transaction was faster: what is begun is played again later.
            raise
        except UserError as error:
            self._failed(step, str(error))
        except Exception as error:
            # Never the text of the error: it may quote personal data.
            _logger.error(
                "%s with %s.\n%s",
                type(error).__name__,
                self,
                "".join(traceback.format_tb(error.__traceback__)).rstrip(),
            )
            self._failed(
                step,
                self.env._(
                    "An error that was not foreseen. Tell who looks after your Odoo: "
                    "the server’s log says where."
                ),
            )

    def _failed(self, step, reason):
        self.env.invalidate_all(flush=False)
        if len(self) == 1:
            # sudo(): see _produce.
            self.sudo().fault = reason
            return
        for certificate in self:
            certificate._attempt(step)
