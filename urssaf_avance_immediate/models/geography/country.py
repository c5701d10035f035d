# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's code of each country, which is INSEE's."""

import csv

from odoo import fields, models
from odoo.tools import file_open

from ...lib.api import schemas

FRANCE = schemas.FRANCE

FOLDER = "urssaf_avance_immediate/data/cog"
# Raise it with the files; what is loaded already is in the system parameters, which
# the uninstall hook clears.
MARK = "etalab-6.0.0/3"
COUNTRIES = "urssaf_avance_immediate.countries"


class ResCountry(models.Model):
    _inherit = "res.country"

    urssaf_code = fields.Char(
        string="INSEE code",
        size=5,
        help="Code of the country for Urssaf: 99100 is France, overseas included.",
    )

    def init(self):
        """Write the INSEE codes, once per ``MARK``; those that are there are kept."""
        super().init()
        if self._urssaf_is_loaded(
            COUNTRIES, "SELECT 1 FROM res_country WHERE urssaf_code IS NOT NULL LIMIT 1"
        ):
            return
        with file_open(f"{FOLDER}/countries.csv") as file:
            rows = csv.DictReader(file, delimiter=";")
            pairs = [(row["iso"], row["code"]) for row in rows]
        self.env.cr.execute_values(
            "UPDATE res_country c SET urssaf_code = v.code FROM (VALUES %s)"
            " AS v (iso, code) WHERE c.code = v.iso AND c.urssaf_code IS NULL",
            pairs,
            page_size=len(pairs),
        )
        self.env["ir.config_parameter"].set_param(COUNTRIES, MARK)

    def _urssaf_is_loaded(self, parameter, rows):
        """Whether the files of today were loaded, and what they brought is there.

        :param rows: a query that finds one row of it: the mark may have outlived the
            table, in a database where the add-on was uninstalled
        """
        self.env.cr.execute(
            "SELECT 1 FROM ir_config_parameter WHERE key = %s AND value = %s",
            [parameter, MARK],
        )
        if not self.env.cr.fetchone():
            return False
        self.env.cr.execute(rows)
        return bool(self.env.cr.fetchone())
