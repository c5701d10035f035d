# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..groups import ADMINISTRATOR


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    urssaf_environment = fields.Selection(
        related="company_id.urssaf_environment", readonly=False, required=True
    )
    urssaf_advanced = fields.Boolean(string="Advanced")
    urssaf_actions_notice = fields.Char(compute="_compute_urssaf_actions_notice")
    urssaf_holder_id = fields.Many2one(related="company_id.urssaf_holder_id")
    urssaf_copy_notice = fields.Char(related="company_id.urssaf_copy_notice")
    urssaf_served = fields.Boolean(
        compute="_compute_urssaf_served",
        help="The habilitation and the settings are those of a company above.",
    )
    urssaf_sandbox_url = fields.Char(
        related="company_id.urssaf_sandbox_url", readonly=False, groups=ADMINISTRATOR
    )
    urssaf_sandbox_client_id = fields.Char(
        related="company_id.urssaf_sandbox_client_id",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_sandbox_client_secret = fields.Char(
        related="company_id.urssaf_sandbox_client_secret",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_test_client_id = fields.Char(
        related="company_id.urssaf_test_client_id",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_test_client_secret = fields.Char(
        related="company_id.urssaf_test_client_secret",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_production_client_id = fields.Char(
        related="company_id.urssaf_production_client_id",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_production_client_secret = fields.Char(
        related="company_id.urssaf_production_client_secret",
        readonly=False,
        groups=ADMINISTRATOR,
    )
    urssaf_billing_name = fields.Char(
        related="company_id.urssaf_billing_name", readonly=False
    )
    urssaf_payment_journal_id = fields.Many2one(
        related="company_id.urssaf_payment_journal_id",
        readonly=False,
        check_company=True,
    )
    urssaf_payment_method_line_id = fields.Many2one(
        related="company_id.urssaf_payment_method_line_id", readonly=False
    )
    urssaf_payment_method_line_out_id = fields.Many2one(
        related="company_id.urssaf_payment_method_line_out_id", readonly=False
    )
    urssaf_set_off_account_id = fields.Many2one(
        related="company_id.urssaf_set_off_account_id",
        readonly=False,
        check_company=True,
    )
    urssaf_surplus_account_id = fields.Many2one(
        related="company_id.urssaf_surplus_account_id",
        readonly=False,
        check_company=True,
    )
    urssaf_transit_days = fields.Integer(
        related="company_id.urssaf_transit_days", readonly=False
    )
    urssaf_transit_missing = fields.Char(compute="_compute_urssaf_transit_missing")
    urssaf_bank_label = fields.Char(
        related="company_id.urssaf_bank_label", readonly=False
    )
    urssaf_bank_automatic = fields.Boolean(
        related="company_id.urssaf_bank_automatic", readonly=False
    )
    urssaf_sending = fields.Selection(
        related="company_id.urssaf_sending", readonly=False, required=True
    )
    urssaf_invoice_mention = fields.Boolean(
        related="company_id.urssaf_invoice_mention", readonly=False
    )
    urssaf_ceiling_date = fields.Selection(
        related="company_id.urssaf_ceiling_date", readonly=False, required=True
    )
    urssaf_declare_deposits = fields.Boolean(
        related="company_id.urssaf_declare_deposits", readonly=False
    )
    urssaf_batch_size = fields.Integer(
        related="company_id.urssaf_batch_size", readonly=False
    )
    urssaf_watch_days = fields.Integer(
        related="company_id.urssaf_watch_days", readonly=False
    )
    urssaf_stuck_hours = fields.Integer(
        related="company_id.urssaf_stuck_hours", readonly=False
    )
    urssaf_calls_per_second = fields.Float(
        related="company_id.urssaf_calls_per_second", readonly=False
    )
    urssaf_trace_days = fields.Integer(
        related="company_id.urssaf_trace_days", readonly=False
    )
    urssaf_responsible_id = fields.Many2one(
        related="company_id.urssaf_responsible_id", readonly=False
    )
    urssaf_responsible_notice = fields.Char(
        compute="_compute_urssaf_responsible_notice",
        help="Why this person receives no alerts.",
    )
    urssaf_accountant_id = fields.Many2one(
        related="company_id.urssaf_accountant_id", readonly=False
    )
    urssaf_fresh_hours = fields.Integer(
        related="company_id.urssaf_fresh_hours", readonly=False
    )
    urssaf_attempt_days = fields.Integer(
        related="company_id.urssaf_attempt_days", readonly=False
    )
    urssaf_forget_months = fields.Integer(
        related="company_id.urssaf_forget_months", readonly=False
    )
    urssaf_companion = fields.Boolean(
        related="company_id.urssaf_companion", readonly=False
    )
    urssaf_companion_days = fields.Char(
        related="company_id.urssaf_companion_days", readonly=False
    )
    urssaf_companion_confirm = fields.Boolean(
        related="company_id.urssaf_companion_confirm", readonly=False
    )
    urssaf_companion_sms = fields.Boolean(
        related="company_id.urssaf_companion_sms", readonly=False
    )
    urssaf_form_link_days = fields.Integer(
        related="company_id.urssaf_form_link_days", readonly=False
    )
    urssaf_cancel_email = fields.Char(
        related="company_id.urssaf_cancel_email", readonly=False
    )
    urssaf_notify_sent = fields.Boolean(
        related="company_id.urssaf_notify_sent", readonly=False
    )
    urssaf_notify_refused = fields.Boolean(
        related="company_id.urssaf_notify_refused", readonly=False
    )
    urssaf_notify_paid = fields.Boolean(
        related="company_id.urssaf_notify_paid", readonly=False
    )
    urssaf_has_sms = fields.Boolean(compute="_compute_urssaf_has_sms")

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: new credentials are tried together, before Odoo writes the settings
        on the company one field after the other.
        """
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id"))
            (company or self.env.company)._urssaf_try_before_saving(vals)
        tried = self.with_context(urssaf_credentials_tried=True)
        return super(ResConfigSettings, tried).create(vals_list)

    def write(self, vals):
        """Extends: likewise."""
        for settings in self:
            settings.company_id._urssaf_try_before_saving(vals)
        tried = self.with_context(urssaf_credentials_tried=True)
        return super(ResConfigSettings, tried).write(vals)

    @api.depends("company_id")
    def _compute_urssaf_actions_notice(self):
        self.urssaf_actions_notice = self.env["ir.cron"]._urssaf_notice()

    def action_urssaf_switch_on(self):
        """Have the scheduled actions run again that Odoo or somebody has stopped."""
        self.ensure_one()
        return self.env["urssaf.connection"]._of(self.company_id).action_switch_on()

    @api.depends("company_id")
    def _compute_urssaf_transit_missing(self):
        for settings in self:
            missing = settings.company_id._urssaf_transit_missing()
            settings.urssaf_transit_missing = missing

    @api.depends("company_id")
    def _compute_urssaf_served(self):
        for settings in self:
            holder = settings.company_id._urssaf_holder()
            settings.urssaf_served = holder != settings.company_id

    @api.depends("company_id", "urssaf_responsible_id")
    def _compute_urssaf_responsible_notice(self):
        for settings in self:
            # sudo(): a user of another company alone may not be read.
            person = settings.urssaf_responsible_id.sudo()
            settings.urssaf_responsible_notice = (
                self.env._(
                    "%s is archived: the managers of Urssaf receive the alerts "
                    "instead.",
                    person.name,
                )
                if person and not person.active
                else False
            )

    def _compute_urssaf_has_sms(self):
        self.urssaf_has_sms = self.env["urssaf.enrolment"]._companion_has_sms()

    def action_urssaf_credentials(self):
        """The dialogue in which they are tried and saved."""
        self.ensure_one()
        return self.company_id._urssaf_setup_action(
            "urssaf_setup_credentials_view_form",
            self.env._("Connection to Urssaf"),
            "urssaf.setup.credentials",
        )

    def action_urssaf_test_connection(self):
        """Test what is on the screen: the settings are saved first."""
        self.ensure_one()
        self.set_values()
        return self.company_id.action_urssaf_test_connection()

    @api.onchange("urssaf_payment_journal_id")
    def _onchange_urssaf_payment_journal_id(self):
        journal = self.urssaf_payment_journal_id
        if self.urssaf_payment_method_line_id.journal_id != journal:
            self.urssaf_payment_method_line_id = False
        if self.urssaf_payment_method_line_out_id.journal_id != journal:
            self.urssaf_payment_method_line_out_id = False

    def action_urssaf_set_up_transfers(self):
        """Set up with the journal that is on the screen: it is saved first."""
        self.ensure_one()
        self.set_values()
        return self.company_id.action_urssaf_set_up_transfers()

    def action_urssaf_real_database(self):
        """See the company."""
        self.ensure_one()
        return self.company_id.action_urssaf_real_database()

    def action_urssaf_templates(self):
        """The e-mails to customers, to be edited."""
        ours = ("urssaf.enrolment", "urssaf.customer.form", "urssaf.payment.request")
        domain = [("model", "in", ours)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mails to customers"),
            "res_model": "mail.template",
            "view_mode": "list,form",
            "domain": domain,
        }
