# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What became of the customers of a file: counted, listed, and told to a person."""

from odoo import api, fields, models


class UrssafEnrolmentImport(models.Model):
    _inherit = "urssaf.enrolment.import"

    ready_count = fields.Integer(string="To be imported", compute="_compute_counts")
    left_count = fields.Integer(string="Left out", compute="_compute_counts")
    linked_count = fields.Integer(string="Imported already", compute="_compute_counts")
    failed_count = fields.Integer(
        string="Could not be imported", compute="_compute_counts"
    )
    refused_count = fields.Integer(
        string="Refused by Urssaf", compute="_compute_refused_count"
    )

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for job in self:
            counts = dict(
                self.env["urssaf.enrolment.import.line"]._read_group(
                    [("import_id", "in", job.ids)], ["outcome"], ["__count"]
                )
            )
            job.ready_count = counts.pop("ready", 0)
            # Kept by this file, or kept before.
            job.linked_count = counts.pop("imported", 0) + counts.pop("linked", 0)
            job.failed_count = counts.pop("failed", 0)
            job.left_count = sum(counts.values())

    @api.depends("line_ids.enrolment_state")
    def _compute_refused_count(self):
        for job in self:
            job.refused_count = len(job._refused())

    def _refused(self):
        """The lines that were imported and that Urssaf did not confirm."""
        holder = self.company_id._urssaf_holder()
        refused = [("holder_id", "in", holder.ids), ("state", "=", "error")]
        return self.env["urssaf.enrolment.import.line"].search(
            [
                ("import_id", "in", self.ids),
                ("imported", "=", True),
                ("partner_id.urssaf_enrolment_ids", "any", refused),
            ]
        )

    @api.model
    def _of(self, enrolment):
        """The import that has brought the identifier of this customer, if it is there
        still.
        """
        lines = self.env["urssaf.enrolment.import.line"].search(
            [
                ("imported", "=", True),
                ("external_id", "=", enrolment.external_id),
                ("partner_id", "=", enrolment.partner_id.id),
                ("company_id", "in", enrolment.holder_id._urssaf_served().ids),
            ],
            order="id desc",
            limit=1,
        )
        return lines.import_id

    # -- buttons ---------------------------------------------------------------

    def action_view_left(self):
        """The lines that were not imported, and why: Odoo exports this list."""
        self.ensure_one()
        return self.line_ids._get_records_action(
            name=self.env._("Not imported"),
            domain=[("import_id", "=", self.id)],
            context={"search_default_left": 1},
            view_mode="list",
        )

    def action_view_refused(self):
        """The lines whose identifier Urssaf did not confirm, and what it said."""
        self.ensure_one()
        return self.line_ids._get_records_action(
            name=self.env._("Refused by Urssaf"),
            domain=[("id", "in", self._refused().ids)],
            view_mode="list",
        )

    # -- what people are told --------------------------------------------------

    def _tell_problems(self):
        """One activity for the whole file, however many customers it is about."""
        job = self.with_context(lang=self.user_id.lang)
        refused = len(job._refused())
        notes = []
        if job.failed_count:
            notes.append(
                job.env._(
                    "%(count)s customers of the file could not be imported: the list "
                    "says why.",
                    count=job.failed_count,
                )
            )
        if refused:
            notes.append(
                job.env._(
                    "%(count)s customers of the file were refused by Urssaf: the "
                    "button “Refused by Urssaf” of the import lists them.",
                    count=refused,
                )
            )
        job._tell("\n".join(notes))

    def _tell(self, note):
        self.env["urssaf.alert"]._tell(self.company_id, {self: note})
