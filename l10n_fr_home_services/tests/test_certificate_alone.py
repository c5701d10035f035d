# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The paper of one annual certificate, and who may see and make it."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import freeze_time
from odoo.tools import format_date, formatLang

from odoo.addons.l10n_fr_home_services.models.certificate import paper

from .cases import NOW
from .certificate_cases import RunCase, pages


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCertificateAlone(RunCase):
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
