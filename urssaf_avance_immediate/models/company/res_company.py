# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...lib.api import UrssafClient
from ..groups import ADMINISTRATOR, MANAGER
from .copied_database import CopiedDatabase
from .credentials import CREDENTIALS

# Hosts of urssaf-api §1. The local sandbox is wherever the company says.
ENVIRONMENT_HOSTS = {
    "test": "https://api-edi.urssaf.fr",
    "production": "https://api.urssaf.fr",
}
TOKEN_PATH = "/api/oauth/v1/token"
API_PATH = "/atp/v1/tiersPrestations"

# What happens to the invoices of active customers.
SENDING = [
    ("propose", "Propose"),
    ("automatic", "Send automatically"),
    ("never", "Never"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_environment = fields.Selection(
        [
            ("sandbox", "Local sandbox (simulation)"),
            ("test", "Urssaf test platform"),
            ("production", "Urssaf production"),
        ],
        string="Urssaf environment",
        default="sandbox",
        required=True,
        copy=False,
        help="Nothing leaves for the real service unless production is chosen here.",
    )
    urssaf_billing_name = fields.Char(
        string="Name shown to Urssaf",
        size=30,
        help="Sent as idTiersFacturation; left empty, the name of the company.",
    )
    urssaf_payment_journal_id = fields.Many2one(
        "account.journal",
        string="Urssaf payment journal",
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
        help="Where the transfers of Urssaf are registered.",
    )
    urssaf_payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Urssaf payment method",
        domain="[('journal_id', '=', urssaf_payment_journal_id),"
        " ('payment_type', '=', 'inbound')]",
    )
    urssaf_sending = fields.Selection(
        SENDING,
        string="Invoices of active customers",
        default="propose",
        required=True,
        help="Propose: a button on the invoice. Automatically: they leave once posted, "
        "and once their services are over. Each customer may have a choice of his own.",
    )
    urssaf_invoice_mention = fields.Boolean(
        string="Tell customers on the invoice",
        default=True,
        help="On the PDF of the invoices that go through avance immédiate: not to pay, "
        "and the estimates of the tax credit and of what is left.",
    )
    urssaf_declare_deposits = fields.Boolean(
        string="Declare deposits",
        help="Urssaf has authorised this company to declare deposits received from "
        "customers. It requires a financial guarantee from the first euro.",
    )
    urssaf_batch_size = fields.Integer(
        string="Demandes per call",
        default=10,
        help="Demandes de paiement sent in one call to Urssaf, from 1 to 10.",
    )
    urssaf_watch_days = fields.Integer(
        string="Watch after payment (days)",
        default=60,
        help="A bank can refuse a debit weeks after Urssaf has paid: paid demandes "
        "are still followed for this number of days.",
    )
    urssaf_stuck_hours = fields.Integer(
        string="Alert after (hours)",
        default=96,
        help="A demande, or a transfer, without news for so long is shown to the "
        "person in charge.",
    )
    urssaf_responsible_id = fields.Many2one(
        "res.users",
        string="Person in charge of Urssaf",
        help="Receives the alerts that concern no invoice in particular.",
    )

    _urssaf_batch_size_range = models.Constraint(
        "CHECK(urssaf_batch_size BETWEEN 1 AND 10)",
        "Demandes per call: Urssaf takes from 1 to 10 of them in one call.",
    )
    _urssaf_watch_days_positive = models.Constraint(
        "CHECK(urssaf_watch_days >= 0 AND urssaf_stuck_hours > 0)",
        "The days of watch cannot be negative, and the hours before an alert must be "
        "at least one.",
    )

    @api.constrains("urssaf_payment_journal_id", "urssaf_payment_method_line_id")
    def _check_urssaf_payment_journal(self):
        for company in self:
            journal = company.urssaf_payment_journal_id
            line = company.urssaf_payment_method_line_id
            if journal and journal.company_id not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "Urssaf payment journal: %s belongs to another company.",
                        journal.name,
                    )
                )
            if line and line.journal_id != journal:
                raise ValidationError(
                    self.env._(
                        "Urssaf payment method: choose one of the journal %s.",
                        journal.name or "-",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Extends: whom we talk to is for system administrators."""
        for vals in vals_list:
            self._urssaf_check_administrator(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Close what belonged to the environment that is being left.

        Identifiers of one environment mean nothing in another one. In
        production they are money: the change then waits for their end.
        """
        self._urssaf_check_administrator(vals)
        if not self.env.context.get("urssaf_credentials_tried"):
            self._urssaf_try_before_saving(vals)
        environment = vals.get("urssaf_environment")
        leaving = self.filtered(
            lambda c: environment and c.urssaf_environment != environment
        )
        for company in leaving:
            company._urssaf_leave_environment()
        return super().write(vals)

    def _urssaf_leave_environment(self):
        self.ensure_one()
        # Made under this habilitation, for itself or for a branch.
        here = [("holder_id", "=", self.id)]
        requests = (
            self.env["urssaf.payment.request"]
            .sudo()
            .search(here + [("active_request", "=", True)])
        )
        live = requests.filtered("next_call_at")
        # In a copy they are not live: the original goes on with them.
        real = self.urssaf_environment == "production" and not self._urssaf_is_copy()
        if live and real:
            raise UserError(
                self.env._(
                    "%(count)s demandes de paiement are still live in production. The "
                    "environment of %(company)s can be changed once they have ended.",
                    count=len(live),
                    company=self.name,
                )
            )
        requests._close_with_environment()
        self.env["urssaf.enrolment"].sudo().search(here)._close_with_environment()
        # Invoices of the tests would leave for real, once the customer is active there.
        served = self._urssaf_served()
        moves = self.env["account.move"].sudo()
        for move in moves.search(
            [("company_id", "in", served.ids), ("urssaf_to_send", "=", True)]
        ):
            move._urssaf_waits_no_more()
            move._message_log(
                body=self.env._("The company changed its Urssaf environment.")
            )

    # -- the one seam to Urssaf ------------------------------------------------

    def _urssaf_get_credentials(self):
        """Where to call and who we are: ``{base_url, token_url, client_id,
        client_secret}``, of the present environment alone. Override it to take secrets
        from a vault or the server's environment.
        """
        self.ensure_one()
        company = self.sudo()
        environment = company.urssaf_environment
        host = ENVIRONMENT_HOSTS.get(environment) or company._urssaf_sandbox_address()
        client_id, client_secret = CREDENTIALS[environment]
        return {
            "base_url": host and host + API_PATH,
            "token_url": host and host + TOKEN_PATH,
            "client_id": company[client_id] or "",
            "client_secret": company[client_secret] or "",
        }

    def _urssaf_get_client(self):
        """Return the client of this company’s habilitation, see ``_urssaf_holder``: use
        it as a context manager.

        :raises UrssafConfigError: a setting is missing or makes no sense, or this
            database is a copy of the one that uses production
        """
        self.ensure_one()
        return self._urssaf_client_with(self._urssaf_holder()._urssaf_get_credentials())

    def _urssaf_client_with(self, credentials):
        """A client with these credentials, which may not be saved yet.

        :raises UrssafConfigError: as above
        """
        company = self._urssaf_holder()
        if company._urssaf_is_copy():
            raise CopiedDatabase("This database is a copy: nothing leaves from it.")
        company._urssaf_remember_database()
        return UrssafClient(
            **credentials,
            turns=self.env["urssaf.pace"].sudo()._turns(company),
            observer=self.env["urssaf.trace"]._observer(company),
        )

    def _urssaf_billing_name(self):
        name = self._urssaf_own("urssaf_billing_name") or self._urssaf_holder().name
        return (name or "")[:30]

    def _urssaf_responsibles(self):
        """Who may receive the alerts of this company, the best choice first: the person
        in charge, then the managers of the service; nobody who was archived or has
        left the company.
        """
        self.ensure_one()
        managers = self.env.ref(MANAGER).sudo()
        responsible = self._urssaf_own("urssaf_responsible_id")
        people = responsible.sudo() | managers.all_user_ids
        return people.filtered(
            lambda user: user.active and self in user.company_ids
        ).with_env(self.env)

    # -- "Test the connection" -------------------------------------------------

    def action_urssaf_test_connection(self):
        """Call Urssaf for real and say in the user's words what went wrong."""
        self.ensure_one()
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._("Only an administrator can test the connection to Urssaf.")
            )
        error = self._urssaf_try_connection()
        if error:
            raise UserError(self._urssaf_connection_advice(error)) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Urssaf answers"),
                "message": self.env._(
                    "The credentials of %s are accepted and the service answers.",
                    self._urssaf_holder().name,
                ),
            },
        }

    def _urssaf_connection_advice(self, error):
        """One sentence: what failed and which setting to look at."""
        advice = {
            "copy": self._urssaf_copy_notice(),
            "config": self.env._(
                "Something is missing in the Urssaf settings: fill in the client ID "
                "and the client secret of this environment and, for the sandbox, its "
                "address on this machine or its network."
            ),
            "auth": self.env._(
                "Urssaf refuses these credentials. Check the client ID and the client "
                "secret, and that they were issued for this environment."
            ),
            "unreachable": self.env._(
                "The server of this environment cannot be reached. Check the address "
                "of the sandbox, or the network of this server."
            ),
            "habilitation": self.env._(
                "Urssaf accepts these credentials and knows none of your customers: "
                "they are those of another habilitation. Check the client ID and the "
                "client secret."
            ),
            "unavailable": self.env._(
                "Urssaf is closed for the moment (maintenance or too many calls). The "
                "settings may well be right: try again later."
            ),
        }
        sentence = advice.get(
            error.kind,
            self.env._(
                "The server answered something else than the Urssaf service would. "
                "Check the environment and the address."
            ),
        )
        detail = error.code or error.kind == "config" and error.message
        return f"{sentence}\n({detail})" if detail else sentence
