# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How Urssaf and the office reach the customer, the account it debits, what the
customer has agreed with the office about invoices and messages, and the household that
shares the yearly ceiling.
"""

from odoo import api, fields, models

from ...lib.rules import bic_of_iban, clean, normalise_mobile, shown_iban
from ..company.res_company import SENDING
from ..groups import PERSONAL, USER
from .personal_fields import PersonalBoolean, PersonalChar, PersonalMany2one


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_mobile = PersonalChar(
        string="Mobile phone for Urssaf", copy=False, groups=PERSONAL
    )
    urssaf_bank_account_id = PersonalMany2one(
        "res.partner.bank",
        string="Bank account to debit",
        compute="_compute_urssaf_bank_account_id",
        store=True,
        readonly=False,
        copy=False,
        domain="[('partner_id', '=', id)]",
        groups=PERSONAL,
        help="Held by the customer. Urssaf debits what is left to pay from it.",
        index="btree_not_null",
    )
    urssaf_bic = fields.Char(
        string="BIC",
        compute="_compute_urssaf_bic",
        groups=PERSONAL,
        help="Of the bank of the account; else found from the IBAN, where the Python "
        "library schwifty is installed.",
    )
    urssaf_sending = fields.Selection(
        SENDING,
        string="Sending to Urssaf",
        company_dependent=True,
        copy=False,
        help="Left empty, as the settings of the company say.",
    )
    urssaf_other_aid = PersonalBoolean(
        string="APA, PCH or prepaid CESU",
        copy=False,
        groups=USER,
        help="Another aid pays a part of the services. Urssaf does not take it off, so "
        "only what the customer pays may be invoiced through avance immédiate.",
    )
    urssaf_no_notice = fields.Boolean(
        string="No e-mails about demandes de paiement",
        copy=False,
        help="This customer wants none of the e-mails that Odoo sends about demandes "
        "de paiement. Urssaf’s own messages are not concerned.",
    )

    urssaf_household_partner_id = PersonalMany2one(
        "res.partner",
        string="Declares taxes with",
        compute="_compute_urssaf_household_partner",
        inverse="_inverse_urssaf_household",
        domain="[('id', '!=', id), ('is_company', '=', False)]",
        groups=PERSONAL,
        help="Another customer of the same tax household: the two share one yearly "
        "ceiling of the tax credit. Known to this company alone.",
    )
    urssaf_higher_ceiling = PersonalBoolean(
        string="Higher ceiling",
        compute="_compute_urssaf_higher_ceiling",
        inverse="_inverse_urssaf_household",
        groups=PERSONAL,
        help="The household has the higher ceiling of the advance (article "
        "D133-13-11-1). It tells of a disability: tick it only if the customer wants "
        "the estimates to be right.",
    )
    urssaf_ceiling = fields.Text(
        string="Yearly ceiling",
        compute="_compute_urssaf_ceiling",
        groups=PERSONAL,
        help="What the household has used of it through us. Other providers and the "
        "Cesu use the same one: only Urssaf knows what is left.",
    )

    @api.depends_context("company", "uid")
    def _compute_urssaf_household_partner(self):
        for partner, (people, _higher) in self._urssaf_households().items():
            partner.urssaf_household_partner_id = people - partner._origin

    @api.depends_context("company", "uid")
    def _compute_urssaf_higher_ceiling(self):
        for partner, (_people, higher) in self._urssaf_households().items():
            partner.urssaf_higher_ceiling = higher

    def _urssaf_households(self):
        """``{partner: (people, higher ceiling)}`` as the current company knows them."""
        holder = self.env.company._urssaf_holder()
        known = self.env["urssaf.household"]._people(holder, self._origin)
        return {p: known.get(p._origin, (p._origin, False)) for p in self}

    def _inverse_urssaf_household(self):
        """Of both people at once: it is one household."""
        # Two fields of one record of ours: both are read before anything is written.
        wanted = [
            (p, p.urssaf_household_partner_id, p.urssaf_higher_ceiling) for p in self
        ]
        holder = self.env.company._urssaf_holder()
        for partner, other, higher in wanted:
            other.check_access("read")
            former = self.env["urssaf.household"]._of(holder, partner).other_id
            self.env["urssaf.household"]._set(holder, partner, other, higher)
            stale = (other | former.with_env(self.env)) - self
            stale.invalidate_recordset(
                ["urssaf_household_partner_id", "urssaf_higher_ceiling"]
            )
        self.env["res.partner"].invalidate_model(["urssaf_ceiling"])

    @api.depends("urssaf_household_partner_id", "urssaf_higher_ceiling")
    @api.depends_context("company", "uid", "lang")
    def _compute_urssaf_ceiling(self):
        shown = self.filtered(lambda p: not p.urssaf_hidden)
        texts = self.env["urssaf.ceiling.use"]._texts(self.env.company, shown._origin)
        for partner in self:
            partner.urssaf_ceiling = texts.get(partner._origin, False)

    @api.depends("bank_ids", "bank_ids.active")
    def _compute_urssaf_bank_account_id(self):
        """The first account, then the one that was chosen. Where that one is archived
        or gone, the only one left; with several, a person chooses: the check says so.
        """
        for partner in self:
            chosen = partner.urssaf_bank_account_id
            live = partner.bank_ids.filtered("active")
            # After an erasure nothing is taken up again by itself.
            if chosen in live or partner.urssaf_forgotten_on:
                continue
            if len(live) == 1 or not chosen.exists():
                partner.urssaf_bank_account_id = live[:1]

    def _urssaf_debited_account(self):
        """The account that Urssaf may be told to debit: the one chosen, if it is this
        customer's own and still in use; empty else.
        """
        self.ensure_one()
        account = self.urssaf_bank_account_id
        own = account.partner_id._origin == self._origin
        return account if account.active and own else account.browse()

    @api.depends(
        "urssaf_bank_account_id.bank_bic", "urssaf_bank_account_id.sanitized_acc_number"
    )
    # Of who reads: to whom the account is hidden, its bank is too.
    @api.depends_context("uid")
    def _compute_urssaf_bic(self):
        for partner in self:
            account = partner.urssaf_bank_account_id
            bic = (account.bank_bic or "").replace(" ", "")
            partner.urssaf_bic = bic or bic_of_iban(account.sanitized_acc_number or "")

    def _urssaf_email(self):
        return (self.email_normalized or self.email or "").strip() or None

    def _urssaf_prepare_contact(self):
        return {
            "numeroTelephonePortable": normalise_mobile(self.urssaf_mobile or ""),
            "adresseMail": self._urssaf_email(),
        }

    def _urssaf_prepare_bank_account(self):
        account = self._urssaf_debited_account()
        holder = account.acc_holder_name or self.name or ""
        return {
            "iban": account.sanitized_acc_number or None,
            "bic": (account and self.urssaf_bic) or None,
            "titulaire": " ".join(clean(holder).split()) or None,
        }

    def _urssaf_sharing_contact(self):
        """Those of self whose e-mail and mobile together are another customer's too:
        Urssaf wants the pair for one person only. One query.

        Only among the contacts that the user may see: of another company's customer
        not even the existence is told, and Urssaf refuses the pair if need be.
        """
        pairs = {p: p._urssaf_contact_pair() for p in self}
        emails = {email for email, mobile in pairs.values() if email and mobile}
        others = self.sudo(False).search(
            [
                ("email_normalized", "in", list(emails)),
                ("urssaf_mobile", "!=", False),
                ("is_company", "=", False),
            ]
        )
        holders = {}
        for other in self | others:
            holders.setdefault(other._urssaf_contact_pair(), set()).add(
                other._origin.id or other.id
            )
        return self.filtered(lambda p: all(pairs[p]) and len(holders[pairs[p]]) > 1)

    def _urssaf_contact_pair(self):
        return self._urssaf_email(), normalise_mobile(self.urssaf_mobile or "")

    def _urssaf_sending_for(self, company):
        """What to do with the invoices of this customer: a key of ``SENDING``.

        A branch may decide otherwise for a customer than its habilitation does.
        """
        holder = company._urssaf_holder()
        # sudo(): a branch’s user may not work in the company above it.
        partner = self.sudo()
        return (
            partner.with_company(company).urssaf_sending
            or partner.with_company(holder).urssaf_sending
            or holder.urssaf_sending
        )


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.depends_context("urssaf_masked")
    def _compute_display_name(self):
        """Extends base: on the Urssaf tab, the ends are enough to recognise it."""
        super()._compute_display_name()
        if self.env.context.get("urssaf_masked"):
            for account in self:
                shown = shown_iban(account.sanitized_acc_number)
                account.display_name = " ".join(
                    filter(None, (shown, account.bank_id.name))
                )
