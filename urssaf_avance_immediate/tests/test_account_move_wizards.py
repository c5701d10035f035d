# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Splitting a draft, looking before sending, checking many invoices in one pass."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools.safe_eval import safe_eval

from .cases import NOW, UrssafCase
from .screens import queries


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSplit(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()  # active since 1 February, 9:30

    def _draft(self, *days, texts=True):
        lines = [
            {
                "product_id": self.housework.id,
                "name": f"Ménage {day}",
                "price_unit": 30,
                "tax_ids": [Command.set(self.tax.ids)],
                "home_service_start": day,
            }
            for day in days
        ]
        if texts:
            lines.insert(0, {"display_type": "line_section", "name": "Maison"})
            lines.insert(2, {"display_type": "line_note", "name": "Clé rendue"})
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-15",
                "invoice_line_ids": [
                    Command.create({"sequence": rank, **line})
                    for rank, line in enumerate(lines)
                ],
            }
        )

    def _split(self, move):
        """Through the banner of the draft. Return the drafts in order."""
        offers = [alert for alert in move.alerts.values() if alert.get("action")]
        action = offers[0]["action"]
        self.assertEqual(action["res_model"], "urssaf.invoice.split")
        wizard = Form(
            self.env["urssaf.invoice.split"].with_context(**action["context"])
        ).save()
        summary = wizard.summary
        result = wizard.action_split()
        return summary, self.env["account.move"].search(result["domain"], order="id")

    def test_by_month(self):
        move = self._draft("2026-02-27", "2026-03-02", "2026-02-10", "2026-03-04")
        total = move.amount_total
        summary, moves = self._split(move)
        self.assertEqual(len(summary.splitlines()), 2)
        first, second = moves
        self.assertEqual(first, move, "the earliest services stay")
        self.assertEqual(
            [(str(m.home_service_start), str(m.home_service_end)) for m in moves],
            [("2026-02-10", "2026-02-27"), ("2026-03-02", "2026-03-04")],
        )
        self.assertAlmostEqual(sum(moves.mapped("amount_total")), total)
        names = [m.invoice_line_ids.sorted("sequence").mapped("name") for m in moves]
        self.assertEqual(
            names,
            [
                ["Maison", "Ménage 2026-02-27", "Clé rendue", "Ménage 2026-02-10"],
                ["Maison", "Ménage 2026-03-02", "Ménage 2026-03-04"],
            ],
        )
        moves.action_post()
        self.assertLess(first.sequence_number, second.sequence_number)
        moves.action_urssaf_send()
        self.assertFalse(any(moves._urssaf_blocking().values()))

    def test_before_the_activation(self):
        move = self._draft("2026-01-30", "2026-02-02", "2026-02-03", texts=False)
        _summary, (before, after) = self._split(move)
        self.assertTrue(before.urssaf_excluded)
        self.assertFalse(after.urssaf_excluded)
        self.assertEqual(len(after.invoice_line_ids), 2)
        (before | after).action_post()
        self.assertFalse(before.urssaf_can_send)
        self.assertTrue(after.urssaf_can_send)

    def test_in_the_same_month_as_the_activation(self):
        enrolment = self.partner.urssaf_enrolment_id.sudo()
        enrolment.active_since = "2026-03-05 10:00:00"
        move = self._draft("2026-03-04", "2026-03-05", texts=False)
        _summary, moves = self._split(move)
        self.assertEqual(moves.mapped("urssaf_excluded"), [True, False])

    def test_lines_need_dates(self):
        move = self._draft("2026-02-27", "2026-03-02")
        move.invoice_line_ids[-1].home_service_end = "2026-04-01"
        wizard = self.env["urssaf.invoice.split"].create({"move_id": move.id})
        self.assertEqual(wizard.undated, "Ménage 2026-03-02")
        with self.assertRaises(UserError):
            wizard.action_split()
        self.assertEqual(len(move.invoice_line_ids), 4)

    def test_nothing_to_split(self):
        move = self._draft("2026-03-02", "2026-03-03")
        self.assertFalse(move.alerts)
        wizard = self.env["urssaf.invoice.split"].create({"move_id": move.id})
        with self.assertRaises(UserError):
            wizard.action_split()


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPreview(UrssafCase):
    def setUp(self):
        super().setUp()
        self._enrol()

    def _preview(self, move):
        action = move.with_user(self.user).action_urssaf_preview()
        Wizard = self.env[action["res_model"]].with_user(self.user)
        return Form(Wizard.with_context(**action["context"])).save()

    def test_what_the_customer_will_read(self):
        move = self._invoice(lines=((3, 30.0), (-1, 30.0)))
        wizard = self._preview(move)
        self.assertEqual((wizard.amount_total, wizard.amount_credit), (66, 33))
        self.assertEqual(wizard.amount_net, 33)
        self.assertEqual(str(wizard.period_end), "2026-03-13")
        [line] = wizard.line_ids
        self.assertEqual((line.quantity, line.price_unit), (2, 33))
        self.assertEqual(line.unit, "hour")
        self.assertIn("Taken off", wizard.changes)
        self.assertFalse(wizard.faults)
        self.assertFalse(self.fake.calls_of("050"))
        wizard.action_send()
        self.assertEqual(move.urssaf_state, "waiting")

    def test_services_without_a_credit(self):
        other = self._make_service("Divers", 10.0, "270")
        move = self._invoice()
        move.button_draft()
        move.invoice_line_ids = [
            Command.create({"product_id": other.id, "tax_ids": self.tax.ids})
        ]
        move.action_post()
        wizard = self._preview(move)
        self.assertEqual((wizard.amount_credit, wizard.amount_net), (33, 44))

    def test_what_stands_in_the_way(self):
        self.partner.urssaf_other_aid = True
        wizard = self._preview(self._invoice(end="2026-04-02"))
        self.assertIn("ERR_DATE_FUTUR", wizard.faults)
        self.assertIn("ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE", wizard.faults)
        self.assertIn("APA", wizard.warnings)
        with self.assertRaises(UserError):
            wizard.action_send()

    def test_from_the_selection(self):
        moves = self._invoice() | self._invoice(end="2026-03-20")
        action = moves.action_urssaf_send()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(set(wizard.line_ids.mapped("amount_net")), {33})
        opened = wizard.line_ids.filtered("ready").action_preview()
        self.assertEqual(opened["context"]["default_move_id"], moves[0].id)

    def test_rights(self):
        reader = new_test_user(
            self.env, "reader", groups="base.group_user,account.group_account_readonly"
        )
        with self.assertRaises(AccessError):
            self.env["urssaf.payment.request.preview"].with_user(reader).create(
                {"move_id": self._invoice().id}
            )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestChecks(UrssafCase):
    def test_left_out_and_warnings(self):
        self._enrol()
        move = self._invoice()
        self.partner.urssaf_other_aid = True
        alerts = move._urssaf_sending_faults()
        self.assertEqual(alerts["urssaf_other_aid"]["level"], "warning")
        self.assertEqual(self._banners(move), {"urssaf_other_aid"})
        self.partner.urssaf_sending = "never"
        self.assertIn("urssaf_left_out", move._urssaf_sending_faults())
        self.assertFalse(move.urssaf_can_send)

    def test_day_of_activation_and_last_year(self):
        enrolment = self._enrol().sudo()
        move = self._invoice(start="2026-02-01", end="2026-02-28")
        self.assertIn("urssaf_activation_day", move._urssaf_sending_faults())
        enrolment.active_since = "2025-01-01 08:00:00"
        move = self._invoice(start="2025-12-01", end="2025-12-31")
        alerts = move._urssaf_sending_faults()
        self.assertEqual(alerts["urssaf_last_year"]["level"], "warning")
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")

    def test_closed_accounts(self):
        enrolment = self._enrol().sudo()
        move = self._invoice()
        for status, code in (
            ("MANDAT_ECHU", "ERR_MANDAT_ECHU"),
            ("PARTICULIER_BLOQUE", "ERR_CMPT_BLOQUE"),
            ("APPAREILLAGE_NF", "ERR_LIEN_PARTICULIER_PRESTATAIRE"),
            ("NOUVEAU_STATUT", "ERR_LIEN_PARTICULIER_PRESTATAIRE"),
        ):
            enrolment._set_state("blocked", remote_status=status)
            alert = move._urssaf_sending_faults()["urssaf_enrolment"]
            self.assertEqual(alert["code"], code)
            self.assertIn(code, alert["message"])

    def test_ten_invoices_cost_the_queries_of_two(self):
        partners = self.partner
        for rank in range(4):
            partners |= self._make_partner(email=f"client{rank}@example.com")
        for partner in partners:
            self._enrol(partner)
        moves = self.env["account.move"]
        for rank in range(10):
            partner = partners[rank % len(partners)]
            moves |= self._invoice(partner, lines=((2, 30.0), (1, 12.5)))
        self.company.urssaf_declare_deposits = True
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves[:1].ids
        ).create({"amount": 10.0})._create_payments()
        counts = [self._count(moves[:2]), self._count(moves)]
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertFalse(any(moves._urssaf_blocking().values()))

    def _count(self, moves, work="_urssaf_faults_by_move"):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        getattr(moves, work)()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queueing_many_costs_few_queries_each(self):
        self._enrol()
        wizards = [
            self.env["urssaf.payment.request.send"]
            .with_context(default_move_ids=moves.ids)
            .create({})
            for moves in (self._invoices(3), self._invoices(12))
        ]
        few, many = (self._count(wizard, "action_send") for wizard in wizards)
        self.assertLess((many - few) / 9, 5)

    def _invoices(self, number):
        return self.env["account.move"].union(
            *(self._invoice() for _rank in range(number))
        )

    def test_the_user_hears_how_long_it_takes(self):
        self._enrol()
        self.company.write({"urssaf_batch_size": 1, "urssaf_calls_per_second": 0.02})
        wizard = self.env["urssaf.payment.request.send"].with_context(
            default_move_ids=self._invoices(2).ids
        )
        wizard = wizard.create({})
        wizard.action_send()
        self.assertIn("2 minutes", wizard.leaving)

    # -- the dialogue of many --------------------------------------------------------

    def _dialogue(self, moves):
        """The wizard as the office’s user sees it."""
        moves = moves.with_user(self.user).with_context(lang="en_US")
        action = moves.action_urssaf_send_all()
        return (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(lang="en_US")
            .browse(action["res_id"])
        )

    def _blocked_and_ready(self):
        """An invoice without dates, one of a customer who is not active, two ready."""
        self._enrol()
        undated = self._invoice()
        undated.home_service_start = undated.home_service_end = False
        other = self._make_partner(email="autre@example.com")
        self._enrol(other, active=False)
        return undated, self._invoice(other), *self._invoices(2)

    def test_what_stays_comes_first_and_is_mended_there(self):
        undated, inactive, *ready = self._blocked_and_ready()
        wizard = self._dialogue(undated.union(inactive, *ready))
        self.assertEqual(
            [line.mend for line in wizard.line_ids.sorted()][2:], [False, False]
        )
        lines = {line.move_id: line for line in wizard.line_ids}
        self.assertEqual(lines[undated].mend, "dates")
        self.assertEqual(lines[inactive].mend, "customer")
        opened = lines[inactive].action_open_customer()
        self.assertEqual(opened["res_id"], inactive.partner_id.id)
        self.assertEqual((wizard.blocked_count, wizard.chosen_count), (2, 2))
        self.assertTrue(wizard.send_label.startswith("Send 2 · "))
        self.assertRegex(wizard.send_label, r"132[.,]00")
        with self.assertRaises(UserError):
            lines[undated].action_fill_dates()
        lines[ready[0]].chosen = False
        lines[undated].write(
            {"service_start": "2026-03-02", "service_end": "2026-03-04"}
        )
        lines[undated].action_fill_dates()
        self.assertEqual(str(undated.home_service_end), "2026-03-04")
        self.assertEqual((wizard.blocked_count, wizard.chosen_count), (1, 2))
        left_out = wizard.line_ids.filtered(lambda li: li.ready and not li.chosen)
        self.assertEqual(left_out.move_id, ready[0], "it stays unticked")

    def test_what_is_ticked_leaves_and_is_followed_to_the_end(self):
        _undated, inactive, *ready = self._blocked_and_ready()
        wizard = self._dialogue(inactive.union(*ready))
        lines = {line.move_id: line for line in wizard.line_ids}
        lines[ready[0]].chosen = False
        # Forged: what cannot leave does not.
        lines[inactive].write({"ready": True, "chosen": True})
        wizard.action_send()
        self.assertFalse(ready[0].urssaf_state)
        self.assertFalse(inactive.urssaf_state)
        self.assertEqual(wizard.request_ids, ready[1].urssaf_request_id)
        self.assertEqual((wizard.progress["done"], wizard.progress["total"]), (0, 1))
        self._run_cron("send")
        self.assertEqual(wizard.progress["done"], 1)
        self.assertIn("1 at the customer", wizard.progress["text"])
        # Asked every two seconds: neither the lines nor the demandes are read.
        self.env.flush_all()
        self.env.invalidate_all()
        with queries() as asked:
            wizard.read(["progress"])
        self.assertNotRegex(
            "".join(asked), r'"urssaf_payment_request_send_line"|"remote_label"'
        )
        self.assertTrue([query for query in asked if "COUNT(*)" in query])
        self.assertEqual(wizard.action_view_sent()["res_id"], wizard.request_ids.id)

    def test_invoices_that_somebody_has_to_send(self):
        undated, inactive, ready, sent = self._blocked_and_ready()
        sent.action_urssaf_send()
        asleep = self._invoice()
        asleep.sudo().urssaf_to_send = True
        every = undated.union(inactive, ready, sent, asleep).with_user(self.user)
        found = every.search(every._urssaf_to_send_domain())
        self.assertEqual(found & every, (undated | ready).with_user(self.user))
        self.assertEqual(every.filtered("urssaf_awaits_sending"), undated | ready)
        # The menu says the same as the board.
        action = self.env.ref(
            "urssaf_avance_immediate.account_move_action_urssaf_to_send"
        )
        self.assertEqual(found, found.search(safe_eval(action.domain)))
        wizard = self._dialogue(found.browse())
        self.assertEqual(wizard.move_ids, found)
        words = {move: move.urssaf_send_state for move in every}
        self.assertEqual(
            [words[move] for move in (undated, inactive, ready, sent, asleep)],
            ["dates", "customer", "to_send", "waiting", "to_send"],
        )
        future = self._invoice(end="2026-03-17").with_user(self.user)
        self.assertEqual(future.urssaf_send_state, "later")

    def test_number_already_used(self):
        """After a refusal the invoice goes again, under a number of its own."""
        request = self._sent()
        move = request.move_id
        self.assertNotIn("urssaf_number", self._invoice()._urssaf_sending_faults())
        request.sudo()._set_state("cancelled")
        alert = move._urssaf_sending_faults()["urssaf_number"]
        self.assertEqual(
            (alert["level"], alert["code"]), ("warning", "ERR_FACTURE_DOUBLON")
        )
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_request_id.name, f"{move.name}-2")
