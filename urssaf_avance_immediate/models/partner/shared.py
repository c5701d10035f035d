# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact that several companies share: whose personal data are they?

Those of the companies that have the customer, by a consent or an enrolment that has
left the draft. A company that has none sees empty fields until it has recorded a
consent, with its date and its user. A contact that no company has yet is open to all
who share it.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .personal_fields import Personal

# In the context of Odoo's merge, which puts the fields right itself afterwards. An
# object: nobody can send it from outside.
MERGING = object()


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_hidden = fields.Boolean(
        compute="_compute_urssaf_hidden",
        help="Only companies for which you do not work have this customer.",
    )

    @api.depends("urssaf_enrolment_ids.consent_date", "urssaf_enrolment_ids.state")
    @api.depends_context("uid")
    def _compute_urssaf_hidden(self):
        # Who has the customer, of all companies: only that is looked at.
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
            companies = having.get(partner._origin.sudo())
            partner.urssaf_hidden = (
                bool(companies) and not self.env.su and not companies & mine
            )

    @api.model
    def _urssaf_own_companies(self):
        """The companies of the user, ticked or not, and those whose habilitation serves
        a branch: they have its customers.
        """
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
                    "%s is another company’s customer at Urssaf, and the sheet is not "
                    "shown. Record the consent of the customer for your company first.",
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
