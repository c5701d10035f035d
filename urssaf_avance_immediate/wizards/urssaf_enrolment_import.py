# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..lib.rules import CustomerListError, fold, read_customers, same_name
from ..models.urssaf_enrolment import SENDABLE


class UrssafEnrolmentImport(models.TransientModel):
    """Customers enrolled with another software, brought over from a CSV file.

    *Read the file* writes nothing: it shows, line by line, whose identifier it is. Only
    then are the identifiers kept, and Urssaf confirms each (method 020) in the
    scheduled action: nobody counts as active before.
    """

    _name = "urssaf.enrolment.import"
    _inherit = ["urssaf.wizard"]
    _description = "Import Customers Enrolled Elsewhere"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(
        string="CSV file",
        help="One line per customer: the identifier (idClient), and what tells who it "
        "is: e-mail, or names and birth date.",
    )
    filename = fields.Char()
    state = fields.Selection(
        [("file", "File"), ("report", "Report"), ("done", "Imported")],
        default="file",
        required=True,
    )
    consent = fields.Boolean(
        string="These customers agreed to the avance immédiate",
        help="They gave their agreement when they were enrolled with the other "
        "software. Urssaf may ask for it.",
    )
    line_ids = fields.One2many(
        "urssaf.enrolment.import.line", "import_id", string="Customers"
    )
    ready_count = fields.Integer(compute="_compute_counts")
    left_count = fields.Integer(compute="_compute_counts")
    linked_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for wizard in self:
            outcomes = wizard.line_ids.mapped("outcome")
            wizard.ready_count = outcomes.count("ready")
            wizard.linked_count = outcomes.count("linked")
            wizard.left_count = len(outcomes) - wizard.ready_count
            wizard.left_count -= wizard.linked_count

    # -- buttons ---------------------------------------------------------------

    def action_read(self):
        """Dry run: show what each line of the file would do.

        :raises UserError: the file cannot be read; it stays in the form
        """
        self.ensure_one()
        self.env["urssaf.enrolment"]._check_urssaf_user()
        if not self.file:
            raise UserError(self.env._("CSV file: choose the file to import."))
        try:
            rows = read_customers(base64.b64decode(self.file))
        except CustomerListError as error:
            raise UserError(self._file_fault(error.reason)) from error
        lines = self.env["urssaf.enrolment.import.line"]._prepare_lines(
            rows, self.company_id
        )
        self.write(
            {
                "line_ids": [Command.clear(), *map(Command.create, lines)],
                "state": "report",
                # Personal data: what is needed of it stands in the lines.
                "file": False,
            }
        )
        return self._show()

    def action_import(self):
        """Keep the identifiers of the lines that are ready; Urssaf confirms them.

        :raises UserError: no line is ready, or the customers' agreement is not told
        """
        self.ensure_one()
        self.env["urssaf.enrolment"]._check_urssaf_user()
        ready = self.line_ids.filtered(lambda line: line.outcome == "ready")
        if not ready:
            raise UserError(self.env._("No line is ready to be imported."))
        if not self.consent:
            raise UserError(
                self.env._(
                    "Tick the box first: these customers agreed to the avance "
                    "immédiate."
                )
            )
        ready.partner_id.check_access("write")
        ready._import_identifiers()
        self.state = "done"
        self.env["urssaf.enrolment"]._trigger("follow")
        return self._show()

    def action_reset(self):
        """Choose another file."""
        self.line_ids.unlink()
        self.state = "file"
        return self._show()

    def _show(self):
        return {
            **self._get_records_action(name=self.env._("Import enrolled customers")),
            "target": "new",
        }

    def _file_fault(self, reason):
        return {
            "encoding": self.env._(
                "CSV file: this is not a text file. Save the list as CSV first."
            ),
            "empty": self.env._("CSV file: there is no customer in it."),
            "too_long": self.env._("CSV file: too many lines. Cut it in several."),
            "no_identifier": self.env._(
                "CSV file: no column of identifiers. The first line must hold the "
                "titles, one of them “idClient”."
            ),
        }[reason]


