# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The entry of a bank line that pays Urssaf's transfers: its suspense line becomes one
on the transit account, matched with what waits there. On a person's click, or by itself
where the company wants that.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import LockError, RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...lib.rules.bank_label import label_pattern
from ..exchange import turns, work
from .statement_line import LOOKED_AT

# Companies whose lines of the bank reconcile themselves.
AUTOMATIC = Domain("urssaf_bank_automatic", "=", True)


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _urssaf_check_open(self):
        """
        :raises UserError: there is nothing to reconcile, or no account to do it with
        """
        if self.is_reconciled:
            raise UserError(
                self.env._(
                    "This line of the bank is reconciled already: see its entry."
                )
            )
        if self.state != "posted":
            raise UserError(
                self.env._("The entry of this line of the bank is not posted: post it.")
            )
        if not self._urssaf_journal():
            raise UserError(
                self.env._(
                    "This is not the bank account of the Urssaf settings: choose its "
                    "journal there, or reconcile the line as any other."
                )
            )
        # sudo(): its settings, of whoever reconciles.
        if not self.company_id.sudo()._urssaf_transit_account():
            raise UserError(
                self.env._(
                    "Urssaf’s transfers have no account of their own to wait on. An "
                    "accounting administrator presses “Set up the accounts” in the "
                    "Urssaf settings; then come back."
                )
            )
        if self._urssaf_foreign():
            raise UserError(
                self.env._(
                    "This line is in another currency, and Urssaf pays in euros: "
                    "reconcile it by hand."
                )
            )

    def _urssaf_reconcile(self, items, requests=None, remainder=None):
        """Say in the entry of this line that it pays these items, and match them. To
        be called with the rights to do so: whoever calls has checked.

        :param items: open items of the transit account
        :param requests: demandes that have no payment yet: their money is received and
            not announced, until their payment is registered and matched with it
        :param remainder: ``(account, label)`` of what is left of the line; without it
            that stays in suspense
        :raises UserError: the line or an item was reconciled meanwhile, more is chosen
            than was received, or the period is locked
        """
        self.ensure_one()
        requests = requests or self.env["urssaf.payment.request"]
        self._urssaf_lock(items, requests)
        values = self._urssaf_counterparts(items, requests)
        left = self._urssaf_open_amount() + sum(v["balance"] for v in values)
        left = self._urssaf_explained(values, self.currency_id.round(left), remainder)
        _liquidity, suspense, _others = self._seek_for_lines()
        if left:
            rest = {"account_id": suspense.account_id.id, "name": self._urssaf_label()}
            values.append({**rest, "balance": -left})
        commands = [Command.delete(line.id) for line in suspense]
        commands += [Command.create(self._urssaf_line(v)) for v in values]
        known = self.move_id.line_ids
        # As Odoo does itself when it undoes a reconciliation.
        self.with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": commands}
        )
        ours = (self.move_id.line_ids - known).filtered(
            lambda line: not line.urssaf_received_request_id
        )
        for account, theirs in items.grouped("account_id").items():
            mine = ours.filtered(lambda line, at=account: line.account_id == at)
            (mine[:1] + theirs).reconcile()
        self._urssaf_learn_label()
        self._urssaf_tell_demandes()

    def _urssaf_explained(self, values, left, remainder):
        """Put what is left of the line where the person says it belongs; return what
        stays in suspense.
        """
        if left and remainder:
            account, label = remainder
            values.append({"account_id": account.id, "name": label, "balance": -left})
            return 0.0
        if left and (left > 0) != (self.amount > 0):
            raise UserError(
                self.env._(
                    "%s more is chosen than the bank shows: untick a transfer, or say "
                    "where the difference comes from.",
                    self.currency_id.format(abs(left)),
                )
            )
        return left

    def _urssaf_counterparts(self, items, requests):
        """Values of the lines on the transit account: one for all that is booked, one
        for each demande that is not.
        """
        values = [
            {
                "account_id": account.id,
                "name": self._urssaf_label(),
                "balance": -sum(of_account.mapped("amount_residual")),
            }
            for account, of_account in items.grouped("account_id").items()
        ]
        account = self.company_id._urssaf_transit_account()
        for request in requests:
            values.append(
                {
                    "account_id": account.id,
                    "partner_id": request.partner_id.id,
                    "name": self.env._(
                        "%s Urssaf, received and not announced", request.name
                    ),
                    "balance": -(request.transfer_amount or request.transfer_expected),
                    "urssaf_received_request_id": request.id,
                }
            )
        return values

    def _urssaf_label(self):
        """What the bank calls it: the FEC wants a label on each line, and not every
        bank gives one.
        """
        return self.payment_ref or self.env._(
            "Urssaf, bank statement of %s", f"{self.date:%d/%m/%Y}"
        )

    def _urssaf_line(self, values):
        balance = self.currency_id.round(values["balance"])
        return {
            "partner_id": self.partner_id.id,
            **values,
            "currency_id": self.currency_id.id,
            "balance": balance,
            "amount_currency": balance,
        }

    def _urssaf_lock(self, items, requests):
        """Two people may be at it: the second one reads what the first has done.

        :raises UserError: somebody was faster
        """
        try:
            self.lock_for_update(allow_referencing=True)
            work.take_turn(requests)
            items.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._("Somebody is reconciling this at the moment: try again.")
            ) from None
        for records in (self, items, requests):
            records.invalidate_recordset()
        self._urssaf_check_open()
        first = self.env["account.move.line"].search_count(
            [
                ("urssaf_received_request_id", "in", requests.ids),
                ("parent_state", "=", "posted"),
            ],
            limit=1,
        )
        gone = first or any(items.mapped("reconciled"))
        if gone or any(request.amount_booked for request in requests):
            raise UserError(
                self.env._(
                    "Somebody reconciled this meanwhile: close the dialogue, and open "
                    "it again."
                )
            )

    def _urssaf_learn_label(self):
        """The first transfer that a person reconciles tells how the bank names it."""
        holder = self.company_id._urssaf_holder()
        # Debits may have other words.
        pattern = self.amount > 0 and label_pattern(self.payment_ref)
        if pattern and not self.company_id._urssaf_own("urssaf_bank_label"):
            holder.urssaf_bank_label = pattern

    def _urssaf_tell_demandes(self):
        day = format_date(self.env, self.date)
        body = (
            self.env._("On the bank statement: received on %s.", day)
            if self.amount > 0
            else self.env._("On the bank statement: debited on %s.", day)
        )
        requests = self.urssaf_request_ids
        requests._message_log_batch(bodies=dict.fromkeys(requests.ids, body))

    @api.model
    def _urssaf_announced(self, requests, payments):
        """The bank had shown this money before Urssaf said so: match the payments that
        were just registered with it.
        """
        received = self.env["account.move.line"].search(
            [
                ("urssaf_received_request_id", "in", requests.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        for request, lines in received.grouped("urssaf_received_request_id").items():
            theirs = payments.filtered(
                lambda payment, of=request: payment.urssaf_request_id == of
            )
            booked = theirs.move_id.line_ids.filtered(
                lambda line, at=lines.account_id: (
                    line.account_id == at and not line.reconciled
                )
            )
            if booked:
                (lines + booked).reconcile()

    # -- without anybody's click -----------------------------------------------------

    @api.model
    def _cron_urssaf_bank(self):
        turns.each_company(self.env, "bank")

    @api.model
    def _urssaf_reconcile_telling(self, company):
        """Reconcile the lines at which no person needs to look, where the company wants
        that: all transfers of a date or one transfer, with the label of Urssaf.
        """
        _post_automatically(company)

    @api.model
    def _urssaf_with_bank(self, holders):
        """Those of these habilitations that serve a company that wants that."""
        # sudo(): the settings of all companies, of archived branches too.
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return holders & companies.search(AUTOMATIC).urssaf_holder_id


def _post_automatically(company):
    lines = company.env["account.bank.statement.line"]
    for served in company._urssaf_served():
        if not served._urssaf_own("urssaf_bank_automatic"):
            continue
        journal = served._urssaf_own("urssaf_payment_journal_id")
        if not journal or journal.company_id != served:
            continue
        found = lines.with_company(served).search(
            [
                ("journal_id", "=", journal.id),
                ("is_reconciled", "=", False),
                ("state", "=", "posted"),
                ("amount", ">", 0),
            ],
            order="date, id",
            limit=LOOKED_AT,
        )
        known = found.filtered(lambda line: line._urssaf_label_known())
        telling = [line for line, first in known._urssaf_proposals() if first.telling]
        work.take_each(
            lines.union(*telling),
            _post_if_telling,
            put_off=lambda line, _error: work.tell_job_failed("bank", line.company_id),
        )


def _post_if_telling(line):
    # Read again: the line before may have taken the same transfer.
    [(_line, proposal)] = line._urssaf_proposals()
    if proposal.telling:
        _post(line, proposal.solutions[0])


def _post(line, chosen):
    """A locked period stops no other line."""
    items = line.env["account.move.line"].union(*(one.move_line for one in chosen))
    requests = line.env["urssaf.payment.request"].union(
        *(one.request for one in chosen if not one.move_line)
    )
    try:
        with line.env.cr.savepoint():
            line._urssaf_reconcile(items, requests)
    except (UserError, RedirectWarning):
        # A person sees it in the list, and reads why when he tries.
        return


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    urssaf_received_request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Received for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The bank showed this money before Urssaf announced it.",
    )
