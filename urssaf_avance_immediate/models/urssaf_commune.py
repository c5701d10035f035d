# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.rules.communes import (
    Place,
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
    ("former", "Former code"),
]
# Made of former communes; the address of a resident is in the whole.
PARTS = ("delegated", "associated")


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
                commune.zips or commune.parent_id.zips or "",
                names,
                commune.parent_id.code or "",
            )
            commune.rank = rank(commune.kind)

    @api.depends("code", "name", "kind", "parent_id.name", "until")
    def _compute_display_name(self):
        for commune in self:
            name, remark = commune.name, commune._remark()
            if commune._is_absorbed():
                # The source has its code, and not its name.
                name = self.env._("Commune joined to %s", name)
            shown = f"{name} ({commune.department}) · {commune.code}"
            commune.display_name = f"{shown} · {remark}" if remark else shown

    def _is_absorbed(self):
        """Whether this is the old code of a commune that is part of another today; the
        other old codes are those of the same commune, in another département.
        """
        whole = self.parent_id.department
        return self.kind == "former" and not self.until and whole == self.department

    def _remark(self):
        """What sets a part or an old code apart from the commune of today."""
        whole = self.parent_id.name
        if self.kind == "delegated" and whole:
            return self.env._("déléguée of %s", whole)
        if self.kind == "associated" and whole:
            return self.env._("associée to %s", whole)
        if self.kind == "former" and self.until:
            return self.env._("code until %s", self.until.year)
        if self.kind == "former" and not self._is_absorbed():
            return self.env._("former code")
        return ""

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
        """Extends: first whose name is the one typed; codes in force on the day of
        the context's ``urssaf_on`` only.
        """
        domain = Domain(domain or Domain.TRUE) & self._in_force_domain()
        key = place_key(name)
        if not key or operator != "ilike":
            return super().name_search(name, domain, operator, limit)
        # "Saint-Denis 93": the number is a département, and no part of the name.
        names = [key, " ".join(word for word in key.split() if not word.isdigit())]
        exact = domain & self._search_display_name(operator, name)
        first = self.search(exact & Domain("name_key", "in", names), limit=limit)
        left = limit - len(first) if limit else limit
        found = [(commune.id, commune.display_name) for commune in first]
        if limit and not left:
            return found
        rest = domain & Domain("id", "not in", first.ids)
        return found + super().name_search(name, rest, operator, left)

    def _in_force_domain(self):
        day = fields.Date.to_date(self.env.context.get("urssaf_on") or None)
        if not day:
            return Domain.TRUE
        since = Domain("since", "=", False) | Domain("since", "<=", day)
        return since & (Domain("until", "=", False) | Domain("until", ">=", day))

    # -- what others ask -------------------------------------------------------

    def _whole(self):
        """The commune of today: of a part or an old code, what it belongs to."""
        self.ensure_one()
        if self.kind in (*PARTS, "former") and self.parent_id:
            return self.parent_id
        return self

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
        """
        self = self.browse()
        wanted = {(z, c): district_code(z, c) for z, c in addresses if z and c}
        by_code = self._by_code([code for code in wanted.values() if code])
        named = self.search(
            [
                ("name_key", "in", [place_key(c) for _z, c in wanted]),
                ("kind", "!=", "former"),
            ]
        )
        by_zip = self._of_zips({z for z, _c in wanted}) if wanted else {}
        by_key = named.grouped("name_key")
        result = {}
        for (zip_code, city), district in wanted.items():
            if district or is_divided(city):
                result[zip_code, city] = by_code.get(district, self)[:1]
                continue
            same_name = by_key.get(place_key(city), self)._places()
            same_zip = by_zip.get(zip_code, self)._places()
            found = find_commune(zip_code, city, same_name, same_zip)
            result[zip_code, city] = self.browse(found)
        return result

    def _all_zips(self):
        """The postal codes; of a part, those of the whole."""
        zips = self.zips or (self.parent_id.zips if self.kind in PARTS else "")
        return frozenset((zips or "").split())

    def _places(self):
        """What ``find_commune`` compares: a part stands for the whole."""
        return [
            Place(c._whole().id, c.code, c.name_key, c._all_zips())
            for c in self
            if c.kind != "former"
        ]

    # -- edition ---------------------------------------------------------------

    def write(self, vals):
        """Extends: what somebody changes is his, and no longer the shipped row."""
        if not vals.keys() <= {"official"}:
            vals = {**vals, "official": False}
        return super().write(vals)
