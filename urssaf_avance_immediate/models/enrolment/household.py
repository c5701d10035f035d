# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class UrssafHousehold(models.Model):
    """What a company knows of a customer's tax household: with whom the customer
    declares, and which ceiling of the advance they share. One row per person; of two
    who declare together each row names the other.

    Personal data: the code alone reads and writes it, for the contact, which shows it
    to whoever may see the personal data of the customer. It goes when they are erased.
    """

    _name = "urssaf.household"
    _description = "Tax Household of a Customer"
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        help="The company whose habilitation it is.",
    )
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    other_id = fields.Many2one("res.partner", index=True, ondelete="set null")
    higher_ceiling = fields.Boolean()

    _one_per_person = models.UniqueIndex("(partner_id, company_id)")

    @api.model
    def _of(self, holder, partners):
        """The rows of these people under this habilitation."""
        # sudo(): personal data, read by the code for who may see them.
        return self.sudo().search(
            [("company_id", "=", holder.id), ("partner_id", "in", partners.ids)]
        )

    @api.model
    def _people(self, holder, partners):
        """``{partner: (people, whether the ceiling is the higher one)}``: who shares
        the ceiling of each, the partner included. One query.
        """
        return self._people_of({holder: partners})[holder]

    @api.model
    def _people_of(self, partners_of):
        """``{habilitation: what _people says}``, in one query too.

        :param partners_of: ``{habilitation: partners}``
        """
        ids = {holder.id for holder in partners_of}
        people = {one for partners in partners_of.values() for one in partners.ids}
        # sudo(): as above.
        rows = self.sudo().search(
            [("company_id", "in", list(ids)), ("partner_id", "in", list(people))]
        )
        found = {(row.company_id.id, row.partner_id.id): row for row in rows}
        known = {}
        for holder, partners in partners_of.items():
            known[holder] = {}
            for partner in partners:
                row = found.get((holder.id, partner.id), self.browse())
                both = partner | row.other_id.with_env(partner.env)
                known[holder][partner] = both, row.higher_ceiling
        return known

    @api.model
    def _set(self, holder, partner, other, higher):
        """Say with whom ``partner`` declares, nobody for empty, and which ceiling the
        household has.

        :raises UserError: they cannot be two people of one household
        """
        self._check_pair(holder, partner, other)
        rows = self._of(holder, partner)
        former = rows.other_id - other
        self._write_row(holder, former, former.browse(), rows.higher_ceiling)
        self._write_row(holder, partner, other, higher)
        self._write_row(holder, other, partner, higher)

    def _write_row(self, holder, person, other, higher):
        row = self._of(holder, person)
        values = {"other_id": other.id, "higher_ceiling": higher}
        if not person or not (row or other or higher):
            return
        if not other and not higher:
            row.unlink()
        elif row:
            row.write(values)
        else:
            # sudo(): the code alone writes it, see above.
            self.sudo().create(
                {"company_id": holder.id, "partner_id": person.id, **values}
            )

    def _check_pair(self, holder, partner, other):
        if not other:
            return
        people = partner | other
        if len(people) < 2 or any(
            person.is_company or person.commercial_partner_id != person
            for person in people
        ):
            raise UserError(
                self.env._(
                    "“Declares taxes with”: choose another person, who is a customer "
                    "and not a contact of a company."
                )
            )
        taken = self._of(holder, other).other_id - partner
        if taken:
            raise UserError(self._taken_text(other, taken.with_env(self.env)))

    def _taken_text(self, other, taken):
        """Who declares with whom: a contact is named to those alone who may see it."""
        if not taken._filtered_access("read"):
            return self.env._(
                "%s declares with somebody else already, whose contact you may not "
                "see: have the field “Declares taxes with” emptied there first.",
                other.display_name,
            )
        return self.env._(
            "%(other)s declares with %(taken)s already: empty the field “Declares "
            "taxes with” there first.",
            other=other.display_name,
            taken=taken.display_name,
        )

    @api.model
    def _forget(self, partners, companies):
        """Erase what these companies know of the households of these people."""
        # sudo(): as above. Headquarters erase for hundreds of companies at once: only
        # those that know something are looked at.
        rows = self.sudo().search(
            [
                ("company_id", "in", companies._urssaf_holder().ids),
                ("partner_id", "in", partners.ids),
            ]
        )
        for holder, partner in [(row.company_id, row.partner_id) for row in rows]:
            self._set(holder, partner, partner.browse(), False)

    @api.model
    def _merge(self, partners, kept):
        """These contacts are one person, ``kept``, from now on. Where they were said to
        be of several households, that of the contact that stays counts.
        """
        # sudo(): contacts are merged for all companies at once.
        rows = self.sudo().search([("partner_id", "in", partners.ids)])
        for holder, found in rows.grouped("company_id").items():
            own = found.sorted(lambda row: row.partner_id != kept)
            other = (own.other_id - partners)[:1]
            higher = any(own.mapped("higher_ceiling"))
            for partner in partners:
                self._set(holder, partner, partner.browse(), False)
            self._set(holder, kept, other.with_env(kept.env), higher)
