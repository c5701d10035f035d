# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from odoo.addons.l10n_fr_home_services.models.taxes import EXEMPT, NAMES
from odoo.addons.l10n_fr_home_services.rules import some_names

from ..models.groups import ADMINISTRATOR


class UrssafSetup(models.TransientModel):
    """The dialogues of the first day, one form per step (``company/setup.py``). What is
    typed is written on the company, with the rights of whoever types it.
    """

    _name = "urssaf.setup"
    _inherit = ["urssaf.wizard"]
    _description = "Setting up of Avance Immédiate"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    is_administrator = fields.Boolean(compute="_compute_is_administrator")
    # -- declaration
    home_service_sap_number = fields.Char(
        related="company_id.home_service_sap_number", readonly=False, related_sudo=False
    )
    home_service_declaration_date = fields.Date(
        related="company_id.home_service_declaration_date",
        readonly=False,
        related_sudo=False,
    )
    home_service_mode = fields.Selection(
        related="company_id.home_service_mode", readonly=False, related_sudo=False
    )
    home_service_approval_number = fields.Char(
        related="company_id.home_service_approval_number",
        readonly=False,
        related_sudo=False,
    )
    home_service_approval_date = fields.Date(
        related="company_id.home_service_approval_date",
        readonly=False,
        related_sudo=False,
    )
    # -- transfers
    journal_id = fields.Many2one(
        "account.journal",
        string="Bank account",
        compute="_compute_journal_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        check_company=True,
        domain=[("type", "=", "bank")],
        help="The bank account that you gave to Urssaf.",
    )
    accounts = fields.Char(string="Accounts in use", compute="_compute_accounts")
    transfers_missing = fields.Char(compute="_compute_accounts")
    # -- VAT
    vat_regime = fields.Selection(
        related="company_id.root_id.home_service_vat",
        readonly=False,
        related_sudo=False,
        required=True,
    )
    exempt = fields.Boolean(compute="_compute_taxes")
    no_tax = fields.Boolean(compute="_compute_taxes")
    inactive_taxes = fields.Char(compute="_compute_taxes")
    wrong_taxes = fields.Char(compute="_compute_taxes")
    # -- people
    urssaf_responsible_id = fields.Many2one(
        related="company_id.urssaf_responsible_id", readonly=False, related_sudo=False
    )
    urssaf_accountant_id = fields.Many2one(
        related="company_id.urssaf_accountant_id", readonly=False, related_sudo=False
    )
    # -- e-mail
    company_email = fields.Char(
        string="E-mail of the company",
        related="company_id.email",
        readonly=False,
        related_sudo=False,
    )
    mail_leaves = fields.Boolean(compute="_compute_mail_leaves")

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_is_administrator(self):
        self.is_administrator = self.env.user.has_group(ADMINISTRATOR)

    @api.depends("company_id")
    def _compute_journal_id(self):
        journals = self.env["account.journal"]
        for setup in self:
            company = setup.company_id
            owner = company._urssaf_transfers_owner()
            chosen = owner.sudo().urssaf_payment_journal_id  # sudo: of the one above
            found = journals.search(
                [*journals._check_company_domain(owner), ("type", "=", "bank")], limit=2
            )
            # Of several, a person says which.
            only = found if len(found) == 1 else journals
            setup.journal_id = chosen._filtered_access("read") or only

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_accounts(self):
        for setup in self:
            company = setup.company_id
            used = company.with_company(company)._urssaf_transfer_accounts()
            # sudo: a branch is paid through the accounts of the company above it.
            used = used.sudo().with_company(company)
            setup.accounts = " · ".join(f"{one.code} {one.name}" for one in used)
            setup.transfers_missing = company._urssaf_transit_missing()

    @api.depends("company_id", "vat_regime")
    def _compute_taxes(self):
        for setup in self:
            company = setup.company_id
            company = company.with_company(company)
            wrong = company._home_service_wrong_products().mapped("name")
            inactive = company._home_service_inactive_taxes().mapped("name")
            setup.exempt = setup.vat_regime in EXEMPT
            setup.no_tax = not company._urssaf_has_tax(setup.vat_regime)
            setup.inactive_taxes = not setup.exempt and ", ".join(inactive)
            setup.wrong_taxes = some_names(wrong, NAMES)

    @api.depends("company_id")
    def _compute_mail_leaves(self):
        for setup in self:
            # sudo: the servers are for system administrators.
            setup.mail_leaves = setup.company_id.sudo()._urssaf_mail_leaves()

    # -- buttons -----------------------------------------------------------------

    def action_save(self):
        """What was typed is saved with the dialogue."""
        return {"type": "ir.actions.act_window_close"}

    def action_set_up_transfers(self):
        """Set up the accounts with the journal that is on the screen.

        :raises AccessError: the user is no administrator of the accounting
        :raises UserError: there is no bank journal, or more than one to choose from
        """
        self.ensure_one()
        company = self.company_id
        company._urssaf_check_may_set_up()
        if self.journal_id.type == "bank":
            # sudo: checked above; an administrator of the accounting may not write on
            # the company, where the choice is kept.
            owner = company._urssaf_transfers_owner().sudo()
            owner.urssaf_payment_journal_id = self.journal_id
        company.action_urssaf_set_up_transfers()
        return self._reopen(
            "urssaf_setup_transfers_view_form", self.env._("Transfers of Urssaf")
        )

    def action_activate_taxes(self):
        """Switch on the taxes of 10 % and 5.5 % on services.

        :raises AccessError: the user is no administrator of the accounting
        """
        self.ensure_one()
        company = self.company_id
        company.with_company(company).action_home_service_activate_taxes()
        return self._reopen(
            "urssaf_setup_vat_view_form", self.env._("VAT of the services")
        )

    def action_right_taxes(self):
        """Give each service the right tax.

        :raises AccessError: the user is no administrator of the accounting
        """
        self.ensure_one()
        company = self.company_id
        company.with_company(company).action_home_service_right_taxes()
        return self._reopen(
            "urssaf_setup_vat_view_form", self.env._("VAT of the services")
        )

    def _reopen(self, view, title):
        """The same dialogue, with what the button has changed."""
        action = self.company_id._urssaf_setup_action(view, title)
        return {**action, "res_id": self.id}


class UrssafBoard(models.TransientModel):
    _inherit = "urssaf.board"

    setup = fields.Json(compute="_compute_setup")
    setup_done = fields.Boolean(compute="_compute_setup")

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_setup(self):
        """Of the first company that is ticked: each is set up on its own."""
        steps = self.env.company._urssaf_setup_steps()
        self.setup = steps
        self.setup_done = all(step["done"] for step in steps)
