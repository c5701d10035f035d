# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a company calls Urssaf, with which credentials, and whether they work."""

import logging

from psycopg2 import DatabaseError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...lib.api import UrssafClient, UrssafConfigError, UrssafError
from ...lib.rules import is_local_address
from ..exchange.connection import OtherHabilitation
from ..exchange.words import kind_text
from ..groups import ADMINISTRATOR

_logger = logging.getLogger(__name__)

# The hosts of Urssaf (docs/api.md). The local sandbox is wherever the company says.
ENVIRONMENT_HOSTS = {
    "test": "https://api-edi.urssaf.fr",
    "production": "https://api.urssaf.fr",
}
# Where customers answer. That of the test platform is not published.
CUSTOMER_SPACE = "https://particulier.urssaf.fr"
TOKEN_PATH = "/api/oauth/v1/token"
API_PATH = "/atp/v1/tiersPrestations"

# Client ID and secret of each environment: those of one are sent to no other.
CREDENTIALS = {
    "sandbox": ("urssaf_sandbox_client_id", "urssaf_sandbox_client_secret"),
    "test": ("urssaf_test_client_id", "urssaf_test_client_secret"),
    "production": ("urssaf_production_client_id", "urssaf_production_client_secret"),
}
CREDENTIAL_FIELDS = tuple(name for pair in CREDENTIALS.values() for name in pair)
# A change of these may put right what had failed, and is for system administrators.
CONNECTION_FIELDS = ("urssaf_environment", "urssaf_sandbox_url", *CREDENTIAL_FIELDS)
# Hosts, separated by commas, where a sandbox may be although they are neither this
# machine nor its own network, or have a name.
KNOWN_HOSTS = "urssaf_avance_immediate.sandbox_hosts"
# Tried on a customer before they are saved, in production.
TRIED_FIELDS = (*CREDENTIALS["production"], "home_service_sap_number")


class CredentialsOutOfReach(UrssafConfigError):
    """They are kept elsewhere and cannot be read now; nothing was sent."""

    kind = "vault"


