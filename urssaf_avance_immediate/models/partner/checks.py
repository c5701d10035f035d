# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What method 010 sends of a customer, shown before, and what stands in the way."""

from markupsafe import Markup
from pydantic import ValidationError as SchemaError

from odoo import api, fields, models
from odoo.tools import format_date

from ...lib.api import EnrolmentRequest, field_errors
from ...lib.api.codes import STREET_LETTERS, STREET_TYPES
from ...lib.rules import (
    MIN_IBAN,
    email_is_international,
    emails_in,
    iban_area,
    shown_iban,
    spelling_oddities,
)
from ..geography.country import FRANCE
from ..groups import PERSONAL

# Where each value of method 010 comes from: names the field to fix.
WIRE_FIELDS = {
    "civilite": "urssaf_civility",
    "nomNaissance": "urssaf_birth_name",
    "nomUsage": "urssaf_usage_name",
    "prenoms": "urssaf_first_names",
    "dateNaissance": "urssaf_birth_date",
    "lieuNaissance": "urssaf_birth_city_code",
    "lieuNaissance.codePaysNaissance": "urssaf_birth_country_id",
    "lieuNaissance.communeNaissance.libelleCommune": "urssaf_birth_city",
    "numeroTelephonePortable": "urssaf_mobile",
    "adresseMail": "email",
    "adressePostale": "street",
    "adressePostale.numeroVoie": "urssaf_street_number",
    "adressePostale.lettreVoie": "urssaf_street_letter",
    "adressePostale.codeTypeVoie": "urssaf_street_type",
    "adressePostale.libelleVoie": "urssaf_street_name",
    "adressePostale.complement": "urssaf_address_complement",
    "adressePostale.lieuDit": "urssaf_locality",
    "adressePostale.libelleCommune": "city",
    "adressePostale.codeCommune": "urssaf_city_code",
    "adressePostale.codePostal": "zip",
    "adressePostale.codePays": "country_id",
    "coordonneeBancaire": "urssaf_bank_account_id",
}
# Their order on the contact; the consent is no part of what is sent.
FIELDS_IN_ORDER = [*dict.fromkeys(WIRE_FIELDS.values()), "urssaf_consent_date"]
# Whatever the checks read: the checklist follows what is typed.
CHECKED = [
    *(name for name in FIELDS_IN_ORDER if name != "country_id"),
    "name",
    "phone",
    "is_company",
    "parent_id",
    "country_id.urssaf_code",
    "urssaf_birth_country_code",
    "urssaf_birth_commune_id",
    "urssaf_city_commune_id",
    "urssaf_bic",
    "urssaf_bank_account_id.active",
    "urssaf_bank_account_id.partner_id",
    "urssaf_bank_account_id.acc_holder_name",
    "urssaf_bank_account_id.sanitized_acc_number",
]

