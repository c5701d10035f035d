# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""On which invoices stands that Urssaf collects and that the customer does not pay."""

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMention(UrssafCase):
    def _printed(self, move):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        page = html.decode()
        mention = "do not pay" in page
        self.assertNotEqual(mention, "Payment Communication" in page)
        return mention

    def test_only_where_urssaf_collects(self):
        stranger = self._invoice()
        self.assertFalse(self._printed(stranger))
        self._enrol()
        self.assertTrue(self._printed(stranger))
        self.assertTrue(self._printed(self._sent().move_id))
        stranger.urssaf_excluded = True
        self.assertFalse(self._printed(stranger))

    def test_what_is_no_service_is_paid_to_us(self):
        self._enrol()
        self.housework.home_service_nature_id = False
        self.assertFalse(self._printed(self._invoice()))

    def test_the_company_may_not_want_it(self):
        self._enrol()
        self.company.urssaf_invoice_mention = False
        self.assertFalse(self._printed(self._invoice()))

    def test_not_any_more_once_the_bank_has_refused(self):
        request = self._sent()
        self._demande(request).move("60", "En refus de prélèvement")
        request.action_urssaf_refresh()
        self.assertFalse(self._printed(request.move_id))
