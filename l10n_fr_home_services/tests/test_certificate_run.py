# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The papers of the annual certificates of a year, all at once."""

import contextlib
from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.l10n_fr_home_services.models.certificate import paper

from .cases import NOW
from .certificate_cases import RunCase, pages

RUN = "odoo.addons.l10n_fr_home_services.models.certificate.run"
WORK = f"{RUN}_work"
DOCUMENT = "odoo.addons.l10n_fr_home_services.models.certificate.document"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateRun(RunCase):
    # -- a year --------------------------------------------------------------------

    def _next_steps(self, run):
        """The names of the primary buttons that the screen shows."""
        arch = etree.fromstring(run.get_view(view_type="form")["arch"])
        inside = {field.get("name") for field in arch.iter("field")}
        names = inside & {
            "state",
            "draft_count",
            "ready_count",
            "by_mail",
            "post_waits",
        }
        values = {name: run[name] for name in names}
        values["post_document_id"] = run.post_document_id.id
        return [
            button.get("string")
            for button in arch.iterfind("header/button")
            if button.get("class") == "btn-primary"
            and not safe_eval(button.get("invisible"), values)
        ]

    def test_a_year(self):
        """Looked at, one left out, made, sent; who has no e-mail gets it by post, in
        the order of the postman; nothing leaves before the start.
        """
        anna, bea = self._customer("anna"), self._customer("bea")
        out = self._customer("out")
        far = self._customer("zoe", email=False, zip="13001")
        near = self._customer("yves", email="not an address", zip="69001")
        gone = self._customer("gone", zip="69001", active=True)
        gone.active = False
        run = self._run()
        self.assertEqual(run.state, "ready")
        self.assertEqual(self._next_steps(run), ["Make and send"])
        self.assertEqual(
            run.certificate_ids.partner_id, anna | bea | out | far | near | gone
        )
        self.assertEqual((run.draft_count, run.amount_base), (6, 600))
        missing = self.env[run.action_missing()["res_model"]]
        self.assertTrue(missing.with_user(self.clerk).search([("year", "=", 2025)]))
        self.assertFalse(self._mails())
        self._of(run, out).action_leave_out()
        self.assertEqual((run.draft_count, run.void_count), (5, 1))
        run.action_start()
        self.assertEqual((run.state, run.progress), ("producing", 0))
        self._cron()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertEqual((run.sent_count, run.ready_count, run.fault_count), (2, 3, 0))
        self.assertFalse(self._of(run, out).document_id)
        mails = self._mails()
        self.assertEqual(
            mails.mapped("state"), ["outgoing"] * 2, "the queue sends them"
        )
        self.assertEqual(
            mails.attachment_ids, self._of(run, anna, bea).sudo().document_id
        )
        self.assertIn("100", mails[0].body_html)
        printed = pages(run.sudo().post_document_id)
        self.assertEqual(
            [
                next(name for name in ("zoe", "gone", "yves") if name in page)
                for page in printed
            ],
            ["zoe", "gone", "yves"],
        )
        self.assertEqual(self._next_steps(run), ["Print for the post"])
        run.action_posted()
        self.assertEqual(run.sent_count, 5)
        self.assertFalse(self._next_steps(run), "all is done")
        self.assertIn("2 handed over. 3 for the post.", run.message_ids[0].body)
        self.assertEqual(run.message_ids[0].notified_partner_ids, self.clerk.partner_id)
        # Again: whoever has got his is left alone.
        run.action_look()
        self.assertEqual((run.state, run.draft_count), ("ready", 0))

    def test_in_the_post_is_what_was_printed(self):
        """Not whoever lost his e-mail address since, nor a paper that was made anew."""
        zoe, yves = (self._customer(name, email=False) for name in ("zoe", "yves"))
        anna = self._customer("anna")
        run = self._run(by_mail=False)
        run.action_start()
        self._cron()
        anna.email = False
        self._pay(self._invoice(50, partner=yves, day="2025-07-01"), 50, "2025-07-01")
        again = self.Certificate._prepare(self.company, yves, 2025)
        again.action_produce()
        run.action_posted()
        self.assertEqual(
            [self._of(run, one)[0].state for one in (zoe, yves, anna)],
            ["sent", "ready", "ready"],
        )
        with self.assertRaisesRegex(UserError, "Start again for a new file"):
            run.action_posted()
        self.assertEqual(self._next_steps(run), ["Make the papers"])
        run.action_start()
        self._cron()
        run.action_posted()
        self.assertEqual(run.sent_count, 3)

    def test_both_sides(self):
        one = self._customer("one", email=False)
        two = self._customer("two", email=False)
        run = self._run(both_sides=True)
        run.action_start()
        self._cron()
        made = [len(pages(c.sudo().document_id)) for c in self._of(run, one, two)]
        whole = pages(run.sudo().post_document_id)
        self.assertEqual(len(whole), sum(n + n % 2 for n in made))
        self.assertIn("two", whole[made[0] + made[0] % 2])

    def test_without_mail(self):
        """First all papers are made; they leave when somebody says so."""
        anna = self._customer("anna")
        run = self._run(by_mail=False)
        run.action_start()
        self._cron()
        self.assertEqual((run.state, self._of(run, anna).state), ("done", "ready"))
        self.assertFalse(self._mails())
        run.by_mail = True
        run.action_start()
        self._cron()
        self.assertEqual(self._of(run, anna).state, "sent")
        self.assertEqual(len(self._mails()), 1)

    def test_one_fails(self):
        """It says why, the others go on; once mended, a new start takes it."""
        anna, bad = self._customer("anna"), self._customer("bad")
        run = self._run()
        run.action_start()
        body, secret = paper.body, "1 85 05 78 006 048"

        def broken(env, figures, draft=False):
            if figures["customer"]["partner"] == bad:
                raise KeyError(secret)
            return body(env, figures, draft)

        with patch.object(paper, "body", broken), self.assertLogs(DOCUMENT) as logs:
            self._cron()
        self.assertNotIn(secret, "".join(logs.output))
        self.assertEqual(self._of(run, anna).state, "sent")
        self.assertEqual(self._of(run, bad).state, "draft")
        self.assertIn("not foreseen", self._of(run, bad).fault)
        self.assertEqual((run.state, run.fault_count), ("done", 1))
        self.assertIn("1 could not be made", run.message_ids[0].body)
        run.action_start()
        self._cron()
        self.assertEqual(self._of(run, bad).state, "sent")
        self.assertEqual(len(self._mails()), 2)

    def test_goes_on_after_being_killed(self):
        """What is committed stays, what was begun is undone, nobody gets two."""
        partners = [self._customer(name) for name in ("anna", "bea", "chloe")]
        run = self._run()
        run.action_start()
        send, sent = self.env.registry["home.service.certificate"]._send, []

        def killed(these, author):
            send(these, author)
            sent.append(these)
            if len(sent) == 2:
                raise SystemExit("killed")

        model = self.env.registry["home.service.certificate"]
        with (
            patch.object(paper, "BATCH", 1),
            patch.object(model, "_send", killed),
            # Odoo's own assertRaises would undo what was committed.
            contextlib.suppress(SystemExit),
        ):
            self._cron()
        self.env.invalidate_all()
        self.assertEqual(len(sent), 2)
        self.assertEqual(
            run.certificate_ids.sorted("id").mapped("state"), ["sent", "ready", "ready"]
        )
        self.assertEqual(len(self._mails()), 1)
        self._cron()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self._mails()), 3)
        self.assertEqual(
            self._mails().mail_message_id.notified_partner_ids.sorted("id"),
            self.env["res.partner"].union(*partners).sorted("id"),
        )

    def test_time_is_up(self):
        """Where Odoo gives no more time, the next call of the action goes on."""
        for name in ("anna", "bea"):
            self._customer(name)
        run = self._run()
        run.action_start()
        with patch.object(paper, "BATCH", 1), patch(f"{WORK}.keep", return_value=False):
            self._cron()
        self.assertEqual((run.state, run.ready_count), ("producing", 1))
        self._cron()
        self.assertEqual((run.state, run.sent_count), ("done", 2))

    def test_many_are_computed_in_the_background(self):
        partners = [self._customer(name) for name in ("anna", "bea")]
        with patch(f"{WORK}.CUSTOMERS", 1), patch(f"{RUN}.PATIENCE", -1):
            run = self._run()
        self.assertEqual(run.state, "looking")
        self.assertEqual(len(run.certificate_ids), 1)
        self._cron()
        self.assertEqual(run.state, "ready")
        self.assertEqual(len(run.certificate_ids), len(partners))

    def test_a_payment_changes_meanwhile(self):
        """What nobody has looked at does not leave."""
        anna, bea = self._customer("anna"), self._customer("bea")
        run = self._run()
        more = self._invoice(50, partner=anna, day="2025-07-01")
        self._pay(more, 50, day="2025-07-01")
        run.action_start()
        self._cron()
        self.assertEqual(self._of(run, bea).state, "sent")
        self.assertEqual(self._of(run, anna).state, "draft")
        self.assertIn("compute them again", self._of(run, anna).fault)
        run.action_look()
        self.assertEqual((self._of(run, anna).amount_base, run.fault_count), (150, 0))
        run.action_start()
        self._cron()
        self.assertEqual(self._of(run, anna).state, "sent")

    def test_two_people_start_it(self):
        self._customer("anna")
        run = self._run()
        run.action_start()
        with self.assertRaisesRegex(UserError, "somebody else has just gone on"):
            run.action_start()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            run.create({"year": 2025})

    def test_the_mail_is_not_delivered(self):
        """It is told on the run, and the certificate found by the filter."""
        anna = self._customer("anna")
        run = self._run()
        run.action_start()
        self._cron()
        server = self.env.registry["ir.mail_server"]
        with (
            patch.object(server, "_connect__", side_effect=OSError("no route")),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self._mails().send()
        self.env.invalidate_all()
        self.assertEqual(run.mail_fault_count, 1)
        action = run.with_context(home_service_list="undelivered").action_open()
        found = self.env["home.service.certificate"].search(action["domain"])
        self.assertEqual(found.partner_id, anna)
