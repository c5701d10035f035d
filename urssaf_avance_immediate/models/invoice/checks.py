# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf would refuse, found before the call, with Urssaf's own code."""

from pydantic import ValidationError as SchemaError

from odoo import models
from odoo.tools import format_date

from ...lib.api import PaymentRequest, field_errors
from ...lib.api.codes import MAX_NUMBER
from ...lib.rules import (
    clean,
    invoice_date_faults,
    paris_time,
    paris_today,
    period_faults,
    period_warnings,
)
from ..payment_request.numbers import numbers_to_send
from .card import card_fault
from .ceiling import with_ceiling
from .deposits import deposit_faults
from .replacing import held_fault

# Urssaf refuses these at once, whatever the invoice.
CLOSED_ACCOUNTS = {
    "MANDAT_ECHU": "ERR_MANDAT_ECHU",
    "PARTICULIER_BLOQUE": "ERR_CMPT_BLOQUE",
}


class AccountMove(models.Model):
    """One pass over many invoices costs as many queries as over one: the checks read
    fields, which Odoo fetches for all the invoices together; the numbers already used
    are searched once.
    """

    _inherit = "account.move"

    def _urssaf_faults_by_move(self):
        """What stands in the way of sending each invoice: ``{move: {key: {level,
        message, code, action_text?, action?}}}``. A fault is what ``_get_alerts``
        wants; “danger” forbids the sending, “warning” does not.
        """
        # These are read line by line: load them for all the invoices.
        self.invoice_line_ids.tax_ids.mapped("amount")
        # sudo(): of payments that the user may not read; only loaded here.
        self.sudo().line_ids.matched_credit_ids.credit_move_id.mapped("move_id")
        numbers = numbers_to_send(self)
        found = {
            move: move._urssaf_content_faults()
            | move._urssaf_number_faults(numbers[move])
            for move in self
        }
        return with_ceiling(self, found)

    def _urssaf_sending_faults(self):
        """The faults of one invoice: see :meth:`_urssaf_faults_by_move`."""
        self.ensure_one()
        return self._urssaf_faults_by_move()[self]

    def _urssaf_blocking(self):
        """``{move: sentences}`` that forbid the sending, none for those that may go."""
        return {
            move: [f["message"] for f in faults.values() if f["level"] == "danger"]
            for move, faults in self._urssaf_faults_by_move().items()
        }

    def _urssaf_content_faults(self):
        self.ensure_one()
        faults = [
            *self._urssaf_invoice_faults(),
            *self._urssaf_company_faults(),
            *self._urssaf_customer_faults(),
        ]
        if not any(fault["level"] == "danger" for _key, fault in faults):
            faults += [
                *self._urssaf_invoice_date_faults(),
                *self._urssaf_period_faults(),
                *self._urssaf_line_faults(),
                *self._urssaf_amount_faults(),
            ]
        if not any(fault["level"] == "danger" for _key, fault in faults):
            faults += self._urssaf_schema_faults()
        return {f"urssaf_{key}": fault for key, fault in faults}

    def _urssaf_fault(self, message, code=None, level="danger", action=None, text=None):
        """One fault. Urssaf's code stands at the end, for those who know it."""
        fault = {
            "level": level,
            "message": f"{message} [{code}]" if code else message,
            "code": code,
        }
        if action:
            fault |= {"action": action, "action_text": text}
        return fault

    # -- the invoice -----------------------------------------------------------

    def _urssaf_invoice_faults(self):
        fault = self._urssaf_fault
        if self.move_type == "out_refund":
            yield (
                "type",
                fault(
                    self.env._(
                        "Urssaf takes no credit note: have the demande of the invoice "
                        "cancelled, or refund the customer his share yourself."
                    ),
                    "ERR_VALEUR_NEGATIVE",
                ),
            )
        elif self.move_type != "out_invoice" or self.state != "posted":
            message = self.env._("Only a posted customer invoice can be sent.")
            yield "type", fault(message)
        elif self.payment_state == "blocked":
            message = self.env._("The payment of this invoice is blocked.")
            yield "blocked", fault(message)
        elif self.payment_state not in ("not_paid", "partial"):
            yield "paid", fault(self.env._("This invoice is paid already."))
        elif self._urssaf_is_reduced():
            yield from deposit_faults(self)
        yield from held_fault(self)
        if self._urssaf_rebuilt():
            yield "rebuilt", self._urssaf_rebuilt_fault()
        if self.currency_id.name != "EUR":
            yield "currency", fault(self.env._("Urssaf only takes euros."))

    def _urssaf_company_faults(self):
        fault = self._urssaf_fault
        if not self.company_id.partner_id._urssaf_french():
            message = self.env._(
                "The address of %s is in another country: the avance immédiate is for "
                "companies in France.",
                self.company_id.name,
            )
            yield "company_abroad", fault(message)
        # sudo(): asks for the credentials, which nobody reads.
        if not self.company_id.sudo().urssaf_configured:
            message = self.env._(
                "Fill in the Urssaf settings of %s first.",
                self.company_id._urssaf_holder().name,
            )
            yield "settings", fault(message)

    def _urssaf_rebuilt_fault(self):
        return self._urssaf_fault(
            self.env._(
                "This invoice was made again from what Urssaf has of it: it is there "
                "already. Take its demande over (“Cross-checks with Urssaf”, then "
                "“Adopt”); sent once more, the customer would be debited twice."
            )
        )

    # -- the customer ----------------------------------------------------------

    def _urssaf_customer_faults(self):
        partner = self.commercial_partner_id
        open_customer = {
            "text": self.env._("Open the customer"),
            "action": partner._get_records_action(),
        }
        fault = self._urssaf_fault
        if self.urssaf_excluded:
            yield (
                "left_out",
                fault(self.env._("This invoice is left out of avance immédiate.")),
            )
        elif partner._urssaf_sending_for(self.company_id) == "never":
            message = self.env._(
                "%s is left out of avance immédiate: see the customer’s details.",
                partner.name,
            )
            yield "left_out", fault(message, **open_customer)
        for found in card_fault(self, "danger").values():
            yield "card", found
        yield from self._urssaf_enrolment_faults(partner, open_customer)
        if not partner._urssaf_french():
            message = partner._urssaf_obstacles()["country_id"]
            yield "abroad", fault(message, **open_customer)
        # sudo(): the checks read personal fields, and say only what is wrong.
        if partner.sudo().urssaf_other_aid:
            message = self.env._(
                "%s has another aid (APA, PCH, prepaid CESU): Urssaf does not take it "
                "off. Invoice here only what the customer pays.",
                partner.name,
            )
            yield "other_aid", fault(message, level="warning", **open_customer)

    def _urssaf_enrolment_faults(self, partner, open_customer):
        enrolment = self._urssaf_enrolment()
        fault = self._urssaf_fault
        if not enrolment._usable():
            message = self.env._("%s is not enrolled at Urssaf.", partner.name)
            yield (
                "enrolment",
                fault(message, "ERR_PARTICULIER_INCONNU", **open_customer),
            )
        elif enrolment.state != "active":
            message = self.env._(
                "Avance immédiate is not possible yet for %(customer)s: %(status)s",
                customer=partner.name,
                status=enrolment.remote_message
                or enrolment.remote_status
                or self.env._("The account is not active."),
            )
            code = CLOSED_ACCOUNTS.get(
                enrolment.remote_status, "ERR_LIEN_PARTICULIER_PRESTATAIRE"
            )
            yield "enrolment", fault(message, code, **open_customer)
        # sudo(): only whether it is there.
        elif not partner.sudo().urssaf_birth_date:
            message = self.env._("The birth date of the customer is missing.")
            yield (
                "birth_date",
                fault(message, "ERR_PARTICULIER_INCONNU", **open_customer),
            )

    # -- the period ------------------------------------------------------------

    def _urssaf_active_since(self):
        """Activation of the customer's account, naive Paris time, or ``None``."""
        since = self._urssaf_enrolment().active_since
        return paris_time(since) if since else None

    def _urssaf_period_faults(self):
        start, end = self._home_service_period()
        if not start:
            yield (
                "period",
                self._urssaf_fault(
                    self.env._(
                        "Fill in the first and last day of the services (“Services”)."
                    )
                ),
            )
            return
        today, since = paris_today(), self._urssaf_active_since()
        split = self.state == "draft" and self._urssaf_split_action()
        for code in period_faults(start, end, today, since):
            offer = {}
            if split and code in (
                "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE",
                "ERR_LIEN_PARTICULIER_PRESTATAIRE",
            ):
                offer = {"action": split, "text": self.env._("Split the invoice")}
            message = self._urssaf_period_text(code, since)
            yield code, self._urssaf_fault(message, code, **offer)
        for key in period_warnings(start, end, today, since):
            yield key, self._urssaf_period_warning(key)

    def _urssaf_period_text(self, code, since):
        return {
            "ERR_DATE_FUTUR": self.env._("The services must be over: they end later."),
            "ERR_DATE_FIN_AVANT_DATE_DEB": self.env._(
                "The services end before they begin."
            ),
            "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE": self.env._(
                "The services are in two calendar months: make one invoice per month."
            ),
            "ERR_LIEN_PARTICULIER_PRESTATAIRE": self.env._(
                "The services begin before the customer became active at Urssaf, on "
                "%s. It takes nothing from before: that goes on an invoice “Without "
                "avance immédiate”, which the customer pays you.",
                since and format_date(self.env, since.date()),
            ),
        }.get(code, code)

    def _urssaf_period_warning(self, key):
        if key == "last_year":
            return self._urssaf_fault(
                self.env._(
                    "These services are of an earlier year: their tax credit counts "
                    "for that year."
                ),
                level="warning",
            )
        return self._urssaf_fault(
            self.env._(
                "The services begin on the day when the customer became active: "
                "Urssaf refuses those that came before that hour."
            ),
            "ERR_LIEN_PARTICULIER_PRESTATAIRE",
            level="warning",
        )

    # -- the number and the date -----------------------------------------------

    def _urssaf_number_faults(self, number):
        """Faults of the number of a posted invoice: see ``_urssaf_faults_by_move``.

        :param number: the one that really leaves, see ``numbers_to_send``
        """
        self.ensure_one()
        if self.state != "posted" or not number:
            return {}
        if len(number) > MAX_NUMBER:
            return {"urssaf_number": self._urssaf_long_number(number)}
        if number == clean(self.name):
            return {}
        message = self.env._(
            "Urssaf takes a number once, and %(invoice)s has been used there: the "
            "demande gets the number %(number)s.",
            invoice=self.name,
            number=number,
        )
        fault = self._urssaf_fault(message, "ERR_FACTURE_DOUBLON", level="warning")
        return {"urssaf_number": fault}

    def _urssaf_long_number(self, number, level="danger"):
        message = self.env._(
            "The number %(number)s has %(count)s characters; Urssaf takes %(most)s. "
            "Shorten the field “Number” of the invoice: with a shorter prefix, the "
            "next invoices follow.",
            number=number,
            count=len(number),
            most=MAX_NUMBER,
        )
        return self._urssaf_fault(message, "ERREUR_VALIDATION", level=level)

    def _urssaf_invoice_date_faults(self):
        """``(key, fault)``: the invoice is older than the customer's activation."""
        since = self._urssaf_active_since()
        if not self.invoice_date:
            return
        for code in invoice_date_faults(self.invoice_date, since):
            dates = {
                "day": format_date(self.env, self.invoice_date),
                "since": format_date(self.env, since.date()),
            }
            message = (
                self.env._(
                    "The invoice date, %(day)s, is before the customer became active "
                    "at Urssaf, on %(since)s: choose a later invoice date.",
                    **dates,
                )
                if self.state == "draft"
                else self.env._(
                    "The invoice date, %(day)s, is before the customer became active "
                    "at Urssaf, on %(since)s. Reset the invoice to draft and choose a "
                    "later invoice date.",
                    **dates,
                )
            )
            yield "invoice_date", self._urssaf_fault(message, code)

    # -- the schema ------------------------------------------------------------

    def _urssaf_schema_faults(self):
        """The last word: what the schema of the contract does not take."""
        try:
            PaymentRequest.model_validate(self._urssaf_prepare_payload())
        except SchemaError as error:
            paths = [path for path, _kind in field_errors(error)]
            if len(clean(self.name or "")) > MAX_NUMBER:
                # The check of the number says it in words.
                paths = [path for path in paths if path != "numFactureTiers"]
            if not paths:
                return
            message = self.env._(
                "Urssaf would not take the demande: %s.", ", ".join(paths)
            )
            yield "schema", self._urssaf_fault(message, "ERREUR_VALIDATION")
