# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The address of the customer, cut as Urssaf wants it."""

from odoo import api, fields, models

from ...lib.api.codes import STREET_LETTERS, STREET_TYPES
from ...lib.rules import clean, split_street, street_line
from ..geography.country import FRANCE

PARTS = {
    "urssaf_street_number": "numeroVoie",
    "urssaf_street_letter": "lettreVoie",
    "urssaf_street_type": "codeTypeVoie",
    "urssaf_street_name": "libelleVoie",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

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
    urssaf_street_source = fields.Char(
        compute="_compute_urssaf_street",
        store=True,
        help="The line that was cut: a correction is kept until it changes.",
    )
    urssaf_address_complement = fields.Char(
        string="Address complement",
        compute="_compute_urssaf_address_complement",
        store=True,
        readonly=False,
    )
    urssaf_locality = fields.Char(
        string="Lieu-dit",
        size=38,
        compute="_compute_urssaf_address_complement",
        store=True,
        readonly=False,
    )
    urssaf_city_code = fields.Char(
        string="Commune (INSEE code)",
        size=5,
        compute="_compute_urssaf_city_code",
        store=True,
        readonly=False,
        help="Official geographic code of the commune of the address, five characters. "
        "It follows from the postal code and the city.",
    )
    urssaf_city_commune_id = fields.Many2one(
        "urssaf.commune",
        string="Commune",
        compute="_compute_urssaf_city_commune_id",
        inverse="_inverse_urssaf_city_commune_id",
        store=True,
        index="btree_not_null",
        help="The commune of today, with the arrondissement in Paris, Lyon and "
        "Marseille. To be chosen where the postal code and the city leave a doubt.",
    )

    @api.depends("street", "street2")
    def _compute_urssaf_street(self):
        """Cut the street as Urssaf wants it; every part stays editable."""
        for partner in self:
            typed = partner._urssaf_typed_address()
            source = street_line(typed) or partner.street or False
            if source == partner.urssaf_street_source:
                # Another line changed: what somebody corrected is kept.
                parts = {name: partner[name] for name in PARTS}
            else:
                cut = _address_parts(typed)
                parts = {name: cut.get(key) for name, key in PARTS.items()}
            partner.update({**parts, "urssaf_street_source": source})

    @api.depends("street", "street2")
    def _compute_urssaf_address_complement(self):
        """What cannot be cut, in the complement and, if need be, the lieu-dit. If it
        is too long for Urssaf it stays whole: the check says so, rather than losing
        half of an address.
        """
        for partner in self:
            parts = _address_parts(partner._urssaf_typed_address())
            partner.urssaf_address_complement = parts.get("complement")
            partner.urssaf_locality = parts.get("lieuDit")

    @api.depends("zip", "city", "country_id")
    def _compute_urssaf_city_code(self):
        addresses = {p: (p.zip or "", p.city or "") for p in self._urssaf_french()}
        found = self.env["urssaf.commune"]._find_all(set(addresses.values()))
        for partner in self:
            commune = found.get(addresses.get(partner))
            partner.urssaf_city_code = commune.code if commune else False

    @api.depends("urssaf_city_code")
    def _compute_urssaf_city_commune_id(self):
        codes = {p.urssaf_city_code for p in self} - {False}
        by_code = self.env["urssaf.commune"]._by_code(codes) if codes else {}
        for partner in self:
            communes = by_code.get(partner.urssaf_city_code)
            partner.urssaf_city_commune_id = communes[:1] if communes else False

    @api.onchange("urssaf_city_commune_id")
    def _inverse_urssaf_city_commune_id(self):
        for partner in self.filtered("urssaf_city_commune_id"):
            whole = partner.urssaf_city_commune_id._whole()
            if whole.code != partner.urssaf_city_code:
                partner.urssaf_city_code = whole.code

    def _urssaf_typed_address(self):
        return "\n".join(filter(None, (self.street, self.street2)))

    def _urssaf_french(self):
        """Those who live in France, overseas included: each territory is a country of
        its own in Odoo.
        """
        return self.filtered(
            lambda p: not p.country_id or p.country_id.urssaf_code == FRANCE
        )

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
        address = {
            key: " ".join(clean(value or "").split()) or None
            for key, value in address.items()
        }
        # The services are done at home in France: another country is a mistake.
        address["codePays"] = FRANCE if self._urssaf_french() else None
        return address

    def _urssaf_zip_is_of_another_commune(self):
        """CEDEX has postal codes of its own, which are in no list."""
        zip_code, known = (self.zip or "").strip(), self.urssaf_city_commune_id.zips
        cedex = "cedex" in (self.city or "").casefold()
        return bool(zip_code and known and not cedex) and zip_code not in known.split()


def _address_parts(typed):
    try:
        return split_street(typed)
    except ValueError:
        return {"complement": ", ".join(typed.splitlines())}
