# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has paid for the customer, on his annual certificate.

The whole of a demande is his expense (box 7DB of the tax return): the half that he was
debited, and the half that he received as a tax credit in advance (box 7HB). No answer
of Urssaf says how much that was: it is estimated, until somebody types or imports the
figure of the customer's own space.
"""

from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.rules import paris_date
from ..payment_request.shares import shares
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
                part.borne = round(shares(request, part.cents / 100)[0] * 100)
            if by_agreement and request.validated_on:
                part.day = request.validated_on
        self._find_deposits(parts)

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
        counts of each demande.
        """
        found = super()._advances(issuer, year, money, names)
        paid = defaultdict(int)
        for document, part, _day, _deposit, _shares in money:
            if part.known:
                paid[names[document.id].partner, part.known] += part.cents
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

    # -- the true figure -----------------------------------------------------------

    def _set_advance(self, amount, origin):
        """The tax credit that was really paid in advance, from the customer's own space
        at Urssaf. What he holds already is followed by another version.

        :param amount: euros
        :param origin: ``typed`` or ``imported``
        :raises UserError: more than the expenses, or a version that is over
        """
        self.ensure_one()
        if self.currency_id.compare_amounts(amount, self.amount_base) > 0 or amount < 0:
            raise UserError(
                self.env._(
                    "%(amount)s cannot be the tax credit of %(customer)s, whose "
                    "expenses are %(base)s.",
                    amount=self.currency_id.format(amount),
                    customer=self.partner_id.display_name,
                    base=self.currency_id.format(self.amount_base),
                )
            )
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

    def _with_advance(self, values):
        """Another version that differs in the tax credit only."""
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
