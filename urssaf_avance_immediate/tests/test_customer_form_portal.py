# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pages behind the link of a customer, over HTTP."""

import base64
import json
import logging
import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..controllers import customer_form as controller
from .cases import IBAN, NOW
from .french import FRENCH, english_left, speak_french
from .test_customer_form import CustomerFormCase

# In French or English: strangers are answered in French where it is installed.
CLOSED = "o_urssaf_closed"
THANKS = "o_urssaf_thanks"
SLOW = "o_urssaf_slow_down"
CSRF = re.compile(r'name="csrf_token"\s+value="([^"]+)"')


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCustomerFormPortal(CustomerFormCase, HttpCase):
    def _get(self, token, path=""):
        return self.url_open(f"/urssaf/fiche/{token}{path}")

    def _post(self, token, **changes):
        page = self._get(token)
        found = CSRF.search(page.text)
        data = {"csrf_token": found[1] if found else "", **self._typed(**changes)}
        return self.url_open(f"/urssaf/fiche/{token}", data=data, allow_redirects=False)

    def test_empty_form_that_says_nothing(self):
        """What Odoo knows stays there: only the address that the link was sent to."""
        self.partner.write(
            {
                "urssaf_birth_name": "Durand",
                "urssaf_birth_date": "1980-03-29",
                "urssaf_mobile": "0639980102",
                "bank_ids": [(0, 0, {"acc_number": IBAN})],
            }
        )
        page = self._get(self._send())
        self.assertEqual(page.status_code, 200)
        self.assertIn('value="jeanne.martin@example.com"', page.text)
        self.assertIn(self.company.name, page.text)
        shown = html.tostring(_bare(page.text), encoding="unicode")
        for known in ("Durand", "1980", "0639980102", IBAN, "Ancienne", "Petit"):
            self.assertNotIn(known, shown)

    def test_whole_without_javascript_and_in_one_page(self):
        """All parts are there at once; what only serves a script is hidden."""
        self.company.name = "Toit <b>&</b> Jardin"
        pixel = self.env["res.partner"]._avatar_get_placeholder()
        for logo in (False, base64.b64encode(pixel)):
            self.company.logo = logo
            page = html.fromstring(self._get(self._send()).text)
            form = page.get_element_by_id("urssaf_form")
            self.assertEqual(len(form.findall(".//fieldset")), 5)
            self.assertFalse(form.xpath(".//fieldset[@hidden]"))
            hidden = {node.get("id") for node in form.xpath(".//*[@hidden]")}
            self.assertEqual(hidden, {"urssaf_progress", "urssaf_next", "urssaf_back"})
            [head] = page.find_class("o_urssaf_company")
            self.assertEqual(head.text_content().strip(), self.company.name)
            images = head.xpath(".//img/@src")
            self.assertEqual(len(images), bool(logo))
            self.assertTrue(all(src.startswith("data:image/") for src in images))
            # The same sentences while one types as afterwards, and an address for each.
            sentences = json.loads(form.get("data-sentences"))
            self.assertIn("iban", sentences)
            for key in sentences.keys() - {"required", "consent", "progress"}:
                self.assertTrue(form.xpath(f".//*[@id='e_{key}'][@aria-live]"), key)

    def test_headers(self):
        for page in (self._get(self._send()), self._get("forged")):
            self.assertIn("no-store", page.headers["Cache-Control"])
            self.assertIn("noindex", page.headers["X-Robots-Tag"])
            self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(page.headers["X-Frame-Options"], "DENY")
            # A website may count its visitors with somebody else's scripts: the
            # address of this page, and what is typed there, are not for them.
            policy = page.headers["Content-Security-Policy"].split("; ")
            found = {part.split()[0]: part.split()[1:] for part in policy}
            for kind in ("script-src", "connect-src", "img-src"):
                self.assertFalse([f for f in found[kind] if "." in f or f == "*"])

    def test_filled_in_once(self):
        token = self._send()
        answer = self._post(token)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/urssaf/fiche/merci"))
        self.assertIn(THANKS, self._get("merci").text)
        form = self.partner.urssaf_form_id
        self.assertEqual(form.state, "submitted")
        self.assertEqual(self._line(form, "iban").value, IBAN)
        self.assertEqual(form.activity_ids.user_id, form._review_user())
        again = self._get(token)
        self.assertEqual(again.status_code, 404)
        self.assertIn(CLOSED, again.text)

    def test_replayed_post_changes_nothing(self):
        token = self._send()
        data = {
            "csrf_token": CSRF.search(self._get(token).text)[1],
            **self._typed(),
        }
        self.url_open(f"/urssaf/fiche/{token}", data=data, allow_redirects=False)
        data["street"] = "9 rue Fausse"
        answer = self.url_open(f"/urssaf/fiche/{token}", data=data)
        self.assertEqual(answer.status_code, 404)
        form = self.partner.urssaf_form_id
        self.assertEqual(self._line(form, "street").value, "8 bis rue du Soleil")

    def test_wrong_used_revoked_and_old_links_look_the_same(self):
        used, revoked, old = (self._send(self._someone(n)) for n in range(3))
        self._post(used)
        self._someone(1).urssaf_form_id.action_revoke()
        self._someone(2).urssaf_form_id.sudo().expires_at = NOW - timedelta(seconds=1)
        tokens = (used, revoked, old[:-1], old, "forged")
        answers = [self._get(token) for token in tokens]
        self.assertEqual({a.status_code for a in answers}, {404})
        # A website's page names the address that was asked for.
        texts = [
            _stable(a.text).replace(token, "")
            for a, token in zip(answers, tokens, strict=True)
        ]
        self.assertEqual(len({CSRF.sub("", text) for text in texts}), 1)

    def _someone(self, number):
        email = f"someone{number}@example.com"
        found = self.env["res.partner"].search([("email", "=", email)])
        return found or self.partner.copy({"email": email})

    def test_errors_next_to_the_fields(self):
        token = self._send()
        answer = self._post(token, mobile="04 72 00 00 00", zip="69")
        self.assertEqual(answer.status_code, 422)
        self.assertIn('id="urssaf_errors"', answer.text)
        page = _bare(answer.text)
        told = {key: page.get_element_by_id(f"e_{key}") for key in ("mobile", "zip")}
        self.assertTrue(all(node.text_content().strip() for node in told.values()))
        self.assertFalse(page.get_element_by_id("e_city").text_content().strip())
        self.assertIn('value="8 bis rue du Soleil"', answer.text)
        for secret in (IBAN, "3456", "1980-03-29", "29/03/1980"):
            self.assertNotIn(secret, html.tostring(page, encoding="unicode"))
        self.assertIn('id="k_iban"', answer.text)
        self.assertEqual(self._post(token, iban="", birth_date="").status_code, 303)

    def test_markup_is_only_text(self):
        answer = self._post(self._send(), mobile="", city='"><script>x</script>')
        self.assertNotIn("<script>x", answer.text)

    def test_needs_the_csrf_token(self):
        token = self._send()
        with self.assertLogs("odoo.http", "WARNING") as logs:
            answer = self.url_open(f"/urssaf/fiche/{token}", data=self._typed())
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.partner.urssaf_form_id.state, "sent")
        self.assertNotIn(token, str(logs.output))

    def test_link_stays_out_of_the_log(self):
        token = self._send()
        with self.assertLogs("werkzeug", logging.INFO) as logs:
            self._get(token)
        self.assertIn("/urssaf/fiche/***", str(logs.output))
        self.assertNotIn(token, str(logs.output))

    def test_guessing_is_slowed_down(self):
        token = self._send()
        with patch.object(controller, "WRONG_LINKS_PER_IP", 3):
            codes = [self._get(f"guess{n}").status_code for n in range(5)]
            self.assertEqual(codes, [404, 404, 404, 429, 429])
            page = self._get(token)
            self.assertEqual(page.status_code, 429)
            self.assertIn(SLOW, page.text)
            self.assertLessEqual(int(page.headers["Retry-After"]), 3600)
            with freeze_time(NOW + timedelta(hours=1)):
                self.assertEqual(self._get(token).status_code, 200)

    def test_one_link_is_slowed_down(self):
        token, other = self._send(), self._send(self._someone(1))
        with patch.object(controller, "PAGES_PER_LINK", 2):
            codes = [self._get(token).status_code for _n in range(3)]
            self.assertEqual(codes, [200, 200, 429])
            self.assertEqual(self._get(other).status_code, 200)

    def test_one_address_is_slowed_down(self):
        token = self._send()
        with patch.object(controller, "PAGES_PER_IP", 2):
            codes = [self._get(token).status_code for _n in range(3)]
        self.assertEqual(codes, [200, 200, 429])

    def test_addresses_are_not_kept(self):
        self._get("forged")
        hits = self.env["urssaf.throttle"].sudo().search([("hour", "<=", NOW)])
        self.assertTrue(hits)
        self.assertNotIn("127.0.0.1", str(hits.mapped("key")))
        with freeze_time(NOW + timedelta(hours=4)):
            hits._gc_hours()
        self.assertFalse(hits.exists())

    def _search(self, token, **data):
        """What the page’s script asks while somebody types his birth place."""
        if not hasattr(self, "csrf"):
            self.csrf = CSRF.search(self._get(token).text)[1]
        data["csrf_token"] = self.csrf
        return self.url_open(f"/urssaf/fiche/{token}/communes", data=data)

    def test_birth_stands_in_no_address(self):
        """Addresses are written down by Odoo and by every server on the way."""
        token = self._send()
        asked = self._get(token, "/communes?q=lyon&born=1980-03-29")
        self.assertEqual(asked.status_code, 405)
        with self.assertLogs("werkzeug", logging.INFO) as logs:
            found = self._search(token, q="lyon", born="1980-03-29")
            self._get(token, "/communes?q=lyon&born=1980-03-29")
        self.assertEqual(found.status_code, 200)
        for personal in (token, "1980", "lyon", "Lyon"):
            self.assertNotIn(personal, str(logs.output))

    def test_search_needs_the_csrf_token(self):
        token = self._send()
        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.url_open(f"/urssaf/fiche/{token}/communes", data={"q": "ly"})
        self.assertEqual(answer.status_code, 400)

    def test_communes_are_for_holders_of_a_link(self):
        token = self._send()
        found = self._search(token, q="lyon", born="1980-03-29")
        self.assertEqual(found.status_code, 200)
        self.assertIn("Lyon", found.json()[0]["label"])
        self.assertLessEqual(len(found.json()), controller.FOUND_AT_MOST)
        self.assertIn("no-store", found.headers["Cache-Control"])
        closed = self._search("forged", q="lyon")
        self.assertEqual((closed.status_code, closed.json()), (404, []))
        self.assertEqual(self._search(token, q="l").json(), [])
        for hostile in ("\x00\x00\x00", "ly\x00on\x00", "%" * 300, "\u202elyon"):
            answer = self._search(token, q=hostile, born="\x001980-99-99" * 99)
            self.assertEqual(answer.status_code, 200)
        with patch.object(controller, "SEARCHES_PER_LINK", 2):
            answer = self._search(token, q="lyon")
            self.assertEqual((answer.status_code, answer.json()), (429, []))

    def test_a_file_or_a_flood_is_refused(self):
        token = self._send()
        csrf = CSRF.search(self._get(token).text)[1]
        url = f"/urssaf/fiche/{token}"
        typed = {"csrf_token": csrf, **self._typed()}
        file = ("rib.pdf", b"%PDF", "application/pdf")
        for files in ({"iban": file}, {"csrf_token": file}):
            with mute_logger("odoo.http"):
                answer = self.url_open(url, data=typed, files=files)
            self.assertEqual(answer.status_code, 413)
        for path in ("", "/communes"):
            with mute_logger("odoo.http"):
                answer = self.url_open(url + path, data={**typed, "q": "x" * 5_000_000})
            self.assertEqual(answer.status_code, 413)
            self.assertLess(len(answer.content), 100_000)
        self.assertEqual(self.partner.urssaf_form_id.state, "sent")
        self.assertEqual(self._post(token).status_code, 303)

    def test_what_is_too_long_is_not_shown_again(self):
        answer = self._post(self._send(), city="x" * 20_000, birth_commune_id="9" * 999)
        self.assertEqual(answer.status_code, 422)
        self.assertIn('id="e_city"', answer.text)
        self.assertNotIn("x" * 121, answer.text)
        self.assertNotIn("9" * 121, answer.text)

    # Odoo warns of what comes without the token of a form.
    @mute_logger("odoo.http")
    def test_what_is_no_text_is_no_error_of_ours(self):
        token = self._send()
        csrf = CSRF.search(self._get(token).text)[1]
        url = f"/urssaf/fiche/{token}"
        twice = [("csrf_token", csrf), ("city", "Lyon"), ("city", "Paris")]
        kind = {"Content-Type": "application/json"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        noise = f"csrf_token={csrf}&city=%00%ED%A0%80%FF"
        for answer, codes in (
            (self.url_open(url, data=twice), [422]),
            (self.url_open(url, data=noise, headers=form), [422]),
            (self.url_open(url, data="[]", headers=kind), [400, 415]),
            (self.url_open(url, data="\x00\xff", headers={}), [400]),
            (self.url_open(url, method="PUT"), [405]),
            (self.url_open(url, method="DELETE"), [405]),
            (self._get("%00"), [404]),
            (self._get("%ED%A0%80%FF"), [404]),
            (self._get("x" * 5000), [404]),
        ):
            self.assertIn(answer.status_code, codes, answer.request.url)
        self.assertEqual(self.partner.urssaf_form_id.state, "sent")

    def test_the_office_of_a_second_company_opens_what_the_visitor_sent(self):
        """The public user belongs to another company: Odoo shows who made an activity,
        and the office got an access error on everything that bore it.
        """
        there = self.partner.with_user(self.other_user)
        there.action_urssaf_send_form()
        self.assertEqual(self._post(self._last_token()).status_code, 303)
        self.env.invalidate_all()
        form = self.env["urssaf.customer.form"].sudo().search([], limit=1)
        self.assertEqual(form.company_id, self.other_company)
        theirs = form.with_user(self.other_user)
        reader = form.activity_ids.user_id
        self.assertIn(reader, self.other_user | self.other_manager)
        self.assertTrue(theirs.activity_ids.activity_format())
        self.assertTrue(theirs.web_read({"activity_ids": {"fields": {}}}))
        self.assertFalse(form.activity_ids.create_uid.share)
        theirs.action_accept()
        self.assertEqual(form.state, "accepted")

    def test_in_french(self):
        speak_french(self.env)
        self.partner.lang = FRENCH
        token = self._send()
        form, refused = self._get(token), self._post(token, mobile="", iban="")
        self.assertIn("Nom de naissance", form.text)
        self.assertIn('lang="fr-FR"', form.text)
        self.assertIn("Merci de remplir ce champ.", refused.text)
        self.assertEqual(self._post(token).status_code, 303)
        thanks, closed = self._get("merci"), self._get(token)
        self.assertIn("n'ouvre pas", closed.text)
        with patch.object(controller, "PAGES_PER_IP", 0):
            slow = self._get(token)
        for sign, page in (
            ("urssaf_form", form),
            ("urssaf_errors", refused),
            (THANKS, thanks),
            (CLOSED, closed),
            (SLOW, slow),
        ):
            with self.subTest(page=sign):
                self.assertIn(sign, page.text)
                self.assertFalse(english_left(page.text))

    def test_what_the_customer_changes_on_the_portal_is_told(self):
        """In Odoo's own page of the account: who is in charge hears of it."""
        partner = self._make_partner(phone="+33 4 78 00 00 00")
        enrolment = self._enrol(partner)
        self.env["res.users"].sudo().create(
            {
                "login": "urssaf_customer",
                "password": "urssaf_customer",
                "partner_id": partner.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.authenticate("urssaf_customer", "urssaf_customer")
        values = {name: partner[name] for name in ("name", "phone", "street", "zip")}
        answer = self.url_open(
            "/my/address/submit",
            data={
                **values,
                "csrf_token": Request.csrf_token(self),
                "partner_id": partner.id,
                "country_id": partner.country_id.id,
                "city": "Villeurbanne",
                "email": "jeanne@example.org",
            },
        ).json()
        self.assertIn("redirectUrl", answer, answer)
        self.assertEqual(partner.email, "jeanne@example.org")
        self.assertEqual(len(enrolment.activity_ids), 1)
        note = enrolment.activity_ids.note
        # In the language of who reads it.
        self.assertRegex(note, "E-?mail")
        self.assertNotIn("jeanne", note)
        user = enrolment.activity_ids.user_id
        self.assertIn(self.company, user.company_ids)
        self.assertFalse(user.share)


def _bare(text):
    """The page without the sentences that a script may show: examples of nobody."""
    page = html.fromstring(text)
    page.get_element_by_id("urssaf_form").attrib.pop("data-sentences")
    return page


def _stable(text):
    """Without what differs from one page to the next by itself."""
    return re.sub(r"csrf_token: \"[^\"]+\"|[0-9a-f]{40}o\d+", "", text)