class UrssafEnrolmentImportLine(models.TransientModel):
    """One line of the file, and the customer of Odoo that it speaks of."""

    _name = "urssaf.enrolment.import.line"
    _inherit = ["urssaf.wizard"]
    _description = "Import Customers Enrolled Elsewhere: Customer"
    _order = "number"

    import_id = fields.Many2one(
        "urssaf.enrolment.import", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", related_sudo=False)
    number = fields.Integer(string="Line", readonly=True)
    external_id = fields.Char(string="idClient", readonly=True)
    label = fields.Char(string="In the file", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
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
        compute="_compute_outcome",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    found_id = fields.Many2one("res.partner", readonly=True)
    fault = fields.Selection(
        [
            ("identifier", "No identifier"),
            ("birth_date", "Birth date: cannot be read"),
            ("double", "The same identifier stands twice in the file"),
            ("several", "Several customers fit: choose one"),
            ("nobody", "No customer fits: choose one, or make the contact first"),
            ("differs", "The birth name differs from the contact’s: choose"),
        ],
        readonly=True,
    )
    outcome = fields.Selection(
        [
            ("ready", "Will be imported"),
            ("linked", "Enrolled already, same identifier"),
            ("taken", "Enrolled already, or being enrolled"),
            ("other", "This identifier is another customer’s"),
            ("twice", "Another line is for this customer too"),
            ("left", "Left out"),
        ],
        compute="_compute_outcome",
        compute_sudo=False,
        store=True,
    )
    enrolment_state = fields.Selection(
        related="partner_id.urssaf_enrolment_state",
        related_sudo=False,
        string="Avance immédiate",
    )
    enrolment_error = fields.Text(
        related="partner_id.urssaf_enrolment_error",
        related_sudo=False,
        string="Answer of Urssaf",
    )

    @api.depends("import_id.line_ids.partner_id")
    def _compute_outcome(self):
        """What choosing this customer leads to; the faults that only concern who it is
        go away with the choice.
        """
        enrolments = self._known_enrolments()
        by_partner = {e.partner_id: e for e in enrolments}
        owners = {e.external_id: e.partner_id for e in enrolments if e.external_id}
        chosen = defaultdict(int)
        for line in self.import_id.line_ids | self:
            chosen[line.partner_id] += 1
        for line in self:
            partner = line.partner_id
            if partner != line.found_id:
                line.matched_by = "hand" if partner else False
            enrolment = by_partner.get(partner)
            owner = owners.get(line.external_id)
            by_hand = line.matched_by == "hand"
            fatal = line.fault in ("identifier", "double")
            if not partner or fatal or (line.fault and not by_hand):
                line.outcome = "left"
            elif enrolment and enrolment.external_id == line.external_id:
                line.outcome = "linked"
            elif owner and owner != partner:
                line.outcome = "other"
            elif chosen[partner] > 1:
                line.outcome = "twice"
            elif enrolment and enrolment.state not in (*SENDABLE, "queued"):
                line.outcome = "taken"
            else:
                line.outcome = "ready"

    def _known_enrolments(self):
        company = self.company_id[:1]._urssaf_holder()
        return (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    "|",
                    ("partner_id", "in", self.partner_id.ids),
                    "&",
                    ("environment", "=", company.urssaf_environment),
                    ("external_id", "in", self.mapped("external_id")),
                ]
            )
        )

    # -- whose line is it ------------------------------------------------------

    @api.model
    def _prepare_lines(self, rows, company):
        """Values of the lines, in a handful of queries whatever their number."""
        finder = _Finder(self.env, rows, company)
        doubles = defaultdict(int)
        for row in rows:
            doubles[row.id_client] += 1
        lines = []
        for row in rows:
            partner, matched_by, fault = finder.find(row)
            if doubles[row.id_client] > 1:
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

    def _import_identifiers(self):
        """Keep the identifiers. ``found_id`` then follows, so that a second click finds
        nothing left to do.
        """
        for line in self:
            partner = line.partner_id.with_company(line.company_id)
            partner._urssaf_record_consent("import")
            partner._urssaf_enrolments()._adopt_unverified(line.external_id)
        self.invalidate_recordset(["enrolment_state", "enrolment_error"])
        self._compute_outcome()


class _Finder:
    """Finds the customer of each line: identifier, then e-mail, then names and birth
    date; never a guess when two fit.
    """

    def __init__(self, env, rows, company):
        self.nobody = env["res.partner"]
        enrolments = (
            env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    *company._urssaf_here(),
                    ("external_id", "in", [row.id_client for row in rows]),
                ]
            )
        )
        self.by_id = {e.external_id: e.partner_id for e in enrolments}
        persons = [
            ("is_company", "=", False),
            ("parent_id", "=", False),
            ("company_id", "in", (False, company.id)),
        ]
        emails = list(filter(None, (email_normalize(row.email) for row in rows)))
        self.by_email = self.nobody.search(
            [*persons, ("email_normalized", "in", emails)]
        ).grouped("email_normalized")
        dates = list({row.birth_date for row in rows if row.birth_date})
        self.by_date = self.nobody.search(
            [*persons, ("urssaf_birth_date", "in", dates)]
        ).grouped("urssaf_birth_date")

    def find(self, row):
        """``(partner, matched_by, fault)``; an empty partner when uncertain."""
        known = self.by_id.get(row.id_client)
        if known:
            return self.nobody.browse(known.id), "identifier", False
        ways = (
            ("email", self.by_email.get(email_normalize(row.email) or "")),
            ("names", self._namesakes(row)),
        )
        for matched_by, partners in ways:
            if not partners:
                continue
            if len(partners) > 1:
                partners = partners & self._namesakes(row) or partners
            if len(partners) > 1:
                return self.nobody, False, "several"
            differs = self._differs(partners, row)
            return partners, matched_by, "differs" if differs else False
        return self.nobody, False, "nobody"

    def _namesakes(self, row):
        """Same birth date, same birth or usage name."""
        born = self.by_date.get(row.birth_date, self.nobody)
        names = {fold(row.birth_name), fold(row.usage_name)} - {""}
        return born.filtered(
            lambda p: names
            & {fold(p.urssaf_birth_name or ""), fold(p.urssaf_usage_name or "")}
        )

    def _differs(self, partner, row):
        """A couple may share an e-mail: the birth name must not contradict."""
        ours, theirs = partner.urssaf_birth_name, row.birth_name
        return bool(ours and theirs) and not same_name(ours, theirs)
