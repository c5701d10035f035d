# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.company.client import CREDENTIALS
from ..models.groups import ADMINISTRATOR

# Urssaf is closed, or cannot be reached from here: the settings may well be right.
NOT_ASKED = ("unavailable", "unreachable", "ambiguous", "protocol")


class NotSaved(Exception):
    """Takes back what was written for the try."""


class UrssafSetupCredentials(models.TransientModel):
    """Credentials of one environment, tried while they are saved; the answer is shown
    in the same dialogue.

    The secret goes to the company in the one request that tries it, and is never read
    back. This model has no column for it: Odoo saves a form before it runs a button,
    and the secret would lie here in clear (``static/src/urssaf_setup``).
    """

    _name = "urssaf.setup.credentials"
    _inherit = ["urssaf.wizard"]
    _description = "Connection of a Company to Urssaf"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    environment = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["urssaf_environment"]
        ._description_selection(self.env),
        required=True,
        compute="_compute_environment",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Begin with the sandbox or Urssaf’s test platform: there, nobody is "
        "debited.",
    )
    sandbox_url = fields.Char(
        string="Sandbox address",
        compute="_compute_environment",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="On this machine or its own network, in figures (or localhost).",
    )
    client_id = fields.Char(
        string="Client ID",
        compute="_compute_client_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    client_secret = fields.Char(
        string="Client secret", store=False, groups=ADMINISTRATOR
    )
    secret_known = fields.Boolean(compute="_compute_secret_known")

    @api.depends("company_id")
    def _compute_environment(self):
        for setup in self:
            setup.environment = setup.company_id.urssaf_environment
            setup.sandbox_url = setup.company_id.urssaf_sandbox_url

    @api.depends("company_id", "environment")
    def _compute_client_id(self):
        for setup in self:
            name = setup.environment and CREDENTIALS[setup.environment][0]
            setup.client_id = name and setup.company_id[name]

    @api.depends("company_id", "environment")
    def _compute_secret_known(self):
        for setup in self:
            name = setup.environment and CREDENTIALS[setup.environment][1]
            setup.secret_known = bool(name and setup.company_id[name])

    @api.model
    def action_test_and_save(self, values):
        """Write the credentials on the company and call Urssaf with them. What it
        refuses is not kept.

        :param values: what stands in the form: ``company_id``, ``environment``,
            ``sandbox_url``, ``client_id``, ``client_secret``
        :return: ``{"kind": "success", "warning" (saved, not tried) or "danger" (not
            saved), "answer": in plain words, "secret_known"}``
        :raises AccessError: the user is no system administrator
        """
        self.check_access("create")
        self._check_targets(values)
        setup = self.new(values)
        company = setup.company_id
        try:
            with suppress(NotSaved), self.env.cr.savepoint():
                company.write(setup._company_values())
                error = company._urssaf_try_connection()
                kind, answer = setup._outcome(error)
                if kind == "danger":
                    raise NotSaved
        except UserError as refusal:
            kind, answer = "danger", str(refusal)
        known = bool(company[CREDENTIALS[setup.environment][1]])
        return {"kind": kind, "answer": answer, "secret_known": known}

    def _company_values(self):
        """What is written on the company; an empty secret keeps the one it has."""
        client_id, client_secret = CREDENTIALS[self.environment]
        values = {
            "urssaf_environment": self.environment,
            client_id: (self.client_id or "").strip(),
        }
        if self.client_secret:
            values[client_secret] = self.client_secret.strip()
        if self.environment == "sandbox":
            values["urssaf_sandbox_url"] = (self.sandbox_url or "").strip()
        return values

    def _outcome(self, error):
        """``(kind, answer)`` in plain words."""
        name = self.company_id.name
        if not error:
            if self.environment == "production":
                return "success", self.env._(
                    "Urssaf accepts these credentials. They are saved, and what "
                    "%s sends from now on is real: customers are debited.",
                    name,
                )
            return "success", self.env._(
                "The credentials are accepted and saved. %s can enrol customers.",
                name,
            )
        # The first line is for people; what follows is for whoever reads the log.
        advice = self.company_id._urssaf_connection_advice(error).partition("\n")[0]
        own_address = self.environment == "sandbox"
        if error.kind in NOT_ASKED and not (
            own_address and error.kind != "unavailable"
        ):
            return "warning", self.env._("Saved, and not tried: %s", advice)
        return "danger", self.env._("Nothing was saved. %s", advice)
