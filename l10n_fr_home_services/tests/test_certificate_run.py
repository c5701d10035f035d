# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The papers of the annual certificates: one alone, and all of a year."""

import contextlib
import io
from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import format_date, formatLang, mute_logger
from odoo.tools.pdf import PdfReader

from odoo.addons.l10n_fr_home_services.models.certificate import paper

from .cases import NOW
from .test_certificate import CertificateCase

RUN = "odoo.addons.l10n_fr_home_services.models.certificate.run"
WORK = f"{RUN}_work"
DOCUMENT = "odoo.addons.l10n_fr_home_services.models.certificate.document"


def pages(document):
    """The texts of the pages of a PDF, with plain spaces."""
    content = document if isinstance(document, bytes) else document.raw
    found = PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().split()) for page in found]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateRun(CertificateCase, HttpCase):
    """The year is 2025, the day 16 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.home_service_declaration_date = "2021-05-03"
        cls.clerk = new_test_user(
            cls.env,
            "certificate_clerk",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.clerk.partner_id.lang = "en_US"
        cls.env["mail.mail"].search([]).unlink()

    def _customer(self, name, amount=100.0, day="2025-06-10", **values):
        """A customer who has paid that much for housework in 2025."""
        partner = self.env["res.partner"].create(
            {"name": name, "lang": "en_US", "email": f"{name}@example.com", **values}
        )
        self._pay(self._invoice(amount, partner=partner, day=day), amount, day=day)
        return partner

    def _run(self, **values):
        run = self.env["home.service.certificate.run"].with_user(self.clerk)
        run = run.with_company(self.company).create({"year": 2025, **values})
        run.action_look()
        return run

    def _cron(self):
        # An HttpCase simulates commits and rollbacks from the start.
        cron = self.env.ref("l10n_fr_home_services.cron_certificates")
        cron.method_direct_trigger()
        self.env.invalidate_all()

    def _of(self, run, *partners):
        found = run.certificate_ids
        return found.filtered(lambda one: one.partner_id in partners)

    def _mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "home.service.certificate")]
        )

    # -- a year --------------------------------------------------------------------

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
        run.action_posted()
        self.assertEqual(run.sent_count, 5)
        self.assertIn("2 handed over. 3 for the post.", run.message_ids[0].body)
        self.assertEqual(run.message_ids[0].notified_partner_ids, self.clerk.partner_id)
        # Again: whoever has got his is left alone.
        run.action_look()
        self.assertEqual((run.state, run.draft_count), ("ready", 0))

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

    # -- one alone -----------------------------------------------------------------

    def test_from_the_contact(self):
        anna = self._customer("anna")
        child = self.env["res.partner"].create({"name": "x", "parent_id": anna.id})
        action = child.with_user(self.clerk).action_home_service_certificate()
        certificate = self.env[action["res_model"]].browse(action["res_id"])
        certificate = certificate.with_user(self.clerk)
        self.assertEqual((certificate.partner_id, certificate.year), (anna, 2025))
        self.assertEqual(child.home_service_certificate_count, 1)
        self.assertEqual(
            anna.action_home_service_certificates()["res_id"], certificate.id
        )
        certificate.action_send()
        self.assertEqual(certificate.state, "sent")
        self.assertEqual(self._mails().attachment_ids, certificate.sudo().document_id)
        with self.assertRaises(UserError):
            certificate.action_send()
        self.assertEqual(len(self._mails()), 1)
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        with self.assertRaisesRegex(UserError, "Nothing was received in 2025"):
            nobody.with_user(self.clerk).action_home_service_certificate()

    def test_one_alone_whose_payment_changed(self):
        anna = self._customer("anna")
        draft = self.Certificate._prepare(self.company, anna, 2025)
        self._pay(self._invoice(50, partner=anna, day="2025-07-01"), 50, "2025-07-01")
        with self.assertRaisesRegex(UserError, "anna has changed"):
            draft.action_send()
        draft.action_refresh()
        draft.action_send()
        self.assertEqual(draft.amount_base, 150)

    def test_one_alone_by_post(self):
        anna = self._customer("anna", email=False)
        draft = self.Certificate._prepare(self.company, anna, 2025)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            draft.action_send()
        draft.action_produce()
        draft.action_posted()
        self.assertEqual(draft.state, "sent")

    def test_a_new_version_says_what_changed(self):
        anna = self._customer("anna")
        first = self.Certificate._prepare(self.company, anna, 2025)
        first.action_send()
        old = first.document_id.raw
        self._pay(self._invoice(50, partner=anna, day="2025-07-01"), 50, "2025-07-01")
        second = self.Certificate._prepare(self.company, anna, 2025)
        self._mails().unlink()
        second.action_send()
        self.assertEqual((first.state, second.version), ("replaced", 2))
        self.assertEqual(first.document_id.raw, old, "old papers stay")
        mail = self._mails()
        self.assertIn("version 2", mail.subject)
        self.assertIn("What changed", mail.body_html)
        self.assertIn("it replaces the certificate ", pages(second.document_id)[0])
        self.assertTrue(second.change_note)

    # -- the paper -----------------------------------------------------------------

    def test_the_paper_says_all(self):
        """Article D7233-4 of the Code du travail."""
        anna = self._customer("anna", street="1 rue Verte", zip="69001", city="Lyon")
        draft = self.Certificate._prepare(self.company, anna, 2025)
        draft.action_produce()
        text = " ".join(pages(draft.document_id))
        for said in (
            self.company.name,
            "SAP732829320",
            format_date(self.env, date(2021, 5, 3)),
            "anna",
            "1 rue Verte",
            "69001",
            "Annual tax certificate 2025",
            formatLang(self.env, 100, currency_obj=self.company.currency_id),
        ):
            self.assertIn(" ".join(said.split()), text)
        self.assertEqual(draft.document_id.mimetype, "application/pdf")
        if self.env["ir.actions.report"]._home_service_patched():
            self.assertIn("1 / 1", text)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        anna = self._customer("anna", lang="fr_FR")
        draft = self.Certificate._prepare(self.company, anna, 2025)
        [content] = draft._pdfs()
        self.assertIn("03/05/2021", " ".join(pages(content)))

    def test_names_are_text(self):
        evil = "<script>document.title='x'</script><b>Éva</b>"
        anna = self._customer("anna")
        anna.name = evil
        draft = self.Certificate._prepare(self.company, anna, 2025)
        mine = draft._in_language()
        html = paper.body(mine.env, mine._figures())
        self.assertNotIn("<script>", html)
        self.assertIn("&lt;b&gt;Éva", html)

    # -- who may -------------------------------------------------------------------

    def test_rights(self):
        anna = self._customer("anna")
        draft = self.Certificate._prepare(self.company, anna, 2025)
        other = self.env["res.company"].create({"name": "Other SAP"})
        reader = new_test_user(
            self.env,
            "reader",
            "account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        stranger = new_test_user(
            self.env,
            "stranger",
            "account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for user in (reader, stranger):
            mine = draft.with_user(user)
            for click in (
                mine.action_produce,
                mine.action_send,
                mine.action_posted,
                mine.action_leave_out,
            ):
                with self.assertRaises(AccessError):
                    click()
        # Forged: nobody writes what only the code writes.
        for values in ({"state": "sent"}, {"document_id": False}, {"fault": "x"}):
            with self.assertRaises(AccessError):
                draft.with_user(self.clerk).write(values)
        run = self._run()
        with self.assertRaises(AccessError):
            run.with_user(reader).action_start()
        with self.assertRaises(AccessError):
            run.with_user(stranger).action_start()
        runs = self.env["home.service.certificate.run"]
        self.assertFalse(runs.with_user(stranger).search([]))
        paper_of = draft.document_id.create({"name": "x", "raw": b"x"})
        for values in ({"state": "done"}, {"post_document_id": paper_of.id}):
            with self.assertRaises(AccessError):
                run.write(values)
            with self.assertRaises(AccessError):
                run.create({"year": 2024, **values})
        with self.assertRaisesRegex(UserError, "stays of its company and year"):
            run.year = 2024
        self.assertFalse(self._mails())

    def test_a_branch_has_those_of_its_declaration(self):
        branch = self.env["res.company"].create(
            {"name": "Agence", "parent_id": self.company.id}
        )
        runs = self.env["home.service.certificate.run"]
        default = runs.with_company(branch).default_get(["company_id"])
        self.assertEqual(default["company_id"], self.company.id)
        with self.assertRaisesRegex(UserError, "under the declaration of"):
            runs.create({"company_id": branch.id, "year": 2024})
        with self.assertRaises(UserError):
            runs.create({"company_id": self.company.id, "year": 20})

    def test_screens_and_files(self):
        """What the office opens: the paper of a draft, the one that was made, the file
        for the post; nobody else does.
        """
        anna = self._customer("anna", email=False)
        run = self._run()
        certificate = self._of(run, anna)
        self.authenticate(self.clerk.login, self.clerk.login)
        url = certificate.action_preview()["url"]
        draft = self.url_open(url)
        self.assertIn("Draft", pages(draft.content)[0])
        run.action_start()
        self._cron()
        made = self.url_open(url)
        self.assertEqual(made.content, certificate.sudo().document_id.raw)
        post = self.url_open(run.action_open_post()["url"])
        self.assertEqual(len(pages(post.content)), len(pages(made.content)))
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        self.authenticate(stranger.login, stranger.login)
        for path in (url, run.action_open_post()["url"]):
            self.assertEqual(self.url_open(path).status_code, 404)

    def test_portal(self):
        """A customer sees what he was handed, and nothing of another's."""
        anna, bea = self._customer("anna"), self._customer("bea")
        mine = self.Certificate._prepare(self.company, anna, 2025)
        theirs = self.Certificate._prepare(self.company, bea, 2025)
        portal = new_test_user(
            self.env,
            "portal_anna",
            "base.group_portal",
            partner_id=anna.id,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.authenticate(portal.login, portal.login)
        # In whichever language: other tests may have made French known.
        self.assertIn('name="no_certificate"', self.url_open("/my/certificates").text)
        self.assertEqual(self.url_open(mine.access_url).status_code, 404, "a draft")
        (mine | theirs).action_send()
        listed = self.url_open("/my/certificates").text
        self.assertIn(mine.access_url, listed)
        self.assertNotIn(theirs.access_url, listed)
        self.assertEqual(self.url_open(mine.access_url).content, mine.document_id.raw)
        self.assertEqual(self.url_open(theirs.access_url).status_code, 404)
        preview = theirs.action_preview()["url"]
        self.assertEqual(self.url_open(preview).status_code, 404)
        self.assertEqual(self.url_open("/my/certificates/0").status_code, 404)
        # The link of the e-mail, for whoever has no access: with its token alone.
        self.authenticate(None, None)
        self.assertEqual(self.url_open(mine.access_url).status_code, 404)
        self.assertEqual(
            self.url_open(f"{mine.access_url}?access_token=forged").status_code, 404
        )
        link = mine._get_share_url()
        self.assertEqual(self.url_open(link).content, mine.document_id.raw)
        counters = self.Certificate.with_user(portal).search_count([])
        self.assertEqual(counters, 1)
