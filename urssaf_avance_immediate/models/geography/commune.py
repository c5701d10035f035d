# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.rules.communes import (
    Place,
    choose_commune,
    city_keys,
    department,
    district_code,
    find_commune,
    is_divided,
    place_key,
    rank,
    search_text,
)

KINDS = [
    ("commune", "Commune"),
    ("district", "Arrondissement"),
    ("delegated", "Commune déléguée"),
    ("associated", "Commune associée"),
    ("former", "Former commune or code"),
    ("algeria", "Département of Algeria before July 1962"),
]
# Made of former communes; the address of a resident is in the whole.
PARTS = ("delegated", "associated")
# Someone may have been born there, nobody lives there today.
ALGERIA = "algeria"


class UrssafCommune(models.Model):
    """A commune of the official geographic code, or a code that one had.

    A person is born in the commune as it was on that day, and lives in the one of
    today: both are here. The list is shipped (``data/cog``) and may be completed.
    """

    _name = "urssaf.commune"
    _description = "French Commune"
    _order = "rank, name, code"

    code = fields.Char(string="INSEE code", required=True, size=5, index=True)
    name = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True, default="commune")
    parent_id = fields.Many2one(
        "urssaf.commune",
        string="Part of",
        index="btree_not_null",
        ondelete="set null",
        help="The commune of today of which it is a part.",
    )
    child_ids = fields.One2many("urssaf.commune", "parent_id", string="Made of")
    zips = fields.Char(string="Postal codes", help="Separated by a space.")
    since = fields.Date(help="First day of the code, where it is known.")
    until = fields.Date(help="Last day of the code, where it is known.")
    department = fields.Char(compute="_compute_search_text", store=True)
    name_key = fields.Char(compute="_compute_search_text", store=True, index=True)
    search_text = fields.Char(compute="_compute_search_text", store=True)
    rank = fields.Integer(compute="_compute_search_text", store=True)
    official = fields.Boolean(
        readonly=True,
        copy=False,
        help="As it was shipped. What you add or change is left alone by upgrades.",
    )
    active = fields.Boolean(default=True)

    @api.depends("code", "name", "kind", "zips", "parent_id.code", "parent_id.zips")
    def _compute_search_text(self):
        names = self._department_names()
        for commune in self:
            code = (commune.code or "").upper()
            commune.department = department(code)
            commune.name_key = place_key(commune.name)
            commune.search_text = search_text(
                code,
                commune.name_key,
                commune.kind,
                commune.zips or commune.parent_id.zips or "",
                names,
                commune.parent_id.code or "",
            )
            commune.rank = rank(commune.kind)

    @api.depends("code", "name", "kind", "parent_id.name", "until")
    def _compute_display_name(self):
        for commune in self:
            shown = f"{commune.name} ({commune.department}) · {commune.code}"
            remark = commune._remark()
            commune.display_name = f"{shown} · {remark}" if remark else shown

    def _remark(self):
        """What sets a part or what is no more apart from the commune of today."""
        whole = self.parent_id.name
        if self.kind == "delegated" and whole:
            return self.env._("déléguée of %s", whole)
        if self.kind == "associated" and whole:
            return self.env._("associée to %s", whole)
        if self.kind == ALGERIA:
            return self.env._("Algeria before July 1962")
        return self._remark_of_former(whole) if self.kind == "former" else ""

    def _remark_of_former(self, whole):
        until = self.until
        if whole and whole != self.name and until:
            year = (until + timedelta(days=1)).year
            return self.env._("%(name)s since %(year)s", name=whole, year=year)
        if whole and whole != self.name:
            return self.env._("today %s", whole)
        if until:
            return self.env._("code until %s", until.year)
        return self.env._("former code")

    # -- search ----------------------------------------------------------------

    @api.model
    def _search_display_name(self, operator, value):
        """By name (with or without accents, St for Saint), number or name of the
        département, postal code, INSEE code: each word must be the start of one.
        """
        if operator not in ("ilike", "like", "=ilike", "=") or not value:
            return super()._search_display_name(operator, value)
        words = place_key(str(value)).split()
        return Domain.AND(Domain("search_text", "like", f" {word}") for word in words)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Extends: codes in force on the day of the context's ``urssaf_on`` only; those
        whose name is the one typed first, then those that begin with it ("Oran", then
        "Orange"), then those that have it in their name, then the others.

        An import asks for the one of this name (“=”): of several it would take any.
        """
        if name and operator == "=":
            born = fields.Date.to_date(self.env.context.get("urssaf_on") or None)
            commune = self._find_births([(name, born)])[name, born]
            commune = commune.filtered_domain(Domain(domain or Domain.TRUE))
            return [(commune.id, commune.display_name)] if commune else []
        domain = Domain(domain or Domain.TRUE) & self._in_force_domain()
        key = place_key(name)
        if not key or operator != "ilike":
            return super().name_search(name, domain, operator, limit)
        # "Saint-Denis 93": the number is a département, and no part of the name.
        names = {key, " ".join(word for word in key.split() if not word.isdigit())}
        domain &= self._search_display_name(operator, name)
        found = self.browse()
        for first in (*_name_domains(names - {""}), Domain.TRUE):
            left = limit - len(found) if limit else None
            if left == 0:
                break
            wanted = domain & first & Domain("id", "not in", found.ids)
            found |= self.search(wanted, limit=left)
        return [(commune.id, commune.display_name) for commune in found]

    def _in_force_domain(self):
        """Algeria stays, so that who types "Oran" is not led to Orange; a later birth
        there is warned of.
        """
        day = fields.Date.to_date(self.env.context.get("urssaf_on") or None)
        if not day:
            return Domain.TRUE
        since = Domain("since", "=", False) | Domain("since", "<=", day)
        until = Domain("until", "=", False) | Domain("until", ">=", day)
        return (since & until) | Domain("kind", "=", ALGERIA)

    # -- what others ask -------------------------------------------------------

    def _whole(self):
        """The commune of today: of a part or an old code, what it belongs to."""
        self.ensure_one()
        if self.kind in (*PARTS, "former") and self.parent_id:
            return self.parent_id
        return self

    def _former_on(self, day):
        """What was there on that day and is part of this commune, or is this one under
        another name or code.
        """
        return self.child_ids.filtered(
            lambda c: c.kind == "former" and c._was_there(day)
        )

    def _made_of(self, born=None):
        """The communes that may be meant by this one, where its name is younger than
        they are: Évry and Courcouronnes. None of Annecy, which grew and kept its name.
        """
        parts = self.child_ids.filtered(lambda c: c.kind == "delegated")
        if born:
            parts |= self._former_on(born)
        same_code = parts.filtered(lambda c: c.code == self.code)
        if not same_code or self.name_key in same_code.mapped("name_key"):
            return self.browse()
        # Renamed alone: the code tells it.
        return parts if parts - same_code else self.browse()

    @api.model
    def _by_code(self, codes):
        """The communes of these INSEE codes, by code; the present name comes first."""
        found = {}
        for commune in self.search([("code", "in", list(set(codes)))]):
            found[commune.code] = found.get(commune.code, self.browse()) | commune
        return found

    @api.model
    def _of_zips(self, zips):
        """The communes of each of these postal codes, parts included."""
        self.flush_model(["zips", "active"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM urssaf_commune WHERE active"
                " AND string_to_array(zips, ' ') && %s",
                list(zips),
            )
        )
        communes = self.browse(row[0] for row in rows)
        by_zip = {}
        for commune in communes | communes.child_ids.filtered(
            lambda c: c.kind in PARTS
        ):
            for zip_code in commune._all_zips():
                by_zip[zip_code] = by_zip.get(zip_code, self.browse()) | commune
        return by_zip

    @api.model
    def _find(self, zip_code, city):
        """The commune of today of one address, as ``_find_all`` finds it; many are
        found together by that one.
        """
        return self._find_all([(zip_code, city)]).get((zip_code, city), self.browse())

    @api.model
    def _find_all(self, addresses):
        """The commune of today of each ``(postal code, city)``, empty where none, or
        more than one, fits. A few queries, whatever their number.

        "91080 Courcouronnes" is found too: what was joined to another commune, or had
        another name, stands for what it became.
        """
        wanted = {(z, c): district_code(z, c) for z, c in addresses if z and c}
        by_code = self._by_code([code for code in wanted.values() if code])
        places = self._places_of(wanted)
        result = {}
        for address, district in wanted.items():
            if district or is_divided(address[1]):
                result[address] = by_code.get(district, self.browse())[:1]
            else:
                found = find_commune(*address, *places(*address))
                result[address] = self.browse(found)
        return result

    @api.model
    def _choices(self, zip_code, city):
        """The communes of today between which ``_find`` does not choose: a person
        does. All those of the postal code, if they are few and the name tells nothing.
        """
        if not zip_code or not city:
            return self.browse()
        if is_divided(city):
            name = city_keys(city)[0].split()[0]
            codes = [district_code("", f"{name} {n}") for n in range(1, 21)]
            return self.browse().union(*self._by_code(filter(None, codes)).values())
        places = self._places_of([(zip_code, city)])
        address = zip_code, city
        return self.browse(choose_commune(*address, *places(*address)))

    def _places_of(self, addresses):
        """A function of an address: places of its names, places of its postal code."""
        keys = {key for _zip, city in addresses for key in city_keys(city)}
        named = self.search([("name_key", "in", list(keys)), ("kind", "!=", ALGERIA)])
        by_key = named.grouped("name_key")
        zips = {zip_code.strip() for zip_code, _city in addresses}
        by_zip = self._of_zips(zips) if zips else {}

        def places(zip_code, city):
            same_name = [by_key[key] for key in city_keys(city) if key in by_key]
            around = by_zip.get(zip_code.strip(), self.browse())
            return self.browse().union(*same_name)._places(), around._places()

        return places

    def _all_zips(self):
        """The postal codes; of a part or a former commune, also those of the whole."""
        zips = [self.zips, self._whole().zips]
        return frozenset(" ".join(filter(None, zips)).split())

    def _places(self):
        """What ``find_commune`` compares: a part stands for the whole, a name of the
        past for the commune of today.
        """
        wholes = [(commune, commune._whole()) for commune in self]
        return [
            Place(
                whole.id,
                whole.code,
                commune.name_key,
                commune._all_zips(),
                commune.kind == "former",
            )
            for commune, whole in wholes
        ]

    # -- edition ---------------------------------------------------------------

    def write(self, vals):
        """Extends: what somebody changes is his, and no longer the shipped row."""
        if not vals.keys() <= {"official"}:
            vals = {**vals, "official": False}
        return super().write(vals)


def _name_domains(names):
    """From the name itself to a word of it."""
    yield Domain("name_key", "in", list(names))
    for pattern in ("%s %%", "%s%%", "%% %s%%"):
        yield Domain.OR(Domain("name_key", "=like", pattern % name) for name in names)
