# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Corrections that a computer can think of, for the fields that Urssaf refused.

A proposal is only shown: a person applies it, or not.
"""

from typing import NamedTuple

from ..lib.rules import normalise_mobile, variants
from ..models.geography.commune import ALGERIA

ADDRESS = (
    "urssaf_street_number",
    "urssaf_street_letter",
    "urssaf_street_type",
    "urssaf_street_name",
    "urssaf_address_complement",
)


class Proposal(NamedTuple):
    """A sentence, and the values that the contact would take."""

    name: str
    values: dict


class Proposals:
    """What may be tried for one customer.

    :param enrolment: with the right to read all of the customer’s details
    """

    def __init__(self, enrolment):
        enrolment.ensure_one()
        self.env = enrolment.env
        self.enrolment = enrolment
        # What knows about each field of the contact.
        self.topics = {
            "urssaf_birth_name": self._propose_last_names,
            "urssaf_usage_name": self._propose_last_names,
            "urssaf_first_names": self._propose_first_names,
            "urssaf_birth_date": self._propose_birth_date,
            "urssaf_birth_city": self._propose_birth_place,
            "urssaf_birth_city_code": self._propose_birth_place,
            "urssaf_birth_country_id": self._propose_birth_place,
            "urssaf_mobile": self._propose_contact,
            "email": self._propose_contact,
            "street": self._propose_street,
            **dict.fromkeys(ADDRESS, self._propose_street),
            "city": self._propose_city,
            "zip": self._propose_city,
            "urssaf_city_code": self._propose_city,
            "urssaf_bank_account_id": self._propose_bank_account,
        }

    def all(self):
        """The proposals, the likeliest first."""
        names = self.enrolment._to_mend()
        topics = [self.topics[name] for name in names if name in self.topics]
        partner = self.enrolment.partner_id
        return [
            proposal
            for propose in dict.fromkeys(topics)
            for proposal in propose(partner)
            if self._changes_something(partner, proposal.values)
        ]

    def _changes_something(self, partner, values):
        return any(
            partner._fields[name].convert_to_write(partner[name], partner) != value
            for name, value in values.items()
        )

    def was_tried(self, proposal):
        """Whether exactly this was sent before; the digests of the attempts tell it."""
        tried = set(self.enrolment.attempt_ids.mapped("digest"))
        return self.enrolment._digest(proposal.values) in tried

    def _propose_usual(self, partner, *names):
        """What the checklist proposes by one click, before anything was sent."""
        fixes = partner._urssaf_fixes()
        for fix in (fix for name in names for fix in fixes[name]):
            yield Proposal(fix["label"], fix["values"])

    def _propose_last_names(self, partner):
        names = "urssaf_birth_name", "urssaf_usage_name"
        yield from self._propose_usual(partner, *names)
        birth, usage = partner.urssaf_birth_name, partner.urssaf_usage_name
        if birth and usage:
            yield Proposal(
                self.env._("Exchange birth name and usage name"),
                {"urssaf_birth_name": usage, "urssaf_usage_name": birth},
            )
        for name in variants.last_name(birth or ""):
            yield Proposal(
                self.env._("Write the birth name otherwise"),
                {"urssaf_birth_name": name},
            )
        if usage:
            yield Proposal(
                self.env._("Leave the usage name out"), {"urssaf_usage_name": False}
            )

    def _propose_first_names(self, partner):
        yield from self._propose_usual(partner, "urssaf_first_names")
        for names in variants.first_names(partner.urssaf_first_names or ""):
            yield Proposal(
                self.env._("Write the first names otherwise"),
                {"urssaf_first_names": names},
            )

    def _propose_birth_date(self, partner):
        day = partner.urssaf_birth_date
        other = day and variants.birth_date(day)
        if other:
            yield Proposal(
                self.env._("Exchange day and month of birth"),
                {"urssaf_birth_date": other},
            )

    def _propose_birth_place(self, partner):
        code, label = partner.urssaf_birth_city_code, partner.urssaf_birth_city or ""
        if ";" in label:
            yield Proposal(
                self.env._("Birth commune without semicolon"),
                {"urssaf_birth_city": " ".join(label.replace(";", " ").split())},
            )
        yield from self._propose_algeria(partner)
        for commune in self._communes_at_birth(partner):
            if commune.code != code:
                yield Proposal(
                    self.env._("Commune as it was at birth"),
                    {
                        "urssaf_birth_city_code": commune.code,
                        "urssaf_birth_city": commune.name,
                    },
                )

    def _propose_algeria(self, partner):
        """Born there before July 1962: the tax office knows some by the country, others
        by the département of the time.
        """
        born, country = partner.urssaf_birth_date, partner.urssaf_birth_country_id
        algeria = self.env.ref("base.dz")
        departments = self.env["urssaf.commune"].search([("kind", "=", ALGERIA)])
        if country == algeria:
            for one in departments.filtered(lambda d: born and born <= d.until):
                yield Proposal(
                    self.env._("Département of Algeria at the time: %s", one.name),
                    {
                        "urssaf_birth_country_id": self.env.ref("base.fr").id,
                        "urssaf_birth_city_code": one.code,
                        "urssaf_birth_city": partner.urssaf_birth_city or one.name,
                    },
                )
        elif partner.urssaf_birth_commune_id in departments:
            yield Proposal(
                self.env._("Algeria as the birth country"),
                {"urssaf_birth_country_id": algeria.id},
            )

    def _communes_at_birth(self, partner):
        """The communes that bore this name on the day of birth."""
        name = (partner.urssaf_birth_city or "").strip()
        if not name:
            return []
        communes = self.env["urssaf.commune"].with_context(
            urssaf_on=partner.urssaf_birth_date
        )
        found = communes.name_search(name, limit=variants.MAX_VARIANTS + 1)
        return communes.browse([commune_id for commune_id, _name in found])

    def _propose_contact(self, partner):
        yield from self._propose_usual(partner, "email")
        mobile = normalise_mobile(partner.phone or "")
        if mobile and mobile != normalise_mobile(partner.urssaf_mobile or ""):
            yield Proposal(
                self.env._("Take the phone number of the contact"),
                {"urssaf_mobile": mobile},
            )

    def _propose_street(self, partner):
        """The parts cut anew, then the whole street in the complement."""
        for parts in variants.street(partner.street or ""):
            lines = [parts.get("complement"), partner.street2]
            complement = ", ".join(line for line in lines if line)
            if len(complement) > variants.MAX_COMPLEMENT:
                continue
            cut = [
                parts.get(key, False)
                for key in ("numeroVoie", "lettreVoie", "codeTypeVoie", "libelleVoie")
            ]
            yield Proposal(
                self.env._("The street in its parts")
                if parts.get("libelleVoie")
                else self.env._("The whole street in the complement"),
                dict(zip(ADDRESS, [*cut, complement or False], strict=True)),
            )

    def _propose_city(self, partner):
        address = partner.zip, partner.city
        found = self.env["urssaf.commune"]._find(*address)
        if found:
            yield Proposal(
                self.env._("Commune found by postal code and city"),
                {"urssaf_city_code": found.code},
            )
        topics = ("zip",) if found else ("zip", "urssaf_city_code")
        yield from self._propose_usual(partner, *topics)

    def _propose_bank_account(self, partner):
        for account in partner.bank_ids - partner.urssaf_bank_account_id:
            yield Proposal(
                self.env._("Another bank account of the customer"),
                {"urssaf_bank_account_id": account.id},
            )
