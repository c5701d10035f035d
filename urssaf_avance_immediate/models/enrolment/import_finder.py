# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import email_normalize

from ...lib.rules import fold, same_person


class CustomerFinder:
    """Finds the customer of each line: identifier, then e-mail, then names and birth
    date; never a guess when two fit.
    """

    def __init__(self, env, rows, company):
        self.nobody = env["res.partner"]
        # sudo(): a known identifier settles it, whatever contacts the user sees.
        enrolments = (
            env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    *company._urssaf_here(),
                    ("external_id", "in", [row.id_client for row in rows]),
                ]
            )
        )
        self.by_id = {e.external_id: e.partner_id for e in enrolments}
        persons = [
            ("is_company", "=", False),
            ("parent_id", "=", False),
            ("company_id", "in", (False, company.id)),
        ]
        emails = list(filter(None, (email_normalize(row.email) for row in rows)))
        self.by_email = self.nobody.search(
            [*persons, ("email_normalized", "in", emails)]
        ).grouped("email_normalized")
        dates = list({row.birth_date for row in rows if row.birth_date})
        self.by_date = self.nobody.search(
            [*persons, ("urssaf_birth_date", "in", dates)]
        ).grouped("urssaf_birth_date")

    def find(self, row):
        """``(partner, matched_by, fault)``; an empty partner when uncertain."""
        known = self.by_id.get(row.id_client)
        if known:
            return self.nobody.browse(known.id), "identifier", False
        ways = (
            ("email", self.by_email.get(email_normalize(row.email) or "")),
            ("names", self._namesakes(row)),
        )
        for matched_by, partners in ways:
            if not partners:
                continue
            if len(partners) > 1:
                partners = partners & self._namesakes(row) or partners
            if len(partners) > 1:
                return self.nobody, False, "several"
            differs = self._differs(partners, row)
            return partners, matched_by, "differs" if differs else False
        return self.nobody, False, "nobody"

    def _namesakes(self, row):
        """Same birth date, same birth or usage name."""
        born = self.by_date.get(row.birth_date, self.nobody)
        names = {fold(row.birth_name), fold(row.usage_name)} - {""}
        return born.filtered(
            lambda p: names
            & {fold(p.urssaf_birth_name or ""), fold(p.urssaf_usage_name or "")}
        )

    def _differs(self, partner, row):
        """A couple may share an e-mail: the names must not contradict."""
        return not same_person(
            partner.urssaf_birth_name,
            partner.urssaf_first_names,
            row.birth_name,
            row.first_names,
        )


def doubles_of(rows):
    """The identifiers that stand in the file more than once."""
    seen, doubles = set(), set()
    for row in rows:
        (doubles if row.id_client in seen else seen).add(row.id_client)
    return doubles


def file_fault(env, reason):
    """What is wrong with the file, for the person who has chosen it."""
    return {
        "encoding": env._(
            "CSV file: this is not a text file. Save the list as CSV first."
        ),
        "empty": env._("CSV file: there is no customer in it."),
        "endless_cell": env._(
            "CSV file: a cell never ends, a quotation mark in it has no pair. Save "
            "the list as CSV again."
        ),
        "too_long": env._("CSV file: too many lines. Cut it in several."),
        "no_identifier": env._(
            "CSV file: no column of identifiers. The first line must hold the "
            "titles, one of them “idClient”."
        ),
    }[reason]
