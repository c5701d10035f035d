# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transfers of Urssaf as its answers leave them, and lines of the bank statement that
pay them.
"""

from .cases import UrssafCase

LABEL = "VIR SEPA URSSAF AVANCE IMMEDIATE 20260205"


class BankCase(UrssafCase):
    """Demandes as Urssaf’s answers leave them, made without the calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.action_urssaf_set_up_transfers()
        cls.transit = cls.company._urssaf_transit_account()
        cls.journal = cls.company.urssaf_payment_journal_id
        cls.bookkeeper = cls._make_user("bookkeeper", "account.group_account_manager")

    def _request(self, amount, day, state="paid", transfer=None, booked=True):
        """A demande whose transfer is of this day; by default Urssaf paid, and it is
        registered.
        """
        move = self._invoice(lines=[(1, amount / 1.1)])
        self.assertEqual(move.amount_total, amount)
        transfer = amount if transfer is None else transfer
        paid = state == "paid"
        request = (
            self.env["urssaf.payment.request"]
            .sudo()
            .create(
                {
                    "name": move.name,
                    "move_id": move.id,
                    "partner_id": move.partner_id.id,
                    "company_id": move.company_id.id,
                    "holder_id": move.company_id.id,
                    "currency_id": move.currency_id.id,
                    "environment": "sandbox",
                    "external_id": f"X{move.id}",
                    "state": state,
                    "amount_total": amount,
                    "transfer_amount": transfer if paid else 0.0,
                    "transfer_date": day if paid else False,
                    "transfer_effective": paid and booked,
                }
            )
        )
        if not paid:
            # Computed together with the other deadlines: first those, then this one.
            request.flush_recordset()
            request.expected_transfer_date = day
        if paid and booked:
            request._register_transfers(by_hand=True)
            self.assertEqual(request.amount_booked, min(transfer, amount))
        return request

    def _line(self, amount, day, label=LABEL, **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": day,
                "amount": amount,
                "payment_ref": label,
                **values,
            }
        )

    def _wizard(self, line, user=None):
        action = line.with_user(user or self.bookkeeper).action_urssaf_reconcile()
        wizard = self.env[action["res_model"]].with_user(user or self.bookkeeper)
        return wizard.browse(action["res_id"])

    def _ticked(self, wizard):
        return wizard.line_ids.filtered("chosen").request_id

    def _transit_item(self, request):
        return request.payment_ids.move_id.line_ids.filtered(
            lambda line: line.account_id == self.transit
        )
