# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..rules import HANDYMAN_HOURS, TOLERANCE, hours_between, hours_fault, hours_text

# The code says these, whatever somebody writes.
FOLLOWING = ("move_id", "company_id", "partner_id", "nature_id", "added_later")
# In the context, what the code itself writes on posted invoices: nobody can send it.
CODE = object()
PARIS = "Europe/Paris"
# Nothing was invoiced so long ago: a slip of the finger.
FIRST_YEAR = 2000


class HomeServiceIntervention(models.Model):
    """When somebody worked at a customer's home, how long, who and where.

    Articles D7233-1 and D7233-4 of the Code du travail want these on the invoice and on
    the annual certificate. They are those of a line of an invoice, and frozen with it
    while it is posted. Hours are civil time in France.
    """

    _name = "home.service.intervention"
    _description = "Home Service Intervention"
    _order = "date, start, id"
    _check_company_auto = True

    line_id = fields.Many2one(
        "account.move.line",
        string="Service",
        required=True,
        ondelete="cascade",
        index=True,
    )
    move_id = fields.Many2one(
        related="line_id.move_id", string="Invoice", store=True, index=True
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.partner_id", string="Customer", store=True, index=True
    )
    move_state = fields.Selection(related="move_id.state", string="Invoice status")
    date = fields.Date(
        required=True,
        index=True,
        help="The day on which it began, also of one that goes on past midnight.",
    )
    start = fields.Float(
        string="Start time",
        aggregator=None,
        help="Hour of the day, civil time in Paris.",
    )
    end = fields.Float(
        string="End time",
        aggregator=None,
        help="Hour of the day. Left at 0:00, only the duration is known.",
    )
    duration = fields.Float(
        string="Duration (hours)",
        compute="_compute_duration",
        store=True,
        readonly=False,
        help="From the hours; typed, where they are not known or the intervention goes "
        "on past midnight.",
    )
    person_id = fields.Many2one(
        "home.service.person",
        check_company=True,
        index="btree_not_null",
        help="Who did it, from the register; or type the name and the number.",
    )
    person_name = fields.Char(
        string="Name of the person",
        compute="_compute_person",
        store=True,
        readonly=False,
    )
    person_number = fields.Char(
        string="Register number",
        compute="_compute_person",
        store=True,
        readonly=False,
        help="Number in the company's register of its employees (article D7233-1 of "
        "the Code du travail).",
    )
    place = fields.Char(
        string="Done at", help="Left empty, the address of the customer."
    )
    nature_id = fields.Many2one(
        related="line_id.home_service_nature_id",
        string="Service nature",
        store=True,
        index="btree_not_null",
    )

    added_later = fields.Boolean(
        string="Added after posting",
        readonly=True,
        help="Added to a posted invoice that said nothing of its interventions.",
    )

    @api.depends("date", "duration", "person_name")
    def _compute_display_name(self):
        for row in self:
            day = row.date and format_date(self.env, row.date)
            said = (day, hours_text(row.duration), row.person_name)
            row.display_name = ", ".join(filter(None, said))

    @api.depends("start", "end")
    def _compute_duration(self):
        for row in self:
            # Typed where the hours do not say it.
            row.duration = hours_between(row.start, row.end) or row.duration

    @api.onchange("duration")
    def _onchange_duration(self):
        """From the hour when it began; past midnight too."""
        if self.start and 0 < self.duration < 24:
            self.end = (self.start + self.duration) % 24 or 24

    @api.depends("person_id")
    def _compute_person(self):
        for row in self:
            person = row.person_id
            row.person_name = person.name if person else row.person_name
            row.person_number = person.number if person else row.person_number

    # -- frozen with the invoice ---------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: none more on a posted invoice, unless it says nothing of them: what
        the certificate must say (article D7233-4 of the Code du travail) may still be
        added where the invoice cannot be reset to draft any more.

        :raises UserError: the invoice is posted, and says what it must
        """
        # Said, for a default of the context would say something else.
        rows = super().create(
            [{**_own(vals), "added_later": False} for vals in vals_list]
        )
        late = rows.filtered(lambda row: row.line_id._home_service_may_add(rows))
        late._add_later()
        rows._check_kept()
        return rows

    def write(self, vals):
        """Extends: none changes on a posted invoice, nor is carried to one.

        :raises UserError: the invoice is not a draft
        """
        if self.env.context.get("home_service_code") is CODE:
            return super().write(vals)
        self._check_kept()
        self._check_added(vals)
        result = super().write(_own(vals))
        if "line_id" in vals:
            # Nobody carries one to an invoice of a company that is not his.
            self.check_access("write")
        self._check_kept()
        self.filtered("added_later")._check_told_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        self._check_kept()
        self._check_added({})

    def _check_added(self, vals):
        """Of those that were added later: they stay on their invoice, and as they are
        once the customer holds an annual certificate that names them.

        :raises UserError: one is carried to another service, or was certified
        """
        added = self.filtered("added_later")
        if "line_id" in vals and added.filtered(
            lambda row: row.line_id.id != vals["line_id"]
        ):
            raise UserError(
                self.env._(
                    "An intervention that was added after posting stays with its "
                    "service. Delete it, and add it where it belongs."
                )
            )
        # sudo(): whoever invoices may not see the certificates.
        lines = self.env["home.service.certificate.line"].sudo()
        held = added and lines.search(
            [
                ("move_id", "in", added.move_id.ids),
                ("certificate_id.sent_on", "!=", False),
            ],
            limit=1,
        )
        if held:
            raise UserError(
                self.env._(
                    "The customer holds the annual certificate of %(year)s, which "
                    "names the interventions of %(invoice)s: they stay as they are.",
                    year=held.certificate_id.year,
                    invoice=held.move_id.display_name,
                )
            )

    def _check_kept(self):
        kept = self.filtered(lambda row: not row.added_later).move_id
        cancelled = kept.filtered(lambda move: move.state == "cancel")
        if cancelled:
            raise UserError(
                self.env._(
                    "%s is cancelled, and its interventions are kept. To change them, "
                    "reset the invoice to draft.",
                    ", ".join(cancelled.mapped("display_name")),
                )
            )
        kept = kept.filtered(lambda move: move.state != "draft")
        if kept:
            raise UserError(
                self.env._(
                    "%s is posted, and its interventions are kept as they were "
                    "then. To change them, reset the invoice to draft; where that "
                    "is no longer possible, make a credit note and a new invoice.",
                    ", ".join(kept.mapped("display_name")),
                )
            )

    def _write_kept(self, values):
        self.with_context(home_service_code=CODE).write(values)

    def _add_later(self):
        """On posted invoices: the days stay those that the customer was told."""
        if not self:
            return
        self._freeze()
        self._write_kept({"added_later": True})
        self._check_told_days()
        for move in self.move_id:
            rows = self.filtered(lambda row, move=move: row.move_id == move)
            move._message_log(
                body=self.env._(
                    "Interventions added after posting: %s",
                    "; ".join(rows.mapped("display_name")),
                )
            )

    def _check_told_days(self):
        """Of those that were added later: they are within the days of the invoice.

        :raises UserError: one of them is not, or is still to come
        """
        for row in self.filtered(lambda row: row.move_id.state == "posted"):
            start, end = row.line_id._home_service_days()
            if start and not start <= row.date <= (end or start):
                raise UserError(
                    self.env._(
                        "%(intervention)s: the invoice is posted, and says that the "
                        "service was done %(said)s. Choose a day within, or reset "
                        "the invoice to draft.",
                        intervention=row.display_name,
                        said=row.line_id._home_service_days_text(start, end or start),
                    )
                )
        self.move_id._home_service_check_interventions()

    def _freeze(self):
        """The invoice is posted: what was left to the register and to the customer's
        contact is written down.
        """
        for row in self:
            values = {
                "person_name": row.person_name or row.person_id.name,
                "person_number": row.person_number or row.person_id.number,
                "place": row.place or row._customer_place(),
                "added_later": False,
            }
            row._write_kept(values)

    def _unfreeze(self):
        """The invoice is a draft again: register and contact say it once more."""
        self._take_person()
        late = self.filtered("added_later")
        late._write_kept({"added_later": False})
        late.line_id._home_service_follow_interventions()
        for row in self:
            if row.place and row.place == row._customer_place():
                row._write_kept({"place": False})

    def _take_person(self):
        """Copy what the register says now, keep what it does not say."""
        for row in self.filtered("person_id"):
            person = row.person_id
            values = {
                "person_name": person.name or row.person_name,
                "person_number": person.number or row.person_number,
            }
            row._write_kept(values)

    def _customer_place(self):
        """Where the customer has services done, one line of text."""
        # sudo(): the customer may be a contact that the user does not see.
        move = self.move_id.sudo()
        customer = move.partner_shipping_id or move.partner_id
        return customer.contact_address_inline or ""

    def _row(self):
        """What papers say of it: the copies of who, and where."""
        self.ensure_one()
        known = bool(self.start or self.end)
        end = self.end or (self.start + self.duration) % 24
        return {
            "date": self.date,
            "start": self.start if known else False,
            "end": end if known else False,
            "duration": self.duration,
            "person_name": self.person_name or "",
            "person_number": self.person_number or "",
            "place": self.place or self._customer_place(),
            "nature": self.nature_id.name or "",
            "added": self._added_on(),
        }

    def _added_on(self):
        """The day in Paris when it was added to the posted invoice, else False."""
        if not self.added_later:
            return False
        return fields.Date.context_today(self.with_context(tz=PARIS), self.create_date)

    def _copied(self):
        """Values for the invoice that takes the place of this one."""
        self.ensure_one()
        return {
            "date": self.date,
            "start": self.start,
            "end": self.end,
            "duration": self.duration,
            "person_id": self.person_id.id,
            "person_name": self.person_name,
            "person_number": self.person_number,
            "place": self.place,
        }

    # -- what is wrong -------------------------------------------------------------

    @api.constrains("line_id", "date", "start", "end", "duration")
    def _check_hours(self):
        faults = [fault for row in self for fault in row._faults()]
        if faults:
            raise ValidationError("\n".join(faults))

    def _faults(self):
        """Sentences about what cannot be, whether the invoice is posted or not."""
        self.ensure_one()
        about = {"intervention": self.display_name or self.env._("an intervention")}
        if self.date and self.date.year < FIRST_YEAR:
            yield self.env._("%(intervention)s: look at the year.", **about)
        if fault := hours_fault(self.start, self.end, self.duration):
            yield self._hours_sentence(fault, about)
        if self._is_handyman() and self.duration > HANDYMAN_HOURS + TOLERANCE:
            yield self.env._(
                "%(intervention)s: petit bricolage is limited to two hours per "
                "intervention (article D7233-5 of the Code du travail). Correct the "
                "hours, or invoice this work on a line without a nature: it then gives "
                "no tax credit.",
                **about,
            )

    def _is_handyman(self):
        nature = self.line_id._home_service_nature()[0]
        return nature.ceiling_group == "handyman"

    def _hours_sentence(self, fault, about):
        return {
            "clock": self.env._(
                "%(intervention)s: the hours of the day go from 0:00 to 24:00.", **about
            ),
            "backwards": self.env._(
                "%(intervention)s: it ends before it starts. If it went on past "
                "midnight, type its duration as well.",
                **about,
            ),
            "nothing": self.env._(
                "%(intervention)s: type its hours, or its duration.", **about
            ),
            "too_long": self.env._(
                "%(intervention)s: more than 24 hours. Make one intervention per day.",
                **about,
            ),
            "differs": self.env._(
                "%(intervention)s: the duration is not the time from start to end. "
                "Correct the one that is wrong.",
                **about,
            ),
        }[fault]


def _own(vals):
    return {name: value for name, value in vals.items() if name not in FOLLOWING}
