# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has paid for the customer, on his annual certificate.

The whole of a demande is his expense (box 7DB of the tax return): the half that he was
debited, and the half that he received as a tax credit in advance (box 7HB). No answer
of Urssaf says how much that was: it is estimated, until somebody types or imports the
figure of the customer's own space.
"""

from collections import defaultdict
from datetime import date

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.rules import paris_date
from ..payment_request.payment_request import COLLECTING
from ..payment_request.settling import aside_entries
from ..payment_request.shares import (
    credited,
    halves_back,
    shares,
    shares_of_transfer,
)
from .company import BASIS, VALIDATION

URSSAF, SET_OFF = "urssaf", "set_off"
LINE_KINDS = [
    (URSSAF, "Urssaf (avance immédiate)"),
    (SET_OFF, "Set off by Urssaf"),
]
# Whose entry it is: of a payment, of a set-off, of a surplus that was the customer's.
REQUESTS = """
    SELECT payment.move_id, payment.urssaf_request_id, 'urssaf'
      FROM account_payment payment
     WHERE payment.move_id = ANY(%(entries)s)
       AND payment.urssaf_request_id IS NOT NULL
     UNION ALL
    SELECT request.set_off_move_id, request.id, 'set_off'
      FROM urssaf_payment_request request
     WHERE request.set_off_move_id = ANY(%(entries)s)
     UNION ALL
    SELECT surplus.account_move_id, surplus.urssaf_payment_request_id, 'surplus'
      FROM urssaf_surplus_entry_rel surplus
     WHERE surplus.account_move_id = ANY(%(entries)s)
"""
# Urssaf's money that stands on the customer's account, and on no invoice: he, or
# somebody else, had paid the invoice, or a credit note had.
BESIDES = """
    WITH entries AS (
        SELECT payment.urssaf_request_id AS request, payment.move_id AS entry
          FROM account_payment payment
         WHERE payment.urssaf_request_id = ANY(%(requests)s)
           AND payment.payment_type = 'inbound'
           AND payment.state NOT IN ('canceled', 'rejected')
         UNION
        SELECT surplus.urssaf_payment_request_id, surplus.account_move_id
          FROM urssaf_surplus_entry_rel surplus
         WHERE surplus.urssaf_payment_request_id = ANY(%(requests)s)
    )
    SELECT entries.request, SUM(line.credit - COALESCE(matched.amount, 0))
      FROM entries
      JOIN account_move_line line ON line.move_id = entries.entry
      JOIN account_account account ON account.id = line.account_id
 LEFT JOIN LATERAL (
            SELECT SUM(partial.amount) AS amount
              FROM account_partial_reconcile partial
              JOIN account_move_line debit ON debit.id = partial.debit_move_id
              JOIN account_move debited ON debited.id = debit.move_id
         LEFT JOIN account_payment back ON back.move_id = debited.id
             WHERE partial.credit_move_id = line.id
               AND (debited.move_type != 'entry'
                    OR back.urssaf_request_id = entries.request)
           ) matched ON TRUE
     WHERE account.account_type = 'asset_receivable'
       AND line.parent_state = 'posted'
       AND line.credit > 0
       AND NOT EXISTS (SELECT FROM account_move reversal
                        WHERE reversal.reversed_entry_id = entries.entry
                          AND reversal.state = 'posted')
     GROUP BY entries.request
    HAVING SUM(line.credit - COALESCE(matched.amount, 0)) > 0
