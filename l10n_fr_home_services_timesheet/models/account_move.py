# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Interventions of an invoice from the timesheets of its services."""

    _inherit = "account.move"

    home_service_timesheet_notice = fields.Text(
        compute="_compute_home_service_timesheet_notice",
        compute_sudo=True,
        help="What the timesheets say now and the interventions do not.",
    )

    @api.depends(
        "state",
        "invoice_line_ids.product_id",
        "home_service_intervention_ids.date",
        "home_service_intervention_ids.duration",
        "home_service_intervention_ids.person_id",
    )
    def _compute_home_service_timesheet_notice(self):
        for move in self._home_service_with_timesheets():
            differences = []
            if move.move_type == "out_invoice" and move.state != "cancel":
                for line in move._home_service_lines():
                    differences += line._home_service_timesheet_differences()
            move.home_service_timesheet_notice = "\n".join(differences)

    def action_home_service_take_timesheets(self):
        """Interventions as the timesheets are now.

        :raises AccessError: the user may not write these invoices
        :raises UserError: the invoice is posted, or declares other days
        """
        self.check_access("write")
        lines = self._home_service_lines()
        # What was taken before follows the timesheets now, whatever it says.
        declared = lines.filtered(
            lambda line: not line.home_service_intervention_ids.filtered(
                "from_timesheet"
            )
        )
        faults = [one for line in declared for one in line._home_service_date_faults()]
        if faults:
            raise UserError("\n".join(faults))
        lines._home_service_take_again()

    def _link_timesheets_to_invoice(self, start_date=None, end_date=None):
        """Extends sale_timesheet: what is billed becomes interventions."""
        super()._link_timesheets_to_invoice(start_date=start_date, end_date=end_date)
        drafts = self.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "draft"
        )
        drafts = drafts._home_service_with_timesheets()
        drafts._home_service_lines()._home_service_try_timesheets()

    def _home_service_with_timesheets(self):
        """The timesheets of all lines are read at once, and not line by line."""
        read = self._home_service_lines()._home_service_read_timesheets()
        return self.with_context(home_service_timesheets=read)

    def _home_service_check_known_dates(self):
        """Extends the trade: likewise."""
        read = self._home_service_with_timesheets()
        return super(AccountMove, read)._home_service_check_known_dates()

    def _post(self, soft=True):
        """Extends the trade: timesheets recorded since become interventions too, unless
        the invoice declares other days; those that come from another invoice, which
        this one replaces, are billed by this one.
        """
        invoices = self._home_service_posted_now(soft).filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "draft"
        )
        invoices._home_service_check_known_dates()
        read = invoices._home_service_with_timesheets()
        read._home_service_lines()._home_service_take_timesheets()
        invoices._home_service_bill_timesheets()
        return super()._post(soft)

    def _home_service_bill_timesheets(self):
        """Say on the timesheets of the interventions that this invoice bills them,
        where no other one does: nobody is asked to pay them again.
        """
        for move in self:
            # sudo(): whoever invoices need not see the timesheets.
            timesheets = move.sudo().home_service_intervention_ids.timesheet_id
            timesheets.filtered(
                lambda one: (
                    not one.timesheet_invoice_id
                    and one.so_line.qty_delivered_method == "timesheet"
                )
            ).write({"timesheet_invoice_id": move.id})
