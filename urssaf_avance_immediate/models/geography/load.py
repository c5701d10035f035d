# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped geographic code brought into the database (``data/cog``)."""

import csv
import functools
import gzip
import io

from odoo import models
from odoo.tools import file_open

from ...lib.rules.communes import department, place_key, rank, search_text
from .country import FOLDER, MARK

COMMUNES = "urssaf_avance_immediate.communes"

COLUMNS = (
    "code",
    "name",
    "kind",
    "parent",
    "zips",
    "since",
    "until",
    "department",
    "name_key",
    "search_text",
    "rank",
)
# Copied first, then merged: whatever somebody added or changed (``official`` unset)
# stays as it is. The code and the name together tell one row from another. What is not
# shipped any more is archived: a contact may point to it.
MERGE = """
    UPDATE urssaf_commune c
       SET kind = s.kind, zips = s.zips, since = s.since, until = s.until,
           search_text = s.search_text, rank = s.rank, active = true
      FROM urssaf_shipped s
     WHERE c.official AND c.code = s.code AND c.name = s.name
       AND (c.kind, c.zips, c.since, c.until, c.search_text, c.active)
           IS DISTINCT FROM (s.kind, s.zips, s.since, s.until, s.search_text, true);
    UPDATE urssaf_commune c
       SET active = false
     WHERE c.official AND c.active
       AND NOT EXISTS (SELECT FROM urssaf_shipped s
                        WHERE s.code = c.code AND s.name = c.name);
    INSERT INTO urssaf_commune (code, name, kind, zips, since, until, department,
                                name_key, search_text, rank, official, active,
                                create_uid, create_date)
         SELECT s.code, s.name, s.kind, s.zips, s.since, s.until, s.department,
                s.name_key, s.search_text, s.rank, true, true,
                1, now() AT TIME ZONE 'UTC'
           FROM urssaf_shipped s
          WHERE NOT EXISTS (
                    SELECT FROM urssaf_commune c
                     WHERE c.code = s.code
                       AND (c.name = s.name
                            OR c.official IS NOT TRUE AND c.kind = s.kind));
    UPDATE urssaf_commune c
       SET parent_id = whole.id
      FROM urssaf_shipped s, urssaf_commune whole
     WHERE c.official AND c.code = s.code AND c.name = s.name
       AND whole.code = s.parent AND whole.kind = 'commune'
       AND c.parent_id IS DISTINCT FROM whole.id;
"""


class UrssafCommune(models.Model):
    _inherit = "urssaf.commune"

    def init(self):
        """Load the shipped files, once per ``MARK`` (about a second)."""
        super().init()
        if self.env["res.country"]._urssaf_is_loaded(
            COMMUNES, "SELECT 1 FROM urssaf_commune WHERE official LIMIT 1"
        ):
            return
        self.env.cr.execute(
            "CREATE TEMPORARY TABLE urssaf_shipped (code varchar, name varchar,"
            " kind varchar, parent varchar, zips varchar, since date, until date,"
            " department varchar, name_key varchar, search_text varchar, rank int)"
            " ON COMMIT DROP"
        )
        lines = io.StringIO("".join(_copy_lines()))
        self.env.cr.copy_from(lines, "urssaf_shipped", columns=COLUMNS)
        self.env.cr.execute(MERGE)
        self.env.cr.execute("DROP TABLE urssaf_shipped")
        # Until PostgreSQL has counted the rows it plans for an empty table, and every
        # search for a commune reads all of them.
        self.env.cr.execute("ANALYZE urssaf_commune")
        self.env["ir.config_parameter"].set_param(COMMUNES, MARK)

    def _department_names(self):
        """Names of the départements as they are searched, by number."""
        return department_keys()


def _shipped_rows():
    with file_open(f"{FOLDER}/communes.csv.gz", "rb") as file:
        text = gzip.decompress(file.read()).decode()
    return csv.DictReader(io.StringIO(text), delimiter=";")


@functools.cache
def department_keys():
    """Names of the départements as they are searched, by number."""
    rows = (row for row in _shipped_rows() if row["kind"] == "department")
    keys = {row["code"]: place_key(row["name"]) for row in rows}
    return {**keys, "20": "corse"}


def _copy_lines():
    """The rows in PostgreSQL's own text format; the names hold no sign to escape."""
    names = department_keys()
    rows = [row for row in _shipped_rows() if row["kind"] != "department"]
    zips = {row["code"]: row["zips"] for row in rows if row["kind"] == "commune"}
    for row in rows:
        code, kind, whole = row["code"], row["kind"], row["parent"]
        key = place_key(row["name"])
        searched = row["zips"] or zips.get(whole, "")
        text = search_text(code, key, kind, searched, names, whole)
        values = [row[name] or r"\N" for name in COLUMNS[:7]]
        values += [department(code), key, text, str(rank(kind))]
        yield "\t".join(values) + "\n"
