# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages to customers that do not leave: said, once a day, and sent again."""

import ast
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock, patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server, MailDeliveryException

from ..models.exchange import work
from .cases import NOW, UrssafCase

TEMPLATE = "urssaf_avance_immediate.mail_template_sent"
ADDON = Path(__file__).parents[1]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMessages(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.urssaf_notify_sent = True

    def setUp(self):
        super().setUp()
        # Of one customer alone: those before him were told already.
        self.company.urssaf_companion_confirm = False
        self._enrol()

    def _told(self):
        """A demande whose customer is written to."""
        request = self._sent()
        self._run_cron("follow")
        return request

    def _queue(self, **failing):
        """Odoo works off its queue of mails, with a mail server that does this."""
        with self._server(**failing):
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        self.env.invalidate_all()

    @contextmanager
    def _server(self, connect=None, send=None):
        """Nothing leaves a test: a mail server that takes all, or fails like this."""
        name = "<sent@example.com>"
        with (
            mute_logger("odoo.addons.mail.models.mail_mail"),
            patch.object(IrMail_Server, "_disable_send", return_value=False),
            patch.object(
                IrMail_Server, "_connect__", side_effect=connect, return_value=Mock()
            ),
            patch.object(
                IrMail_Server, "send_email", side_effect=send, return_value=name
            ),
        ):
            yield

    def _activity(self, company=None):
        return (company or self.company).partner_id.activity_search(
            ["urssaf_avance_immediate.activity_type_not_told"]
        )

    def _mail(self, request):
        domain = [("model", "=", request._name), ("res_id", "=", request.id)]
        return self.env["mail.mail"].search(domain, order="id desc", limit=1)

    def test_what_left_is_told(self):
        request = self._told()
        self._run_cron("follow")
        self.assertFalse(request.not_told_reason, "it is still in the queue")
        self._queue()
        self._run_cron("follow")
        self.assertFalse(request.not_told_reason or self._activity())
        self.assertFalse(request.sudo().customer_message_ids, "nothing to watch")
        with self.assertRaises(UserError):
            request.action_urssaf_tell_again()

    def test_looking_after_a_message_delays_no_call(self):
        """What is said to Urssaf about the demande does not wait for its messages."""
        request = self._told()
        before = request.next_call_at
        with (
            patch.object(type(request), "_watch_message", side_effect=ValueError),
            mute_logger(work.__name__),
        ):
            self._run_cron("follow")
        self.assertEqual(request.next_call_at, before)
        self.assertFalse(request.last_error_kind)
        self.assertIn("not foreseen", request.activity_ids.note)

    def test_every_way_of_not_leaving(self):
        """And the way back: one click, and the person is left alone."""
        invalid = AssertionError(IrMail_Server.NO_VALID_RECIPIENT)
        for words, failing in (
            ("Name or service", {"connect": OSError("Name or service not known")}),
            (
                "refused by the relay",
                {"send": MailDeliveryException("refused by the relay")},
            ),
            ("recipient", {"send": invalid}),
        ):
            with self.subTest(words=words):
                request = self._told()
                self._queue(**failing)
                self._run_cron("follow")
                self._check_told_and_sent_again(request, words)

    def test_cancelled_stuck_or_come_back(self):
        request = self._told()
        self._mail(request).cancel()
        self._run_cron("follow")
        self._check_told_and_sent_again(request, "cancelled")
        request = self._told()
        self._queue()
        request._message_receive_bounce(self.partner.email, self.partner)
        self._run_cron("follow")
        self._check_told_and_sent_again(request, "came back")
        request = self._told()
        self.company.urssaf_notify_sent = False
        with freeze_time(NOW + timedelta(days=1, minutes=5)):
            self._run_cron("follow")
            self._check_told_and_sent_again(request, "over a day")

    def _check_told_and_sent_again(self, request, words):
        self.assertIn(words, request.not_told_reason)
        activity = self._activity()
        self.assertEqual(len(activity), 1)
        self.assertIn(self.partner.name, activity.note)
        self.assertIn(words, activity.note)
        former = self._mail(request)
        request.with_user(self.user).action_urssaf_tell_again()
        self.assertFalse(request.not_told_reason)
        again = self._mail(request)
        self.assertNotEqual(again, former)
        self.assertEqual(again.state, "outgoing")
        self.assertNotEqual(former.state, "outgoing", "one of them is enough")
        self._queue()
        self._run_cron("follow")
        self.assertFalse(request.not_told_reason or self._activity())
        # The next one is told on another day.
        self.env["urssaf.connection"].sudo().search([]).not_told_on = False

    def test_activation_messages_too(self):
        self.company.email = "bonjour@example.com"
        partner = self._make_partner(email="autre@example.com")
        partner.action_urssaf_enrol()
        enrolment = partner.urssaf_enrolment_id
        with freeze_time(NOW + timedelta(minutes=2)):
            self._run_cron("companion")
            self.assertTrue(enrolment.companion_told_at)
            [mail] = self.env["mail.mail"].search(
                [("recipient_ids", "in", partner.ids)]
            )
            self.assertIn("bonjour@example.com", mail.email_from)
            self._queue(send=MailDeliveryException("refused by the relay"))
            self._run_cron("follow")
            self.assertTrue(enrolment.not_told_reason)
            self.assertTrue(self._activity())
            enrolment.with_user(self.user).action_urssaf_tell_again()
            self._queue()
            self._run_cron("follow")
        self.assertFalse(enrolment.not_told_reason or self._activity())

    def test_the_letter_to_urssaf_too(self):
        self.company.write(
            {
                "urssaf_environment": "production",
                "company_registry": "73282932000074",
                "email": "bonjour@example.com",
            }
        )
        self._enrol()
        request = self._told()
        self.company.urssaf_notify_sent = False
        wizard = Form(
            self.env["urssaf.payment.request.cancel"].with_context(
                default_request_id=request.id
            )
        )
        wizard.reason = "ANNUL_DBL"
        wizard.comment = "Doublon"
        wizard.save().action_send()
        letter = self._mail(request)
        self.assertEqual(letter.email_to, self.company.urssaf_cancel_email)
        self._queue(send=MailDeliveryException("refused by the relay"))
        self._run_cron("follow")
        self.assertIn("refused by the relay", request.not_told_reason)
        request.action_urssaf_tell_again()
        self.assertEqual(letter.state, "outgoing")
        self._queue()
        self._run_cron("follow")
        self.assertEqual(letter.state, "sent")
        self.assertFalse(request.not_told_reason)

    def test_overtaken_by_the_customer(self):
        request = self._told()
        self._queue(connect=OSError("down"))
        self._run_cron("follow")
        self.assertTrue(request.not_told_reason)
        self._demande(request).move("30", "Validée")
        self._make_due(request)
        self._run_cron("follow")
        self.assertFalse(request.not_told_reason or self._activity())

    def test_once_a_day_for_all(self):
        requests = self._told() | self._told()
        self._queue(connect=OSError("down"))
        for _i in range(3):
            self._run_cron("follow")
        activity = self._activity()
        self.assertEqual(len(activity), 1)
        self.assertIn("2: ", activity.note)
        self.assertIn(activity.user_id, self.company._urssaf_responsibles())
        activity.unlink()
        self._run_cron("follow")
        self.assertFalse(self._activity(), "said today already")
        with freeze_time(NOW + timedelta(days=1)):
            self._run_cron("follow")
            self.assertTrue(self._activity())
        requests.with_user(self.user).action_urssaf_tell_again()
        self.assertFalse(any(requests.mapped("not_told_reason")))

    def test_a_broken_template_stops_no_other(self):
        template = self.env.ref(TEMPLATE).with_user(self.env.ref("base.user_root"))
        good = template.body_html
        template.body_html = '<p t-out="1 // (object.partner_id.color - 7)"/>'
        guilty = self._sent()
        other_partner = self._make_partner(email="autre@example.com")
        self.fake.add_customer(email="autre@example.com")
        self._enrol(other_partner)
        guilty.partner_id.color = 7
        move = self._invoice(partner=other_partner)
        move.action_urssaf_send()
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._run_cron("follow")
        self.assertIn("template", guilty.not_told_reason)
        self.assertFalse(move.urssaf_request_id.not_told_reason)
        self.assertTrue(self._mail(move.urssaf_request_id))
        said = "".join(guilty.message_ids.mapped("body"))
        for word in ("Traceback", "ZeroDivision", "t-out"):
            self.assertNotIn(word, said + guilty.not_told_reason)
        self.assertIn("template", self._activity().note)
        action = guilty.action_urssaf_tell_again()
        self.assertEqual(action["params"]["type"], "danger")
        template.body_html = good
        guilty.action_urssaf_tell_again()
        self.assertTrue(self._mail(guilty))
        self.assertFalse(guilty.not_told_reason)

    def test_the_form_too(self):
        self.partner.action_urssaf_send_form()
        self._queue(connect=OSError("down"))
        self._run_cron("follow")
        self.assertTrue(self.partner.urssaf_form_mail_failed)
        self.assertIn(self.partner.name, self._activity().note)
        self.partner.action_urssaf_send_form()
        self._run_cron("follow")
        self.assertFalse(self._activity())

    def test_rights(self):
        request = self._told()
        self._queue(connect=OSError("down"))
        self._run_cron("follow")
        biller = self._make_user("biller", "account.group_account_invoice")
        for user in (biller, self.other_user):
            with self.assertRaises(AccessError):
                request.with_user(user).action_urssaf_tell_again()
        self.assertFalse(self._activity(self.other_company))

    # -- replies -----------------------------------------------------------------

    def _receive(self, message, sender="jeanne.martin@example.com"):
        """The mail gateway fetches an answer to this message."""
        mail = f"""From: Jeanne Martin <{sender}>
To: catchall@example.com
Subject: Re: your invoice
Message-Id: <{len(self.env["mail.message"].search([]))}.{sender}>
In-Reply-To: {message.message_id}
References: {message.message_id}
Content-Type: text/plain; charset=utf-8

Ce n’est pas le bon nombre d’heures."""
        self.env["mail.thread"].with_user(self.env.ref("base.user_root")).with_context(
            mail_create_nosubscribe=True
        ).message_process(False, mail)

    def _replies(self, record):
        return record.activity_search(["urssaf_avance_immediate.activity_type_reply"])

    def test_a_reply_reaches_a_person_in_time(self):
        """On the demande and on the invoice, whoever posted it: here the machine."""
        self.company.urssaf_responsible_id = self.user
        request = self._told()
        move = request.move_id
        move.invoice_user_id = self.env.ref("base.user_root")
        sent = move.message_post(body="Your invoice", message_type="comment")
        self.assertFalse(self._replies(move), "it was us")
        self._receive(sent)
        self._receive(self._mail(request).mail_message_id)
        self._receive(self._mail(request).mail_message_id)
        for record in (move, request):
            activity = self._replies(record)
            self.assertEqual(activity.user_id, self.user)
            self.assertIn(request.name, activity.note)
            # 48 hours from 16 March, 11 h in Paris.
            self.assertIn("11:00", activity.note)
        with freeze_time(NOW + timedelta(days=3)):
            self._receive(sent)
            self.assertNotIn(request.name, self._replies(move).note)

    def test_a_reply_to_the_enrolment_or_to_the_contact(self):
        self.company.urssaf_responsible_id = self.user
        enrolment = self.partner.urssaf_enrolment_id
        sent = self.partner.message_post(body="Bonjour", message_type="comment")
        self._receive(sent)
        self.assertEqual(self._replies(enrolment).user_id, self.user)
        self._replies(enrolment).sudo().unlink()
        self._receive(enrolment.message_post(body="Bonjour", message_type="comment"))
        self.assertIn(self.partner.name, self._replies(enrolment).note)

    def test_a_reply_is_not_a_colleague_nor_a_stranger_to_urssaf(self):
        request = self._told()
        self.user.email = "office@example.com"
        self._receive(self._mail(request).mail_message_id, "office@example.com")
        self.assertFalse(self._replies(request))
        partner = self._make_partner(consent=False, email="autre@example.com")
        sent = partner.message_post(body="Bonjour", message_type="comment")
        self._receive(sent, "autre@example.com")
        self.assertFalse(self._replies(partner))
        move = self._invoice(partner=partner)
        self._receive(move.message_post(body="x", message_type="comment"))
        self.assertFalse(self._replies(move))

    def test_who_writes_reads_the_answer(self):
        """Not OdooBot, which posted the invoice; not somebody who left."""
        self.company.email = "bonjour@example.com"
        request = self._told()
        seller = self._make_user("seller", "account.group_account_invoice")
        seller.email = "seller@example.com"
        for user, address in (
            (self.env.ref("base.user_root"), "bonjour@"),
            (seller, "seller@"),
        ):
            request.move_id.invoice_user_id = user
            request.invalidate_recordset()
            self.assertIn(address, request.notice_from)
        seller.active = False
        request.invalidate_recordset()
        self.assertIn("bonjour@", request.notice_from)
        self.company.email = False
        self.company.urssaf_responsible_id = self.user
        self.user.email = "office@example.com"
        request.invalidate_recordset()
        self.assertIn("office@", request.notice_from)

    # -- notes -------------------------------------------------------------------

    def test_names_are_text_in_notes(self):
        """What stops an automatic invoice names its customer."""
        move = self._invoice()
        message = "Jeanne <b>Gras</b><img src=x> is not enrolled"
        move._urssaf_tell_waiting({"enrolment": {"code": "", "message": message}})
        notes = "".join(move.activity_ids.mapped("note"))
        self.assertIn("Jeanne", notes)
        self.assertNotIn("<b>", notes)
        self.assertNotIn("<img", notes)

    def test_no_note_takes_text_for_html(self):
        """Over all our source: a note is made of text, and markup is never made of what
        somebody typed.
        """
        wrong = []
        for folder in ("models", "wizards", "controllers"):
            for path in sorted((ADDON / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call) and not _is_safe(node):
                        wrong.append(f"{path.name}:{node.lineno}")
        self.assertEqual(wrong, [])


def _is_safe(call):
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "Markup":
        return all(isinstance(given, ast.Constant) for given in call.args)
    if name == "activity_schedule":
        [note] = [k.value for k in call.keywords if k.arg == "note"] or [None]
        made = getattr(getattr(note, "func", None), "id", "")
        # A name: what the function has made of it stands above.
        return note is None or made == "plaintext2html" or isinstance(note, ast.Name)
    return True
