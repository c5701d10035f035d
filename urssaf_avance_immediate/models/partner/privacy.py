# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: shown no more than needed, kept no longer than needed.

What accounting law wants kept stays: invoices, payments, demandes de paiement and
Urssaf's identifiers, ten years (article L123-22 of the Code de commerce). What only
served to enrol goes: article 5 (1) e of the GDPR. ``docs/privacy.md`` is the record.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..enrolment.enrolment import LEFT
from ..groups import MANAGER, USER
from ..payment_request.payment_request import CLOSED

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


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_forgotten_on = fields.Date(
        string="Personal data erased on",
        readonly=True,
        copy=False,
        groups=USER,
        help="What was only needed to enrol this customer at Urssaf was erased then.",
    )

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
        # Rows of the ticked companies, and a contact that nobody else needs: the user
        # has the right to it, not to change enrolments by hand.
        self.sudo()._urssaf_forget(companies)
        return self.env["urssaf.enrolment"]._notify(
            self.env._("The personal data are erased.")
        )

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
        # Of companies that the user does not see, too: the contact is shared.
        alive = (
            self.env["urssaf.payment.request"]
            .sudo()
            .search(
                of_these
                & Domain("state", "not in", ("draft", *CLOSED))
                & Domain("next_call_at", "!=", False)
            )
        )
        calls = (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(of_these & Domain("state", "in", ("queued", "sending", "unknown")))
        )
        return self & (alive.partner_id | calls.partner_id)

    def _urssaf_needed_outside(self, companies):
        """Those whose data another company than these works with: Urssaf has the
        customer for it, or the customer is being prepared, or has a form to fill in.
        """
        elsewhere = Domain("company_id", "not in", companies.ids)
        of_these = Domain("partner_id", "in", self.ids) & elsewhere
        # A shared contact may be another company's customer, whoever asks.
        enrolments = self.env["urssaf.enrolment"].sudo().search(of_these)
        forms = (
            self.env["urssaf.customer.form"]
            .sudo()
            .search(of_these & Domain("state", "in", ("sent", "submitted")))
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

    # -- scheduled action ------------------------------------------------------

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
        left = (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                Domain("company_id", "=", company.id)
                & Domain("state", "in", LEFT)
                & (Domain("partner_id", "any", something) | own)
                & old
            )
        ).partner_id
        invoiced = (
            self.env["account.move"]
            .sudo()
            .search(
                Domain("invoice_date", ">=", limit.date())
                & (
                    Domain("partner_id", "in", left.ids)
                    | Domain("commercial_partner_id", "in", left.ids)
                )
            )
        )
        left -= invoiced.partner_id | invoiced.commercial_partner_id
        here = Domain("company_id", "in", sisters.ids)
        return left - left._urssaf_busy(here) - left._urssaf_needed_outside(sisters)
