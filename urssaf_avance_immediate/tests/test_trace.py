# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The trace of each call: masked, kept for a while, exported for Urssaf's tests."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import IBAN, NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrace(UrssafCase):
    def _traces(self, method=None):
        domain = [("company_id", "=", self.company.id)]
        if method:
            domain.append(("method", "=", method))
        return self.env["urssaf.trace"].sudo().search(domain)

    def test_each_call_and_nothing_personal(self):
        self.fake.fail("050", "reject(ERR_CMPT_BLOQUE)")
        request = self._sent()
        traces = self._traces()
        self.assertEqual(
            traces.sorted("id").mapped("method"), ["token", "010", "020", "020", "050"]
        )
        everything = str(traces.read())
        for private in (
            *(IBAN, "Durand", "Martin", "Jeanne", "1980-03-29", "rue du Soleil"),
            *("jeanne.martin", "639980102", "69381", "demo-secret", "token-"),
        ):
            self.assertNotIn(private, everything)
        sent = self._traces("050")
        self.assertEqual((sent.verb, sent.status, sent.failed), ("POST", 200, False))
        self.assertTrue(sent.path.endswith("/demandePaiement"))
        self.assertIn(request.name, sent.subjects)
        self.assertIn("ERR_CMPT_BLOQUE", sent.response_shown)
        self.assertIn('"mntFactureTTC": 66.0', sent.request_shown)

    def test_what_urssaf_quotes_is_masked(self):
        self.fake.fail("010", "reject_400(Durand)")
        self.partner.action_urssaf_enrol()
        trace = self._traces("010")
        self.assertIn("***", trace.response)
        self.assertNotIn("Durand", trace.response)
        self.assertTrue(trace.failed)

    def test_a_call_without_an_answer(self):
        self._enrol()
        self.fake.fail("050", "read_timeout_after")
        self._sent()
        trace = self._traces("050")
        self.assertEqual((trace.status, trace.outcome), (0, "ReadTimeout"))
        self.assertTrue(trace.failed)
        self.assertFalse(trace.response)

    def test_kept_for_the_days_of_the_company(self):
        self._enrol()
        old = self._traces()[0]
        old.called_at = fields.Datetime.now() - timedelta(days=31)
        recent = self._traces() - old
        self.env["urssaf.trace"]._gc_traces()
        self.assertFalse(old.exists())
        self.assertEqual(recent.exists(), recent)

    def test_none_when_the_company_wants_none(self):
        self.company.urssaf_trace_days = 0
        self._sent()
        self.assertFalse(self._traces())

    def test_readers(self):
        self._enrol()
        with self.assertRaises(AccessError):
            self._traces().with_user(self.user).sudo(False).read()
        manager = self._make_user("manager", "urssaf_avance_immediate.group_manager")
        self.assertTrue(self._traces().with_user(manager).sudo(False).read())
        with self.assertRaises(AccessError):
            self._traces().with_user(manager).sudo(False).unlink()
        other = self.env["res.company"].create({"name": "Another firm"})
        theirs = self._traces()[0]
        theirs.company_id = other
        with self.assertRaises(AccessError):
            theirs.with_user(manager).sudo(False).read()

    def test_export_of_a_test_case(self):
        request = self._sent()
        manager = self._make_user("recette", "urssaf_avance_immediate.group_manager")
        traces = self._traces().filtered(lambda t: t.method in ("020", "050"))
        export = (
            self.env["urssaf.trace.export"]
            .with_user(manager)
            .with_context(active_ids=traces.ids)
            .create({"result": "Demande accepted with the status 10."})
        )
        self.assertEqual(export.name, "M020, M050")
        self.assertEqual(export.filename, "urssaf-M020-M050.md")
        text = base64.b64decode(export.document).decode()
        self.assertIn("Demande accepted with the status 10.", text)
        self.assertIn("## 1. GET /atp/v1/tiersPrestations/particulier", text)
        self.assertIn("## 3. POST /atp/v1/tiersPrestations/demandePaiement", text)
        self.assertIn(f'"numFactureTiers": "{request.name}"', text)
        self.assertIn("HTTP status: 200", text)
        self.assertIn("SAP732829320", text)
        self.assertNotIn("1980", text)
