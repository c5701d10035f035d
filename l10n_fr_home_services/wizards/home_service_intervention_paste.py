# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import MAX_ROWS, plain_name, read_sheet


class HomeServiceInterventionPaste(models.TransientModel):
    """Interventions pasted from a sheet. Good rows go on the invoice; the others stay
    in the box, each with what to mend.
    """

    _name = "home.service.intervention.paste"
    _description = "Paste Interventions"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Service",
        required=True,
        ondelete="cascade",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
    )
    text = fields.Text(string="Rows of the sheet")
    result = fields.Text(readonly=True)

    @api.model
    def default_get(self, fields_list):
        """Extends: the service that these interventions are most likely of."""
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(values.get("move_id"))
        if move and "line_id" in fields_list:
            values["line_id"] = move.home_service_default_line_id.id
        return values

    def action_paste(self):
        """Put the rows that are right on the invoice, and say what is wrong with the
        others.

        :raises UserError: nothing was pasted, too much was, or the invoice is posted
        """
        self.ensure_one()
        self.move_id.check_access("write")
        if self.line_id.move_id != self.move_id:
            raise UserError(self.env._("Choose a service of this invoice."))
        title, rows = read_sheet(self.text or "")
        if not rows:
            raise UserError(
                self.env._("Paste the rows of your sheet in the box first.")
            )
        if len(rows) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "%(count)s rows: paste %(most)s of them at most, in several times.",
                    count=len(rows),
                    most=MAX_ROWS,
                )
            )
        faults = self._take(rows)
        if not faults:
            return {"type": "ir.actions.act_window_close"}
        kept = [title] * bool(title) + [row.text for row, _fault in faults]
        self.text = "\n".join(kept)
        self.result = self._result(len(rows) - len(faults), faults, bool(title))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Paste interventions"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _result(self, taken, faults, titled):
        """What was done, and what to mend in each row that is still in the box."""
        said = [
            self.env._("Row %(position)s: %(fault)s", position=position, fault=fault)
            for position, (_row, fault) in enumerate(faults, 1 + titled)
        ]
        summary = self.env._(
            "Interventions that are on the invoice now: %(taken)s. Rows that are still "
            "in the box, to be mended there: %(left)s. Then press “Paste” again.",
            taken=taken,
            left=len(faults),
        )
        return "\n".join([summary, *said])

    def _take(self, rows):
        """Create what can be, all at once; the rest as pairs ``(row, sentence)``."""
        register = self._people_known()
        known = {self._key(row) for row in self.line_id.home_service_intervention_ids}
        faults, good = [], []
        for row in rows:
            fault = self._unread(row)
            values = {} if fault else self._values(row)
            if fault := fault or self._fault(values, register, known):
                faults.append((row, fault))
            else:
                good.append(values)
        self.env["home.service.intervention"].create(good)
        return faults

    def _fault(self, values, register, known):
        """What is wrong with this intervention, nothing if it can be created; the
        person of the register is added to its values.
        """
        person, fault = self._person(values, register)
        if fault:
            return fault
        if person:
            values["person_id"] = person.id
            values["person_name"] = person.name
            values["person_number"] = person.number or values["person_number"]
        made = self.env["home.service.intervention"].new(values)
        if faults := list(made._faults()):
            return " ".join(faults)
        # What is there already, with its hours of the day, was pasted twice.
        if made.start and self._key(made) in known:
            return self.env._("it is on the invoice already. Take the row out.")
        known.add(self._key(made))
        return ""

    def _values(self, row):
        said = row.values
        return {
            "line_id": self.line_id.id,
            "date": said["date"],
            "start": said.get("start", 0.0),
            "end": said.get("end", 0.0),
            **({"duration": said["duration"]} if "duration" in said else {}),
            "person_name": said.get("name", False),
            "person_number": said.get("number", False),
            "place": said.get("place", False),
        }

    def _key(self, row):
        name = plain_name(row.person_name or "")
        return row.date, round(row.start, 3), round(row.duration, 3), name

    def _people_known(self):
        """``{name or number: people}`` of the company of the invoice."""
        people = self.env["home.service.person"]
        company = self.move_id.company_id
        register = {}
        for person in people.search(people._check_company_domain(company)):
            for key in (plain_name(person.name), ("number", person.number)):
                register[key] = register.get(key, people) | person
        return register

    def _person(self, values, register):
        """``(who is meant, fault)``: somebody of the register if there is one such
        person; a number that the register gives to somebody else is a fault.
        """
        nobody = self.env["home.service.person"]
        number, name = values["person_number"], plain_name(values["person_name"] or "")
        named = register.get(name, nobody) if name else nobody
        numbered = register.get(("number", number), nobody) if number else nobody
        if numbered and (not name or numbered <= named):
            return numbered[:1], ""
        if numbered or (len(named) == 1 and number and named.number):
            return nobody, self.env._(
                "in the register, %(person)s has the number %(number)s. Correct the "
                "one that is wrong.",
                person=(numbered or named)[:1].name,
                number=(numbered or named)[:1].number,
            )
        return (named if len(named) == 1 else nobody), ""

    def _unread(self, row):
        """The sentence about a cell that cannot be read, nothing if all can."""
        if not row.fault:
            return ""
        column, cell = row.fault
        if column == "date" and not cell:
            return self.env._("the date is missing.")
        return {
            "date": self.env._(
                "“%s” is not a date. Write it like 02/03/2026, with the year.", cell
            ),
            "start": self.env._(
                "“%s” is not an hour. Write it like 9h30, 9:30 or 9,5.", cell
            ),
            "end": self.env._(
                "“%s” is not an hour of the end. Write it like 9h30, 9:30 or 9,5.",
                cell,
            ),
            "duration": self.env._(
                "“%s” is not a duration. Write it like 2h30, 2:30 or 2,5.", cell
            ),
            "columns": self.env._(
                "“%s” is one cell too many: date, start, end, name, number, place. Or "
                "name the columns in a first row.",
                cell,
            ),
        }.get(column, self.env._("“%s…” is too long.", cell[:20]))
