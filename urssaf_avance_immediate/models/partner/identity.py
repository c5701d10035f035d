# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who the customer is for the tax office: names, date and place of birth."""

from odoo import api, models

from ...lib.rules import (
    normalise_first_names,
    normalise_label,
    normalise_name,
    place_key,
    same_name,
    same_person,
    split_insee,
)
from ..geography.country import FRANCE
from ..groups import PERSONAL
from .personal_fields import (
    PersonalChar,
    PersonalDate,
    PersonalMany2one,
    PersonalSelection,
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "urssaf.guarded", "urssaf.alerted"]

    # Nothing here is copied: another contact is another person.
    urssaf_civility = PersonalSelection(
        [("1", "Monsieur"), ("2", "Madame")],
        string="Civility",
        copy=False,
        groups=PERSONAL,
    )
    urssaf_birth_name = PersonalChar(string="Birth name", copy=False, groups=PERSONAL)
    urssaf_usage_name = PersonalChar(
        string="Usage name",
        copy=False,
        groups=PERSONAL,
        help="Only if it differs from birth name.",
    )
    urssaf_first_names = PersonalChar(
        string="First names",
        copy=False,
        groups=PERSONAL,
        help="All of them, in the order of the civil status, separated by a space.",
    )
    urssaf_birth_date = PersonalDate(string="Birth date", copy=False, groups=PERSONAL)
    urssaf_birth_country_id = PersonalMany2one(
        "res.country",
        string="Birth country",
        compute="_compute_urssaf_birth_country_id",
        inverse="_inverse_urssaf_birth_country_id",
        store=True,
        copy=False,
        groups=PERSONAL,
        help="As it is today; Morocco and Tunisia were countries before, too. Algeria "
        "before July 1962: choose Algeria; should the tax office not recognise the "
        "customer, choose France, and as the commune the département of the time: "
        "Alger, Oran, Constantine or Territoires du Sud.",
    )
    urssaf_birth_country_code = PersonalChar(
        string="Birth country (INSEE code)",
        default=FRANCE,
        size=5,
        copy=False,
        groups=PERSONAL,
        help="99100 for France; the INSEE code of the country for a birth abroad.",
    )
    urssaf_birth_commune_id = PersonalMany2one(
        "urssaf.commune",
        string="Find the birth commune",
        compute="_compute_urssaf_birth_commune_id",
        inverse="_inverse_urssaf_birth_commune_id",
        store=True,
        copy=False,
        index="btree_not_null",
        groups=PERSONAL,
        help="By name, département, postal code or INSEE code, as it was on the day of "
        "birth: the former commune if it was merged since, the arrondissement in "
        "Paris, Lyon and Marseille, code 75 or 78 in Seine and Seine-et-Oise before "
        "1968. What is not in the list is typed in the two fields below.",
    )
    urssaf_birth_city_code = PersonalChar(
        string="Birth commune (INSEE code)",
        size=5,
        copy=False,
        groups=PERSONAL,
        help="Official geographic code of the commune as it was on the day of birth; "
        "empty for a birth abroad.",
    )
    urssaf_birth_city = PersonalChar(
        string="Birth commune", size=50, copy=False, groups=PERSONAL
    )

    @api.depends("urssaf_birth_country_code")
    def _compute_urssaf_birth_country_id(self):
        """Several territories share a code: what was chosen is kept if it agrees."""
        Country = self.env["res.country"]
        codes = {p.urssaf_birth_country_code for p in self} - {False}
        by_code = Country.search([("urssaf_code", "in", list(codes))]).grouped(
            "urssaf_code"
        )
        by_code[FRANCE] = self.env.ref("base.fr")
        for partner in self:
            found = by_code.get(partner.urssaf_birth_country_code, Country)
            chosen = partner.urssaf_birth_country_id
            if not chosen or chosen.urssaf_code != partner.urssaf_birth_country_code:
                chosen = found[:1]
            partner.urssaf_birth_country_id = chosen

    @api.onchange("urssaf_birth_country_id")
    def _inverse_urssaf_birth_country_id(self):
        for partner in self:
            code = partner.urssaf_birth_country_id.urssaf_code
            if code and code != partner.urssaf_birth_country_code:
                partner.urssaf_birth_country_code = code

    @api.depends("urssaf_birth_city_code", "urssaf_birth_city")
    def _compute_urssaf_birth_commune_id(self):
        """The commune of the code that is there, by its name if two have had it."""
        codes = {p.urssaf_birth_city_code for p in self} - {False}
        by_code = self.env["urssaf.commune"]._by_code(codes) if codes else {}
        for partner in self:
            communes = by_code.get(partner.urssaf_birth_city_code)
            if communes is None:
                partner.urssaf_birth_commune_id = False
                continue
            key = place_key(partner.urssaf_birth_city or "")
            named = communes.filtered(lambda c, key=key: c.name_key == key)
            chosen = partner.urssaf_birth_commune_id & named
            partner.urssaf_birth_commune_id = chosen or named[:1] or communes[:1]

    @api.onchange("urssaf_birth_commune_id")
    def _inverse_urssaf_birth_commune_id(self):
        """What is sent is typed, or follows from the choice. An emptied choice leaves
        it alone: it may be a code that no list has.
        """
        for partner in self.filtered("urssaf_birth_commune_id"):
            commune = partner.urssaf_birth_commune_id
            if commune.code != partner.urssaf_birth_city_code:
                partner.urssaf_birth_city_code = commune.code
            if commune.name_key != place_key(partner.urssaf_birth_city or ""):
                partner.urssaf_birth_city = commune.name

    # -- what is sent ----------------------------------------------------------

    def _urssaf_prepare_names(self):
        birth_name = normalise_name(self.urssaf_birth_name or "")
        usage_name = normalise_name(self.urssaf_usage_name or "")
        return {
            "civilite": self.urssaf_civility or None,
            "nomNaissance": birth_name or None,
            "nomUsage": usage_name if usage_name and usage_name != birth_name else None,
            "prenoms": normalise_first_names(self.urssaf_first_names or "") or None,
            "dateNaissance": self.urssaf_birth_date or None,
        }

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
                "libelleCommune": normalise_label(self.urssaf_birth_city or "") or None,
            },
        }

    # -- beside what Urssaf tells ------------------------------------------------

    def _urssaf_name_differences(self, status):
        """Names that method 020 tells and that are not those of the contact:
        ``[(field, theirs, ours)]``. What Urssaf does not tell differs from nothing.
        """
        self.ensure_one()
        told = [
            ("urssaf_birth_name", status.birth_name),
            ("urssaf_first_names", status.first_names),
            ("urssaf_usage_name", status.usage_name),
        ]
        if same_name(status.usage_name, status.birth_name):
            told.pop()
        return [
            (name, theirs, self[name])
            for name, theirs in told
            if theirs and not same_name(theirs, self[name])
        ]

    def _urssaf_is(self, status):
        """Whether the person that method 020 describes can be this customer, see
        ``lib.rules.same_person``.
        """
        self.ensure_one()
        return same_person(
            self.urssaf_birth_name,
            self.urssaf_first_names,
            status.birth_name,
            status.first_names,
        )

    # -- Odoo's own import: a file names the city of birth, and not its code -----

    @api.model
    def load(self, fields, data):
        """Extends base: finds the commune of birth where only one is meant. The others
        keep what the file said, and their checklist asks for the code. The commune of
        the address follows from postal code and city by itself.
        """
        result = super().load(fields, data)
        if "urssaf_birth_city" in fields and result["ids"]:
            self.browse(filter(None, result["ids"]))._urssaf_find_birth_commune()
        return result

    def _urssaf_find_birth_commune(self):
        """Fill in the code of the commune of birth where there is none."""
        open_ = self.filtered(
            lambda p: p.urssaf_birth_city
            and not p.urssaf_birth_city_code
            and p.urssaf_birth_country_code == FRANCE
        )
        places = {p: (p.urssaf_birth_city, p.urssaf_birth_date) for p in open_}
        found = self.env["urssaf.commune"]._find_births(set(places.values()))
        for partner, place in places.items():
            commune = found[place]
            if commune:
                partner.write(
                    {
                        "urssaf_birth_city_code": commune.code,
                        "urssaf_birth_city": commune.name,
                    }
                )
