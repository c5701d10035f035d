# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class UrssafInvoiceSplit(models.TransientModel):
    """A draft over several months, or that begins before the customer was active: one
    draft for each month, and one for what Urssaf cannot take.
    """

    _name = "urssaf.invoice.split"
    _inherit = ["urssaf.wizard"]
    _description = "Split an Invoice for Urssaf"

    move_id = fields.Many2one("account.move", string="Invoice", required=True)
    summary = fields.Text(compute="_compute_summary")
    undated = fields.Text(compute="_compute_summary")

    @api.depends("move_id")
    def _compute_summary(self):
        for wizard in self:
            undated = wizard._undated()
            wizard.undated = "\n".join(undated.mapped("name"))
            wizard.summary = not undated and "\n".join(
                wizard._describe(*group) for group in wizard._groups().items()
            )

    def _describe(self, key, lines):
        eligible, month = key
        first = fields.Date.to_date(f"{month}-01")
        text = self.env._(
            "%(month)s: %(total)s (lines: %(count)s)",
            month=format_date(self.env, first, date_format="MMMM y").capitalize(),
            count=len(lines),
            total=format_amount(
                self.env, sum(lines.mapped("price_total")), self.move_id.currency_id
            ),
        )
        if eligible:
            return text
        return self.env._("%s, without avance immédiate (before activation)", text)

    # -- which line goes where -------------------------------------------------

    def _undated(self):
        """Lines that cannot be placed: no date, or dates in two months."""
        return self.move_id._home_service_lines().filtered(
            lambda line: not line.home_service_start
            or f"{line.home_service_start:%Y-%m}" != f"{line.home_service_end:%Y-%m}"
        )

    def _groups(self):
        """``{(eligible, month): lines}`` in the order of the services."""
        since = self.move_id._urssaf_active_since()
        groups = {}
        for line in self.move_id._home_service_lines().sorted("home_service_start"):
            start = line.home_service_start
            eligible = not since or start >= since.date()
            key = (eligible, f"{start:%Y-%m}")
            groups[key] = groups.get(key, line.browse()) | line
        return groups

    def _with_texts(self):
        """``{line: texts}``: the section above each line, the notes below it."""
        texts = {}
        section = note_of = self.env["account.move.line"]
        for line in self.move_id.invoice_line_ids.sorted("sequence"):
            if line.display_type == "product":
                texts[line] = section
                note_of = line
            elif line.display_type == "line_note" and note_of:
                texts[note_of] |= line
            else:
                section = line
        return texts

    # -- the drafts ------------------------------------------------------------

    def action_split(self):
        """Make the drafts; the invoice itself keeps the earliest services.

        :raises UserError: a line has no date of its own, or nothing is to be split
        """
        self.ensure_one()
        move = self.move_id
        move.check_access("write")
        if move.state != "draft":
            raise UserError(self.env._("Only a draft can be split."))
        if self._undated():
            raise UserError(
                self.env._(
                    "Fill in the dates of each line first, in one month: %s",
                    ", ".join(self._undated().mapped("name")),
                )
            )
        groups = self._groups()
        if len(groups) < 2:
            raise UserError(self.env._("All lines are of the same month."))
        texts = self._with_texts()
        (first, kept), *others = groups.items()
        moves = move
        for key, lines in others:
            moves |= self._make_draft(key, lines, texts)
        self._keep(first, kept, texts)
        for made in moves:
            made._message_log(
                body=self.env._(
                    "Split for Urssaf, by calendar month: %s drafts.", len(moves)
                )
            )
        return moves._get_records_action(name=self.env._("Invoices"))

    def _make_draft(self, key, lines, texts):
        shown = lines.browse()
        for line in lines:
            shown |= texts[line] | line
        return self.move_id.copy(
            {
                "line_ids": [
                    Command.create(self._line_values(line))
                    for line in shown.sorted("sequence")
                ],
                "invoice_date": self.move_id.invoice_date,
                "date": self.move_id.date,
                "urssaf_excluded": self.move_id.urssaf_excluded or not key[0],
            }
        )

    def _line_values(self, line):
        [values] = line.with_context(home_service_keep_dates=True).copy_data()
        values.pop("move_id", None)
        return values

    def _keep(self, key, kept, texts):
        """Take off the draft the lines of the others and the texts about them."""
        about = kept.browse().union(*(texts[line] for line in kept))
        away = self.move_id.invoice_line_ids.filtered(
            lambda line: line not in kept | about
            and (line in texts or any(line in some for some in texts.values()))
        )
        self.move_id.write(
            {
                "invoice_line_ids": [Command.delete(line.id) for line in away],
                "urssaf_excluded": self.move_id.urssaf_excluded or not key[0],
            }
        )
