# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as FASTER
from odoo.tools import split_every

from . import paper
from .progress import keep

#: Customers whose figures are computed between two commits.
CUSTOMERS = 200


class HomeServiceCertificateRun(models.Model):
    """What is done in the background, batch by batch."""

    _inherit = "home.service.certificate.run"

    def _wake(self):
        # sudo(): the schedule is Odoo's own.
        self.env.ref("l10n_fr_home_services.cron_certificates").sudo()._trigger()

    @api.model
    def _cron_certificates(self):
        """Go on with each run, until time is up; the next call does the rest."""
        runs = self.search([("state", "in", ("looking", "producing"))], order="id")
        keep(self.env, remaining=sum(run._left() for run in runs))
        for run in runs:
            if not run._run_apart():
                return

    def _run_apart(self):
        """Go on with this run, apart from the others: extend it to have that done
        elsewhere. Return whether there is time for another one.
        """
        return self._go_on()

    def _go_on(self):
        """Work on this run while there is time. Return whether some is left."""
        work = self.with_company(self.company_id)
        steps = work._look if self.state == "looking" else work._make
        try:
            for done in steps():
                if not keep(self.env, done):
                    return False
        except FASTER:
            # Somebody works on the same customers: the next run goes on.
            self.env.cr.rollback()
            self._wake()
        return True

    def _left(self):
        if self.state == "looking":
            return len(self._customers())
        return self.draft_count + self.ready_count + 1

    def _customers(self):
        """Ids of the customers whose figures are still to be computed."""
        # sudo(): the declaration covers branches that the user may not open.
        moves = self.env["account.move"].sudo()
        rows = moves._read_group(
            [
                ("company_id", "in", self.company_id._home_service_certified().ids),
                ("move_type", "in", ("out_invoice", "out_receipt", "out_refund")),
                ("state", "=", "posted"),
            ],
            ["commercial_partner_id"],
        )
        ids = (partner.id for [partner] in rows)
        return sorted(id_ for id_ in ids if id_ > self.looked_at)

    def _look(self):
        """Compute the figures, some customers at a time; yield how many each time."""
        run = self.sudo()  # sudo(): see _set_state
        for ids in split_every(CUSTOMERS, self._customers(), list):
            partners = self.env["res.partner"].browse(ids)
            certificates = self.env["home.service.certificate"].sudo()
            drafts = certificates._prepare(self.company_id, partners, self.year)
            drafts.sudo().run_id = self  # sudo(): see _produce
            run.looked_at = ids[-1]
            yield len(ids)
        self._set_state("ready")
        yield 0

    def _make(self):
        """Make and hand over, a batch at a time; yield how many each time."""
        author = self.user_id.partner_id
        while certificates := self._next("draft"):
            certificates._attempt(lambda these: these._produce_looked_at())
            yield len(certificates)
        while self.by_mail and (certificates := self._next("ready")):
            certificates._attempt(lambda these: these._send(author))
            yield len(certificates)
        self._make_post_file()
        self._set_state("done")
        self._tell()
        yield 1

    def _next(self, state):
        """The next batch: not what failed already, nor whose figures have changed, nor
        what somebody is working on just now.
        """
        found = self.certificate_ids.search(
            [
                ("run_id", "=", self.id),
                ("state", "=", state),
                ("fault", "=", False),
                ("to_check", "=", False),
            ],
            order="id",
        )
        if state == "ready":
            found = found.filtered(lambda one: not one.by_post)
        return found.try_lock_for_update(limit=paper.BATCH)

    def _for_post(self):
        """Made, and their customers have no e-mail address; as a postman sorts them."""
        found = self.certificate_ids.filtered(
            lambda one: one.state == "ready" and one.by_post
        )
        return found.sorted(
            lambda one: (one.partner_id.zip or "", one.partner_id.name or "", one.id)
        )

    def _make_post_file(self):
        run = self.sudo()  # sudo(): see _set_state
        papers = [one.document_id for one in self._for_post().sudo()]
        contents = [paper.raw for paper in papers]
        run.post_paper_ids = run.env["ir.attachment"].union(*papers)
        if not contents:
            run.post_document_id = False
            return
        run.post_document_id = run.env["ir.attachment"].create(
            {
                "name": self.env._("Certificates %s for the post.pdf", self.year),
                "raw": paper.merged(contents, self.both_sides),
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "company_id": self.company_id.id,
            }
        )

    def _tell(self):
        """The person who started it knows how it ended."""
        self.env.invalidate_all()
        run = self.with_context(lang=self.user_id.lang)
        said = [
            run.env._("%s handed over.", run.sent_count),
            run.env._("%s for the post.", len(run._for_post())),
        ]
        if run.fault_count:
            said.append(
                run.env._(
                    "%s could not be made or sent: open “Not made”, each one says why; "
                    "then start again.",
                    run.fault_count,
                )
            )
        if run.draft_count > run.fault_count:
            said.append(
                run.env._(
                    "For some customers a payment changed meanwhile: compute the "
                    "figures again, look at them, then start again."
                )
            )
        run.message_post(
            body=" ".join(said),
            subject=run.display_name,
            partner_ids=run.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
