# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merging contacts: what Urssaf knows of a customer, and what was exchanged, stays."""

from itertools import combinations

from odoo import models
from odoo.exceptions import UserError

from ..lib.rules import same_name
from ..models.enrolment.enrolment import SENDABLE
from ..models.geography.country import FRANCE
from ..models.partner.privacy import MERGING

# A call is on its way, or Odoo looks for what became of it.
UNDER_WAY = ("sending", "unknown")
BIRTH_PLACE = (
    "urssaf_birth_country_code",
    "urssaf_birth_city_code",
    "urssaf_birth_city",
)
# One of these is there of whoever has a civil status.
IDENTITY = (
    "urssaf_birth_name",
    "urssaf_first_names",
    "urssaf_birth_date",
    "urssaf_birth_city_code",
)
# Each is filled by itself where it is empty; the rest follows from these.
GAPS = (
    "urssaf_civility",
    "urssaf_birth_name",
    "urssaf_usage_name",
    "urssaf_first_names",
    "urssaf_birth_date",
    "urssaf_mobile",
    "urssaf_other_aid",
)


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo merges with SQL: it deletes the enrolment that would be the second one of
    the contact that stays, and mixes two civil statuses field by field.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Extends base: enrolments are put together first, the civil status last.

        :raises UserError: these contacts cannot be one customer, or not now
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) < 2:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        if not dst_partner or dst_partner not in partners:
            dst_partner = self._get_ordered_partner(partners.ids)[-1]
        # Whoever may merge contacts merges them for all companies, and may not see
        # personal data: hence sudo, from here on.
        kept = dst_partner.sudo()
        enrolments = partners._urssaf_every_enrolment()
        survivors = enrolments.browse().union(
            *(found._survivor(kept) for found in self._urssaf_by_company(enrolments))
        )
        self._urssaf_check_merge(partners.sudo(), kept, enrolments, survivors)
        donors = self._urssaf_donors(partners.sudo(), kept, survivors)
        values = self._urssaf_kept_values(kept, donors)
        account = self._urssaf_account_values(kept, donors)
        self._urssaf_merge_enrolments(enrolments, survivors, kept)
        self.env["urssaf.household"]._merge(partners.sudo(), kept)
        # Who merges may not see these fields: Odoo writes it, and we write over it.
        merged = dst_partner.with_context(urssaf_merging=MERGING)
        # Only the code writes this day: Odoo is left none to write as the user, and
        # ``values`` has the one that stays.
        partners.sudo().urssaf_forgotten_on = False
        result = super()._merge(partner_ids, merged, extra_checks)
        kept.write(values)
        self._urssaf_choose_account(kept, account)
        self._urssaf_revoke_older_forms(kept)
        return result

    def _urssaf_by_company(self, enrolments):
        return enrolments.grouped("company_id").values()

    # -- what cannot be merged ---------------------------------------------------

    def _urssaf_check_merge(self, partners, kept, enrolments, survivors):
        for found in self._urssaf_by_company(enrolments):
            if len(found) > 1:
                self._urssaf_check_one_customer(found)
        self._urssaf_check_owner(partners, kept, enrolments)
        self._urssaf_check_identity(kept, survivors)

    def _urssaf_check_one_customer(self, enrolments):
        """Two customers of one company must be one at Urssaf, too."""
        names = " / ".join(enrolments.partner_id.mapped("display_name"))
        if enrolments.filtered(lambda e: e.state in UNDER_WAY):
            raise UserError(
                self.env._(
                    "Nothing was merged: Odoo is asking Urssaf about one of %s at this "
                    "moment. Try again once the enrolment says what became of it.",
                    names,
                )
            )
        if len(set(enrolments.filtered("external_id").mapped("external_id"))) > 1:
            raise UserError(
                self.env._(
                    "Nothing was merged: Urssaf knows %s as two customers, under "
                    "different identifiers. If they are one person, ask Urssaf which "
                    "identifier to keep; archive the contact of the other one.",
                    names,
                )
            )

    def _urssaf_check_owner(self, partners, kept, enrolments):
        """A contact reserved to one company cannot be another one's customer."""
        owner = kept.company_id or (partners - kept).company_id[-1:]
        strangers = enrolments.company_id.filtered(lambda c: owner not in c.parent_ids)
        if owner and strangers:
            raise UserError(
                self.env._(
                    "Nothing was merged: one of %(names)s is reserved to the company "
                    "%(company)s, and another company has this customer at Urssaf. "
                    "Empty the field “Company” of the contact first.",
                    names=" / ".join(partners.mapped("display_name")),
                    company=owner.name,
                )
            )

    def _urssaf_check_identity(self, kept, survivors):
        """Urssaf was told one civil status: another one may not take its place."""
        known = survivors.filtered(lambda e: e.external_id or e.state not in SENDABLE)
        for one, other in combinations(known.partner_id | kept, 2):
            if self._urssaf_contradict(one, other):
                raise UserError(
                    self.env._(
                        "Nothing was merged: %(one)s and %(other)s have different "
                        "birth names or birth dates, and Urssaf has one of them. If "
                        "they are one person, put the wrong details right first.",
                        one=one.display_name,
                        other=other.display_name,
                    )
                )

    def _urssaf_contradict(self, one, other):
        names = one.urssaf_birth_name, other.urssaf_birth_name
        dates = one.urssaf_birth_date, other.urssaf_birth_date
        return (all(names) and not same_name(*names)) or (
            all(dates) and dates[0] != dates[1]
        )

    # -- the civil status ----------------------------------------------------------

    def _urssaf_donors(self, partners, kept, survivors):
        """The contacts that may fill the gaps of the one that stays: those whose
        enrolment survives. Where nobody has one, the first with a civil status, unless
        the contact that stays has one.
        """
        if survivors:
            known_first = survivors.sorted(lambda e: not e.external_id)
            return known_first.partner_id - kept
        if self._urssaf_typed(kept):
            return kept.browse()
        return (partners - kept).filtered(self._urssaf_typed)[:1]

    def _urssaf_typed(self, partner):
        return any(partner[name] for name in IDENTITY)

    def _urssaf_kept_values(self, kept, donors):
        """What the contact that stays has then. All of it, for Odoo would fill its gaps
        from whatever contact comes first.
        """
        values = {}
        for name in GAPS:
            values[name] = next(
                (p[name] for p in (kept, *donors) if p[name]), kept[name]
            )
        born = next(
            (p for p in (kept, *donors) if self._urssaf_has_birth_place(p)), kept
        )
        values |= {name: born[name] for name in BIRTH_PLACE}
        back = any(self._urssaf_typed(donor) for donor in donors)
        values["urssaf_forgotten_on"] = not back and kept.urssaf_forgotten_on
        return values

    def _urssaf_has_birth_place(self, partner):
        """France is the default: alone, it says nothing."""
        return (
            partner.urssaf_birth_city_code
            or partner.urssaf_birth_city
            or partner.urssaf_birth_country_code not in (False, FRANCE)
        )

    # -- the account to debit --------------------------------------------------------

    def _urssaf_account_values(self, kept, donors):
        """Number and holder of the account that stays chosen. Odoo moves the accounts
        of the others, and deletes those that are there twice.
        """
        for partner in (kept, *donors):
            account = partner._urssaf_debited_account()
            if account:
                return account.sanitized_acc_number, account.acc_holder_name
        return None

    def _urssaf_choose_account(self, kept, account):
        if not account:
            return
        number, holder = account
        found = kept.bank_ids.filtered(lambda a: a.sanitized_acc_number == number)[:1]
        if found:
            kept.urssaf_bank_account_id = found
            # Odoo renames the holder after the contact that stays.
            found.acc_holder_name = holder

    # -- enrolments and forms ----------------------------------------------------------

    def _urssaf_merge_enrolments(self, enrolments, survivors, kept):
        """One enrolment per company is left, and it is the contact's that stays."""
        for survivor in survivors:
            others = enrolments.filtered(
                lambda e, company=survivor.company_id: e.company_id == company
            )
            merged = enrolments.partner_id - kept
            survivor._absorb(others - survivor)
            survivor.partner_id = kept
            survivor._message_log(
                body=self.env._(
                    "Contacts merged by %(user)s: %(names)s. What was exchanged with "
                    "Urssaf about them stands here.",
                    user=self.env.user.name,
                    names=", ".join((merged | kept).mapped("display_name")),
                )
            )

    def _urssaf_revoke_older_forms(self, kept):
        """One open link per customer and company."""
        forms = (
            self.env["urssaf.customer.form"]
            .sudo()  # of all companies
            .search([("partner_id", "=", kept.id), ("state", "=", "sent")])
        )
        for found in forms.grouped("company_id").values():
            found.sorted("id")[:-1]._revoke()
