# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several customers enrolled in one action: one call each, by the scheduled action."""

from odoo import Command, api, fields, models

from ..company.empty_lists import next_customer
from ..exchange.ir_cron import CRON_SEND, wake
from ..exchange.screen import check_user, notice
from .enrolment import SENDABLE
from .standing import STAGES

# What a line counts as, by the stage of its customer.
RESULTS = {
    "left": ("incomplete", "ready"),
    "leaving": ("queued", "sending", "unknown"),
    "waiting": ("activation", "association", "expired"),
    "active": ("active",),
    "refused": ("error", "blocked", "mandate", "ended"),
}


class UrssafEnrolmentBatch(models.Model):
    """A selection of customers, and where each one is now.

    It holds no state of its own: each enrolment is claimed, sent and recorded by
    itself. So it may be closed, and Odoo may be stopped; whoever opens it again sees
    what was done and what is left.
    """

    _name = "urssaf.enrolment.batch"
    _description = "Urssaf Group Enrolment"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    line_ids = fields.One2many(
        "urssaf.enrolment.batch.line", "batch_id", string="Customers", readonly=True
    )
    total_count = fields.Integer(string="In all", compute="_compute_counts")
    left_count = fields.Integer(string="Not sent", compute="_compute_counts")
    leaving_count = fields.Integer(string="Leaving", compute="_compute_counts")
    waiting_count = fields.Integer(
        string="Waiting for the customer", compute="_compute_counts"
    )
    active_count = fields.Integer(string="Active", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Answered by Urssaf, in %.")
    actions_notice = fields.Char(
        compute="_compute_actions_notice", help="Why what is queued does not leave."
    )

    @api.model
    def get_empty_list_help(self, help_message):
        """Extends: the next step that is possible here."""
        help_message = next_customer(self.env, help_message)
        return super().get_empty_list_help(help_message)

    @api.depends_context("uid", "lang")
    def _compute_actions_notice(self):
        self.actions_notice = self.env["ir.cron"]._urssaf_notice(essential=True)

    @api.depends("create_date", "line_ids")
    @api.depends_context("lang", "tz")
    def _compute_name(self):
        for batch in self:
            day = fields.Datetime.context_timestamp(
                batch, batch.create_date or fields.Datetime.now()
            )
            day, count = day.strftime("%d/%m/%Y %H:%M"), len(batch.line_ids)
            batch.name = (
                self.env._("1 customer, %s", day)
                if count == 1
                else self.env._("%(count)s customers, %(day)s", count=count, day=day)
            )

    @api.depends("line_ids.stage")
    def _compute_counts(self):
        for batch in self:
            stages = batch.line_ids.mapped("stage")
            counts = {
                result: sum(stage in which for stage in stages)
                for result, which in RESULTS.items()
            }
            counts["left"] += stages.count(False)
            for result, count in counts.items():
                batch[f"{result}_count"] = count
            answered = len(stages) - counts["left"] - counts["leaving"]
            batch.total_count = len(stages)
            batch.progress = 100 * answered / len(stages) if stages else 0

    @api.model
    def _start(self, partners):
        """Queue those of the customers that are ready; show where everybody is."""
        # sudo(): who may enrol these customers makes no batch by hand.
        batch = self.sudo().create(
            {"line_ids": [Command.create({"partner_id": p.id}) for p in partners]}
        )
        batch._enqueue_ready()
        return self.browse(batch.id)._get_records_action(
            name=self.env._("Group enrolment")
        )

    def _enqueue_ready(self):
        """Queue the customers whose details are complete and who are not enrolled."""
        partners = self.line_ids.partner_id.with_company(self.company_id)
        ready = partners.filtered(
            lambda p: (
                not p.urssaf_enrolment_id or p.urssaf_enrolment_id.state in SENDABLE
            )
            and not p._urssaf_enrolment_faults()
        )
        queued = ready._urssaf_enrolments()._enqueue()
        if queued:
            wake(self.env, CRON_SEND)
        return queued

    # -- buttons ---------------------------------------------------------------

    def action_retry(self):
        """Send those that are left: completed since, or refused and mended."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        self.line_ids.partner_id.check_access("write")
        # sudo(): people only read exchanges; the rights on the customers were checked.
        queued = self.sudo()._enqueue_ready()
        return notice(
            self.env._("%s customers are leaving for Urssaf.", len(queued)),
            kind="success" if queued else "warning",
        )

    def action_reload(self):
        """Read the state of everybody again, and wake the sending if it slept."""
        self.ensure_one()
        check_user(self.env)
        self.check_access("read")
        if self.leaving_count:
            wake(self.env, CRON_SEND)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_ask(self):
        """Ask Urssaf what became of those who are enrolled."""
        self.ensure_one()
        partners = self.line_ids.partner_id.with_company(self.company_id)
        return partners.urssaf_enrolment_id.action_urssaf_refresh()


class UrssafEnrolmentBatchLine(models.Model):
    _name = "urssaf.enrolment.batch.line"
    _description = "Urssaf Group Enrolment: Customer"
    _order = "id"

    batch_id = fields.Many2one(
        "urssaf.enrolment.batch", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
    )
    stage = fields.Selection(
        STAGES, string="Progress", compute="_compute_stage", compute_sudo=True
    )
    reason = fields.Text(compute="_compute_stage", compute_sudo=True)

    @api.depends("partner_id.urssaf_enrolment_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_stage(self):
        for line in self:
            partner = line.partner_id.with_company(line.batch_id.company_id)
            enrolment = partner.urssaf_enrolment_id
            if enrolment and enrolment.state != "draft":
                line.stage = enrolment.stage
                line.reason = enrolment.last_error_message or enrolment.life
                continue
            faults = partner._urssaf_enrolment_faults()
            line.stage = "incomplete" if faults else "ready"
            line.reason = "\n".join(sentence for _field, sentence in faults)

    def action_open(self):
        """Open the customer, or what is to be mended if Urssaf refused."""
        self.ensure_one()
        enrolment = self.partner_id.with_company(self.company_id).urssaf_enrolment_id
        if self.stage == "error":
            return enrolment.action_urssaf_mend()
        return self.partner_id._get_records_action()
