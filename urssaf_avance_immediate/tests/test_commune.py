# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped geographic code: found, chosen, loaded again."""

from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..models.geography.load import COMMUNES


@tagged("post_install", "-at_install")
class TestCommune(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Commune = cls.env["urssaf.commune"]

    def _names(self, text, **context):
        found = self.Commune.with_context(**context).name_search(text, limit=8)
        return [name for _id, name in found]

    def _code(self, zip_code, city):
        found = self.Commune._find_all([(zip_code, city)])
        return found[zip_code, city].code

    # -- search ----------------------------------------------------------------

    def test_found_in_many_ways(self):
        for text in ("saint etienne 42", "St-Étienne loire", "42100 etienne", "42218"):
            self.assertEqual(self._names(text)[0], "Saint-Étienne (42) · 42218", text)
        self.assertIn("Lyon 3e Arrondissement (69) · 69383", self._names("lyon 3"))
        self.assertIn("Sainte-Marie (974) · 97418", self._names("ste marie reunion"))
        self.assertFalse(self._names("nulle part"))

    def test_former_communes_say_what_they_became(self):
        [name] = self._names("Arbignieu")
        self.assertIn("01015", name)
        self.assertIn("Arboys en Bugey", name)
        [joined] = self._names("69232")
        self.assertIn("Saint-Rambert-l'Île-Barbe", joined)
        self.assertIn("Lyon since 1963", joined)

    def test_code_of_the_time(self):
        before, after = "Boulogne-Billancourt (75)", "Boulogne-Billancourt (92)"
        [old] = self._names("boulogne billancourt", urssaf_on="1950-05-02")
        self.assertTrue(old.startswith(before))
        [new] = self._names("boulogne billancourt", urssaf_on="1980-05-02")
        self.assertTrue(new.startswith(after))
        # Its code of today is the one of a part, since the merger of 2025.
        first = self._names("saint denis 93", urssaf_on="1949-10-10")[0]
        self.assertTrue(first.startswith("Saint-Denis (75) · 75066"), first)
        [corsican] = self._names("ajaccio", urssaf_on="1960-01-01")
        self.assertIn("20004", corsican)

    def test_the_name_that_is_typed_comes_first(self):
        oran, *others = self._names("Oran")
        self.assertTrue(oran.startswith("Oran (92) · 92352"), oran)
        self.assertTrue(others[0].startswith("Orange (84)"), others)
        # Whenever one is born: a later birth there is warned of.
        for born in ("1955-01-01", "1970-01-01"):
            [first, *_others] = self._names("Oran", urssaf_on=born)
            self.assertTrue(first.startswith("Oran (92)"), first)
        self.assertEqual(len(self._names("algérie")), 4)
        names = self._names("valence")
        self.assertTrue(all(name.startswith("Valence (") for name in names[:2]), names)

    def test_two_communes_fit(self):
        found = self.Commune._choices("06560", "Sophia Antipolis")
        self.assertEqual(found.name, "Valbonne")
        self.assertEqual(len(self.Commune._choices("75000", "Paris")), 20)
        self.assertEqual(self.Commune._find("91080", "Courcouronnes").code, "91228")

    def test_commune_of_an_address(self):
        for zip_code, city, code in (
            ("35000", "RENNES", "35238"),
            ("42000", "St Etienne", "42218"),
            ("42000", "Saint-Etiene", "42218"),
            ("75011", "Paris", "75111"),
            ("75116", "Paris", "75116"),
            ("69003", "Lyon", "69383"),
            ("13008", "Marseille Cedex 08", "13208"),
            ("94235", "Cachan Cedex", "94016"),
            ("74940", "Annecy-le-Vieux", "74010"),
            ("97400", "St Denis", "97411"),
            ("20000", "Ajaccio", "2A004"),
            ("97700", "Saint-Barthélemy", "97701"),
            ("91080", "Courcouronnes", "91228"),
            ("91000", "Evry", "91228"),
            ("51000", "Châlons-sur-Marne", "51108"),
            ("75000", "Paris", False),
            ("35000", "Bordeaux", False),
        ):
            self.assertEqual(self._code(zip_code, city), code, (zip_code, city))

    def test_many_addresses_in_a_few_queries(self):
        communes = self.Commune.search([("zips", "!=", False)], limit=200)
        addresses = {(c.zips.split()[0], c.name) for c in communes}
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            found = self.Commune._find_all(addresses)
        self.assertGreater(sum(1 for c in found.values() if c), 150)

    # -- the customer ----------------------------------------------------------

    def test_choice_fills_what_is_sent(self):
        self.env.user.group_ids += self.env.ref("urssaf_avance_immediate.group_user")
        lyon = self.Commune._by_code(["69383"])["69383"]
        with Form(self.env["res.partner"]) as form:
            form.name = "Jeanne"
            form.urssaf_details = True
            form.urssaf_birth_commune_id = lyon
            self.assertEqual(form.urssaf_birth_city_code, "69383")
            self.assertEqual(form.urssaf_birth_city, "Lyon 3e Arrondissement")
            form.urssaf_birth_city_code = "75012"
            self.assertEqual(form.urssaf_birth_commune_id.code, "75012")
            form.urssaf_birth_city_code = "91999"
            self.assertFalse(form.urssaf_birth_commune_id)
            form.zip, form.city = "75011", "Paris"
            self.assertEqual(form.urssaf_city_code, "75111")
        partner = form.record
        self.assertEqual(partner.urssaf_birth_city_code, "91999")
        partner.urssaf_birth_commune_id = lyon
        self.assertEqual(partner.urssaf_birth_city_code, "69383")

    def test_two_communes_of_one_code(self):
        both = self.Commune.search([("code", "=", "01015")])
        self.assertEqual(set(both.mapped("kind")), {"commune", "delegated"})
        partner = self.env["res.partner"].create({"name": "Jeanne"})
        for commune in both:
            partner.urssaf_birth_commune_id = commune
            self.assertEqual(partner.urssaf_birth_city, commune.name)
            self.assertEqual(partner.urssaf_birth_commune_id, commune)

    def test_countries(self):
        partner = self.env["res.partner"].create({"name": "Jeanne"})
        self.assertEqual(partner.urssaf_birth_country_id, self.env.ref("base.fr"))
        partner.urssaf_birth_country_id = self.env.ref("base.bm")
        self.assertEqual(partner.urssaf_birth_country_code, "99425")
        # Anguilla has the same code, and is not what was chosen.
        self.assertEqual(partner.urssaf_birth_country_id, self.env.ref("base.bm"))
        partner.urssaf_birth_country_code = "99352"
        self.assertEqual(partner.urssaf_birth_country_id, self.env.ref("base.dz"))
        partner.urssaf_birth_country_id = self.env.ref("base.re")
        self.assertEqual(partner.urssaf_birth_country_code, "99100")

    # -- loading ---------------------------------------------------------------

    def _load_again(self):
        self.env["ir.config_parameter"].set_param(COMMUNES, "older")
        self.env.flush_all()
        self.Commune.init()
        self.env.invalidate_all()

    def test_loading_again_changes_nothing(self):
        count = self.Commune.with_context(active_test=False).search_count([])
        self.assertGreater(count, 39000)
        self._load_again()
        found = self.Commune.with_context(active_test=False).search_count([])
        self.assertEqual(found, count)

    def test_loading_again_keeps_what_people_did(self):
        by_code = self.Commune._by_code(["35238", "29232", "69123"])
        renamed, archived, shipped = (by_code[c] for c in ("35238", "29232", "69123"))
        renamed.name = "Rennes la belle"
        archived.active = False
        ours = self.Commune.create({"code": "91382", "name": "Alger", "kind": "former"})
        # As an older version had shipped them.
        gone = self.Commune.create({"code": "91999", "name": "Nulle part"})
        gone.official = True
        shipped.zips = "69001"
        shipped.official = True
        self._load_again()
        self.assertEqual(renamed.name, "Rennes la belle")
        self.assertFalse(archived.active)
        self.assertTrue(ours.exists())
        self.assertFalse(gone.active)
        self.assertEqual(len(self.Commune.search([("code", "=", "35238")])), 1)
        self.assertIn("69009", shipped.zips)

    def test_who_edits(self):
        office = new_test_user(
            self.env, "office_cog", "urssaf_avance_immediate.group_user"
        )
        commune = self.Commune._by_code(["35238"])["35238"]
        self.assertEqual(commune.with_user(office).name, "Rennes")
        with self.assertRaises(AccessError):
            commune.with_user(office).name = "Autre"

    # -- imported by Odoo's own import -------------------------------------------------

    def _import(self, *rows):
        names = ["name", "urssaf_birth_date", "urssaf_birth_city", "zip", "city"]
        result = self.env["res.partner"].load(names, list(rows))
        self.assertFalse(result["messages"])
        return self.env["res.partner"].browse(result["ids"])

    def test_the_commune_of_birth_is_found_where_it_is_the_only_one(self):
        """The code in force on the day of birth, and no guess among several."""
        found = {
            ("1980-03-29", "Villeurbanne"): "69266",
            ("1980-03-29", "SAINT DENIS (93)"): "93066",
            ("1960-03-29", "Saint-Denis (93)"): "75066",
            ("1980-03-29", "97400 Saint-Denis"): "97411",
            ("1980-03-29", "Saint-Denis"): False,
            ("1980-03-29", "Lyon 3e"): "69383",
            ("1980-03-29", "69003 Lyon"): "69383",
            ("1980-03-29", "Lyon"): False,
            ("1950-03-29", "Oran"): False,
            ("1980-03-29", "Nulle Part"): False,
        }
        rows = [["X", born, city, "", ""] for born, city in found]
        partners = self._import(*rows)
        codes = partners.mapped("urssaf_birth_city_code")
        self.assertEqual(dict(zip(found, codes, strict=True)), found)
        self.assertEqual(partners[1].urssaf_birth_city, "Saint-Denis")
        self.assertEqual(partners[4].urssaf_birth_city, "Saint-Denis", "as in the file")

    def test_the_commune_of_the_address_follows(self):
        partner = self._import(["X", "", "", "69100", "VILLEURBANNE CEDEX"])
        self.assertEqual(partner.urssaf_city_code, "69266")

    def test_a_code_of_the_file_is_kept(self):
        names = ["name", "urssaf_birth_city", "urssaf_birth_city_code"]
        result = self.env["res.partner"].load(names, [["X", "Villeurbanne", "38999"]])
        partner = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(partner.urssaf_birth_city_code, "38999")

    def test_a_column_of_communes_takes_no_namesake(self):
        names = ["name", "urssaf_birth_commune_id"]
        partners = self.env["res.partner"]
        commune = self.env["urssaf.commune"].search([("code", "=", "69266")])
        for text in ("Villeurbanne", "Villeurbanne (69)", commune.display_name):
            result = partners.load(names, [["X", text]])
            partner = partners.browse(result["ids"])
            self.assertEqual(partner.urssaf_birth_city_code, "69266")
        result = partners.load(names, [["X", "Saint-Denis"]])
        self.assertFalse(result["ids"])
        self.assertEqual(result["messages"][0]["field"], "urssaf_birth_commune_id")
