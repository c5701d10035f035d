# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where Urssaf's money goes through: the journal, the transit account and the others,
and the one action that sets them up.

Urssaf gives an amount and a date per demande, and no reference of the bank transfer;
one line of the statement may hold many demandes. So its payments wait on an account of
their own until the bank's line is there. No official source names the accounts: those
proposed here are a choice, to be checked with the accountant (docs/accounting.md).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..exchange.alerts import TRANSIT_ACTIVITY
from ..exchange.screen import notice
from ..groups import ACCOUNTING_MANAGER
from .transit_accounts import METHOD_LINES, accounts_of_their_own, transit_accounts

# Beginning of the code and type of what is created; the French chart of accounts
# (PCG) has 431 for the social organisms and 467 for other debtors and creditors.
TRANSIT = ("4671", "asset_current")
SET_OFF = ("431", "liability_current")
SURPLUS = ("4672", "liability_current")
# Of a French account, when the company has none to take the length from.
CODE_DIGITS = 6
CURRENT = ("asset_current", "liability_current")
ACCOUNTS = f"[('account_type', 'in', {CURRENT}), ('reconcile', '=', True)]"


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_payment_journal_id = fields.Many2one(
        "account.journal",
        string="Urssaf payment journal",
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
        help="Where the transfers of Urssaf are registered.",
    )
    urssaf_payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Urssaf payment method",
        compute="_compute_urssaf_payment_method_lines",
        store=True,
        readonly=False,
        domain="[('journal_id', '=', urssaf_payment_journal_id),"
        " ('payment_type', '=', 'inbound')]",
        help="Its outstanding account is the transit account: what Urssaf has "
        "announced waits there for the bank.",
    )
    urssaf_payment_method_line_out_id = fields.Many2one(
        "account.payment.method.line",
        string="Urssaf payment method, money taken back",
        compute="_compute_urssaf_payment_method_lines",
        store=True,
        readonly=False,
        domain="[('journal_id', '=', urssaf_payment_journal_id),"
        " ('payment_type', '=', 'outbound')]",
        help="What Urssaf takes back waits on the same transit account.",
    )
    urssaf_set_off_account_id = fields.Many2one(
        "account.account",
        string="Set off by Urssaf",
        check_company=True,
        domain=ACCOUNTS,
        help="What Urssaf keeps from a transfer for contributions that you owe "
        "(article L133-8-8 of the code de la sécurité sociale).",
    )
    urssaf_surplus_account_id = fields.Many2one(
        "account.account",
        string="Transferred in excess",
        check_company=True,
        domain=ACCOUNTS,
        help="What Urssaf transfers above the open balance of the invoice, until it is "
        "known whose it is. It never becomes a credit of the customer.",
    )

    @api.depends("urssaf_payment_journal_id")
    def _compute_urssaf_payment_method_lines(self):
        """Those of another journal go with it: the settings write one field after the
        other.
        """
        for company in self:
            for name in METHOD_LINES.values():
                line = company[name]
                kept = line.journal_id == company.urssaf_payment_journal_id
                company[name] = line if kept else False

    @api.constrains("urssaf_payment_journal_id", *METHOD_LINES.values())
    def _check_urssaf_payment_journal(self):
        for company in self:
            journal = company.urssaf_payment_journal_id
            if journal and journal.company_id not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "Urssaf payment journal: %s belongs to another company.",
                        journal.name,
                    )
                )
            for direction, name in METHOD_LINES.items():
                line = company[name]
                if line and (
                    line.journal_id != journal or line.payment_type != direction
                ):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: choose one of the journal %(journal)s.",
                            field=self._fields[name]._description_string(self.env),
                            journal=journal.name or "-",
                        )
                    )

    # -- what is set up ----------------------------------------------------------

    def _urssaf_method_line(self, direction):
        """The payment method of Urssaf's transfers in the journal of this company.

        :param direction: ``inbound``, or ``outbound`` for what it takes back
        """
        journal = self._urssaf_own("urssaf_payment_journal_id")
        line = self._urssaf_own(METHOD_LINES[direction])
        # A branch with a journal of its own does not pay into that of the company
        # above it.
        return line if line and line.journal_id == journal else line.browse()

    def _urssaf_transit_account(self):
        """The account on which Urssaf's transfers wait for the bank; empty if they have
        none of their own: other money on it could not be told from Urssaf's.
        """
        self.ensure_one()
        return transit_accounts(self)[self]

    def _urssaf_transit_missing(self):
        """What is missing before the transfers can be checked with the bank: a
        sentence, or nothing.
        """
        self.ensure_one()
        account = self._urssaf_transit_account()
        back = self._urssaf_method_line("outbound")
        if account and back.payment_account_id == account:
            return False
        return self.env._(
            "The transfers of Urssaf have no account of their own at %(company)s: they "
            "cannot be checked with the bank. An accounting administrator presses “Set "
            "up the accounts” in the Urssaf settings.",
            company=self.name,
        )

    def _urssaf_warn_no_transit(self):
        """A transfer was just booked: tell once a company that cannot follow it."""
        missing = self._urssaf_transit_missing()
        if missing:
            self._urssaf_tell(missing, TRANSIT_ACTIVITY)

    # -- the one action ----------------------------------------------------------

    def action_urssaf_set_up_transfers(self):
        """Create what the transfers need and is not there: the transit account, the
        payment methods in and out, the accounts of set-offs and surpluses. What exists
        is kept; a second time nothing changes.

        :raises AccessError: the user is no administrator of the accounting
        :raises UserError: there is no bank journal, or more than one to choose from
        """
        self.ensure_one()
        self._urssaf_check_may_set_up()
        # sudo(): checked above; an administrator of the accounting may not write on the
        # company, where the choices are kept.
        owner = self._urssaf_transfers_owner().sudo()
        owner = owner.with_company(owner)
        before = owner._urssaf_transfer_choices()
        owner._urssaf_set_up_transfers()
        (owner | owner._urssaf_served())._urssaf_told_done(TRANSIT_ACTIVITY)
        if before == owner._urssaf_transfer_choices():
            return notice(self.env._("All was in place: nothing was changed."))
        names = owner._urssaf_transfer_accounts().mapped("display_name")
        return notice(self.env._("The transfers of Urssaf use: %s.", ", ".join(names)))

    def _urssaf_check_may_set_up(self):
        if self.env.su:
            return
        if not self.env.user.has_group(ACCOUNTING_MANAGER):
            raise AccessError(
                self.env._(
                    "Accounts and payment methods are set up by an administrator of "
                    "the accounting."
                )
            )
        owner = self._urssaf_transfers_owner()
        if self not in self.env.companies or owner not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "The transfers of %(company)s are set up by somebody who works in "
                    "%(owner)s.",
                    company=self.name,
                    owner=owner.sudo().name,  # sudo(): the user may not open it
                )
            )

    def _urssaf_transfers_owner(self):
        """Whose journal and accounts this company is paid through: itself, or, for a
        branch without a journal of its own, the company of the habilitation.
        """
        # sudo(): a branch's user may not open the company above it.
        owner = self if self.sudo().urssaf_payment_journal_id else None
        return owner or self._urssaf_holder().with_env(self.env)

    def _urssaf_transfer_accounts(self):
        return (
            self._urssaf_transit_account()
            | self._urssaf_own("urssaf_set_off_account_id")
            | self._urssaf_own("urssaf_surplus_account_id")
        )

    def _urssaf_transfer_choices(self):
        """What the set-up may change, to say whether it has."""
        lines = [self._urssaf_method_line(direction) for direction in METHOD_LINES]
        return (
            self._urssaf_own("urssaf_payment_journal_id"),
            lines,
            [line.payment_account_id for line in lines],
            self._urssaf_transfer_accounts(),
        )

    def _urssaf_set_up_transfers(self):
        """See the button; as superuser, in this company."""
        journal = self._urssaf_own("urssaf_payment_journal_id")
        if not journal:
            self.urssaf_payment_journal_id = journal = self._urssaf_only_bank_journal()
        account = self._urssaf_account_for_transit(journal)
        for direction, name in METHOD_LINES.items():
            line = self._urssaf_line_to_use(journal, direction, account)
            line.payment_account_id = account
            self[name] = line
        if not account.reconcile:
            account.reconcile = True
        if not self._urssaf_own("urssaf_set_off_account_id"):
            self.urssaf_set_off_account_id = self._urssaf_account_for_set_off()
        if not self._urssaf_own("urssaf_surplus_account_id"):
            self.urssaf_surplus_account_id = self._urssaf_account_for_surplus()

    def _urssaf_only_bank_journal(self):
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self),
                ("type", "=", "bank"),
            ]
        )
        if len(journals) != 1:
            raise UserError(
                self.env._(
                    "On which bank account does Urssaf pay? Choose its journal in the "
                    "Urssaf settings (“Urssaf payment journal”), then press the button "
                    "again."
                )
                if journals
                else self.env._(
                    "%s has no bank journal. Create it under Invoicing > Configuration "
                    "> Journals, then press the button again.",
                    self.name,
                )
            )
        return journals

    def _urssaf_line_to_use(self, journal, direction, account):
        """The method that was chosen, unless other payments of the bank go through it
        too; else one that is there for Urssaf; else a new one.
        """
        method = self.env.ref(
            "account.account_payment_method_manual_in"
            if direction == "inbound"
            else "account.account_payment_method_manual_out"
        )
        lines = journal[f"{direction}_payment_method_line_ids"]
        named = lines.filtered(lambda line: "urssaf" in (line.name or "").lower())
        chosen = self._urssaf_method_line(direction)
        for line in chosen | named:
            own = line._urssaf_account_of_its_own()
            if own == account or (line in named and not line.payment_account_id):
                return line
        return lines.create(
            {
                "name": self.env._("Urssaf avance immédiate"),
                "payment_method_id": method.id,
                "journal_id": journal.id,
            }
        )

    # -- accounts: found, else created -------------------------------------------

    def _urssaf_account_for_transit(self, journal):
        chosen = [self._urssaf_method_line(direction) for direction in METHOD_LINES]
        named = journal.inbound_payment_method_line_ids.filtered(
            lambda line: "urssaf" in (line.name or "").lower()
        )
        for line in (*chosen, *named):
            account = line._urssaf_account_of_its_own()
            if account:
                return account
        return self._urssaf_find_account(
            TRANSIT[0][:3], "%urssaf%"
        ) or self._urssaf_create_account(
            TRANSIT, lambda env: env._("Urssaf, transfers to receive")
        )

    def _urssaf_account_for_set_off(self):
        return self._urssaf_find_account(SET_OFF[0]) or self._urssaf_create_account(
            SET_OFF, lambda env: env._("Urssaf, contributions")
        )

    def _urssaf_account_for_surplus(self):
        return self._urssaf_find_account(
            SURPLUS[0][:3], "%urssaf%"
        ) or self._urssaf_create_account(
            SURPLUS, lambda env: env._("Urssaf, received in excess")
        )

    def _urssaf_find_account(self, prefix, name="%"):
        """The first reconcilable account of this company with this prefix that no other
        use of the transfers has taken.
        """
        accounts = self.env["account.account"]
        found = accounts.search(
            [
                *accounts._check_company_domain(self),
                ("code", "=like", f"{prefix}%"),
                ("name", "=ilike", name),
                ("account_type", "in", CURRENT),
                ("reconcile", "=", True),
            ],
            order="code, id",
        )
        return (found - self._urssaf_transfer_accounts())[:1]

    def _urssaf_create_account(self, kind, name):
        """An account of this company with the next free code.

        :param kind: the beginning of its code, and its type
        :param name: what gives its name in the language of an environment
        """
        prefix, account_type = kind
        # A new code is compared with those of archived accounts too.
        accounts = self.env["account.account"].with_context(active_test=False)
        known = accounts.search(
            [
                *accounts._check_company_domain(self),
                ("account_type", "=", "asset_receivable"),
            ],
            limit=1,
        )
        digits = max(len(known.code or ""), len(prefix)) if known else CODE_DIGITS
        code = prefix.ljust(digits, "0")
        # Odoo takes the first code for taken, unless it is told what is.
        code = accounts._search_new_account_code(code, cache=set())
        account = accounts.create(
            {
                "code": code,
                "name": name(self.with_context(lang="en_US").env),
                "account_type": account_type,
                "reconcile": True,
                "company_ids": self.ids,
            }
        )
        for lang, _name in self.env["res.lang"].get_installed():
            account.with_context(lang=lang).name = name(
                self.with_context(lang=lang).env
            )
        return account


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    def _urssaf_account_of_its_own(self):
        """The outstanding account, if Urssaf's transfers alone go through it."""
        return accounts_of_their_own(self).get(self) or self.payment_account_id.browse()
