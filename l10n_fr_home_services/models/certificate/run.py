# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The certificates of a year, all at once: the figures are looked at first, then the
papers are made and handed over in the background.

What is done is read from the certificates themselves, and committed batch by batch: a
run that is killed goes on where it was.
"""

import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: Seconds of computing that a person waits for; the rest is done in the background.
PATIENCE = 10.0
#: Fields that a forged call must not write.
GUARDED = {
    "state",
    "user_id",
    "looked_at",
    "certificate_ids",
    "post_document_id",
    "post_paper_ids",
}


class HomeServiceCertificateRun(models.Model):
    _name = "home.service.certificate.run"
    _description = "Annual Certificates of a Year"
    _inherit = ["mail.thread"]
    _order = "year desc, id desc"

    # The states, and who moves them (``_set_state`` alone):
    #
    #   draft ──► looking ──► ready ──► producing ──► done
    #    figures to │ compute  ▲ ▲ │                    │
    #               └──────────┘ └─┼────────────────────┘ look again
    #                              └ start
    state = fields.Selection(
        [
            ("draft", "New"),
            ("looking", "Figures being computed"),
            ("ready", "Figures to look at"),
            ("producing", "Being made"),
            ("done", "Done"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._home_service_declarant(),
        ondelete="cascade",
    )
    year = fields.Integer(
        required=True,
        aggregator=False,
        default=lambda self: fields.Date.context_today(self).year - 1,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    by_mail = fields.Boolean(
        string="Send by e-mail",
        default=True,
        help="To the customers who have an address. Otherwise the papers are made, and "
        "wait until you have looked at them.",
    )
    both_sides = fields.Boolean(
        string="Printed on both sides",
        help="In the file for the post, each certificate begins on a new sheet.",
    )
    looked_at = fields.Integer(readonly=True, copy=False)
    certificate_ids = fields.One2many(
        "home.service.certificate", "run_id", readonly=True
    )
    post_document_id = fields.Many2one(
        "ir.attachment",
        string="File for the post",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    post_paper_ids = fields.Many2many(
        "ir.attachment",
        "home_service_certificate_post_rel",
        string="Papers in the file for the post",
        readonly=True,
        copy=False,
    )
    post_waits = fields.Boolean(
        compute="_compute_post_waits",
        help="The file for the post holds certificates that are still to be posted: "
        "that is the next thing to do.",
    )
    draft_count = fields.Integer(string="To make", compute="_compute_counts")
    ready_count = fields.Integer(string="Made, not sent", compute="_compute_counts")
    sent_count = fields.Integer(string="Handed to customers", compute="_compute_counts")
    void_count = fields.Integer(
        string="Certificates left out", compute="_compute_counts"
    )
    fault_count = fields.Integer(string="Not made", compute="_compute_counts")
    mail_fault_count = fields.Integer(
        string="E-mails not delivered", compute="_compute_counts"
    )
    amount_base = fields.Monetary(string="To declare", compute="_compute_counts")
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    progress = fields.Float(compute="_compute_counts", help="In percent.")

    _once = models.Constraint(
        "UNIQUE(company_id, year)",
        "The certificates of that company and year have been begun already: open them "
        "in the list.",
    )

    @api.depends("company_id", "year")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Certificates of %(year)s, %(company)s",
                year=run.year,
                company=run.company_id.name,
            )

    @api.depends("certificate_ids.state", "certificate_ids.fault")
    def _compute_counts(self):
        certificates = self.env["home.service.certificate"]
        rows = certificates._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "state"],
            ["__count", "amount_base:sum"],
        )
        faults = dict(
            certificates._read_group(
                [("run_id", "in", self.ids), ("fault", "!=", False)],
                ["run_id"],
                ["__count"],
            )
        )
        undelivered = dict(
            certificates._read_group(
                [("run_id", "in", self.ids), ("undelivered", "=", True)],
                ["run_id"],
                ["__count"],
            )
        )
        for run in self:
            count = {state: n for one, state, n, _sum in rows if one == run}
            handed = sum(count.get(s, 0) for s in ("sent", "replace", "replaced"))
            whole = count.get("draft", 0) + count.get("ready", 0) + handed
            run.draft_count = count.get("draft", 0)
            run.ready_count = count.get("ready", 0)
            run.sent_count = handed
            run.void_count = count.get("void", 0)
            run.fault_count = faults.get(run, 0)
            run.mail_fault_count = undelivered.get(run, 0)
            run.amount_base = sum(
                amount
                for one, state, _n, amount in rows
                if one == run and state != "void"
            )
            run.progress = whole and 100.0 * (whole - run.draft_count) / whole

    @api.depends("state", "post_paper_ids", "certificate_ids.state")
    def _compute_post_waits(self):
        for run in self:
            run.post_waits = run.state == "done" and bool(run._printed(limit=1))

    def _printed(self, limit=None):
        """The certificates of the file for the post that are still to be handed over,
        as they are in it; of thousands, no more than asked for.
        """
        # sudo(): the papers are read through their certificates.
        papers = self.sudo().post_paper_ids
        return self.env["home.service.certificate"].search(
            [
                ("run_id", "in", self.ids),
                ("state", "=", "ready"),
                ("document_id", "in", papers.ids),
            ],
            limit=limit,
        )

    @api.constrains("company_id", "year")
    def _check_declarant(self):
        for run in self:
            declarant = run.company_id._home_service_declarant()
            if declarant != run.company_id:
                raise UserError(
                    self.env._(
                        "%(branch)s works under the declaration of %(company)s, and "
                        "the certificates are those of the declaration: choose "
                        "%(company)s.",
                        branch=run.company_id.name,
                        company=declarant.name,
                    )
                )
            if not 2000 <= run.year <= 2100:
                raise UserError(self.env._("“%s” is no year.", run.year))

    @api.model_create_multi
    def create(self, vals_list):
        """Extends base: what only the code writes."""
        for values in vals_list:
            self._check_written(values)
        return super().create(vals_list)

    def write(self, values):
        """Extends base: what only the code writes; a run that was begun stays of its
        company and year.
        """
        self._check_written(values)
        begun = self.filtered(lambda run: run.state != "draft")
        if begun and {"company_id", "year"}.intersection(values):
            raise UserError(
                self.env._(
                    "%s: it was begun, and stays of its company and year.",
                    begun[:1].display_name,
                )
            )
        result = super().write(values)
        if "company_id" in values:
            # Nobody hands a run over to a company that is not his.
            self.check_access("write")
        return result

    def _check_written(self, values):
        if not self.env.su and GUARDED.intersection(values):
            raise AccessError(
                self.env._("How far the certificates are is written by the buttons.")
            )

    # -- the one transition ------------------------------------------------------

    def _set_state(self, state):
        """The only method that changes a state, see the diagram."""
        arrows = {
            "draft": ("looking",),
            "looking": ("ready",),
            "ready": ("looking", "producing"),
            "producing": ("done",),
            "done": ("looking", "producing"),
        }
        for run in self:
            if state not in arrows[run.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(run)s: it is “%(now)s”; somebody else has just gone on with "
                        "it.",
                        run=run.display_name,
                        now=labels[run.state],
                    )
                )
        # sudo(): nobody writes a state by hand; each button checks its user.
        self.sudo().state = state

    def _begin(self, state):
        """For the buttons: the right, one person at a time, then the state.

        :raises UserError: somebody else was faster
        """
        self.ensure_one()
        self.env["home.service.certificate"]._check_invoicing()
        self.check_access("write")
        self.lock_for_update()
        self._set_state(state)
        # sudo(): see _set_state.
        self.sudo().user_id = self.env.user

    # -- buttons -----------------------------------------------------------------

    def action_look(self):
        """Compute the figures of every customer: at once where that is quick, else the
        rest in the background.
        """
        self._begin("looking")
        # sudo(): see _set_state; what failed before is tried again.
        self.sudo().looked_at = 0
        self.certificate_ids.filtered("fault").sudo().fault = False
        end = time.monotonic() + PATIENCE
        for _done in self._look():
            if time.monotonic() > end:
                break
        if self.state == "looking":
            self._wake()

    def action_start(self):
        """Make the papers, and hand them over, in the background."""
        self._begin("producing")
        # sudo(): see _set_state; what failed before is tried again.
        self.certificate_ids.filtered("fault").sudo().fault = False
        self._wake()

    def action_missing(self):
        """What the figures lack, with a link to each."""
        self.ensure_one()
        missing = self.env["home.service.certificate.missing"]
        return missing._show(self.company_id, self.year)

    def action_posted(self):
        """What was printed is in the post: the certificates of the file, as they are in
        it. What was made since waits for a file of its own.
        """
        self.ensure_one()
        self.check_access("write")
        printed = self._printed()
        if not printed:
            raise UserError(
                self.env._(
                    "None of the certificates in the file for the post is still to be "
                    "handed over. Start again for a new file."
                )
            )
        printed.action_posted()

    def action_open(self):
        """The certificates of this run; ``home_service_list`` says which."""
        self.ensure_one()
        self.check_access("read")
        domains = {
            "draft": [("state", "=", "draft")],
            "ready": [("state", "=", "ready")],
            "sent": [("state", "in", ("sent", "replace", "replaced"))],
            "void": [("state", "=", "void")],
            "fault": [("fault", "!=", False)],
            "undelivered": [("undelivered", "=", True)],
        }
        wanted = self.env.context.get("home_service_list")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "l10n_fr_home_services.home_service_certificate_action"
        )
        action["domain"] = [("run_id", "=", self.id), *domains.get(wanted, [])]
        action["context"] = {}
        return action

    def action_open_post(self):
        """The file for the printer."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/home_service/certificates/{self.id}/post",
            "target": "new",
        }

    def action_refresh(self):
        """Show how far it is: the screen is read again."""
        return True
