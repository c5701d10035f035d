# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mails to the customer: wanted, once, in his language, out of the way."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..models.exchange import work
from ..models.payment_request import notices
from .cases import NOW, UrssafCase

FRENCH = "fr_FR"
TRANSFER = {"mntVirement": 66.0, "dateVirement": "2026-03-16T00:00:00Z"}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaymentRequestNotices(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "urssaf_notify_sent": True,
                "urssaf_notify_refused": True,
                "urssaf_notify_paid": True,
            }
        )

    def setUp(self):
        super().setUp()
        self._enrol()

    def _mails(self, request):
        return self.env["mail.mail"].search(
            [
                ("model", "=", request._name),
                ("res_id", "=", request.id),
                ("recipient_ids", "in", self.partner.ids),
            ],
            order="id",
        )

    def _news(self, request, status, **values):
        self._demande(request).move(status, status, **values)
        self._make_due(request)
        self._run_cron("follow")

    def test_sent_refused_paid(self):
        request = self._sent()
        self.assertFalse(self._mails(request), "not while it is being sent")
        self._run_cron("follow")
        sent = self._mails(request)
        self.assertEqual(sent.recipient_ids, self.partner)
        self.assertEqual(sent.state, "outgoing")
        self.assertIn(request.name, sent.subject)
        for text in ("66", "33", "48 hours", "estimates", "11:00"):
            self.assertIn(text, sent.body_html)
        self.assertIn(sent.mail_message_id, request.message_ids)
        reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Deux heures"}
        self._news(request, "40", rejection=reason)
        refused = self._mails(request) - sent
        self.assertIn("Deux heures", refused.body_html)
        other = self._sent()
        self._news(other, "70", transfer=TRANSFER)
        paid = self._mails(other)
        self.assertEqual(len(paid), 1, "the first news is that it is paid")
        self.assertIn("66", paid.body_html)

    def test_once(self):
        request = self._sent()
        for _i in range(3):
            self._run_cron("follow")
        self._news(request, "20")
        self.assertEqual(len(self._mails(request)), 1)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang(FRENCH)
        self.env["ir.module.module"]._get(
            "urssaf_avance_immediate"
        )._update_translations([FRENCH], overwrite=True)
        self.partner.lang = FRENCH
        request = self._sent()
        self._run_cron("follow")
        mail = self._mails(request)
        self.assertIn("Bonjour", mail.body_html)
        self.assertIn("48 heures", mail.body_html)

    def test_only_those_that_are_wanted(self):
        self.company.urssaf_notify_sent = False
        self.assertFalse(self._run_for_one())
        self.company.urssaf_notify_sent = True
        self.partner.urssaf_no_notice = True
        self.assertFalse(self._run_for_one())
        self.partner.write({"urssaf_no_notice": False, "email": False})
        self.assertFalse(self._run_for_one())

    def _run_for_one(self):
        request = self._sent()
        self._run_cron("follow")
        return self._mails(request)

    def test_old_news_are_not_told(self):
        self.company.urssaf_notify_sent = False
        request = self._sent()
        self.company.urssaf_notify_sent = True
        with freeze_time(NOW + timedelta(days=4)):
            self._run_cron("follow")
        self.assertFalse(self._mails(request))

    def test_a_broken_template_stops_nothing(self):
        template = self.env.ref("urssaf_avance_immediate.mail_template_sent")
        template.email_from = "{{ object.no_such_field }}"
        request = self._sent()
        self._run_cron("follow")
        self.assertFalse(self._mails(request))
        self.assertFalse(
            request.message_ids.filtered(lambda m: "no_such_field" in m.body)
        )
        self.assertIn("template", request.not_told_reason)
        self.assertEqual(request.state, "waiting")

    def test_emails_stop_with_the_time_and_go_on_later(self):
        requests = self._sent() | self._sent() | self._sent()
        Request = self.env["urssaf.payment.request"].sudo()
        left = iter([True, True])
        with patch.object(work, "time_left", lambda _env: next(left, False)):
            Request._notify_customers(self.company)
        self.assertEqual(len(requests.filtered("mailed_sent_at")), 2)
        for _again in range(2):
            Request._notify_customers(self.company)
        self.assertEqual([len(self._mails(request)) for request in requests], [1, 1, 1])

    def test_one_email_that_fails_leaves_the_others(self):
        requests = self._sent() | self._sent() | self._sent()
        guilty = requests[1]
        queue = notices.queue

        def fails(request, notice, template):
            if request == guilty:
                raise ZeroDivisionError
            return queue(request, notice, template)

        with (
            patch.object(notices, "queue", fails),
            mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work"),
        ):
            self._run_cron("follow")
        self.assertEqual([len(self._mails(request)) for request in requests], [1, 0, 1])
        self.assertTrue(guilty.activity_ids)
        self._run_cron("follow")
        self.assertFalse(self._mails(guilty), "not tried at each run")

    def test_nobody_waits_for_the_hourly_run(self):
        cron = self.env.ref("urssaf_avance_immediate.cron_follow")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self._sent()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after - before, 1)
