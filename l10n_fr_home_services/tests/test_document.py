# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The register of documents: how long each is valid, who is reminded, the e-mail."""

import base64
from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..hooks import _forget_activities
from ..models.statistics.telling import COUNTER_ACTIVITY, DOCUMENT_ACTIVITY
from .cases import NOW, HomeServiceCase

FILE = base64.b64encode(b"%PDF-1.4 invented")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDocument(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = cls.env["home.service.document"]
        cls.manager = new_test_user(
            cls.env,
            "bookkeeper",
            groups="account.group_account_invoice,l10n_fr_home_services.group_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email="bookkeeper@example.com",
            lang="en_US",  # who is told reads his language
        )

    def _document(self, kind="vigilance", issued="2025-10-01", **values):
        return self.documents.create(
            {
                "kind": kind,
                "file": FILE,
                "file_name": f"{kind}.pdf",
                "date_issue": issued,
                "company_id": self.company.id,
                "user_id": self.manager.id,
                **values,
            }
        )

    def test_not_saved_yet(self):
        """A form that is being filled in replaces, and is replaced by, nothing."""
        self._document(issued="2026-03-01")
        form = Form(self.documents.with_user(self.manager))
        self.assertEqual(form.state, "valid")
        form.kind = "vigilance"
        form.date_issue = "2025-07-01"
        self.assertEqual(form.state, "expired")

    def _said(self, records, kind=DOCUMENT_ACTIVITY):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("activity_type_id", "=", self.env.ref(kind).id),
            ]
        )

    # -- validity ------------------------------------------------------------------

    def test_how_long_each_is_valid(self):
        ends = {
            kind: self._document(kind).date_end
            for kind in ("vigilance", "tax", "guarantee", "approval", "declaration")
        }
        self.assertEqual(
            ends,
            {
                "vigilance": date(2026, 3, 31),
                "tax": date(2026, 9, 30),
                "guarantee": date(2026, 9, 30),
                "approval": date(2030, 9, 30),
                "declaration": False,
            },
        )

    def test_what_the_document_says_counts(self):
        with Form(self.documents) as form:
            form.kind = "guarantee"
            form.file = FILE
            form.date_issue = date(2026, 2, 1)
            form.date_end = date(2026, 12, 31)
        self.assertEqual(form.record.date_end, date(2026, 12, 31))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            form.record.date_end = date(2026, 1, 1)
            self.env.flush_all()

    def test_states(self):
        old = self._document(issued="2025-04-01")
        self.assertEqual(old.state, "expired")
        soon = self._document(issued="2025-10-01")
        old.invalidate_recordset(["state"])
        self.assertEqual((old.state, soon.state), ("replaced", "soon"))
        new = self._document(issued="2026-03-10")
        soon.invalidate_recordset(["state"])
        self.assertEqual((soon.state, new.state), ("replaced", "valid"))
        first = self._document("activity", "2026-01-10")
        self._document("activity", "2026-03-10")
        self.assertEqual(first.state, "valid", "each quarter has one of its own")

    # -- reminders -------------------------------------------------------------------

    def test_the_responsible_person_is_asked_once(self):
        document = self._document()
        fresh = self._document("tax", "2026-03-01")
        self.documents._cron_remind()
        self.documents._cron_remind()
        activity = self._said(document)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Please have a new one", activity.note)
        self.assertFalse(self._said(fresh))

    def test_a_new_one_settles_it(self):
        document = self._document()
        self.documents._cron_remind()
        self._document(issued="2026-03-12")
        self.documents._cron_remind()
        self.assertFalse(self._said(document))

    def test_what_is_marked_as_done_is_not_said_again(self):
        document = self._document()
        self.documents._cron_remind()
        self._said(document).action_done()
        self.documents._cron_remind()
        self.assertFalse(self._said(document))

    def test_somebody_who_left_is_replaced(self):
        document = self._document()
        self.documents._cron_remind()
        self.manager.active = False
        self.documents._cron_remind()
        activity = self._said(document)
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.active)
        self.assertIn(self.company, activity.user_id.company_ids)

    def test_not_somebody_of_another_company(self):
        other = self.setup_other_company()["company"]
        document = self._document()
        self.manager.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.documents._cron_remind()
        self.assertNotEqual(self._said(document).user_id, self.manager)

    def test_one_company_that_fails_does_not_stop_the_others(self):
        other = self.setup_other_company()["company"]
        mine = self._document()
        theirs = self._document(company_id=other.id, user_id=False)
        telling = type(self.env["home.service.telling"])
        real = telling._tell

        def failing(model, company, notes, activity_type):
            if company == self.company:
                raise ValueError("Invented")
            return real(model, company, notes, activity_type)

        with (
            patch.object(telling, "_tell", failing),
            self.assertLogs("odoo.addons.l10n_fr_home_services", "ERROR") as logs,
        ):
            self.documents._cron_remind()
        self.assertIn("was not written", logs.output[0])
        self.assertFalse(self._said(mine))
        self.assertTrue(self._said(theirs))

    def test_a_mail_that_fails_keeps_the_activity(self):
        document = self._document()
        with (
            patch.object(
                type(self.env["ir.mail_server"]),
                "send_email",
                side_effect=OSError("Invented"),
            ),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self.documents._cron_remind()
            self.env["mail.mail"].process_email_queue()
        self.assertTrue(self._said(document))

    def test_counters_are_told_too(self):
        counters = type(self.env["home.service.counters"])
        contact = self.company.partner_id
        with patch.object(counters, "_declared", return_value=250_000.0):
            self.documents._cron_remind()
            self.documents._cron_remind()
            activity = self._said(contact, COUNTER_ACTIVITY)
            self.assertEqual(len(activity), 1)
            self.assertIn("register of documents has no certificate", activity.note)
            self._document("guarantee", "2026-03-01", amount=15_000)
            self.documents._cron_remind()
        self.assertFalse(self._said(contact, COUNTER_ACTIVITY))

    def test_counters_that_were_marked_as_done(self):
        counters = type(self.env["home.service.counters"])
        contact = self.company.partner_id
        document = self._document()
        with patch.object(counters, "_declared", return_value=250_000.0):
            self.documents._cron_remind()
            self._said(contact, COUNTER_ACTIVITY).action_done()
            self._said(document).action_done()
            self.documents._cron_remind()
        self.assertFalse(self._said(contact, COUNTER_ACTIVITY))

    def test_counters_that_fail_stop_no_other_company(self):
        other = self.setup_other_company()["company"]
        other.home_service_sap_number = "SAP552100554"
        counters = type(self.env["home.service.counters"])
        real = counters._reminder

        def failing(model, company, today):
            if company == self.company:
                raise ValueError("Invented")
            return real(model, company, today)

        document = self._document()
        with (
            patch.object(counters, "_declared", return_value=250_000.0),
            patch.object(counters, "_reminder", failing),
            self.assertLogs("odoo.addons.l10n_fr_home_services", "ERROR"),
        ):
            self.documents._cron_remind()
        self.assertTrue(self._said(document))
        self.assertTrue(self._said(other.partner_id, COUNTER_ACTIVITY))

    def test_told_in_the_language_of_the_reader(self):
        """A scheduled action has none: money and days say which it was."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["res.users"].sudo().search([]).lang = "fr_FR"
        document, contact = self._document(), self.company.partner_id
        counters = type(self.env["home.service.counters"])
        with patch.object(counters, "_declared", return_value=250_000.0):
            self.documents.with_context(lang=None)._cron_remind()
        self.assertIn("31/03/2026", self._said(document).note)
        self.assertIn("000,00", self._said(contact, COUNTER_ACTIVITY).note)

    def test_uninstalling_leaves_no_activity_of_ours(self):
        document = self._document()
        counters = type(self.env["home.service.counters"])
        contact = self.company.partner_id
        with patch.object(counters, "_declared", return_value=250_000.0):
            self.documents._cron_remind()
        self._said(contact, COUNTER_ACTIVITY).action_done()
        _forget_activities(self.env)
        for record, kind in (
            (document, DOCUMENT_ACTIVITY),
            (contact, COUNTER_ACTIVITY),
        ):
            every = record.activity_ids.with_context(active_test=False)
            self.assertFalse(
                every.search([("activity_type_id", "=", self.env.ref(kind).id)])
            )

    # -- the e-mail --------------------------------------------------------------------

    def test_the_email_is_opened_with_what_is_valid(self):
        self._document(issued="2025-04-01")
        vigilance = self._document(issued="2026-03-01")
        tax = self._document("tax", "2026-02-01")
        mails = self.env["mail.mail"].search_count([])
        action = self.documents.with_company(self.company).action_email()
        self.assertEqual(action["res_model"], "mail.compose.message")
        composer = self.env["mail.compose.message"].with_context(**action["context"])
        composer = composer.create({"partner_ids": [Command.set(self.partner_a.ids)]})
        self.assertEqual(
            sorted(composer.attachment_ids.mapped("name")),
            ["tax.pdf", "vigilance.pdf"],
        )
        self.assertIn(self.company.home_service_sap_number, composer.subject)
        self.assertIn("D133-21", composer.body)
        self.assertIn(tax.display_name, composer.body)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.partner_a.email = "urssaf@example.com"
        composer._action_send_mail()
        message = (vigilance | tax).message_ids.filtered("attachment_ids")
        self.assertEqual(len(message.attachment_ids), 2)
        self.assertEqual(message.attachment_ids[0].raw, base64.b64decode(FILE))
        vigilance.file = base64.b64encode(b"another")
        self.assertEqual(
            message.attachment_ids[0].raw,
            base64.b64decode(FILE),
            "what was sent stays",
        )

    def test_nothing_to_send(self):
        documents = self.documents.with_company(self.company)
        with self.assertRaisesRegex(UserError, "no valid document"):
            documents.action_email()
        other = self.setup_other_company()["company"]
        both = self._document() | self._document(company_id=other.id)
        with self.assertRaisesRegex(UserError, "one company"):
            both.action_email()

    def test_a_bookkeeper_writes_it(self):
        self._document(issued="2026-03-01")
        documents = self.documents.with_user(self.manager).with_company(self.company)
        action = documents.action_email()
        self.assertIn("D133-21", action["context"]["default_body"])

    # -- rights ------------------------------------------------------------------------

    def test_rights(self):
        document = self._document()
        portal = new_test_user(self.env, "customer", groups="base.group_portal")
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        other = self.setup_other_company()["company"]
        elsewhere = new_test_user(
            self.env,
            "elsewhere",
            groups="account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for user in (portal, clerk, elsewhere):
            with self.assertRaises(AccessError):
                document.with_user(user).read(["file"])
            with self.assertRaises(AccessError):
                document.with_user(user).action_email()
        # The attachment of the file is no way around.
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("res_field", "=", "file"),
            ]
        )
        self.assertTrue(attachment)
        for user in (portal, clerk, elsewhere):
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])
        reader = new_test_user(
            self.env,
            "reader",
            groups="account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertEqual(document.with_user(reader).kind, "vigilance")
        with self.assertRaises(AccessError):
            document.with_user(reader).note = "Invented"
        invoicing = new_test_user(
            self.env,
            "invoicing",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            document.with_user(invoicing).unlink()

    def test_queries_do_not_follow_the_documents(self):
        for _each in range(3):
            self._document("activity", "2025-10-01")
        documents = self.documents.search([])

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            documents.mapped("state")
            return self.env.cr.sql_log_count - before

        few = count()
        for _each in range(20):
            documents |= self._document("activity", "2025-10-01")
        self.assertLessEqual(count(), few)