class CopiedDatabase(UrssafConfigError):
    """Nothing may be asked from this database."""

    kind = "copy"


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_sandbox_url = fields.Char(
        string="Sandbox address",
        default="http://127.0.0.1:8090",
        copy=False,
        groups=ADMINISTRATOR,
        help="On this machine or its own network, in figures (or localhost).",
    )
    urssaf_sandbox_client_id = fields.Char(
        string="Client ID for the sandbox", copy=False, groups=ADMINISTRATOR
    )
    urssaf_sandbox_client_secret = fields.Char(
        string="Client secret for the sandbox", copy=False, groups=ADMINISTRATOR
    )
    urssaf_test_client_id = fields.Char(
        string="Client ID for the test platform", copy=False, groups=ADMINISTRATOR
    )
    urssaf_test_client_secret = fields.Char(
        string="Client secret for the test platform", copy=False, groups=ADMINISTRATOR
    )
    urssaf_production_client_id = fields.Char(
        string="Client ID for production", copy=False, groups=ADMINISTRATOR
    )
    urssaf_production_client_secret = fields.Char(
        string="Client secret for production", copy=False, groups=ADMINISTRATOR
    )

    @api.constrains("urssaf_sandbox_url")
    def _check_urssaf_sandbox_url(self):
        for company in self:
            url = company.urssaf_sandbox_url
            if url and not company._urssaf_sandbox_address():
                raise ValidationError(
                    self.env._(
                        "Sandbox address: “%(address)s” is neither on this machine nor "
                        "on its own network. Write it as http://127.0.0.1:8090, in "
                        "figures. If this server is the right one, add its name to the "
                        "system parameter %(parameter)s.",
                        address=url,
                        parameter=KNOWN_HOSTS,
                    )
                )

    def _urssaf_sandbox_address(self):
        """The sandbox's address; empty where there is none or it may not be called."""
        self.ensure_one()
        # sudo(): everybody's calls go there; only system administrators read either of
        # them.
        url = (self.sudo().urssaf_sandbox_url or "").strip().rstrip("/")
        known = self.env["ir.config_parameter"].sudo().get_param(KNOWN_HOSTS) or ""
        hosts = tuple(host.strip().strip("[]") for host in known.split(","))
        return url if is_local_address(url, hosts) else ""

    def _urssaf_customer_space(self):
        """The address of the customers' space; empty where none is known. A test never
        sends a customer to Urssaf's own site.
        """
        holder = self._urssaf_holder()
        if holder.urssaf_environment == "production":
            return CUSTOMER_SPACE
        if holder.urssaf_environment != "sandbox":
            return ""
        address = holder._urssaf_sandbox_address()
        return address and f"{address}/particulier/"

    @api.model
    def _urssaf_check_administrator(self, values):
        """Called before these values are written, over RPC too.

        :raises AccessError: they say whom we talk to, and the user is no administrator
        """
        if self.env.su or self.env.user.has_group(ADMINISTRATOR):
            return
        if any(name in values for name in CONNECTION_FIELDS):
            raise AccessError(
                self.env._(
                    "Only a system administrator can change the Urssaf environment, "
                    "its address and its credentials."
                )
            )

    # -- the one seam to Urssaf --------------------------------------------------

    def _urssaf_get_credentials(self):
        """Where to call and who we are: ``{base_url, token_url, client_id,
        client_secret}``, of the present environment alone. Override it to take secrets
        from a vault or the server's environment.
        """
        self.ensure_one()
        # sudo(): whoever sends needs the secrets, and only system administrators read
        # them.
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

        :raises UrssafConfigError: a setting is missing, makes no sense or cannot be
            read, or this database is a copy of the one that uses production
        """
        self.ensure_one()
        holder = self._urssaf_holder()
        return self._urssaf_client_with(holder._urssaf_read_credentials())

    def _urssaf_read_credentials(self):
        """Those of this company.

        :raises CredentialsOutOfReach: whatever they are taken from does not answer
        """
        try:
            return self._urssaf_get_credentials()
        except (UrssafError, DatabaseError):
            raise
        except Exception as error:
            # Its text may quote a secret.
            kind = type(error).__name__
            _logger.info("Credentials of company %s not read: %s", self.id, kind)
            raise CredentialsOutOfReach(f"Not read: {kind}.") from None

    def _urssaf_client_with(self, credentials):
        """A client with these credentials, which may not be saved yet.

        :raises UrssafConfigError: as above
        """
        company = self._urssaf_holder()
        if company._urssaf_is_copy():
            raise CopiedDatabase("This database is a copy: nothing leaves from it.")
        company._urssaf_remember_database()
        # sudo(): nobody has rights on the turns.
        return UrssafClient(
            **credentials,
            turns=self.env["urssaf.pace"].sudo()._turns(company),
            observer=self.env["urssaf.trace"]._observer(company),
        )

    # -- "Test the connection" ---------------------------------------------------

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

    def _urssaf_try_connection(self):
        """Call Urssaf for real; return the error, or ``None`` if all is well."""
        self.ensure_one()
        connection = self.env["urssaf.connection"]._of(self)
        try:
            with self._urssaf_get_client() as client:
                client.check_connection()
                Enrolment = self.env["urssaf.enrolment"]
                if connection._in_doubt() and Enrolment._knows_nobody(self, client):
                    raise OtherHabilitation
        except UrssafError as error:
            connection._failed(error)
            return error
        connection._answered(certain=True)
        connection.accepted = True
        return None

    def _urssaf_connection_advice(self, error):
        """One sentence: what failed and which setting to look at."""
        advice = {
            "copy": self._urssaf_copy_notice(),
            "config": self.env._(
                "Something is missing in the Urssaf settings: fill in the client ID "
                "and the client secret of this environment and, for the sandbox, its "
                "address on this machine or its network."
            ),
            "vault": kind_text(self.env, error.kind),
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

    def _urssaf_connection_changed(self):
        """What failed with the former settings says nothing of the new ones."""
        # sudo(): only the code writes them.
        connections = self.env["urssaf.connection"].sudo()
        connections = connections.search([("company_id", "in", self.ids)])
        connections._answered(certain=True)
        connections.accepted = False
        self._urssaf_remember_database()

    # -- new credentials ---------------------------------------------------------

    def _urssaf_try_before_saving(self, values):
        """New credentials of a company in production are tried on customers whom Urssaf
        knows, before they are saved. An outage of Urssaf does not forbid to save.

        :param values: what is about to be written on the company
        :raises UserError: Urssaf refuses them, or knows none of these customers
        """
        if not (self.env.su or self.env.user.has_group(ADMINISTRATOR)):
            # He may not write them either, and is told so then.
            return
        for company in self:
            if company.urssaf_environment != "production":
                continue
            if not any(
                name in values and (values[name] or "") != (company[name] or "")
                for name in TRIED_FIELDS
            ):
                continue
            if not self.env["urssaf.enrolment"]._witnesses(company):
                continue
            error = company._urssaf_try_credentials(values)
            if error:
                raise UserError(
                    self.env._(
                        "Nothing was saved: these credentials of production were tried "
                        "on customers whom Urssaf knows. %s",
                        company._urssaf_connection_advice(error),
                    )
                )

    def _urssaf_try_credentials(self, values):
        """The error of a try with these values, ``None`` if they may be saved."""
        try:
            known = self._urssaf_read_credentials()
        except CredentialsOutOfReach:
            # They are kept elsewhere: what is typed here is not what is used.
            return None
        client_id, client_secret = CREDENTIALS["production"]
        known["client_id"] = values.get(client_id, known["client_id"]) or ""
        known["client_secret"] = values.get(client_secret, known["client_secret"]) or ""
        if not (known["client_id"] and known["client_secret"]):
            # Emptied on purpose: the company leaves.
            return None
        try:
            with self._urssaf_client_with(known) as client:
                knows_nobody = self.env["urssaf.enrolment"]._knows_nobody(self, client)
                return OtherHabilitation() if knows_nobody else None
        except UrssafError as error:
            return error if error.kind == "auth" else None
