# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal data: shown no more than needed, kept no longer than needed.

What accounting law wants kept stays: invoices, payments, demandes de paiement and
Urssaf's identifiers, ten years (article L123-22 of the Code de commerce). What only
served to enrol goes: article 5 (1) e of the GDPR. ``docs/privacy.md`` is the record.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .urssaf_payment_request import CLOSED

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
        groups="urssaf_avance_immediate.group_user",
        help="What was only needed to enrol this customer at Urssaf was erased then.",
    )

    def action_urssaf_forget(self):
        """Erase what only served to enrol these customers, who have left.

        :raises AccessError: the user is no manager of the service
        :raises UserError: a customer’s demande de paiement is still alive
        """
        if not self.env.user.has_group("urssaf_avance_immediate.group_manager"):
            raise AccessError(
                self.env._(
                    "Only managers of “Urssaf avance immédiate” can erase personal "
                    "data."
                )
            )
        self.check_access("write")
        busy = self._urssaf_busy()
        if busy:
            raise UserError(
                self.env._(
                    "Demandes de paiement are still alive for: %s. Wait until they "
                    "have ended.",
                    ", ".join(busy.mapped("name")),
                )
            )
        self.sudo()._urssaf_forget()
        return self.env["urssaf.enrolment"]._notify(
            self.env._("The personal data are erased.")
        )

    def _urssaf_busy(self):
        """Those for whom Urssaf may still have something to say, or to ask."""
        alive = (
            self.env["urssaf.payment.request"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "not in", ("draft", *CLOSED)),
                    ("next_call_at", "!=", False),
                ]
            )
        )
        calls = (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "in", ("queued", "sending", "unknown")),
                ]
            )
        )
        return self & (alive.partner_id | calls.partner_id)

    def _urssaf_forget(self):
        """Erase the sheet; end the enrolments here. At Urssaf, only the customer can
        end the association. Modules with more such data extend this.
        """
        accounts = self.urssaf_bank_account_id
        self.write(
            {
                **dict.fromkeys(FORGOTTEN, False),
                "urssaf_forgotten_on": fields.Date.today(),
            }
        )
        # A refund may have been paid on it: archived, not deleted.
        accounts.action_archive()
        self.urssaf_sheet_ids.filtered(
            lambda sheet: sheet.state in ("sent", "submitted")
        )._revoke()
        # The address and the word of the office, of forms that were closed too.
        self.urssaf_sheet_ids.write({"email": False, "refusal_note": False})
        self.urssaf_enrolment_ids.attempt_ids._purge()
        self.urssaf_enrolment_ids._withdraw_consent()
        for enrolment in self.urssaf_enrolment_ids:
            if enrolment.state not in ("draft", "ended"):
                enrolment._set_state("ended", next_call_at=False)
            enrolment.write({"sent_digest": False, "last_response": False})
            enrolment._message_log(
                body=self.env._("Personal data erased by %s.", self.env.user.name)
            )

    # -- scheduled action ------------------------------------------------------

    @api.model
    def _urssaf_left_customers(self, company):
        """Customers of the company who left: their enrolment has ended, or never came
        to life, and nothing was invoiced to them for the months that the company says.
        """
        limit = fields.Datetime.now() - relativedelta(
            months=company.urssaf_forget_months
        )
        something = Domain.OR(Domain(name, "!=", False) for name in TYPED)
        left = (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", ("ended", "error", "draft")),
                    ("partner_id", "any", something),
                    "|",
                    ("state_since", "<", limit),
                    "&",
                    ("state_since", "=", False),
                    ("create_date", "<", limit),
                ]
            )
        ).partner_id
        elsewhere = left.urssaf_enrolment_ids.filtered(
            lambda e: e.state not in ("ended", "error", "draft")
        ).partner_id
        invoiced = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", left.ids),
                    ("invoice_date", ">=", limit.date()),
                ]
            )
            .commercial_partner_id
        )
        return left - elsewhere - invoiced


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    @api.model
    def _cron_digest(self, company):
        """Extends: data that have served are erased, where the company wants it."""
        super()._cron_digest(company)
        if company.urssaf_forget_months:
            left = self.env["res.partner"].sudo()._urssaf_left_customers(company)
            (left - left._urssaf_busy())._urssaf_forget()
            self._checkpoint()


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.depends_context("urssaf_masked")
    def _compute_display_name(self):
        """Extends base: on the Urssaf sheet, the ends are enough to recognise it."""
        super()._compute_display_name()
        if self.env.context.get("urssaf_masked"):
            for account in self:
                number = account.sanitized_acc_number or ""
                shown = (
                    f"{number[:4]} •••• {number[-4:]}" if len(number) > 8 else "••••"
                )
                account.display_name = " ".join(
                    filter(None, (shown, account.bank_id.name))
                )
