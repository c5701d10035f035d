# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has of a period against what Odoo has of it."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import format_date, mute_logger

from ..models.crosscheck import crosscheck as urssaf_crosscheck
from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCrosscheck(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _check(self, start="2026-03-01", end="2026-03-31"):
        check = (
            self.env["urssaf.crosscheck"]
            .with_user(self.user)
            .create({"date_from": start, "date_to": end})
        )
        check.action_start()
        return check

    def _kinds(self, check):
        return {line.number: line.kind for line in check.line_ids}

    def _at_urssaf(self, number, day="2026-03-15", total=66.0, client=None, **values):
        """A demande that somebody else has sent."""
        result = self.fake.record(
            {
                "idClient": client or self.partner.urssaf_enrolment_id.external_id,
                "dateNaissanceClient": "1980-03-29T00:00:00Z",
                "numFactureTiers": number,
                "dateFacture": f"{day}T00:00:00Z",
                "dateDebutEmploi": "2026-03-02T00:00:00Z",
                "dateFinEmploi": "2026-03-13T00:00:00Z",
                "mntFactureTTC": total,
                "mntFactureHT": 60.0,
                "inputPrestations": [
                    {"codeNature": "60", "mntPrestationTTC": total, "quantite": 2}
                ],
            }
        )
        demande = self.fake.demandes[result["idDemandePaiement"]]
        demande.move("20", "En attente de validation", **values)
        return demande

    def _forgotten(self, **values):
        """A posted invoice whose demande Odoo does not know, as after a restoration."""
        move = self._invoice(**values)
        self._at_urssaf(move.name)
        return move

    # -- the report ------------------------------------------------------------

    def test_matched_different_orphaned(self):
        matched, amount, status, mine = (self._sent() for _i in range(4))
        self._demande(amount).payload["mntFactureTTC"] = 60.0
        self._demande(status).move("110", "Annulée")
        status.sudo().next_call_at = False
        del self.fake.demandes[mine.external_id]
        theirs = self._at_urssaf("ELSEWHERE/1")
        check = self._check()
        self.assertEqual(check.state, "done")
        self.assertEqual(
            self._kinds(check),
            {
                matched.name: "matched",
                amount.name: "differs",
                status.name: "differs",
                mine.name: "local",
                theirs.number: "remote",
            },
        )
        lines = {line.number: line for line in check.line_ids}
        self.assertIn("60", lines[amount.name].detail)
        self.assertIn("Annulée", lines[status.name].detail)
        self.assertFalse(lines[theirs.number].adoptable, "no invoice has this number")
        self.assertEqual(check.open_count, 4)
        self.assertEqual(status.state, "waiting", "a check changes nothing")

    def test_other_customer(self):
        request = self._sent()
        other = self.fake.add_customer()
        self._demande(request).payload["idClient"] = other.id_client
        check = self._check()
        self.assertEqual(check.line_ids.kind, "differs")
        self.assertIn("Customer", check.line_ids.detail)

    def test_a_status_that_odoo_has_not_seen_yet(self):
        request = self._sent()
        self._demande(request).move("30", "Validée")
        check = self._check()
        self.assertEqual(check.line_ids.kind, "matched")
        self.assertEqual(request.next_call_at, NOW, "it is asked about at once")

    def test_nothing_anywhere(self):
        check = self._check()
        self.assertEqual((check.state, check.open_count), ("done", 0))

    # -- the limit of ten ------------------------------------------------------

    def test_narrower_and_narrower(self):
        for day in range(1, 29):
            for rank in range(3):
                self._at_urssaf(f"E/{day}/{rank}", f"2026-03-{day:02d}")
        check = self._check()
        self.assertEqual(check.state, "running", "more calls than a user waits for")
        self._run_cron("crosscheck")
        self.assertEqual(check.state, "done")
        self.assertEqual(check.remote_count, 84)
        self.assertEqual(len(set(check.line_ids.mapped("external_id"))), 84)
        self.assertFalse(check.incomplete)

    def test_a_day_that_is_too_full(self):
        move = self._forgotten()
        for rank in range(11):
            self._at_urssaf(f"E/{rank}")
        check = self._check("2026-03-15", "2026-03-15")
        self.assertEqual(check.state, "done")
        self.assertEqual(self._kinds(check), {move.name: "remote"})
        day = format_date(self.env, fields.Date.to_date("2026-03-15"))
        self.assertIn(day, check.incomplete)

    def test_known_to_be_too_full(self):
        """Odoo's own count spares the calls that would be refused."""
        requests = [self._sent() for _i in range(11)]
        before = len(self.fake.calls_of("070"))
        check = self._check("2026-03-15", "2026-03-15")
        self.assertEqual(check.matched_count, len(requests))
        self.assertEqual(len(self.fake.calls_of("070")) - before, 2 + 1)

    # -- outages ---------------------------------------------------------------

    def test_goes_on_after_an_outage(self):
        for day in (2, 20):
            for rank in range(6):
                self._at_urssaf(f"E/{day}/{rank}", f"2026-03-{day:02d}")
        self.fake.fail("070", "reject_400(ERR_NBRE_MAX_RESULTAT)")
        self.fake.fail("070", "http_503")
        check = self._check()
        self.assertEqual(check.state, "running")
        self.assertTrue(check.last_error_message)
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("crosscheck")
        self.assertEqual((check.state, check.remote_count), ("done", 12))
        self.assertFalse(check.last_error_message)

    # -- adopt -----------------------------------------------------------------

    def test_adopt(self):
        move = self._forgotten()
        check = self._check()
        line = check.line_ids
        self.assertTrue(line.adoptable)
        line.with_user(self.user).action_adopt()
        request = move.urssaf_request_id
        self.assertEqual((request.name, request.state), (move.name, "waiting"))
        self.assertEqual(request.external_id, self.fake.by_number(move.name).request_id)
        self.assertEqual(request.enrolment_id, self.partner.urssaf_enrolment_id)
        self.assertEqual(request.amount_credit_estimate, 33.0)
        self.assertNotIn("1980", request.sudo().payload)
        self.assertEqual((line.outcome, check.open_count), ("adopted", 0))
        self.assertEqual((check.remote_count, check.matched_count), (0, 1))
        self.fake.by_number(move.name).move(
            "70",
            "Payée",
            transfer={"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"},
        )
        self._make_due(request)
        self._run_cron("follow")
        self.assertEqual(move.payment_state, "paid")

    def test_adopt_all_that_fit(self):
        good = [self._forgotten() for _i in range(3)]
        wrong = self._invoice()
        self._at_urssaf(wrong.name, total=60.0)
        foreign = self._invoice()
        self._at_urssaf(foreign.name, client=self.fake.add_customer().id_client)
        check = self._check()
        check.with_user(self.user).action_adopt_all()
        for move in good:
            self.assertEqual(move.urssaf_state, "waiting")
        for move in (wrong, foreign):
            self.assertFalse(move.urssaf_request_ids)
            line = check.line_ids.filtered(lambda x, move=move: x.move_id == move)
            self.assertTrue(line.detail)
            with self.assertRaises(UserError):
                line.action_adopt()
        self.assertEqual(check.open_count, 2)

    def test_adopt_what_was_paid_elsewhere(self):
        move = self._forgotten()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        transfer = {"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"}
        self.fake.by_number(move.name).move("70", "Payée", transfer=transfer)
        check = self._check()
        check.line_ids.action_adopt()
        self._run_cron("follow")
        request = move.urssaf_request_id
        self.assertEqual(request.state, "paid")
        self.assertFalse(request.activity_ids, "nobody paid twice")

    def test_adopted_customers_get_no_mail(self):
        self.company.write({"urssaf_notify_sent": True, "urssaf_notify_paid": True})
        self._forgotten()
        self._check().line_ids.action_adopt()
        self._run_cron("follow")
        self.assertFalse(
            self.env["mail.mail"].search([("model", "=", "urssaf.payment.request")])
        )

    def test_take_over_a_status(self):
        request = self._sent()
        self._demande(request).move("110", "Annulée")
        request.sudo().next_call_at = False
        check = self._check()
        check.line_ids.with_user(self.user).action_update()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(check.open_count, 0)

    def test_odoo_thought_that_it_had_not_left(self):
        """A backup of before the call was restored: the demande is still a draft."""
        self.fake.fail("050", "refused")
        request = self._sent()
        request.sudo()._withdraw()
        self._at_urssaf(request.name)
        check = self._check()
        self.assertEqual(check.line_ids.kind, "differs")
        check.line_ids.action_update()
        self.assertEqual(request.state, "waiting")
        self.assertTrue(request.external_id)
        self.assertEqual(check.line_ids.outcome, "updated")

    def test_ignore_and_open(self):
        move = self._forgotten()
        check = self._check()
        self.assertEqual(check.line_ids.action_open()["res_id"], move.id)
        check.line_ids.with_user(self.user).action_ignore()
        self.assertEqual(check.open_count, 0)

    # -- monthly ---------------------------------------------------------------

    def test_monthly_one_activity_if_something_differs(self):
        self.company.urssaf_responsible_id = self.user
        move = self._forgotten()
        self._run_cron("crosscheck_monthly")
        self._run_cron("crosscheck")
        check = self.env["urssaf.crosscheck"].search([])
        self.assertEqual((check.automatic, check.state), (True, "done"))
        self.assertEqual(check.activity_ids.user_id, self.user)
        check.line_ids.action_adopt()
        self.assertFalse(check.activity_ids)
        self.assertEqual(move.urssaf_state, "waiting")
        self._run_cron("crosscheck_monthly")
        self._run_cron("crosscheck")
        again = self.env["urssaf.crosscheck"].search([]) - check
        self.assertEqual(again.matched_count, 1)
        self.assertFalse(again.activity_ids, "all agrees")

    # -- rights ----------------------------------------------------------------

    def test_rights(self):
        check = self._check()
        self._forgotten()
        biller = self._make_user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            check.with_user(biller).action_start()
        with self.assertRaises(AccessError):
            check.with_user(biller).read(["state"])
        check = self._check()
        with self.assertRaises(AccessError):
            check.line_ids.with_user(self.user).write({"kind": "matched"})
        other = self.env["res.company"].create({"name": "Autre"})
        foreign = self._make_user("foreign", "urssaf_avance_immediate.group_manager")
        foreign.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        self.assertFalse(
            self.env["urssaf.crosscheck.line"].with_user(foreign).search([])
        )

    # -- bounded, and resumed --------------------------------------------------

    def _crowded(self, count):
        """A day of which Odoo knows many invoices, all at Urssaf."""
        moves = [self._invoice() for _i in range(count)]
        for move in moves:
            self._at_urssaf(move.name)
        return moves

    def test_a_crowded_day_goes_on_where_it_stopped(self):
        self._crowded(32)
        with patch.object(urssaf_crosscheck, "CALLS_AT_ONCE", 2):
            check = self._check("2026-03-15", "2026-03-15")
        self.assertEqual((check.state, check.call_count), ("running", 2))
        self.assertEqual(check.remote_count, 10)
        self.fake.fail("070", "http_503")
        self._run_cron("crosscheck")
        self.assertEqual(check.state, "running")
        self.assertEqual(check.remote_count, 10, "what was compared is kept")
        with freeze_time(NOW + timedelta(hours=1)):
            self._run_cron("crosscheck")
        self.assertEqual((check.state, check.remote_count), ("done", 32))
        asked = [call.json.get("numFactureTiers") for call in self.fake.calls_of("070")]
        numbers = [number for ten in asked if ten for number in ten]
        # The ten that would follow the last one are asked about, too.
        self.assertEqual(len(numbers), 32 + 10 + 10, "only the failed call is repeated")

    def test_a_run_makes_so_many_calls_and_comes_back(self):
        self._crowded(22)
        with patch.object(urssaf_crosscheck, "CALLS_AT_ONCE", 1):
            check = self._check("2026-03-15", "2026-03-15")
        with patch.object(urssaf_crosscheck, "CALLS_PER_RUN", 1):
            self._run_cron("crosscheck")
            self.assertEqual((check.state, check.call_count), ("running", 2))
            self._run_cron("crosscheck")
            self._run_cron("crosscheck")
            self._run_cron("crosscheck")
        self.assertEqual((check.state, check.remote_count), ("done", 22))

    def test_a_comparison_that_fails_stops_no_other(self):
        self.company.urssaf_responsible_id = self.user
        self._crowded(1)
        with patch.object(urssaf_crosscheck, "CALLS_AT_ONCE", 0):
            bad, good = self._check(), self._check()
        self.assertEqual((bad | good).mapped("state"), ["running"] * 2)
        compare = type(bad)._compare

        def fails(check, items):
            if check == bad:
                raise ZeroDivisionError
            return compare(check, items)

        with (
            patch.object(type(bad), "_compare", fails),
            mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work"),
        ):
            self._run_cron("crosscheck")
        self.assertEqual((good.state, good.remote_count), ("done", 1))
        self.assertEqual(bad.state, "done")
        self.assertTrue(bad.last_error_message)
        self.assertEqual(bad.activity_ids.user_id, self.user)

    def test_a_search_that_is_always_refused_ends(self):
        with patch.object(urssaf_crosscheck, "CALLS_AT_ONCE", 0):
            check = self._check()
        self.fake.fail("070", "empty_400", 3)
        for _try in range(3):
            self._run_cron("crosscheck")
        self.assertEqual(check.state, "done")
        self.assertTrue(check.activity_ids)
        self.assertFalse(self.env["urssaf.connection"]._of(self.company).paused_until)

    def test_what_the_code_writes_nobody_else_does(self):
        check = self._check().with_user(self.user)
        written = [
            name
            for name, field in check._fields.items()
            if field._module == "urssaf_avance_immediate"
            and field.store
            and name not in ("company_id", "date_from", "date_to")
        ]
        self.assertIn("pending", written)
        self.assertIn("state", written)
        period = {"date_from": "2026-03-01", "date_to": "2026-03-02"}
        for name in written:
            value = "draft" if name == "state" else check[name]
            with self.subTest(field=name), self.assertRaises(AccessError):
                check.write({name: value})
            with self.subTest(field=name), self.assertRaises(AccessError):
                check.create({**period, name: value})
        forged = check.with_context(default_state="done", default_automatic=True)
        with self.assertRaises(AccessError):
            forged.create(period)
        self.env["ir.default"].sudo().set(check._name, "automatic", True, self.user.id)
        new = check.create(period)
        self.assertEqual((new.state, new.automatic), ("draft", False))
        with self.assertRaises(UserError):
            check.write({"company_id": self.other_company.id})
        for record in (check.line_ids, self.env["urssaf.alert"].with_user(self.user)):
            with self.assertRaises(AccessError):
                record.create({})
        with self.assertRaises(AccessError):
            self.env["urssaf.crosscheck.line"].with_user(self.user).create(
                {"crosscheck_id": check.id, "kind": "matched"}
            )
