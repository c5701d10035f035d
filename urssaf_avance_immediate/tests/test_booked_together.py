# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transfers of one day are booked together, with the same entries as one by one; where
one of them cannot be booked, it stops no other.
"""

from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.exchange import work
from ..models.payment_request import registering, transfer_notes
from .cases import NOW
from .money import MoneyCase

DAY = date(2026, 2, 5)
EACH = "odoo.addons.urssaf_avance_immediate.models.exchange.work"


class Killed(BaseException):
    """The process ends here."""


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBookedTogether(MoneyCase):
    def setUp(self):
        super().setUp()
        self.Request = type(self.env["urssaf.payment.request"])

    # -- makers ---

    def _transferred(self, *amounts, day=DAY):
        """Demandes of 66 € that Urssaf says it has transferred so much for."""
        requests = self.env["urssaf.payment.request"]
        for amount in amounts:
            requests += self._told(self._collected((66, 10)), amount, day)
        return requests

    def _told(self, request, amount, day=DAY):
        transfer = {"mntVirement": amount, "dateVirement": f"{day}T00:00:00Z"}
        self._demande(request).move("70", "Payée", transfer=transfer)
        self._make_due(request, datetime.combine(day, NOW.time()))
        return request

    def _follow(self, seen=DAY):
        with freeze_time(datetime.combine(seen, NOW.time()) + timedelta(seconds=1)):
            self._run_cron("follow")

    @contextmanager
    def _batches(self, blow=None):
        """How many demandes are registered at once, each time that it succeeds."""
        original, sizes = self.Request._register_transfer, []

        def register(requests, by_hand=False):
            original(requests, by_hand)
            if blow:
                blow(requests)
            sizes.append(len(requests))

        with patch.object(self.Request, "_register_transfer", register):
            yield sizes

    def _customer_paid(self, request, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({"amount": amount, "payment_date": "2026-02-04"})._create_payments()

    def _bank_first(self, request):
        """A line of the bank was matched with the invoice before Urssaf said so."""
        line = self._bank(66.0, "2026-02-06", "VIR URSSAF", self.partner)
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.receivable
        owed = request.move_id.line_ids.filtered(
            lambda one: one.account_id == self.receivable
        )
        (suspense + owed).reconcile()

    def _received_first(self, request):
        """A line of the bank was reconciled with a transfer still to be announced."""
        nothing = self.env["account.move.line"]
        self._bank(66.0, "2026-02-05").sudo()._urssaf_reconcile(nothing, request.sudo())

    def _one_of_each(self):
        """Ordinary ones of two days, with less than expected or shown by the bank; and
        what is booked by itself: more than expected, paid otherwise, taken over.
        """
        requests = self._transferred(66.0, 60.0, 66.0, 66.0, 70.0, 66.0, 66.0, 66.0)
        requests += self._transferred(66.0, 66.0, 50.0, day=date(2026, 2, 6))
        self._received_first(requests[3])
        self._customer_paid(requests[5], 66.0)
        self._customer_paid(requests[6], 20.0)
        self._bank_first(requests[7])
        return requests.sudo()

    # -- what is compared ---

    def _books(self, requests):
        """All that booking has written, in words that do not hang on identifiers."""
        moves = requests.payment_ids.move_id + self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "in", requests.move_id.ids)]
        )
        return {
            "demandes": [self._demande_as_booked(request) for request in requests],
            "entries": sorted(self._entry(move) for move in moves),
            "vat": self._months(2, 3),
            "open": sorted(self._open(self.receivable) + self._open(self.transit)),
        }

    def _demande_as_booked(self, request):
        return (
            (request.amount_booked, request.surplus_amount, request.matter),
            (request.matter_message, request.to_book, request.transfer_gap),
            (request.move_id.payment_state, request.move_id.amount_residual),
            [
                (activity.note, activity.user_id, activity.summary)
                for activity in request.activity_ids
            ],
            self._chatter(request),
            self._chatter(request.move_id),
            [self._payment(payment) for payment in request.payment_ids],
            [
                (partial.amount, partial.max_date, bool(partial.full_reconcile_id))
                for partial in request.move_id.line_ids.matched_credit_ids.sorted("id")
            ],
            request.move_id.matched_payment_ids == request.payment_ids,
        )

    def _payment(self, payment):
        return (
            *(payment.name, payment.state, payment.date, payment.amount, payment.memo),
            *(payment.is_matched, payment.is_reconciled, payment.partner_id),
            *(payment.reconciled_invoice_ids, self._chatter(payment)),
        )

    def _entry(self, move):
        lines = [
            (
                *(line.name, line.account_id.code, line.partner_id.id, line.balance),
                *(line.amount_residual, line.reconciled, str(line.date)),
                line.tax_tag_ids.ids,
            )
            for line in move.line_ids.sorted("id")
        ]
        return (move.name, str(move.date), move.ref, lines, self._chatter(move))

    def _chatter(self, record):
        return [
            (str(message.body), message.author_id.id, len(message.tracking_value_ids))
            for message in record.message_ids.sorted("id")
        ]

    def _assert_no_hole(self):
        """In the numbers of the journal of the transfers."""
        journal = self.company.urssaf_payment_journal_id
        found = self.env["account.move"].search(
            [("journal_id", "=", journal.id), ("origin_payment_id", "!=", False)]
        )
        numbers = sorted(found.mapped("sequence_number"))
        first = numbers[0]
        self.assertEqual(numbers, [*range(first, first + len(numbers))])

    # -- the same ---

    def test_the_same_as_one_by_one(self):
        requests = self._one_of_each()
        books = []
        expected = {
            1: [1] * 10,  # nothing is left of what the customer has paid
            3: [3, 1, 1, 1, 1, 3],
            registering.AT_ONCE: [4, 1, 1, 1, 3],
        }
        for at_once, batches in expected.items():
            with (
                self.subTest(at_once=at_once),
                closing(self.env.cr.savepoint()),
                patch.object(registering, "AT_ONCE", at_once),
                self._batches() as sizes,
            ):
                self._follow(date(2026, 2, 9))
                books.append(self._books(requests))
                self._assert_no_hole()
                self.assertEqual(sizes, batches)
            self.env.invalidate_all()
            self.assertEqual(books[-1], books[0])
        booked = [one[0][0] for one in books[0]["demandes"]]
        self.assertEqual(
            booked, [66.0, 60.0, 66.0, 66.0, 70.0, 0.0, 66.0, 66.0, 66.0, 66.0, 50.0]
        )

    def test_what_just_fits_an_invoice_paid_otherwise_is_not_plain(self):
        requests = self._transferred(66.0, 66.0, 46.0)
        self._customer_paid(requests[2], 20.0)
        with self._batches() as sizes:
            self._follow()
        self.assertEqual(sizes, [2, 1])
        self.assertEqual(requests.mapped("matter"), [False, False, "kept"])

    def test_the_same_after_a_locked_period(self):
        requests = self._transferred(66.0, 60.0, 66.0)
        self.company.hard_lock_date = date(2026, 2, 28)
        books = []
        for at_once in (1, registering.AT_ONCE):
            with (
                closing(self.env.cr.savepoint()),
                patch.object(registering, "AT_ONCE", at_once),
                self._batches() as sizes,
            ):
                self._follow(NOW.date())
                self.assertEqual(sizes, [3] if at_once > 1 else [1, 1, 1])
                books.append(self._books(requests.sudo()))
                dates = set(requests.payment_ids.move_id.mapped("date"))
            self.env.invalidate_all()
        self.assertEqual(books[1], books[0])
        self.assertTrue(all(day > date(2026, 2, 28) for day in dates))

    # -- one that cannot be booked ---

    def _assert_all_but(self, requests, guilty):
        others = (requests - guilty).sudo()
        self.assertEqual(set(others.mapped("amount_booked")), {66.0})
        self.assertFalse(others.activity_ids)
        self.assertFalse(guilty.payment_ids)
        self.assertEqual((guilty.state, guilty.matter), ("paid", "booking"))
        self.assertEqual(len(guilty.activity_ids), 1)
        self._assert_no_hole()

    def test_a_closed_account_stops_no_other(self):
        usual = self.partner.property_account_receivable_id
        closed = usual.copy({"code": "411999"})
        self.partner.property_account_receivable_id = closed
        guilty = self._transferred(66.0)
        self.partner.property_account_receivable_id = usual
        requests = self._transferred(66.0, 66.0) + guilty + self._transferred(66.0)
        closed.active = False
        with self._batches() as sizes:
            self._follow()
        self.assertEqual(sizes, [1, 1, 1], "none of the batch, then all but one")
        self._assert_all_but(requests, guilty)
        self.assertIn("archived", guilty.matter_message)
        closed.active = True
        guilty.action_register_transfer()
        self.assertEqual(guilty.amount_booked, 66.0)
        self.assertFalse(guilty.activity_ids)

    def test_what_fails_after_the_numbers_were_taken(self):
        """All of the batch is undone, and leaves no hole."""
        requests = self._transferred(66.0, 66.0, 66.0, 66.0)
        guilty, refusal = requests[1], UserError("Not this one")
        original = transfer_notes.registered_note

        def failing(request, booked):
            if request == guilty:
                raise refusal
            return original(request, booked)

        with (
            patch.object(transfer_notes, "registered_note", failing),
            self._batches() as sizes,
        ):
            self._follow()
        self.assertEqual(sizes, [1, 1, 1], "none of the batch, then all but one")
        self._assert_all_but(requests, guilty)
        self.assertIn("Not this one", guilty.activity_ids.note)

    def test_an_error_that_nobody_foresaw(self):
        """The database refuses a statement: the others are booked all the same."""
        requests = self._transferred(66.0, 66.0, 66.0)
        guilty = requests[0]

        def blow(records):
            if guilty in records:
                self.env.flush_all()
                records.env.cr.execute("SELECT 'x'::integer", log_exceptions=False)

        with self._batches(blow), self.assertLogs(EACH, "ERROR") as log:
            self._follow()
        self.assertEqual(len(log.output), 1, "said once, of the guilty one")
        self._assert_all_but(requests, guilty)

    # -- whoever else is at work ---

    def test_what_another_worker_holds_is_left_to_him(self):
        requests = self._transferred(66.0, 66.0, 66.0, 66.0)
        held, original = requests[2], work.take_turn

        def take_turn(records):
            return original(records - held)

        with patch.object(work, "take_turn", take_turn), self._batches() as sizes:
            self._follow()
        self.assertEqual(sizes, [3])
        self.assertEqual(len((requests - held).payment_ids), 3)
        self.assertFalse(held.payment_ids or held.activity_ids)
        self._follow()
        for request in requests:
            self.assertEqual(len(request.payment_ids), 1)

    def test_killed_in_the_middle(self):
        requests = self._transferred(66.0, 66.0, 66.0)

        def blow(_records):
            raise Killed

        with self._batches(blow), self.assertRaises(Killed):
            self._follow()
        self.env.invalidate_all()
        self.assertFalse(requests.payment_ids, "all of it or nothing")
        self._follow()
        for request in requests:
            self.assertEqual(request.payment_ids.amount, 66.0)
        self._assert_no_hole()