_ROW = Markup('<tr><td class="opacity-75 pe-3">%s</td><td>%s</td></tr>')
_TABLE = Markup('<table class="table table-sm table-borderless mb-0">%s</table>')
_BREAK = Markup("<br/>")


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_checklist = fields.Json(
        compute="_compute_urssaf_checklist",
        groups=PERSONAL,
        help="What is missing, then what looks odd: field, sentence, blocking, what "
        "one click puts right.",
    )
    urssaf_preview = fields.Html(
        string="What will be sent",
        compute="_compute_urssaf_preview",
        sanitize=False,
        groups=PERSONAL,
    )

    @api.depends(*CHECKED)
    # Also of who reads: to whom the personal fields are hidden, this is too.
    @api.depends_context("company", "lang", "uid")
    def _compute_urssaf_checklist(self):
        for partner, lines in self._urssaf_check().items():
            fixes = partner._urssaf_fixes() if lines else {}
            partner.urssaf_checklist = [
                {
                    "field": name,
                    "message": sentence,
                    "blocking": blocking,
                    "fixes": fixes.pop(name, []),
                }
                for name, sentence, blocking in lines
                # It is asked when the customer is enrolled.
                if name != "urssaf_consent_date"
            ]

    @api.depends(*CHECKED)
    # Also of who reads: to whom the personal fields are hidden, this is too.
    @api.depends_context("lang", "uid")
    def _compute_urssaf_preview(self):
        for partner in self:
            body = partner._urssaf_prepare_enrolment()
            rows = [
                (label, value) for label, value in partner._urssaf_shown(body) if value
            ]
            partner.urssaf_preview = _TABLE % Markup("").join(
                _ROW % (label, value) for label, value in rows
            )

    def _urssaf_check(self):
        """The faults, then the warnings, of each customer:
        ``{partner: [(field, sentence, blocking)]}``. The number of queries does not
        depend on the number of customers.
        """
        sharing = self._urssaf_sharing_contact()
        result = {}
        for partner in self:
            faults = partner._urssaf_enrolment_faults()
            told = {name for name, _sentence in faults}
            warnings = [
                (name, sentence)
                for name, sentence in partner._urssaf_enrolment_warnings(sharing)
                if name not in told
            ]
            result[partner] = [
                *((name, sentence, True) for name, sentence in faults),
                *((name, sentence, False) for name, sentence in warnings),
            ]
        return result

    # -- what is sent ----------------------------------------------------------

    def _urssaf_prepare_enrolment(self):
        """The body of method 010 in Urssaf's own words, ``None`` where we know nothing.

        Contains personal data: it is sent, and neither stored nor logged.
        """
        self.ensure_one()
        return {
            **self._urssaf_prepare_names(),
            "lieuNaissance": self._urssaf_prepare_birth_place(),
            **self._urssaf_prepare_contact(),
            "adressePostale": self._urssaf_prepare_address(),
            "coordonneeBancaire": self._urssaf_prepare_bank_account(),
        }

    def _urssaf_enrolment_request(self):
        """The validated request of method 010.

        :raises pydantic.ValidationError: something is missing or malformed
        """
        return EnrolmentRequest.model_validate(self._urssaf_prepare_enrolment())

    # -- what must be mended ---------------------------------------------------

    def _urssaf_enrolment_faults(self):
        """What must be mended before enrolling: ``[(field, sentence)]``, in the
        order of the contact, without any personal data.
        """
        self.ensure_one()
        if self.is_company:
            return [("is_company", self.env._("Only a person can be enrolled."))]
        if self.commercial_partner_id != self:
            sentence = self.env._(
                "Only a person with a contact of his own can be enrolled: take this "
                "one out of “%s”.",
                self.commercial_partner_id.name,
            )
            return [("is_company", sentence)]
        faults = {}
        try:
            self._urssaf_enrolment_request()
        except SchemaError as error:
            for path, kind in field_errors(error):
                name = self._urssaf_field_of(path)
                faults.setdefault(name, self._urssaf_fault_text(name, path, kind))
        for name, sentence in self._urssaf_more_faults():
            faults.setdefault(name, sentence)
        # A commune is asked for once: its name comes with its code, and the code of the
        # address with postal code and city.
        if not self.urssaf_birth_city_code:
            faults.pop("urssaf_birth_city", None)
        if "zip" in faults or "city" in faults:
            faults.pop("urssaf_city_code", None)
        return sorted(faults.items(), key=lambda fault: FIELDS_IN_ORDER.index(fault[0]))

    def _urssaf_detail_faults(self):
        """``{field: sentence}``: what somebody has to type or mend. The consent is
        none of it: it is asked when the customer is enrolled.
        """
        faults = dict(self._urssaf_enrolment_faults())
        faults.pop("urssaf_consent_date", None)
        return faults

    def _urssaf_more_faults(self):
        """What no pattern tells, and Urssaf refuses for sure."""
        born, account = self.urssaf_birth_date, self._urssaf_debited_account()
        if born and born > fields.Date.context_today(self):
            yield (
                "urssaf_birth_date",
                self.env._("Birth date: it is in the future."),
            )
        if account and account.acc_type != "iban":
            yield (
                "urssaf_bank_account_id",
                self.env._(
                    "Bank account to debit: the IBAN is not right, its check digits or "
                    "its length are wrong."
                ),
            )
        elif account and iban_area(account.sanitized_acc_number) == "foreign":
            yield (
                "urssaf_bank_account_id",
                self.env._(
                    "Bank account to debit: Urssaf only debits accounts held in France "
                    "or in the SEPA area."
                ),
            )
        if not self.env.company.partner_id._urssaf_french():
            yield (
                "country_id",
                self.env._(
                    "Your company’s address is in another country: the avance "
                    "immédiate is for companies and customers in France."
                ),
            )
        if len(self._urssaf_email() or "") > 254:
            yield "email", self.env._("Email: too long for Urssaf.")
        if not self.urssaf_consent_date:
            yield (
                "urssaf_consent_date",
                self.env._("Consent: to be recorded before anything is sent."),
            )

    @api.model
    def _urssaf_field_of(self, path):
        """The Odoo field behind a path such as ``adressePostale.codePostal``."""
        while path and path not in WIRE_FIELDS:
            path = path.rpartition(".")[0]
        return WIRE_FIELDS.get(path, "urssaf_civility")

    def _urssaf_fault_text(self, name, path, kind):
        account = self.urssaf_bank_account_id
        if name == "urssaf_bank_account_id" and account:
            unusable = self._urssaf_account_fault(account)
            if unusable:
                return unusable
        if path == "coordonneeBancaire.bic" and account:
            return self.env._(
                "Bank account to debit: the BIC of the bank is missing or malformed."
            )
        if name == "country_id":
            return self.env._("Country: the services are performed in France only.")
        if path == "coordonneeBancaire.iban" and kind == "string_too_short":
            return self.env._(
                "Bank account to debit: its IBAN has fewer than %s characters, and "
                "Urssaf takes none so short (Belgian and Norwegian ones are). Ask the "
                "customer for another account.",
                MIN_IBAN,
            )
        if name == "urssaf_city_code" and not self[name] and self.zip and self.city:
            return self.env._(
                "Commune: no commune, or more than one, has this name and this postal "
                "code. Choose it."
            )
        if name == "urssaf_birth_city_code" and not self[name]:
            return self.env._("Birth commune: choose it from the list.")
        label = self._fields[name].get_description(self.env, ["string"])["string"]
        if not self[name]:
            return self.env._("%s: to be filled in.", label)
        if kind == "string_too_long":
            return self.env._("%s: too long for Urssaf.", label)
        special = self._urssaf_malformed().get(name)
        return special or self.env._("%s: not in the form that Urssaf expects.", label)

    def _urssaf_account_fault(self, account):
        """Why this account may not be debited for this customer, or ``None``."""
        if account == self._urssaf_debited_account():
            return None
        if account.partner_id._origin == self._origin:
            return self.env._(
                "Bank account to debit: it is archived. Choose the one that the "
                "customer uses now."
            )
        return self.env._(
            "Bank account to debit: it belongs to another contact. Choose or add one "
            "of the customer’s own."
        )

    def _urssaf_malformed(self):
        """What is expected, where the field alone does not say it."""
        names = self.env._("only letters, hyphens, apostrophes and single spaces.")
        return {
            "urssaf_birth_name": self._urssaf_particle_behind("urssaf_birth_name")
            or self.env._("Birth name: %s", names),
            "urssaf_usage_name": self._urssaf_particle_behind("urssaf_usage_name")
            or self.env._("Usage name: %s", names),
            "urssaf_first_names": self.env._("First names: %s", names),
            "urssaf_mobile": self.env._(
                "Mobile phone for Urssaf: a French number in 06 or 07 (overseas 0692, "
                "0690…), for the messages of Urssaf."
            ),
            "email": self._urssaf_malformed_email(),
            "zip": self.env._("ZIP: five digits."),
        }

    def _urssaf_particle_behind(self, name):
        text = self[name] or ""
        if "particle" in spelling_oddities(text):
            return self._urssaf_spelling_sentence("particle", name, text)
        return None

    def _urssaf_malformed_email(self):
        if len(emails_in(self.email)) > 1:
            return self._urssaf_two_emails_sentence()
        if email_is_international(self.email):
            return self.env._(
                "Email: Urssaf takes unaccented letters only, before and behind the @. "
                "Ask the customer for another address."
            )
        return self._urssaf_email_proposal() or self.env._(
            "Email: the address is not written as one."
        )

    # -- what is sent, for people to read ---------------------------------------

    def _urssaf_shown(self, body):
        """Label and value of each line of the preview; the IBAN by its ends only."""
        civility = dict(
            self._fields["urssaf_civility"]._description_selection(self.env)
        )
        born = body["dateNaissance"]
        bank = body["coordonneeBancaire"]
        iban = bank["iban"] or ""
        yield self.env._("Civility"), civility.get(body["civilite"])
        yield self.env._("Birth name"), body["nomNaissance"]
        yield self.env._("Usage name"), body["nomUsage"]
        yield self.env._("First names"), body["prenoms"]
        yield self.env._("Born on"), format_date(self.env, born) if born else None
        yield self.env._("Born in"), self._urssaf_shown_birth_place(body)
        yield self.env._("Mobile phone"), body["numeroTelephonePortable"]
        yield self.env._("Email"), body["adresseMail"]
        yield self.env._("Address"), self._urssaf_shown_address(body["adressePostale"])
        yield self.env._("Account"), iban and shown_iban(iban)
        yield self.env._("BIC"), bank["bic"]
        yield self.env._("Holder"), bank["titulaire"]

    def _urssaf_shown_birth_place(self, body):
        place = body["lieuNaissance"]
        if place["codePaysNaissance"] != FRANCE:
            country = self.urssaf_birth_country_id.name or ""
            return f"{country} · {place['codePaysNaissance'] or '?'}"
        commune = place["communeNaissance"]
        codes = (place["departementNaissance"], commune["codeCommune"])
        name = commune["libelleCommune"]
        if not name and not any(codes):
            return None
        return f"{name or '?'} · {' / '.join(code or '?' for code in codes)}"

    def _urssaf_shown_address(self, address):
        street = " ".join(
            filter(
                None,
                (
                    address["numeroVoie"],
                    STREET_LETTERS.get(address["lettreVoie"], "").lower(),
                    STREET_TYPES.get(address["codeTypeVoie"]),
                    address["libelleVoie"],
                ),
            )
        )
        city = " ".join(
            filter(None, (address["codePostal"], address["libelleCommune"]))
        )
        lines = [address["complement"], street, address["lieuDit"]]
        lines.append(f"{city} · {address['codeCommune'] or '?'}" if city else None)
        return _BREAK.join(line for line in lines if line)
