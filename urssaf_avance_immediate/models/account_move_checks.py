# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf would refuse, found before the call; and the payload of method 050."""

from decimal import Decimal

from pydantic import ValidationError as SchemaError

from odoo import fields, models
from odoo.tools import format_date

from ..lib.api import PaymentRequest, field_errors
from ..lib.rules import (
    AmountError,
    ServiceLine,
    absorb_rounding,
    period_faults,
    prestations,
    wire_date,
)
from .urssaf_enrolment_calls import PARIS


class AccountMove(models.Model):
    _inherit = "account.move"

    # -- checks ----------------------------------------------------------------

    def _urssaf_check_sendable(self):
        """What stands in the way of sending: ``{key: {level, message, action_text?,
        action?}}`` as ``_get_alerts`` wants it. Level “danger” forbids the sending.
        """
        self.ensure_one()
        faults = [*self._urssaf_invoice_faults(), *self._urssaf_customer_faults()]
        if not faults:
            faults = [*self._urssaf_period_faults(), *self._urssaf_amount_faults()]
        alerts = {
            f"urssaf_{key}": {"level": "danger", **fault} for key, fault in faults
        }
        return alerts or self._urssaf_schema_faults()

    def _urssaf_invoice_faults(self):
        if self.move_type != "out_invoice" or self.state != "posted":
            yield (
                "type",
                {"message": self.env._("Only a posted customer invoice can be sent.")},
            )
        elif self.payment_state == "blocked":
            yield (
                "blocked",
                {"message": self.env._("The payment of this invoice is blocked.")},
            )
        elif self.payment_state not in ("not_paid", "partial"):
            yield "paid", {"message": self.env._("This invoice is paid already.")}
        elif self.amount_residual != self.amount_total:
            yield (
                "partial",
                {
                    "message": self.env._(
                        "A part of this invoice is paid already. Urssaf collects it "
                        "as a whole."
                    )
                },
            )
        if self.currency_id.name != "EUR":
            yield "currency", {"message": self.env._("Urssaf only takes euros.")}
        company = self.company_id
        if not company.sudo().urssaf_configured:
            yield (
                "settings",
                {
                    "message": self.env._(
                        "Fill in the Urssaf settings of %s first.", company.name
                    )
                },
            )
        elif not company._urssaf_intervenant():
            yield (
                "intervenant",
                {
                    "message": self.env._(
                        "Fill in the SAP declaration number in the Urssaf settings."
                    )
                },
            )

    def _urssaf_customer_faults(self):
        enrolment = self._urssaf_enrolment()
        partner = self.commercial_partner_id
        sheet = {
            "action_text": self.env._("Open the customer"),
            "action": partner._get_records_action(),
        }
        if not enrolment._usable():
            message = self.env._("%s is not enrolled at Urssaf.", partner.name)
            yield "enrolment", {"message": message, **sheet}
        elif enrolment.state != "active":
            message = self.env._(
                "Avance immédiate is not possible yet for %(customer)s: %(status)s",
                customer=partner.name,
                status=enrolment.remote_message
                or enrolment.remote_status
                or self.env._("The account is not active."),
            )
            yield "enrolment", {"message": message, **sheet}
        elif not partner.sudo().urssaf_birth_date:
            message = self.env._("The birth date of the customer is missing.")
            yield "birth_date", {"message": message, **sheet}

    def _urssaf_period_faults(self):
        start, end = self.urssaf_service_start, self.urssaf_service_end
        if not start or not end:
            yield (
                "period",
                {
                    "message": self.env._(
                        "Fill in the first and last day of the services (“Services”)."
                    )
                },
            )
            return
        since = self._urssaf_enrolment().active_since
        paris = fields.Datetime.context_timestamp(
            self.with_context(tz=PARIS.key), fields.Datetime.now()
        )
        since = since and fields.Datetime.context_timestamp(
            self.with_context(tz=PARIS.key), since
        ).replace(tzinfo=None)
        sentences = {
            "ERR_DATE_FUTUR": self.env._("The services must be over: they end later."),
            "ERR_DATE_FIN_AVANT_DATE_DEB": self.env._(
                "The services end before they begin."
            ),
            "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE": self.env._(
                "The services are in two calendar months: make one invoice per month."
            ),
            "ERR_LIEN_PARTICULIER_PRESTATAIRE": self.env._(
                "The services begin before the customer became active at Urssaf, on "
                "%s.",
                since and format_date(self.env, since.date()),
            ),
        }
        for code in period_faults(start, end, paris.date(), since):
            yield code, {"message": f"{sentences.get(code, code)} [{code}]"}

    def _urssaf_amount_faults(self):
        missing = self._urssaf_lines().filtered(
            lambda line: not line.product_id.urssaf_nature_id
        )
        if missing or not self._urssaf_lines():
            yield (
                "nature",
                {
                    "message": self.env._(
                        "Give an Urssaf nature to the product of each line: %s.",
                        ", ".join(
                            line.product_id.name or line.name or "?" for line in missing
                        )
                        or self.env._("there is no line"),
                    )
                },
            )
            return
        try:
            self._urssaf_prestations()
        except AmountError as error:
            yield "amount", {"message": self._urssaf_amount_text(error)}

    def _urssaf_amount_text(self, error):
        lines = self._urssaf_lines()
        line = lines[error.line_index].name if error.line_index is not None else ""
        sentence = {
            "ERR_VALEUR_NEGATIVE": self.env._("Urssaf takes no negative amount."),
            "ERR_NBRE_PREST_MAX": self.env._("Urssaf takes at most ten lines."),
            "ERR_FORMAT_VALEUR": self.env._(
                "The quantity must have two decimals at most."
            ),
            "ERR_MNT_PREST_TTC": self.env._(
                "No unit price gives this total for this quantity, to the cent."
            ),
            "ERR_TOTAL_PRESTATIONS": self.env._(
                "The lines do not add up to the total of the invoice, to the cent."
            ),
        }.get(error.code, self.env._("This amount does not suit Urssaf."))
        fault = f"{sentence} [{error.code}]"
        if not line:
            return fault
        return self.env._("%(line)s: %(fault)s", line=line, fault=fault)

    def _urssaf_schema_faults(self):
        """The last word: what the schema of the contract does not take."""
        try:
            PaymentRequest.model_validate(self._urssaf_prepare_payload())
        except SchemaError as error:
            places = ", ".join(path for path, _kind in field_errors(error))
            message = self.env._("Urssaf would not take the demande: %s.", places)
            return {"urssaf_schema": {"level": "danger", "message": message}}
        return {}

    # -- payload ---------------------------------------------------------------

    def _urssaf_lines(self):
        """The lines that carry an amount; notes and sections stay in Odoo."""
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _urssaf_service_line(self, line):
        """One invoice line as the rules want it. Overridable: the intervenant of a
        line may come from elsewhere.
        """
        product = line.product_id
        quantity = line.quantity
        hour = self.env.ref("uom.product_uom_hour", raise_if_not_found=False)
        uom = line.product_uom_id
        if product.urssaf_unit == "HEURE" and uom._has_common_reference(hour):
            quantity = uom._compute_quantity(quantity, hour, round=False)
        return ServiceLine(
            nature=product.urssaf_nature_id.code,
            unit=product.urssaf_unit or "FORFAIT",
            quantity=_decimal(quantity, 6).normalize(),
            total_ttc=_decimal(line.price_total),
            total_ht=_decimal(line.price_subtotal),
            description=line.name or product.name or "",
            intervenant=self.company_id._urssaf_intervenant(),
        )

    def _urssaf_prestations(self):
        """The lines in Urssaf's words.

        :raises AmountError: they cannot be said to the cent (urssaf-api §7.2)
        """
        lines = [self._urssaf_service_line(line) for line in self._urssaf_lines()]
        # Odoo rounds the lines and the invoice apart: 12.25 h at 26.50 with 5.5 % tax
        # included make a line of 324.62 in an invoice of 324.63.
        return prestations(
            absorb_rounding(
                lines, _decimal(self.amount_total), _decimal(self.amount_untaxed)
            )
        )

    def _urssaf_prepare_payload(self):
        """The demande de paiement in Urssaf's own words, for overriding modules.

        Dates are civil dates in France; a local date never becomes another one.
        """
        self.ensure_one()
        enrolment = self._urssaf_enrolment()
        birth_date = self.commercial_partner_id.sudo().urssaf_birth_date
        return {
            "idTiersFacturation": self.company_id._urssaf_billing_name(),
            "idClient": enrolment.external_id,
            "dateNaissanceClient": birth_date and wire_date(birth_date),
            "numFactureTiers": self.urssaf_request_id.name or self.name,
            "dateFacture": wire_date(self.invoice_date),
            "dateDebutEmploi": wire_date(self.urssaf_service_start),
            "dateFinEmploi": wire_date(self.urssaf_service_end),
            "mntFactureTTC": float(_decimal(self.amount_total)),
            "mntFactureHT": float(_decimal(self.amount_untaxed)),
            "inputPrestations": self._urssaf_prestations(),
        }


def _decimal(value, digits=2):
    """An Odoo float as the decimal number that it shows."""
    return Decimal(f"{value:.{digits}f}")
