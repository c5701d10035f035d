# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: shown to whom they concern, sent with a consent, kept no longer than
needed.

Shown: a contact that several companies share is the customer of those that have a
consent, or an enrolment that has left the draft. Another company sees empty fields
until it has recorded a consent, with its date and its user. A contact that no company
has yet is open to all who share it.

Kept: what accounting law wants kept stays: invoices, payments, demandes de paiement and
Urssaf's identifiers, ten years (article L123-22 of the Code de commerce). What only
served to enrol goes: article 5 (1) e of the GDPR. ``docs/privacy.md`` is the record.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..enrolment.enrolment import LEFT, SENDABLE
from ..exchange.screen import check_user, notice
from ..groups import MANAGER, READERS, USER
from ..payment_request.payment_request import CLOSED
from .personal_fields import Personal

# Erased from the contact of a customer who left.
FORGOTTEN = (
    "urssaf_civility",
    "urssaf_birth_name",
    "urssaf_usage_name",
    "urssaf_first_names",
    "urssaf_birth_date",
    "urssaf_birth_country_code",
    "urssaf_birth_country_id",
    "urssaf_birth_commune_id",
    "urssaf_birth_city_code",
    "urssaf_birth_city",
    "urssaf_mobile",
    "urssaf_bank_account_id",
    "urssaf_bic",
    # Tells of an age or a handicap.
    "urssaf_other_aid",
)
# One of these is left of whoever has not been forgotten.
TYPED = (
    "urssaf_birth_name",
    "urssaf_first_names",
    "urssaf_birth_date",
    "urssaf_birth_city_code",
    "urssaf_mobile",
    "urssaf_bank_account_id",
)
# In the context of Odoo's merge, which puts the fields right itself afterwards. An
# object: nobody can send it from outside.
MERGING = object()


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_forgotten_on = fields.Date(
        string="Personal data erased on",
        readonly=True,
        copy=False,
        groups=USER,
        help="What was only needed to enrol this customer at Urssaf was erased then.",
    )
    urssaf_consent_date = fields.Datetime(
        string="Consent of the customer",
        compute="_compute_urssaf_consent",
        compute_sudo=True,
        groups=READERS,
    )
    urssaf_consent_user_id = fields.Many2one(
        "res.users",
        string="Consent recorded by",
        compute="_compute_urssaf_consent",
        compute_sudo=True,
        groups=READERS,
    )
    urssaf_hidden = fields.Boolean(
        compute="_compute_urssaf_hidden",
        help="Only companies for which you do not work have this customer.",
    )

    # -- shared by several companies -----------------------------------------------

    @api.depends("urssaf_enrolment_ids.consent_date", "urssaf_enrolment_ids.state")
    @api.depends_context("uid")
    def _compute_urssaf_hidden(self):
        # sudo(): who has the customer, of all companies: only that is looked at.
        having = dict(
            self.env["urssaf.enrolment"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self._origin.ids),
                    "|",
                    ("consent_date", "!=", False),
                    ("state", "!=", "draft"),
                ],
                ["partner_id"],
                ["company_id:recordset"],
            )
        )
        mine = self._urssaf_own_companies()
        for partner in self:
            # sudo(): the same record as in the keys above.
            companies = having.get(partner._origin.sudo())
            partner.urssaf_hidden = (
                bool(companies) and not self.env.su and not companies & mine
            )

    @api.model
    def _urssaf_own_companies(self):
        """The companies of the user, ticked or not, and those whose habilitation serves
        a branch: they have its customers.
        """
        # sudo(): whether or not they are ticked.
        companies = self.env.user.sudo().company_ids
        return companies | companies._urssaf_holder()

    def _urssaf_check_hidden(self, names):
        """:raises UserError: these fields are those of another company's customer"""
        merging = self.env.context.get("urssaf_merging") is MERGING
        personal = any(isinstance(self._fields.get(name), Personal) for name in names)
        if self.env.su or merging or not personal:
            return
        hidden = self.filtered("urssaf_hidden")
        if hidden:
            raise UserError(
                self.env._(
                    "%s is another company’s customer at Urssaf, and the details are "
                    "not shown. Record the consent of the customer for your company "
                    "first.",
                    ", ".join(hidden.mapped("display_name")),
                )
            )

    # -- searched, sorted, grouped -------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """Extends: nobody finds out by searching what he cannot read."""
        sql = super()._field_to_sql(alias, field_expr, query)
        field = self._fields[field_expr.partition(".")[0]]
        reading = getattr(query, "urssaf_reading", False)
        if self.env.su or reading or not isinstance(field, Personal):
            return sql
        return SQL("CASE WHEN %s THEN %s END", self._urssaf_shown_sql(alias), sql)

    def _urssaf_shown_sql(self, alias):
        """The same as ``urssaf_hidden``, the other way round, for the database."""
        fields_ = self.env["urssaf.enrolment"]._fields

        def column(name):
            return SQL.identifier("e", name, to_flush=fields_[name])

        having = SQL(
            "SELECT 1 FROM urssaf_enrolment e WHERE %(partner)s = %(id)s"
            " AND (%(consent)s IS NOT NULL OR %(state)s <> 'draft')",
            partner=column("partner_id"),
            id=SQL.identifier(alias, "id"),
            consent=column("consent_date"),
            state=column("state"),
        )
        return SQL(
            "(NOT EXISTS (%(any)s)"
            " OR EXISTS (%(any)s AND %(company)s = ANY(%(mine)s)))",
            any=having,
            company=column("company_id"),
            mine=self._urssaf_own_companies().ids,
        )

    def _fetch_query(self, query, fields):
        """Extends: the cache serves superuser and user alike, hence the real values;
        reading them is another matter, see ``personal_fields``.
        """
        query.urssaf_reading = True
        try:
            return super()._fetch_query(query, fields)
        finally:
            query.urssaf_reading = False

    # -- the consent, recorded before anything is sent -----------------------------

    @api.depends(
        "urssaf_enrolment_ids.consent_date", "urssaf_enrolment_ids.consent_user_id"
    )
    @api.depends_context("company")
    def _compute_urssaf_consent(self):
        for partner in self:
            enrolment = partner.urssaf_enrolment_id
            partner.urssaf_consent_date = enrolment.consent_date
            partner.urssaf_consent_user_id = enrolment.consent_user_id

    def action_urssaf_record_consent(self):
        """The office has the customer's word, or signature."""
        check_user(self.env)
        self.check_access("write")
        self._urssaf_record_consent("office")

    def action_urssaf_withdraw_consent(self):
        """The customer changed his mind: nothing leaves without a new consent.

        :raises UserError: Urssaf has the customer, or is being told about him
        """
        self.ensure_one()
        check_user(self.env)
        self.check_access("write")
        # sudo(): only the code changes an enrolment: the rights to the contact were
        # checked.
        enrolment = self.urssaf_enrolment_id.sudo()._lock()
        if enrolment.state not in (*SENDABLE, "queued"):
            raise UserError(
                self.env._(
                    "Urssaf already has this customer: only the customer can end the "
                    "association, in the Urssaf space."
                )
            )
        if enrolment.state == "queued":
            enrolment._set_state("draft", next_call_at=False)
        enrolment._withdraw_consent()

    def _urssaf_record_consent(self, origin):
        """Record, with the moment and the user, that these customers agree to be
        enrolled by the current company. A consent that is there already is kept.

        :param origin: ``office``, ``portal`` or ``import``
        """
        enrolments = self._urssaf_enrolments().filtered(lambda e: not e.consent_date)
        # Somebody who left comes back.
        back = enrolments.partner_id.filtered("urssaf_forgotten_on")
        # sudo(): only the code writes it: the user has checked rights to the customer.
        back.sudo().urssaf_forgotten_on = False
        enrolments.write(
            {
                "consent_date": fields.Datetime.now(),
                "consent_user_id": self.env.uid,
                "consent_origin": origin,
            }
        )
        labels = dict(
            self.env["urssaf.enrolment"]
            ._fields["consent_origin"]
            ._description_selection(self.env)
        )
        for enrolment in enrolments:
            enrolment._message_log(
                body=self.env._(
                    "The consent of the customer is recorded (%s).", labels[origin]
                )
            )

    # -- erasing ------------------------------------------------------------------

    def action_urssaf_forget(self):
        """Erase what only served to enrol these customers, who have left. What belongs
        to a company goes for the companies that the user has ticked; the fields of the
        contact are shared, and are erased if no other company needs them.

        :raises AccessError: the user is no manager of the service
        :raises UserError: a customer’s demande de paiement is still alive, or another
            company still works with the customer
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only managers of “Urssaf avance immédiate” can erase personal "
                    "data."
                )
            )
        self.check_access("write")
        companies = self.env.companies._urssaf_with_sisters()
        self._urssaf_check_forget(companies)
        # sudo(): rows of the ticked companies, and a contact that nobody else needs:
        # the user has the right to it, not to change enrolments by hand.
        self.sudo()._urssaf_forget(companies)
        return notice(self.env._("The personal data are erased."))

    def _urssaf_check_forget(self, companies):
        """:raises UserError: these companies, or others, still work with the data"""
        busy = self._urssaf_busy(Domain("company_id", "in", companies.ids))
        if busy:
            raise UserError(
                self.env._(
                    "Demandes de paiement are still alive for: %s. Wait until they "
                    "have ended.",
                    ", ".join(busy.mapped("name")),
                )
            )
        needed = self._urssaf_needed_outside(companies)
        if needed:
            raise UserError(
                self.env._(
                    "Nothing was erased: another company of this database also serves "
                    "%s with the avance immédiate, and needs the same data. Ask its "
                    "manager first. If you work for both companies, tick both at the "
                    "top of the screen, then erase again.",
                    ", ".join(needed.mapped("name")),
                )
            )

    def _urssaf_busy(self, where):
        """Those for whom Urssaf may still have something to say to, or to ask of, some
        companies.

        :param where: a domain on ``company_id``
        """
        of_these = Domain("partner_id", "in", self.ids) & where
        # sudo(): of companies that the user does not see, too: the contact is shared.
        requests = self.env["urssaf.payment.request"].sudo()
        alive = requests.search(
            of_these
            & Domain("state", "not in", ("draft", *CLOSED))
            & Domain("next_call_at", "!=", False)
        )
        calls = requests.env["urssaf.enrolment"].search(
            of_these & Domain("state", "in", ("queued", "sending", "unknown"))
        )
        return self & (alive.partner_id | calls.partner_id)

    def _urssaf_needed_outside(self, companies):
        """Those whose data another company than these works with: Urssaf has the
        customer for it, or the customer is being prepared, or has a form to fill in.
        """
        elsewhere = Domain("company_id", "not in", companies.ids)
        of_these = Domain("partner_id", "in", self.ids) & elsewhere
        # sudo(): a shared contact may be another company's customer, whoever asks.
        enrolments = self.env["urssaf.enrolment"].sudo().search(of_these)
        forms = enrolments.env["urssaf.customer.form"].search(
            of_these & Domain("state", "in", ("sent", "submitted"))
        )
        needed = enrolments.filtered(lambda e: e._needs_personal_data()).partner_id
        return self & (needed | forms.partner_id) | self._urssaf_busy(elsewhere)

    def _urssaf_forget(self, companies):
        """Erase the personal fields; end the enrolments of these companies. At Urssaf,
        only the customer can end the association. Modules with more such data extend
        this.
        """
        # An account of somebody else may have been chosen by mistake: it stays.
        accounts = self.urssaf_bank_account_id.filtered(lambda a: a.partner_id in self)
        self.write(
            {
                **dict.fromkeys(FORGOTTEN, False),
                "urssaf_forgotten_on": fields.Date.today(),
            }
        )
        # A refund may have been paid on it: archived, not deleted.
        accounts.action_archive()
        self._urssaf_forget_forms(companies)
        self.env["urssaf.household"]._forget(self, companies)
        own = [("partner_id", "in", self.ids), ("company_id", "in", companies.ids)]
        enrolments = self.env["urssaf.enrolment"].search(own)
        enrolments.attempt_ids._purge()
        enrolments._withdraw_consent()
        for enrolment in enrolments:
            if enrolment.state not in ("draft", "ended"):
                enrolment._set_state("ended", next_call_at=False)
            enrolment.write(
                {"sent_digest": False, "last_response": False, "next_call_at": False}
            )
            enrolment._message_log(
                body=self.env._("Personal data erased by %s.", self.env.user.name)
            )

    @api.model
    def _urssaf_left_customers(self, company):
        """Customers of the company who left: their enrolment has ended, or never came
        to life, and nothing was invoiced to them for the months that the company says.
        """
        limit = company._urssaf_forget_limit()
        something = Domain.OR(Domain(name, "!=", False) for name in TYPED)
        sisters = company._urssaf_with_sisters()
        # Another company may have erased the contact: what is this one's goes too.
        own = Domain("consent_date", "!=", False) | Domain("sent_digest", "!=", False)
        old = Domain("state_since", "<", limit) | (
            Domain("state_since", "=", False) & Domain("create_date", "<", limit)
        )
        # sudo(): the daily watch sees all; an invoice of any company keeps the data.
        enrolments = self.env["urssaf.enrolment"].sudo()
        left = enrolments.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", LEFT)
            & (Domain("partner_id", "any", something) | own)
            & old
        ).partner_id
        invoiced = left.env["account.move"].search(
            Domain("invoice_date", ">=", limit.date())
            & (
                Domain("partner_id", "in", left.ids)
                | Domain("commercial_partner_id", "in", left.ids)
            )
        )
        left -= invoiced.partner_id | invoiced.commercial_partner_id
        here = Domain("company_id", "in", sisters.ids)
        return left - left._urssaf_busy(here) - left._urssaf_needed_outside(sisters)
