# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The credentials of each environment, and where a sandbox may be."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...lib.rules import is_local_address
from ..groups import ADMINISTRATOR

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
        # Everybody's calls go there; only system administrators read it.
        url = (self.sudo().urssaf_sandbox_url or "").strip().rstrip("/")
        known = self.env["ir.config_parameter"].sudo().get_param(KNOWN_HOSTS) or ""
        hosts = tuple(host.strip().strip("[]") for host in known.split(","))
        return url if is_local_address(url, hosts) else ""

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