"""


class HomeServiceCertificateLine(models.Model):
    _inherit = "home.service.certificate.line"

    kind = fields.Selection(
        selection_add=LINE_KINDS,
        ondelete={URSSAF: "set bank", SET_OFF: "set bank"},
    )


class HomeServiceCertificate(models.Model):
    _inherit = "home.service.certificate"

    date_basis = fields.Selection(
        selection_add=BASIS, ondelete={VALIDATION: "set payment"}
    )

    def _complete_parts(self, parts):
        """Extends the trade: Urssaf's money is known as such, and on which day; what it
        set off against contributions paid the invoice (article L133-8-8 of the Code de
        la sécurité sociale); what was declared as a deposit is one.
        """
        super()._complete_parts(parts)
        entries = sorted({part.entry for _document, part in parts})
        rows = self.env.execute_query(SQL(REQUESTS, entries=entries))
        known = {entry: (request, kind) for entry, request, kind in rows}
        requests = self.env["urssaf.payment.request"].browse(
            sorted({request for request, _kind in known.values()})
        )
        by_id = {request.id: request for request in requests}
        halves = halves_back(requests)
        by_agreement = self.env.company.home_service_certificate_basis == VALIDATION
        for _document, part in parts:
            request_id, kind = known.get(part.entry, (None, None))
            if not request_id:
                continue
            request = by_id[request_id]
            part.kind = SET_OFF if kind == SET_OFF else URSSAF
            if kind != URSSAF:
                # An entry of ours: a lock date may have shifted its own day.
                part.paid_on = part.day = request.transfer_date or part.paid_on
            if kind != "surplus":
                part.known = request
                # What was taken back of the customer's half he has not borne.
                back = halves.get(request, 0.0)
                customers, _advanced = shares_of_transfer(
                    request, part.cents / 100 + back
                )
                part.borne = max(round((customers - back) * 100), 0)
            if by_agreement and request.validated_on:
                part.day = request.validated_on
        self._find_deposits(parts)
        self._find_aside(parts)

    def _find_aside(self, parts):
        """What puts tax credit of a credit note aside is no money; where the customer
        bore nothing of what Urssaf had paid, nothing else takes it off.
        """
        found = defaultdict(list)
        for document, part in parts:
            if not part.kind and part.cents < 0:
                found[document].append(part)
        # sudo(): entries of these credit notes, for whoever makes the certificate.
        notes = self.env["account.move"].sudo().browse(sorted(found))
        for note in notes:
            request = note.reversed_entry_id.urssaf_request_ids[:1]
            entries = aside_entries(request, note).ids if request else []
            for part in found[note.id]:
                part.aside = part.entry in entries

    def _find_deposits(self, parts):
        """What the customer had paid before, where Urssaf was told of it
        (``mntAcompte``).
        """
        requests = self.env["urssaf.payment.request"].search(
            Domain("move_id", "in", sorted({document for document, _part in parts}))
            & Domain("amount_deposit", ">", 0)
            & Domain("active_request", "=", True)
        )
        sent = {
            request.move_id.id: paris_date(request.claimed_at)
            for request in requests.filtered("claimed_at")
        }
        for document, part in parts:
            day = sent.get(document)
            if day and part.kind not in (URSSAF, SET_OFF) and part.paid_on <= day:
                part.deposit = True

    def _advances(self, issuer, year, money, names):
        """Extends the trade: half of what was asked for, within the ceiling that was
        left as far as we know (see ``urssaf.ceiling.use``), in proportion to what still
        counts of each demande. What was taken back of the customer's half alone, and a
        second collection, which he gets back, leave the tax credit advanced.
        """
        found = super()._advances(issuer, year, money, names)
        paid = self._second_collections(issuer, year, money, names)
        known = {part.known for _document, part, *_rest in money if part.known}
        halves = halves_back(self.env["urssaf.payment.request"].union(*known))
        sums = defaultdict(lambda: [0, 0])
        for document, part, _day, _deposit, _shares in money:
            if part.known:
                key = names[document.id].partner, part.known
                sums[key][part.cents < 0] += part.cents
        for key, (came, given) in sums.items():
            left = came + given
            if came and key not in paid:
                # As much of his half as is left of the rest: none once it is aside.
                left += round(halves.get(key[1], 0.0) * 100 * left / came)
            paid[key] = paid.get(key, 0) + left
        requests = self.env["urssaf.payment.request"].union(
            *(request for _partner, request in paid)
        )
        advances = self.env["urssaf.ceiling.use"]._advances(requests)
        for (partner, request), cents in paid.items():
            whole = round(request.transfer_expected * 100)
            share = min(1, cents / whole) if whole > 0 else 1
            advance = round(advances.get(request, 0.0) * 100 * share)
            found[partner] = found.get(partner, 0) + advance
        return found

    def _second_collections(self, issuer, year, money, names):
        """``{(id of a partner, demande): cents}`` of Urssaf's money of this year that
        stands on the customer's account beside an invoice that counts.
        """
        by_agreement = issuer.home_service_certificate_basis == VALIDATION
        ids = sorted({document.id for document, *_rest in money})
        requests = self.env["account.move"].browse(ids).urssaf_request_ids
        rows = self.env.execute_query(SQL(BESIDES, requests=requests.ids))
        found = defaultdict(int)
        for request_id, amount in rows:
            request = requests.browse(request_id)
            day = by_agreement and request.validated_on or request.transfer_date
            # Credited: the tax credit of that was never advanced for good.
            customers, _advanced = shares(request, credited(request))
            cents = round((float(amount) - customers) * 100)
            if day and day.year == year and cents > 0:
                found[names[request.move_id.id].partner, request] += cents
        return found

    # -- the true figure -----------------------------------------------------------

    def _set_advance(self, amount, origin):
        """The tax credit that was really paid in advance, from the customer's own space
        at Urssaf. What he holds already is followed by another version.

        :param amount: euros
        :param origin: ``typed`` or ``imported``
        :raises UserError: more than the expenses with those around the turn of the
            year, or a version that is over
        """
        self.ensure_one()
        if refused := self._refused_advance(amount):
            raise UserError(refused)
        values = self._advance_values(origin, amount, self.amount_base)
        same = not self.currency_id.compare_amounts(amount, self.amount_advance)
        if self.state == "sent" and not same:
            return self._with_advance(values)
        if self.state not in ("draft", "ready", "sent"):
            raise UserError(
                self.env._(
                    "The version %s is over: type it on the latest one.",
                    self.reference,
                )
            )
        if self.state == "ready" and not same:
            self._set_state("draft")
        # sudo(): see the model, nobody writes it by hand.
        self.sudo().write(values)
        return self

    def _refused_advance(self, amount):
        """Why that cannot be the tax credit, in a sentence; else nothing."""
        most = self.amount_base + sum(self._straddling().mapped("amount_total"))
        if self.currency_id.compare_amounts(amount, most) <= 0 and amount >= 0:
            return ""
        return self.env._(
            "%(amount)s cannot be the tax credit of %(customer)s, whose "
            "expenses are %(base)s.",
            amount=self.currency_id.format(amount),
            customer=self.partner_id.display_name,
            base=self.currency_id.format(most),
        )

    def _straddling(self):
        """The demandes around a turn of this year that count in the other one, and
        whose tax credit Urssaf may show in this one.
        """
        start, end = date(self.year, 1, 1), date(self.year, 12, 31)
        here = (
            Domain("validated_on", ">=", start) & Domain("validated_on", "<=", end)
        ) & (Domain("transfer_date", "=", False) | Domain("transfer_date", ">", end))
        here |= (
            Domain("validated_on", "<", start)
            & Domain("transfer_date", ">=", start)
            & Domain("transfer_date", "<=", end)
        )
        # sudo(): amounts of this customer alone, for whoever makes his certificate.
        requests = (
            self.env["urssaf.payment.request"]
            .sudo()
            .search(
                here
                & Domain("partner_id", "=", self.partner_id.id)
                & Domain(
                    "company_id", "in", self.company_id._home_service_certified().ids
                )
                & Domain("state", "in", (*COLLECTING, "recovered")),
                order="validated_on, id",
            )
        )
        # sudo(): likewise.
        return requests.filtered(
            lambda request: request.move_id not in self.sudo().line_ids.move_id
        )

    def _beyond(self, amount):
        """A sentence for a tax credit that is more than the expenses, with the demandes
        that may be the reason, or why it cannot be; else nothing.
        """
        if refused := self._refused_advance(amount):
            return refused
        if self.currency_id.compare_amounts(amount, self.amount_base) <= 0:
            return ""
        return self.env._(
            "%(amount)s are more than the expenses that count in %(year)s "
            "(%(base)s): Urssaf counts there what counts in another year here, "
            "%(demandes)s. Compare the setting “Which date counts”.",
            amount=self.currency_id.format(amount),
            year=self.year,
            base=self.currency_id.format(self.amount_base),
            demandes=", ".join(
                f"{one.name} ({self.currency_id.format(one.amount_total)})"
                for one in self._straddling()
            ),
        )

    def _with_advance(self, values):
        """Another version that differs in the tax credit only."""
        # sudo(): nobody writes a certificate by hand.
        here = self.sudo().with_context(lang=self.partner_id.lang or self.env.lang)
        note = here.env._(
            "Tax credit paid in advance: %(after)s instead of %(before)s.",
            before=self.currency_id.format(self.amount_advance),
            after=self.currency_id.format(values["amount_advance"]),
        )
        self._set_state("replace", note)
        lines = [
            {**line, "certificate_id": False} for line in here.line_ids.copy_data()
        ]
        [copied] = here.copy_data(
            {
                "version": self.version + 1,
                "replaces_id": self.id,
                "change_note": note,
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )
        return here.create(copied).with_env(self.env)
