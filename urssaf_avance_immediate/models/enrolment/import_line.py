# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exchange.work import FASTER, report_unforeseen
from .enrolment import SENDABLE, STATES
from .import_finder import CustomerFinder


class UrssafEnrolmentImportLine(models.Model):
    """One line of the file, and the customer of Odoo that it speaks of."""

    _name = "urssaf.enrolment.import.line"
    _description = "Import Customers Enrolled Elsewhere: Customer"
    _inherit = ["urssaf.guarded"]
    _order = "number, id"
    _rec_name = "label"

    import_id = fields.Many2one(
        "urssaf.enrolment.import",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    number = fields.Integer(string="Line no.", readonly=True)
    external_id = fields.Char(string="idClient", readonly=True)
    label = fields.Char(string="In the file", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="set null",
        domain="[('is_company', '=', False), ('parent_id', '=', False),"
        " ('company_id', 'in', (False, company_id))]",
        help="Choose the customer yourself where the file did not tell.",
    )
    matched_by = fields.Selection(
        [
            ("identifier", "Identifier"),
            ("email", "E-mail"),
            ("names", "Names and birth date"),
            ("hand", "Chosen by hand"),
        ],
        string="Found by",
        compute="_compute_matched_by",
        store=True,
        readonly=False,
    )
    found_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null")
    fault = fields.Selection(
        [
            ("identifier", "No identifier"),
            ("birth_date", "Birth date: cannot be read"),
            ("double", "The same identifier stands twice in the file"),
            ("several", "Several customers fit: choose one"),
            ("nobody", "No customer fits: choose one, or make the contact first"),
            ("differs", "The names differ from the contact’s: choose"),
        ],
        readonly=True,
    )
    imported = fields.Boolean(readonly=True)
    error = fields.Text(string="Why not", readonly=True)
    outcome = fields.Selection(
        [
            ("ready", "Will be imported"),
            ("imported", "Imported"),
            ("linked", "Enrolled already, same identifier"),
            ("taken", "Enrolled already, or being enrolled"),
            ("other", "This identifier is another customer’s"),
            ("twice", "Another line is for this customer too"),
            ("left", "Left out"),
            ("failed", "Could not be imported"),
        ],
        compute="_compute_outcome",
        store=True,
        readonly=True,
        index=True,
    )
    owner_name = fields.Char(
        string="Whose identifier it is",
        compute="_compute_owner_name",
        help="The customer who has this identifier already.",
    )
    enrolment_state = fields.Selection(
        STATES, compute="_compute_enrolment", string="Avance immédiate"
    )
    enrolment_error = fields.Text(
        compute="_compute_enrolment", string="Answer of Urssaf"
    )

    # -- computes --------------------------------------------------------------

    @api.depends("partner_id.urssaf_enrolment_ids.state")
    def _compute_enrolment(self):
        for line in self:
            partner = line.partner_id.with_company(line.import_id.company_id)
            line.enrolment_state = partner.urssaf_enrolment_state
            line.enrolment_error = partner.urssaf_enrolment_error

    @api.depends("partner_id")
    def _compute_matched_by(self):
        for line in self:
            if line.partner_id != line.found_id:
                line.matched_by = "hand" if line.partner_id else False

    @api.depends("partner_id", "matched_by", "error")
    def _compute_outcome(self):
        """What choosing this customer leads to; the faults that only concern who it is
        go away with the choice.
        """
        for job, lines in self.grouped("import_id").items():
            enrolments = lines._known_enrolments(job.company_id)
            by_partner = {e.partner_id.id: e for e in enrolments}
            owners = {e.external_id: e.partner_id.id for e in enrolments}
            owners.pop(False, None)
            chosen = lines._chosen(job)
            for line in lines:
                line.outcome = line._outcome_of(by_partner, owners, chosen)

    @api.depends("outcome")
    def _compute_owner_name(self):
        self.owner_name = False
        others = self.filtered(lambda line: line.outcome == "other")
        for job, lines in others.grouped("import_id").items():
            owners = {
                enrolment.external_id: enrolment.partner_id.with_env(self.env)
                for enrolment in lines._known_enrolments(job.company_id)
            }
            for line in lines:
                owner = owners.get(line.external_id, self.env["res.partner"])
                line.owner_name = owner._filtered_access("read").display_name

    def _outcome_of(self, by_partner, owners, chosen):
        # A line that is being edited has a customer of its own kind.
        partner_id = self.partner_id._origin.id
        enrolment = by_partner.get(partner_id)
        owner_id = owners.get(self.external_id)
        fatal = self.fault in ("identifier", "double")
        by_hand = self.matched_by == "hand"
        if not partner_id or fatal or (self.fault and not by_hand):
            return "left"
        if self.error:
            return "failed"
        if self.imported:
            return "imported"
        if enrolment and enrolment.external_id == self.external_id:
            return "linked"
        if owner_id and owner_id != partner_id:
            return "other"
        if chosen[partner_id] > 1:
            return "twice"
        if enrolment and enrolment.state not in (*SENDABLE, "queued"):
            return "taken"
        return "ready"

    def _known_enrolments(self, company):
        company = company._urssaf_holder()
        # sudo(): taken is taken, also by a contact that the user does not see.
        return (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    "|",
                    ("partner_id", "in", self.partner_id._origin.ids),
                    "&",
                    ("environment", "=", company.urssaf_environment),
                    ("external_id", "in", self.mapped("external_id")),
                ]
            )
        )

    def _chosen(self, job):
        """How many lines of the file are for each customer of self."""
        chosen = Counter(line.partner_id._origin.id for line in self)
        # sudo(): counted only.
        others = self.sudo()._read_group(
            [
                ("import_id", "in", job._origin.ids),
                ("partner_id", "in", self.partner_id._origin.ids),
                ("id", "not in", self._origin.ids),
            ],
            ["partner_id"],
            ["__count"],
        )
        for partner, count in others:
            chosen[partner.id] += count
        return chosen

    def _neighbours(self, before):
        """The other lines that are for a customer of self, or of ``before``."""
        # sudo(): the outcome of the other lines is Odoo’s to write.
        lines = self.sudo()
        return lines.search(
            [
                ("import_id", "in", lines.import_id.ids),
                ("partner_id", "in", (lines.partner_id | before.partner_id).ids),
                ("id", "not in", lines.ids),
            ]
        )

    def write(self, vals):
        """Extends: two lines for one customer tell of each other.

        :raises UserError: the file is being imported, or was
        :raises AccessError: the customer is one that the user may not see, or is of
            another company
        """
        if "partner_id" not in vals:
            return super().write(vals)
        if not self.env.su and any(job.state != "report" for job in self.import_id):
            raise UserError(self.env._("The customers can be chosen before importing."))
        for company in self.company_id if not self.env.su else ():
            chosen = self.env["res.partner"].browse(vals["partner_id"] or ())
            chosen.with_context(allowed_company_ids=company.ids).check_access("read")
        lines = self._neighbours(self)
        result = super().write(vals)
        (lines | self._neighbours(self))._compute_outcome()
        return result

    # -- whose line is it ------------------------------------------------------

    @api.model
    def _prepare_lines(self, rows, company, doubles):
        """Values of the lines, in a handful of queries whatever their number.

        :param doubles: the identifiers that the whole file has more than once
        """
        finder = CustomerFinder(self.env, rows, company)
        lines = []
        for row in rows:
            partner, matched_by, fault = finder.find(row)
            if row.id_client in doubles:
                fault = "double"
            lines.append(
                {
                    "number": row.number,
                    "external_id": row.id_client,
                    "label": row.label,
                    "partner_id": partner.id,
                    "found_id": partner.id,
                    "matched_by": matched_by,
                    "fault": row.fault or fault,
                }
            )
        return lines

    # -- keep ------------------------------------------------------------------

    def _import_one(self):
        """Keep one identifier, with the rights of who started the import. What goes
        wrong with this one stays with this one. ``found_id`` then follows, so that a
        second click finds nothing left to do.
        """
        env = self.import_id._starter()
        try:
            with self.env.cr.savepoint():
                partner = env["res.partner"].browse(self.partner_id.id)
                partner.check_access("write")
                partner._urssaf_record_consent("import")
                partner._urssaf_enrolments()._adopt_unverified(self.external_id)
                self.imported = True
        except FASTER:
            # Somebody is writing on this customer: the slice is done again.
            raise
        except UserError as error:
            self.error = str(error)
        except Exception as error:
            report_unforeseen(f"line {self.id} of an import of customers", error)
            self.error = self.env._(
                "Something that nobody foresaw (%s): Odoo’s log tells more.",
                type(error).__name__,
            )
        else:
            self._compute_outcome()
