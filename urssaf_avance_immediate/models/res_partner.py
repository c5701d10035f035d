# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from pydantic import ValidationError as SchemaError

from odoo import api, fields, models

from ..lib.api import EnrolmentRequest, field_errors
from ..lib.api.codes import STREET_LETTERS, STREET_TYPES
from ..lib.rules import (
    normalise_first_names,
    normalise_mobile,
    normalise_name,
    split_insee,
    split_street,
)
from .urssaf_enrolment import STATES

PERSONAL = "urssaf_avance_immediate.group_user"
READERS = "account.group_account_readonly,account.group_account_invoice"

FRANCE = "99100"

# Where each value of method 010 comes from: names the field to fix.
WIRE_FIELDS = {
    "civilite": "urssaf_civility",
    "nomNaissance": "urssaf_birth_name",
    "nomUsage": "urssaf_usage_name",
    "prenoms": "urssaf_first_names",
    "dateNaissance": "urssaf_birth_date",
    "lieuNaissance": "urssaf_birth_city_code",
    "lieuNaissance.codePaysNaissance": "urssaf_birth_country_code",
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


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_civility = fields.Selection(
        [("1", "Monsieur"), ("2", "Madame")], string="Civility", groups=PERSONAL
    )
    urssaf_birth_name = fields.Char(string="Birth name", groups=PERSONAL)
    urssaf_usage_name = fields.Char(
        string="Usage name", groups=PERSONAL, help="Only if it differs from birth name."
    )
    urssaf_first_names = fields.Char(
        string="First names",
        groups=PERSONAL,
        help="All of them, in the order of the civil status, separated by a space.",
    )
    urssaf_birth_date = fields.Date(string="Birth date", groups=PERSONAL)
    urssaf_birth_country_code = fields.Char(
        string="Birth country (INSEE code)",
        default=FRANCE,
        size=5,
        groups=PERSONAL,
        help="99100 for France; the INSEE code of the country for a birth abroad.",
    )
    urssaf_birth_city_code = fields.Char(
        string="Birth commune (INSEE code)",
        size=5,
        groups=PERSONAL,
        help="Official geographic code of the commune as it was on the day of birth; "
        "empty for a birth abroad.",
    )
    urssaf_birth_city = fields.Char(string="Birth commune", size=50, groups=PERSONAL)
    urssaf_mobile = fields.Char(string="Mobile phone for Urssaf", groups=PERSONAL)
    urssaf_street_number = fields.Char(
        string="Street number",
        size=20,
        compute="_compute_urssaf_street",
        store=True,
        readonly=False,
    )
    urssaf_street_letter = fields.Selection(
        list(STREET_LETTERS.items()),
        string="Street letter",
        compute="_compute_urssaf_street",
        store=True,
        readonly=False,
    )
    urssaf_street_type = fields.Selection(
        list(STREET_TYPES.items()),
        string="Street type",
        compute="_compute_urssaf_street",
        store=True,
        readonly=False,
    )
    urssaf_street_name = fields.Char(
        string="Street name",
        size=28,
        compute="_compute_urssaf_street",
        store=True,
        readonly=False,
    )
    urssaf_address_complement = fields.Char(
        string="Address complement",
        compute="_compute_urssaf_address_complement",
        store=True,
        readonly=False,
    )
    urssaf_locality = fields.Char(string="Lieu-dit", size=38)
    urssaf_city_code = fields.Char(
        string="Commune (INSEE code)",
        size=5,
        help="Official geographic code of the commune of the address, five characters.",
    )
    urssaf_bank_account_id = fields.Many2one(
        "res.partner.bank",
        string="Bank account to debit",
        compute="_compute_urssaf_bank_account_id",
        store=True,
        readonly=False,
        domain="[('partner_id', '=', id)]",
        groups=PERSONAL,
        help="Held by the customer. Urssaf debits what is left to pay from it.",
    )
    urssaf_enrolment_ids = fields.One2many(
        "urssaf.enrolment", "partner_id", string="Urssaf enrolments", groups=READERS
    )
    urssaf_enrolment_id = fields.Many2one(
        "urssaf.enrolment", compute="_compute_urssaf_enrolment", groups=READERS
    )
    urssaf_enrolment_state = fields.Selection(
        STATES,
        string="Avance immédiate",
        compute="_compute_urssaf_enrolment",
        search="_search_urssaf_enrolment_state",
        groups=READERS,
    )

    urssaf_enrolment_error = fields.Text(
        compute="_compute_urssaf_enrolment", groups=READERS
    )

    # -- computes --------------------------------------------------------------

    @api.depends("street")
    def _compute_urssaf_street(self):
        """Cut the street as Urssaf wants it; every part stays editable."""
        for partner in self:
            parts = _street_parts(partner.street)
            partner.urssaf_street_number = parts.get("numeroVoie")
            partner.urssaf_street_letter = parts.get("lettreVoie")
            partner.urssaf_street_type = parts.get("codeTypeVoie")
            partner.urssaf_street_name = parts.get("libelleVoie")

    @api.depends("street", "street2")
    def _compute_urssaf_address_complement(self):
        """What cannot be cut, and the second line. If it is too long for Urssaf it
        stays whole: the check says so, rather than losing half of an address.
        """
        for partner in self:
            rest = _street_parts(partner.street).get("complement")
            lines = [line for line in (rest, partner.street2) if line]
            partner.urssaf_address_complement = ", ".join(lines) or False

    @api.depends("bank_ids")
    def _compute_urssaf_bank_account_id(self):
        for partner in self:
            if partner.urssaf_bank_account_id not in partner.bank_ids:
                partner.urssaf_bank_account_id = partner.bank_ids[:1]

    @api.depends(
        "urssaf_enrolment_ids.state", "urssaf_enrolment_ids.last_error_message"
    )
    @api.depends_context("company")
    def _compute_urssaf_enrolment(self):
        for partner in self:
            enrolment = partner.urssaf_enrolment_ids.filtered(
                lambda e: e.company_id == self.env.company
            )[:1]
            partner.urssaf_enrolment_id = enrolment
            partner.urssaf_enrolment_state = enrolment.state
            partner.urssaf_enrolment_error = enrolment.last_error_message

    def _search_urssaf_enrolment_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            (
                "urssaf_enrolment_ids",
                "any",
                [("company_id", "=", self.env.company.id), ("state", "in", value)],
            )
        ]

    # -- what method 010 needs -------------------------------------------------

    def _urssaf_prepare_enrolment(self):
        """The body of method 010 in Urssaf's own words, ``None`` where we know nothing.

        Contains personal data: it is sent, and neither stored nor logged.
        """
        self.ensure_one()
        birth_name = normalise_name(self.urssaf_birth_name or "")
        usage_name = normalise_name(self.urssaf_usage_name or "")
        return {
            "civilite": self.urssaf_civility or None,
            "nomNaissance": birth_name or None,
            "nomUsage": usage_name if usage_name and usage_name != birth_name else None,
            "prenoms": normalise_first_names(self.urssaf_first_names or "") or None,
            "dateNaissance": self.urssaf_birth_date or None,
            "lieuNaissance": self._urssaf_prepare_birth_place(),
            "numeroTelephonePortable": normalise_mobile(self.urssaf_mobile or ""),
            "adresseMail": self._urssaf_email(),
            "adressePostale": self._urssaf_prepare_address(),
            "coordonneeBancaire": self._urssaf_prepare_bank_account(),
        }

    def _urssaf_email(self):
        return (self.email_normalized or self.email or "").strip() or None

    def _urssaf_prepare_birth_place(self):
        country = self.urssaf_birth_country_code or None
        if country != FRANCE:
            # Urssaf refuses a département or a commune with a foreign country.
            return {"codePaysNaissance": country}
        try:
            department, commune = split_insee(self.urssaf_birth_city_code or "")
        except ValueError:
            department = commune = None
        return {
            "codePaysNaissance": country,
            "departementNaissance": department,
            "communeNaissance": {
                "codeCommune": commune,
                "libelleCommune": (self.urssaf_birth_city or "").strip() or None,
            },
        }

    def _urssaf_prepare_address(self):
        address = {
            "numeroVoie": self.urssaf_street_number,
            "lettreVoie": self.urssaf_street_letter,
            "codeTypeVoie": self.urssaf_street_type,
            "libelleVoie": self.urssaf_street_name,
            "complement": self.urssaf_address_complement,
            "lieuDit": self.urssaf_locality,
            "libelleCommune": self.city,
            "codeCommune": self.urssaf_city_code,
            "codePostal": self.zip,
        }
        address = {key: (value or "").strip() or None for key, value in address.items()}
        # The services are done at home in France: another country is a mistake.
        french = not self.country_id or self.country_id.code == "FR"
        address["codePays"] = FRANCE if french else None
        return address

    def _urssaf_prepare_bank_account(self):
        account = self.urssaf_bank_account_id
        return {
            "iban": account.sanitized_acc_number or None,
            "bic": (account.bank_bic or "").replace(" ", "") or None,
            "titulaire": (account.acc_holder_name or self.name or "").strip() or None,
        }

    def _urssaf_enrolment_request(self):
        """The validated request of method 010.

        :raises pydantic.ValidationError: something is missing or malformed
        """
        return EnrolmentRequest.model_validate(self._urssaf_prepare_enrolment())

    def _urssaf_enrolment_faults(self):
        """What must be mended before enrolling: ``[(field, sentence)]``, in the
        order of the form, without any personal data.
        """
        self.ensure_one()
        if self.is_company or self.commercial_partner_id != self:
            return [("is_company", self.env._("Only a person can be enrolled."))]
        try:
            self._urssaf_enrolment_request()
        except SchemaError as error:
            faults = {}
            for path, kind in field_errors(error):
                name = self._urssaf_field_of(path)
                faults.setdefault(name, self._urssaf_fault_text(name, path, kind))
            order = list(dict.fromkeys(WIRE_FIELDS.values()))
            return sorted(faults.items(), key=lambda fault: order.index(fault[0]))
        return []

    @api.model
    def _urssaf_field_of(self, path):
        """The Odoo field behind a path such as ``adressePostale.codePostal``."""
        while path and path not in WIRE_FIELDS:
            path = path.rpartition(".")[0]
        return WIRE_FIELDS.get(path, "urssaf_civility")

    def _urssaf_fault_text(self, name, path, kind):
        if path == "coordonneeBancaire.bic":
            return self.env._(
                "Bank account to debit: the BIC of the bank is missing or malformed."
            )
        if name == "country_id":
            return self.env._("Country: the services are performed in France only.")
        label = self.fields_get([name], ["string"])[name]["string"]
        if not self[name]:
            return self.env._("%s: to be filled in.", label)
        if kind == "string_too_long":
            return self.env._("%s: too long for Urssaf.", label)
        return self.env._("%s: not in the form that Urssaf expects.", label)

    # -- buttons ---------------------------------------------------------------

    def action_urssaf_refresh(self):
        """Ask Urssaf for the state of these customers."""
        self.env["urssaf.enrolment"]._check_urssaf_user()
        self.check_access("read")
        return self.urssaf_enrolment_id.action_urssaf_refresh()

    def action_urssaf_adopt(self):
        """Open the wizard to link a customer enrolled with another software."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer enrolled elsewhere"),
            "res_model": "urssaf.enrolment.adopt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_urssaf_view_enrolment(self):
        self.ensure_one()
        return self.urssaf_enrolment_id._get_records_action()

    def _urssaf_enrolments(self):
        """The enrolments of these customers in the current company, made if need be."""
        Enrolment = self.env["urssaf.enrolment"].sudo()
        company = self.env.company
        found = Enrolment.search(
            [("partner_id", "in", self.ids), ("company_id", "=", company.id)]
        )
        missing = self - found.partner_id
        return found | Enrolment.create(
            [{"partner_id": p.id, "company_id": company.id} for p in missing]
        )


def _street_parts(street):
    try:
        return split_street(street or "")
    except ValueError:
        return {"complement": street}
