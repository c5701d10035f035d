# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers of another software, read from a file and kept, in the background."""

import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.rules import CustomerListError, read_customers
from ..exchange import work
from ..exchange.ir_cron import CRON_FOLLOW, CRON_IMPORT, wake
from ..exchange.screen import check_user
from .import_finder import doubles_of, file_fault

# While the user waits; the scheduled action does the rest.
READ_AT_ONCE = 500
IMPORTED_AT_ONCE = 50
# Done between two commits.
READ_SLICE = 500
IMPORT_SLICE = 50
# A file that nobody goes on with, or that is done, is forgotten after so long.
KEEP_DAYS = timedelta(days=7)
UNDER_WAY = [("state", "in", ("reading", "importing"))]


class UrssafEnrolmentImport(models.Model):
    """Customers enrolled with another software, brought over from a CSV file.

    ::

        file ──Read──→ reading ──→ report ──Import──→ importing ──→ done

    *Read the file* writes nothing on the customers: it shows, line by line, whose
    identifier it is. Only then are the identifiers kept, and Urssaf confirms each
    (method 020) in the scheduled action: nobody counts as active before.

    A long file is worked on by a scheduled action, in slices that are committed: after
    a restart of Odoo it goes on with what is left. It works with the rights, and in the
    company, of the user who pressed the button.
    """

    _name = "urssaf.enrolment.import"
    _description = "Import Customers Enrolled Elsewhere"
    _inherit = [
        "urssaf.guarded",
        "urssaf.alerted",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        required=True,
        index=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    file = fields.Binary(
        string="CSV file",
        copy=False,
        help="One line per customer: the identifier (idClient), and what tells who it "
        "is: e-mail, or names and birth date.",
    )
    filename = fields.Char(copy=False)
    state = fields.Selection(
        [
            ("file", "File"),
            ("reading", "Being read"),
            ("report", "Report"),
            ("importing", "Being imported"),
            ("done", "Imported"),
        ],
        default="file",
        required=True,
        readonly=True,
        copy=False,
    )
    consent = fields.Boolean(
        string="These customers agreed to the avance immédiate",
        copy=False,
        help="They gave their agreement when they were enrolled with the other "
        "software. Urssaf may ask for it.",
    )
    line_ids = fields.One2many(
        "urssaf.enrolment.import.line", "import_id", string="Customers", copy=False
    )
    row_count = fields.Integer(string="Lines of the file", readonly=True, copy=False)
    read_count = fields.Integer(string="Lines read", readonly=True, copy=False)
    to_import_count = fields.Integer(readonly=True, copy=False)
    last_error_message = fields.Text(string="Last error", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="What is done, in %.")

    # -- computes --------------------------------------------------------------

    @api.depends("filename", "create_date")
    def _compute_display_name(self):
        for job in self:
            job.display_name = job.filename or self.env._("Import enrolled customers")

    @api.depends("state", "row_count", "read_count", "to_import_count", "ready_count")
    def _compute_progress(self):
        for job in self:
            done, everything = 0, 0
            if job.state == "reading":
                done, everything = job.read_count, job.row_count
            elif job.state == "importing":
                everything = job.to_import_count
                done = everything - len(job._left_to_import())
            job.progress = 100 * done / everything if everything else 0

    # -- buttons ---------------------------------------------------------------

    def _check_button(self):
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        # sudo(): people do not write what Odoo does; the rights were checked.
        return self.sudo()

    def action_read(self):
        """Dry run: show what each line of the file would do.

        :raises UserError: the file cannot be read; it stays in the form
        """
        job = self._check_button()
        if not job.file:
            raise UserError(self.env._("CSV file: choose the file to import."))
        rows = job._rows()
        job.line_ids.unlink()
        job.write(
            {
                "state": "reading",
                "user_id": self.env.user.id,
                "row_count": len(rows),
                "read_count": 0,
                "last_error_message": False,
            }
        )
        job._read_slice(rows, READ_AT_ONCE)
        return self._show()

    def action_import(self):
        """Keep the identifiers of the lines that are ready; Urssaf confirms them.

        :raises UserError: no line is ready, or the customers' agreement is not told
        """
        job = self._check_button()
        if job.state != "report" or not job.ready_count:
            raise UserError(self.env._("No line is ready to be imported."))
        if not job.consent:
            raise UserError(
                self.env._(
                    "Tick the box first: these customers agreed to the avance "
                    "immédiate."
                )
            )
        job.write(
            {
                "state": "importing",
                "user_id": self.env.user.id,
                "to_import_count": job.ready_count,
                "last_error_message": False,
            }
        )
        job._import_slice(IMPORTED_AT_ONCE)
        return self._show()

    def action_reset(self):
        """Choose another file.

        :raises UserError: it is being worked on
        """
        job = self._check_button()
        job._check_idle()
        job.line_ids.unlink()
        job.write({"state": "file", "file": False, "last_error_message": False})
        return self._show()

    def action_reload(self):
        """Read the progress again, and wake the scheduled action if it slept."""
        job = self._check_button()
        if job.state in ("reading", "importing"):
            wake(self.env, CRON_IMPORT)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _show(self):
        return self._get_records_action(name=self.env._("Import enrolled customers"))

    def _check_idle(self):
        if any(job.state in ("reading", "importing") for job in self):
            raise UserError(
                self.env._("The file is being worked on: wait until it is done.")
            )

    # -- rights ----------------------------------------------------------------

    def write(self, vals):
        """Extends: while it is worked on, nobody changes what it works on.

        :raises UserError: it is being worked on, or the company is to change
        """
        if not self.env.su:
            self._check_idle()
            if "company_id" in vals and self.line_ids:
                raise UserError(self.env._("Make a new import for another company."))
        result = super().write(vals)
        if "company_id" in vals:
            # Nobody hands an import over to a company that is not his.
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_idle(self):
        self._check_idle()

    def _starter(self):
        """The environment of the user who pressed the button: his rights, and this
        company only.
        """
        return self.env(
            user=self.user_id.id,
            su=False,
            context={
                **self.env.context,
                "allowed_company_ids": self.company_id.ids,
                "lang": self.user_id.lang,
            },
        )

    # -- read ------------------------------------------------------------------

    def _rows(self):
        """:raises UserError: it is no such list"""
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file or b"")
            return read_customers(content)
        except CustomerListError as error:
            raise UserError(file_fault(self.env, error.reason)) from error

    def _read_slice(self, rows, count):
        """Make the next lines; the last slice erases the file."""
        doubles = doubles_of(rows)
        some = rows[self.read_count : self.read_count + count]
        Line = self.env["urssaf.enrolment.import.line"]
        finder_env = self._starter()
        values = finder_env[Line._name]._prepare_lines(some, self.company_id, doubles)
        Line.create([{**line, "import_id": self.id} for line in values])._neighbours(
            Line.browse()
        )._compute_outcome()
        self.read_count += len(some)
        if self.read_count >= len(rows):
            # Personal data: what is needed of it stands in the lines.
            self.write({"state": "report", "file": False})
        else:
            wake(self.env, CRON_IMPORT)

    # -- import ----------------------------------------------------------------

    def _left_to_import(self):
        return self.env["urssaf.enrolment.import.line"].search(
            [
                ("import_id", "in", self.ids),
                ("outcome", "=", "ready"),
                ("imported", "=", False),
            ],
            order="number",
        )

    def _import_slice(self, count):
        """Keep the next identifiers; after the last one Urssaf is asked about them."""
        left = self._left_to_import()
        for line in left[:count]:
            line._import_one()
        if len(left) > count:
            wake(self.env, CRON_IMPORT)
            return
        imported = self.line_ids.filtered("imported")
        # Who it was stands on the customer now.
        imported.label = False
        self.state = "done"
        wake(self.env, CRON_FOLLOW)
        if self.failed_count:
            self._tell_problems()

    def _urssaf_alert_candidates(self):
        """Extends: who has started it."""
        return self.user_id

    # -- in the background -----------------------------------------------------

    @api.model
    def _cron_run(self):
        """Go on with the files under way, each apart from the others."""
        # sudo(): a scheduled action, for every company.
        jobs = self.sudo().search(UNDER_WAY, order="id")
        for company in jobs.company_id:
            company._urssaf_run_apart("import")

    @api.model
    def _go_on_with(self, company):
        """Go on with the files of one company."""
        # sudo(): each file goes on as its own user.
        jobs = self.sudo().search(
            [*UNDER_WAY, ("company_id", "=", company.id)], order="id"
        )
        work.take_each(jobs, type(self)._work, put_off=type(self)._give_up)
        if jobs.exists().filtered_domain(UNDER_WAY):
            wake(self.env, CRON_IMPORT)

    def _work(self):
        """One slice after the other, while there is time."""
        while work.time_left(self.env):
            if not self.try_lock_for_update(allow_referencing=True):
                return
            self.invalidate_recordset()
            job = self.with_context(lang=self.user_id.lang)
            check_user(job._starter())
            if job.state == "reading":
                job._read_slice(job._rows(), READ_SLICE)
            elif job.state == "importing":
                job._import_slice(IMPORT_SLICE)
            else:
                return
            work.checkpoint(self.env, 1)

    def _give_up(self, error):
        """It would stop at the same place again: a person looks at it."""
        reason = str(error) if isinstance(error, UserError) else type(error).__name__
        note = self.env._(
            "The import of customers has stopped: %(reason)s\nWhat was done until then "
            "is kept. Press the button again to go on.",
            reason=reason,
        )
        state = "file" if self.state == "reading" else "report"
        self.write({"state": state, "last_error_message": note})
        self._tell(note)

    @api.autovacuum
    def _gc_imports(self):
        """The file and the names in it are personal data: kept for a week."""
        limit = fields.Datetime.now() - KEEP_DAYS
        # sudo(): kept no longer, whoever’s they are.
        self.sudo().search(
            [
                ("write_date", "<", limit),
                ("state", "in", ("file", "report", "done")),
            ]
        ).unlink()
