# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose habilitation serves a company, and from which database it may be used.

One SIREN has one habilitation, one SAP number and one pair of credentials; its
establishments are branches in Odoo. Enrolments belong to the company that holds the
credentials, invoices and payments to the branch.

A copy of the database that nobody neutralised must stay silent: it has production’s
credentials, demandes and customers, and would collect real money a second time. The
database in which production was switched on is remembered by its identifier and its
name. Odoo gives another identifier to what it duplicates, or restores as a copy. A copy
made by PostgreSQL itself keeps the identifier, hence the name.
"""

import logging

from psycopg2 import DatabaseError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...lib.rules import paris_today
from ..exchange import turns, work
from ..exchange.ir_cron import CRON_FOLLOW, CRON_REPAIR, CRON_SEND, wake
from ..exchange.screen import notice
from ..groups import ADMINISTRATOR
from .client import CONNECTION_FIELDS, CREDENTIAL_FIELDS

_logger = logging.getLogger(__name__)

REAL_DATABASE = "urssaf_avance_immediate.production_database"


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_configured = fields.Boolean(
        compute="_compute_urssaf_configured",
        compute_sudo=True,
        recursive=True,
        help="The company, or one above it, has credentials of Urssaf.",
    )
    urssaf_holder_id = fields.Many2one(
        "res.company",
        string="Urssaf habilitation of",
        compute="_compute_urssaf_holder_id",
        compute_sudo=True,
        recursive=True,
        help="Whose credentials, enrolments and settings serve this company.",
    )
    # One at most, see ``urssaf.connection._of``.
    urssaf_connection_ids = fields.One2many(
        "urssaf.connection", "company_id", string="Urssaf connection"
    )
    urssaf_copy_notice = fields.Char(
        compute="_compute_urssaf_copy_notice",
        compute_sudo=True,
        recursive=True,
        help="Why nothing leaves from this database.",
    )

    @api.depends(
        "urssaf_environment", *CREDENTIAL_FIELDS, "parent_id.urssaf_configured"
    )
    def _compute_urssaf_configured(self):
        for company in self:
            company.urssaf_configured = (
                company._urssaf_seems_to_have_credentials()
                or company.parent_id.urssaf_configured
            )

    @api.depends("urssaf_environment", *CREDENTIAL_FIELDS, "parent_id.urssaf_holder_id")
    def _compute_urssaf_holder_id(self):
        for company in self:
            above = company.parent_id
            # A company of its own is its holder, whatever its credentials are.
            served = (
                bool(above)
                and not company._urssaf_seems_to_have_credentials()
                and above.urssaf_configured
            )
            company.urssaf_holder_id = above.urssaf_holder_id if served else company

    def _urssaf_has_credentials(self):
        """Asks the hook, not the fields: the secrets may be kept elsewhere."""
        self.ensure_one()
        known = self._urssaf_get_credentials()
        return bool(known["client_id"] and known["client_secret"])

    def _urssaf_seems_to_have_credentials(self):
        """The same, as far as one can tell while they cannot be read, for a vault that
        does not answer must close no screen: who works here needs his invoices.

        A company of its own has some, or nobody would look for them. A branch is its
        own holder as long as it has customers of its own at Urssaf.
        """
        try:
            return self._urssaf_has_credentials()
        except DatabaseError:
            raise
        except Exception as error:
            # Scheduled actions log where it was, and tell a person.
            kind = type(error).__name__
            _logger.debug("Credentials of company %s not read: %s", self.id, kind)
        if not self.parent_id:
            return True
        # sudo(): whoever looks at the branch; only whether there are any.
        enrolments = self.env["urssaf.enrolment"].sudo()
        return bool(enrolments.search_count([("holder_id", "=", self.id)], limit=1))

    def _urssaf_holder(self):
        """The company whose credentials, enrolments and settings serve this one: itself
        if it has credentials, else the nearest above it that has some, else itself.

        As superuser: who works for a branch may not open the company above it.
        """
        return self.sudo().urssaf_holder_id

    def _urssaf_read_for_calls(self):
        """Read what calls need of habilitations, see ``_read_for_calls``."""
        # sudo(): a branch’s user may not open the company above it.
        self.sudo().fetch(
            [
                "parent_id",
                "currency_id",
                "alias_domain_id",  # of the messages in the history
                "urssaf_batch_size",
                "urssaf_calls_per_second",
                "urssaf_fresh_hours",
                "urssaf_notify_sent",
                "urssaf_trace_days",
                *CONNECTION_FIELDS,
            ]
        )

    def _home_service_declarant(self):
        """Extends the trade: one SIREN has one declaration and one habilitation. A
        company that no habilitation serves, the trade knows.
        """
        holder = self._urssaf_holder()
        # A company of its own is its declarant, and its credentials are not asked for.
        # sudo(): a branch’s user may not open the company above it.
        if holder != self or (self.sudo().parent_id and holder.urssaf_configured):
            return holder
        return super()._home_service_declarant()

    def _urssaf_served(self):
        """This company and the branches below it that its habilitation serves; archived
        ones too, for their invoices and demandes are still there.
        """
        self.ensure_one()
        # sudo(): like the holder: branches that the user may not open count too.
        below = self.sudo().search(
            [("id", "child_of", self.id), ("active", "in", (True, False))]
        )
        return below.filtered(lambda company: company.urssaf_holder_id == self)

    def _urssaf_with_sisters(self):
        """These companies and all that share their habilitations: the holder and its
        branches are one legal person, and keep the data of their customers together.
        """
        holders = self._urssaf_holder()
        # sudo(): as for one of them; headquarters ask for hundreds at once.
        below = self.sudo().search(
            [("id", "child_of", holders.ids), ("active", "in", (True, False))]
        )
        return holders.union(
            self, below.filtered(lambda c: c.urssaf_holder_id in holders)
        )

    def _urssaf_entered(self):
        """Where the user works under this habilitation: in its holder, if that company
        is among those that he has ticked, else in one of its branches.
        """
        self.ensure_one()
        ticked = self.env.companies
        if self.env.su or self in ticked:
            return self
        branches = ticked.filtered(lambda company: company._urssaf_holder() == self)
        return branches[:1] or self

    @api.model
    def _urssaf_holders(self):
        """The companies that have credentials, and may use them from this database; the
        scheduled actions loop on these.
        """
        # sudo(): those that the user has not ticked, too.
        holders = self.sudo().browse()
        for company in self.sudo().search([("active", "=", True)], order="id"):
            try:
                if company._urssaf_has_credentials() and not company._urssaf_is_copy():
                    holders += company
            except Exception as error:
                # Credentials kept elsewhere may be out of reach for one company.
                if work.connection_lost(self.env, error):
                    raise
                work.job_failed("credentials", company, error)
        return holders

    @api.constrains("active")
    def _check_urssaf_not_under_way(self):
        """An archived company is not asked about any more, and of an archived branch
        nobody sees what is said: its demandes would go on unseen.

        :raises ValidationError: demandes of it are alive in production
        """
        for company in self:
            if company.active:
                continue
            alive = company._urssaf_alive()
            if not alive:
                continue
            raise ValidationError(
                self.env._(
                    "%(company)s cannot be archived yet. Demandes de paiement still "
                    "under way at Urssaf, or whose transfer is not registered: "
                    "%(count)s, such as %(name)s. Odoo would not follow them any more, "
                    "and nobody would hear of a refusal. They are under Avance "
                    "immédiate > Demandes, in this company: archive it once they have "
                    "ended and their payments are no longer watched.",
                    company=company.name,
                    count=len(alive),
                    name=alive[0].name,
                )
            )

    def _urssaf_alive(self):
        """Demandes of this company, or made under its habilitation, of which Urssaf may
        still have news, or whose money is still to be registered. In production: what
        was sent elsewhere is no money; and not in a copy, for the original goes on.
        """
        self.ensure_one()
        if self._urssaf_is_copy():
            return self.env["urssaf.payment.request"]
        here = Domain("company_id", "=", self.id) | Domain("holder_id", "=", self.id)
        here &= Domain("environment", "=", "production")
        news = Domain("active_request", "=", True) & Domain("next_call_at", "!=", False)
        # sudo(): whoever archives it need not see its demandes.
        requests = self.env["urssaf.payment.request"].sudo()
        # The next question of who cannot ask any more stays where it was.
        return requests.search(here & (news | Domain("to_book", "=", True))).filtered(
            lambda r: r.to_book or not r.watch_until or r.watch_until >= paris_today()
        )

    def _urssaf_run_apart(self, action):
        """Do what a scheduled action has to do for this habilitation, apart from the
        others: all that is done for companies passes here, one action and company at a
        time. Extend it to have it done elsewhere, or later.

        :param action: a key of ``turns.STEPS``
        """
        self.ensure_one()
        turns.run(self, action)

    def _urssaf_here(self):
        """Domain of the exchanges that the habilitation of this company can speak of:
        those made under it, in the environment in which it is now. Whatever books,
        sends or asks searches with it.
        """
        holder = self._urssaf_holder()
        holder.ensure_one()
        return Domain("holder_id", "=", holder.id) & Domain(
            "environment", "=", holder.urssaf_environment
        )

    def _urssaf_own(self, name):
        """A setting that a branch may have of its own; else that of the habilitation.

        :param name: field of the company
        """
        self.ensure_one()
        # Both alike: the holder's own is read as superuser.
        # sudo(): the holder’s own is read in the same way.
        return self.sudo()[name] or self._urssaf_holder()[name]

    # -- a copied database -------------------------------------------------------

    @api.depends(
        "urssaf_environment", "urssaf_holder_id", "parent_id.urssaf_copy_notice"
    )
    @api.depends_context("lang")
    def _compute_urssaf_copy_notice(self):
        for company in self:
            company.urssaf_copy_notice = company._urssaf_copy_notice()

    @api.model
    def _urssaf_parameters(self):
        """The system parameters, as superuser: users may not read them."""
        return self.env["ir.config_parameter"].sudo()

    @api.model
    def _urssaf_this_database(self):
        parameters = self._urssaf_parameters()
        return f"{parameters.get_param('database.uuid')} {self.env.cr.dbname}"

    @api.model
    def _urssaf_real_database(self):
        """The database in which production was switched on, nothing if it never was."""
        return self._urssaf_parameters().get_param(REAL_DATABASE) or ""

    def _urssaf_is_copy(self):
        """Whether production was switched on in another database than this one."""
        real = self._urssaf_real_database()
        if not real or real == self._urssaf_this_database():
            return False
        return self._urssaf_holder().urssaf_environment == "production"

    def _urssaf_copy_notice(self):
        """What people read in a copy, else nothing."""
        if not self._urssaf_is_copy():
            return False
        return self.env._(
            "This database (“%(here)s”) is not the one in which Urssaf production was "
            "switched on (“%(real)s”): it is a copy, or it was moved or renamed. "
            "Nothing leaves from here, neither calls to Urssaf nor messages to "
            "customers. If this is the real one now, a system administrator presses "
            "“This is the real one now” in the Urssaf settings; if it is a copy, "
            "choose another environment there.",
            here=self.env.cr.dbname,
            real=self._urssaf_real_database().partition(" ")[2],
        )

    def _urssaf_check_real(self):
        """What people send by hand does not leave from a copy either.

        :raises UserError: it is one
        """
        notice = self._urssaf_copy_notice()
        if notice:
            raise UserError(notice)

    def _urssaf_remember_database(self):
        """Production is being used here: this is the real database, unless another one
        is known, which only a system administrator may say.
        """
        if self._urssaf_real_database():
            return
        # sudo(): the environment is read of a company that may not be ticked.
        for company in self.sudo():
            production = company.urssaf_environment == "production"
            if production and company._urssaf_seems_to_have_credentials():
                self._urssaf_set_real_database()
                break

    @api.model
    def _urssaf_set_real_database(self):
        parameters = self._urssaf_parameters()
        parameters.set_param(REAL_DATABASE, self._urssaf_this_database())
        # No field knows of the parameter.
        self.env.invalidate_all()

    def action_urssaf_real_database(self):
        """*This is the real one now*: a backup was restored or the database moved, and
        the other one is switched off. Two that talk to Urssaf collect twice.

        :raises AccessError: the user is no system administrator
        """
        self.ensure_one()
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._(
                    "Only a system administrator can say which database talks to "
                    "Urssaf."
                )
            )
        former = self._urssaf_real_database().partition(" ")[2]
        self._urssaf_set_real_database()
        holder = self._urssaf_holder()
        holder.partner_id._message_log(
            body=self.env._(
                "%(user)s says that “%(here)s” talks to Urssaf from now on, and "
                "“%(former)s” no more.",
                user=self.env.user.name,
                here=self.env.cr.dbname,
                former=former or "-",
            )
        )
        for action in (CRON_REPAIR, CRON_FOLLOW, CRON_SEND):
            wake(self.env, action)
        return notice(
            self.env._(
                "This database talks to Urssaf from now on. What was under way is "
                "looked up first, then what waits leaves. Switch the other one off."
            )
        )
