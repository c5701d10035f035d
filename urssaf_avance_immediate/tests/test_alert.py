# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What waits for a person stays with a person: in few queries, whoever leaves."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..lib.api import PaymentRequest
from ..models.exchange.alerts import TRANSIT_ACTIVITY
from .cases import NOW, UrssafCase

LONG_AGO = NOW - timedelta(days=30)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAlert(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.successor = cls._make_user(
            "successor", "urssaf_avance_immediate.group_manager"
        )

    # -- in few queries --------------------------------------------------------

    def _stuck(self, count):
        """So many demandes of each kind of trouble, and as many sleeping customers."""
        partners = self.env["res.partner"].create(
            [{"name": f"C{number}"} for number in range(count)]
        )
        enrolments = (
            self.env["urssaf.enrolment"]
            .sudo()
            .create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "environment": "sandbox",
                    }
                    for partner in partners
                ]
            )
        )
        enrolments.write({"state": "pending", "state_since": LONG_AGO})
        for values in (
            {"state": "queued"},
            {"state": "waiting", "claimed_at": LONG_AGO, "remote_date": NOW.date()},
            {
                "state": "debited",
                "cancel_requested_on": LONG_AGO,
                "cancel_reminded_on": LONG_AGO,
            },
        ):
            moves = self.env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partner.id,
                        "invoice_user_id": self.user.id,
                    }
                    for partner in partners
                ]
            )
            requests = (
                self.env["urssaf.payment.request"]
                .sudo()
                .create(
                    [
                        {
                            "name": f"{values['state']}/{move.id}",
                            "move_id": move.id,
                            "partner_id": move.partner_id.id,
                            "company_id": self.company.id,
                            "currency_id": self.company.currency_id.id,
                            "environment": "sandbox",
                        }
                        for move in moves
                    ]
                )
            )
            requests.write({**values, "state_since": LONG_AGO})
        self.env.flush_all()
        self.env.invalidate_all()

    def _digest_queries(self, count):
        self._stuck(count)
        activities = self.env["mail.activity"].search_count([])
        before = self.env.cr.sql_log_count
        self._run_cron("digest")
        queries = self.env.cr.sql_log_count - before
        made = self.env["mail.activity"].search_count([]) - activities
        self.assertEqual(made, 4 * count)
        return queries

    def test_the_daily_watch_takes_no_queries_for_each_of_sixty(self):
        self.company.urssaf_responsible_id = self.user
        self._digest_queries(2)
        few, many = self._digest_queries(20), self._digest_queries(60)
        # A hundred at a time: what a transaction costs is shared by them. Each further
        # one, of the four kinds, once took a query at least.
        self.assertLess(many - few, (60 - 20) * 4 / 2, (few, many))

    def test_many_activities_are_one_email(self):
        self.company.urssaf_responsible_id = self.user
        self.user.notification_type = "email"
        mails = [("recipient_ids", "in", self.user.partner_id.ids)]
        before = self.env["mail.mail"].search_count(mails)
        self._digest_queries(8)
        self.assertLessEqual(self.env["mail.mail"].search_count(mails) - before, 4)

    # -- who left --------------------------------------------------------------

    def _mine(self, **values):
        """An invoice of the salesperson who will leave."""
        move = self._invoice(**values)
        move.invoice_user_id = self.user
        return move

    def _sent_by_me(self):
        move = self._mine()
        move.action_urssaf_send()
        return move.urssaf_request_id

    def _news(self, code, **values):
        request = self._sent_by_me()
        self._demande(request).move(code, f"Libellé {code}", **values)
        self._make_due(request)
        self._run_cron("follow")
        return request

    def _paid(self, amount=66.0):
        transfer = {"mntVirement": amount, "dateVirement": "2026-03-16T00:00:00Z"}
        return self._news("70", transfer=transfer)

    def _ways_of_a_demande(self):
        for code in ("40", "60", "110", "111", "112", "120", "260", "270", "999"):
            yield f"status {code}", self._news(code)
        self.fake.fail("050", "reject(ERR_DATE_FUTUR)")
        yield "rejected", self._sent_by_me()
        self.fake.fail("050", "reject(ERR_FACTURE_DOUBLON)")
        yield "said to be there, and not shown", self._sent_by_me()
        move = self._mine()
        sent = PaymentRequest.model_validate(move._urssaf_prepare_payload()).to_wire()
        self.fake.record(sent | {"mntFactureTTC": 70.0})
        move.action_urssaf_send()
        yield "another amount", move.urssaf_request_id
        yield "less than expected", self._paid(60.0)
        journal = self.company.urssaf_payment_journal_id
        self.company.urssaf_payment_journal_id = False
        yield "not booked", self._paid()
        self.company.urssaf_payment_journal_id = journal
        request = self.env["urssaf.payment.request"]._enqueue_move(self._mine())
        request.move_id.urssaf_excluded = False
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=request.move_id.ids
        ).create({})._create_payments()
        request._send()
        yield "paid meanwhile", request
        stuck = self._sent_by_me()
        stuck.sudo().write({"state_since": LONG_AGO, "remote_date": "2026-01-01"})
        yield "stuck", stuck
        asked = self._sent_by_me()
        asked.sudo().write(
            {"cancel_requested_on": LONG_AGO, "cancel_reminded_on": LONG_AGO}
        )
        yield "cancellation without an effect", asked

    def _ways_of_a_customer(self):
        self.fake.fail("010", "reject_400(ERR_DGFIP_R2P_INCONNU)")
        refused = self._make_partner(email="a@example.com")
        refused.action_urssaf_enrol()
        yield "enrolment refused", refused.urssaf_enrolment_id
        for code in ("PARTICULIER_BLOQUE", "MANDAT_ECHU"):
            enrolment = self._enrol(self._make_partner(email=f"{code}@example.com"))
            self.fake.customers[enrolment.external_id].close(code)
            enrolment.action_urssaf_refresh()
            yield code, enrolment
        ended = self._enrol(self._make_partner(email="b@example.com"))
        del self.fake.customers[ended.external_id]
        ended.action_urssaf_refresh()
        yield "ended", ended
        asleep = self._enrol(self._make_partner(email="c@example.com"), active=False)
        asleep.sudo()._companion_call()
        yield "to be called", asleep

    def _other_ways(self):
        self.partner.urssaf_sending = "automatic"
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_user_id": self.user.id,
                "invoice_date": "2026-03-15",
                "home_service_start": "2026-02-25",
                "home_service_end": "2026-03-13",
                "invoice_line_ids": [Command.create({"product_id": self.housework.id})],
            }
        )
        move.action_post()
        yield "an automatic invoice that waits", move
        self.partner.urssaf_sending = "propose"
        form = self.env["urssaf.customer.form"].sudo()
        form = form.create(
            {"partner_id": self.partner.id, "company_id": self.company.id}
        )
        yield "a form to review", self._told_by_hand(form)
        check = self.env["urssaf.crosscheck"].create(
            {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        )
        check.sudo()._tell()
        yield "a cross-check", check
        # The bookings above told of the missing accounts, on the same contact.
        self.company._urssaf_told_done(TRANSIT_ACTIVITY)
        self.company._urssaf_tell("Urssaf refuses the credentials.")
        yield "the whole company", self.company.partner_id
        writer = self._enrol(self._make_partner(email="d@example.com"))
        writer.message_post(
            body="Bonjour", message_type="email", author_id=writer.partner_id.id
        )
        yield "a customer who wrote", writer

    def _told_by_hand(self, form):
        """The form itself is played by a visitor, in the tests of the form."""
        form._ask_for_review()
        return form

    def test_whoever_is_archived_everything_stays_with_somebody(self):
        self._enrol()
        self.company.urssaf_responsible_id = self.user
        self.company.urssaf_accountant_id = self.user
        waiting = {
            **dict(self._ways_of_a_demande()),
            **dict(self._ways_of_a_customer()),
            **dict(self._other_ways()),
        }
        self._run_cron("digest")
        notes = {}
        for way, record in waiting.items():
            [activity] = record.activity_ids.filtered("automated")
            self.assertEqual(activity.user_id, self.user, way)
            notes[way] = activity.note
        self.user.action_archive()
        self.env.invalidate_all()
        self.assertFalse(waiting["status 40"].activity_ids, "Odoo deletes them")
        self._run_cron("digest")
        for way, record in waiting.items():
            [activity] = record.activity_ids.filtered("automated")
            self.assertTrue(activity.user_id.active, way)
            self.assertNotEqual(activity.user_id, self.env.ref("base.user_root"), way)
            self.assertIn(self.company, activity.user_id.company_ids, way)
            self.assertEqual(activity.note, notes[way], way)
        # What comes from now on goes to somebody who is there, too.
        self.assertTrue(self._news("60").activity_ids.user_id.active)

    def test_an_activity_is_handed_to_a_colleague(self):
        enrolment = self._enrol()
        enrolment._tell("Call the customer.")
        activity = enrolment.activity_ids.with_user(enrolment.activity_ids.user_id)
        colleague = ((self.user | self.successor) - activity.user_id)[:1]
        activity.user_id = colleague
        self.assertIn(colleague.partner_id, enrolment.message_partner_ids)
        # A stranger would receive what the office writes.
        with self.assertRaises(AccessError):
            enrolment.with_user(self.user).message_subscribe(self.partner.ids)

    def test_what_was_marked_as_done_is_not_said_again(self):
        self._enrol()
        request = self._news("40")
        activity = request.activity_ids
        activity.with_user(activity.user_id).action_feedback("Vu")
        self.env.invalidate_all()
        self._run_cron("digest")
        self.assertFalse(request.activity_ids)
        self._run_cron("digest")
        self.assertFalse(request.activity_ids)

    def test_who_left_the_company_or_is_only_inactive(self):
        self._enrol()
        self.company.urssaf_responsible_id = self.user
        inactive, gone = self._news("40"), self._news("60")
        self.user.active = False
        self._run_cron("digest")
        users = (inactive | gone).activity_ids.user_id
        self.assertTrue(all(users.mapped("active")))
        self.user.active = True
        self.company.urssaf_responsible_id = self.user
        self.assertEqual(self.company._urssaf_responsibles()[:1], self.user)
        self.user.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )
        self.assertNotIn(self.user, self.company._urssaf_responsibles())

    def _waits_for_me(self):
        """``{way: record}`` of each model, of which the user is told."""
        self._enrol()
        self.company.urssaf_responsible_id = self.user
        waiting = {
            "a demande": self._news("40"),
            **dict(self._ways_of_a_customer()),
            **dict(self._other_ways()),
        }
        for way, record in waiting.items():
            self.assertEqual(record.activity_ids.user_id, self.user, way)
        return waiting

    def _assert_with_somebody_else(self, waiting):
        self._run_cron("digest")
        for way, record in waiting.items():
            [activity] = record.activity_ids.filtered("automated")
            self.assertNotEqual(activity.user_id, self.user, way)
            self.assertTrue(activity.user_id.active, way)
            self.assertIn(self.company, activity.user_id.company_ids, way)

    def test_who_left_the_company_keeps_nothing(self):
        """He is active still, elsewhere."""
        waiting = self._waits_for_me()
        self.user.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )
        self._assert_with_somebody_else(waiting)

    def test_who_may_read_it_no_more_keeps_nothing(self):
        waiting = self._waits_for_me()
        # Everybody reads the company's contact, and he is in charge by its settings.
        del waiting["the whole company"]
        self.user.group_ids = self.env.ref("base.group_user")
        self._assert_with_somebody_else(waiting)

    def test_whoever_was_chosen_by_a_person_keeps_it(self):
        self._enrol()
        self.company.urssaf_responsible_id = self.user
        request, other = self._news("40"), self._news("40")
        self.assertEqual((request | other).activity_ids.user_id, self.user)
        request.activity_ids.with_user(self.user).user_id = self.successor
        request._tell("Still there.")
        other._tell("Still there.")
        self.assertEqual(request.activity_ids.user_id, self.successor)
        self.assertIn("Still there.", request.activity_ids.note)
        # Whom the add-on chose is replaced when the invoice is another person's.
        third = self._make_user("third", "urssaf_avance_immediate.group_user")
        (request | other).move_id.invoice_user_id = third
        request._tell("Still there.")
        other._tell("Still there.")
        self.assertEqual(request.activity_ids.user_id, self.successor)
        self.assertEqual(other.activity_ids.user_id, third)
        # Even who was chosen may leave, and what follows is the add-on's choice again.
        self.successor.group_ids = self.env.ref("base.group_user")
        self._run_cron("digest")
        self.assertEqual(request.activity_ids.user_id, third)
        (request | other).move_id.invoice_user_id = self.user
        request._tell("Still there.")
        self.assertEqual(request.activity_ids.user_id, self.user)

    def test_money_that_is_taken_back_is_another_matter(self):
        """A new matter goes to whom the rules say; of that, who is chosen keeps it."""
        self._enrol()
        accountant = self._make_user("books", "urssaf_avance_immediate.group_user")
        self.company.urssaf_accountant_id = accountant
        request = self._sent_by_me()
        request._tell("No news for days.")
        self.assertEqual(request.activity_ids.user_id, self.user)
        request.activity_ids.with_user(self.user).user_id = self.successor
        request._tell("Still none.")
        self.assertEqual(request.activity_ids.user_id, self.successor)

        def news(code):
            self._demande(request).move(code, f"Libellé {code}")
            request.action_urssaf_refresh()
            return request.activity_ids

        self.assertEqual(news("60").user_id, accountant)
        self.assertEqual(request.state, "unpaid")
        request.activity_ids.with_user(accountant).user_id = self.successor
        self.assertEqual(news("120").user_id, self.successor)
        self.assertEqual(request.state, "recovered")

    def test_what_failed_is_named_as_the_list_of_actions_names_it(self):
        enrolments = type(self.env["urssaf.enrolment"])
        work = "odoo.addons.urssaf_avance_immediate.models.exchange.work"
        with (
            patch.object(enrolments, "_daily_watch", side_effect=ValueError),
            self.assertLogs(work, "ERROR"),
        ):
            self._run_cron("digest")
        note = self.company.partner_id.activity_ids.note
        self.assertIn("“Urssaf: daily watch over what is stuck”", note)
        self.assertNotIn("digest", note)

    def test_settled_leaves_nothing_behind(self):
        self._enrol()
        request = self._news("60")
        alerts = self.env["urssaf.alert"].sudo().search([("res_id", "=", request.id)])
        self.assertEqual(alerts.res_model, "urssaf.payment.request")
        self._demande(request).move("70", "Payée")
        self._make_due(request)
        self._run_cron("follow")
        self.assertFalse(alerts.exists())
        self.assertFalse(request.activity_ids)
