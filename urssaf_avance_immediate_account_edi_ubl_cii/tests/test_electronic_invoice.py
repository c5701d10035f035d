# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The electronic invoice says what the PDF says."""

from lxml import etree

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.urssaf_avance_immediate.tests.cases import NOW, UrssafCase

OUR_IBAN = "FR7630006000011234567890189"  # of nobody: a bank's own sample
COLLECTED = "do not pay this invoice to us"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestElectronicInvoice(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "vat": "FR23334175221",
                "email": "agence@example.com",
                "street": "1 rue du Test",
                "zip": "69002",
                "city": "Lyon",
            }
        )
        cls.company.partner_id.phone = "+33 4 00 00 00 00"
        cls.env["res.partner.bank"].create(
            {
                "acc_number": OUR_IBAN,
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )

    def setUp(self):
        super().setUp()
        self._enrol()

    def _export(self, model, move):
        """The electronic invoice, and what is missing in it."""
        content, errors = self.env[model]._export_invoice(move)
        return etree.fromstring(content), errors

    def _texts(self, tree, name):
        return [
            "".join(node.itertext()).strip()
            for node in tree.iterfind(f".//{{*}}{name}")
        ]

    def _both(self):
        """Two invoices of the same services: one that the customer pays, one sent."""
        direct = self._invoice()
        direct.urssaf_excluded = True
        self.assertTrue(direct.partner_bank_id)
        return direct, self._sent().move_id

    def test_factur_x_has_no_means_of_payment(self):
        direct, sent = self._both()
        tree, errors = self._export("account.edi.xml.cii", direct)
        self.assertFalse(errors)
        self.assertEqual(self._texts(tree, "IBANID"), [OUR_IBAN])
        self.assertTrue(self._texts(tree, "PaymentReference"))
        self.assertTrue(self._texts(tree, "DueDateDateTime"))
        tree, errors = self._export("account.edi.xml.cii", sent)
        self.assertFalse(errors)
        for name in (
            "IBANID",
            "SpecifiedTradeSettlementPaymentMeans",
            "PaymentReference",
            "DueDateDateTime",
        ):
            self.assertEqual(self._texts(tree, name), [], name)
        self.assertNotIn(OUR_IBAN, etree.tostring(tree).decode())
        terms = self._texts(tree, "SpecifiedTradePaymentTerms")[0]
        self.assertIn(COLLECTED, terms)

    def test_no_account_of_ours_is_missed(self):
        _direct, sent = self._both()
        sent.partner_bank_id = False
        _tree, errors = self._export("account.edi.xml.cii", sent)
        self.assertFalse(errors)

    def test_factur_x_has_the_period_of_the_services(self):
        direct, _sent = self._both()
        tree, _errors = self._export("account.edi.xml.cii", direct)
        period = self._texts(tree, "BillingSpecifiedPeriod")
        self.assertEqual(
            ["".join(days.split()) for days in period], ["2026030220260313"]
        )
        delivered = self._texts(tree, "ActualDeliverySupplyChainEvent")
        self.assertEqual(delivered, ["20260313"])

    def test_each_line_has_its_days(self):
        move = self._draft(
            {"home_service_start": "2026-03-02", "home_service_end": "2026-03-02"},
            {"home_service_start": "2026-03-05", "home_service_end": "2026-03-06"},
            partner_id=self.partner.id,
        )
        move.action_post()
        tree, _errors = self._export("account.edi.xml.cii", move)
        period = self._texts(tree, "BillingSpecifiedPeriod")
        self.assertEqual(
            ["".join(days.split()) for days in period],
            ["2026030220260302", "2026030520260306", "2026030220260306"],
        )

    def test_ubl(self):
        direct, sent = self._both()
        model = "account.edi.xml.ubl_bis3"
        tree, _errors = self._export(model, direct)
        self.assertEqual(self._texts(tree, "PaymentMeansCode"), ["30"])
        self.assertIn(OUR_IBAN, etree.tostring(tree).decode())
        tree, _errors = self._export(model, sent)
        self.assertEqual(self._texts(tree, "PaymentMeansCode"), ["ZZZ"])
        self.assertEqual(self._texts(tree, "DueDate"), [])
        self.assertEqual(self._texts(tree, "PaymentID"), [])
        self.assertNotIn(OUR_IBAN, etree.tostring(tree).decode())
        self.assertIn(COLLECTED, self._texts(tree, "PaymentTerms")[0])
        start, end = self._texts(tree, "StartDate"), self._texts(tree, "EndDate")
        self.assertEqual((start, end), (["2026-03-02"], ["2026-03-13"]))

    def _amounts(self, model, move):
        """``(total, paid, due)``, and whether they add up (BR-CO-16)."""
        tree, _errors = self._export(model, move)
        names = {
            "account.edi.xml.cii": (
                "GrandTotalAmount",
                "TotalPrepaidAmount",
                "DuePayableAmount",
            ),
            "account.edi.xml.ubl_bis3": (
                "TaxInclusiveAmount",
                "PrepaidAmount",
                "PayableAmount",
            ),
        }[model]
        found = [float(self._texts(tree, name)[0]) for name in names]
        self.assertEqual(found[0], sum(found[1:]))
        return found

    def test_what_is_due_is_what_the_pdf_says(self):
        """A deposit while Urssaf collects the rest; then Urssaf pays, and set a part
        off: the customer owes nothing.
        """
        self.company.urssaf_declare_deposits = True
        move = self._invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 16, "payment_date": "2026-03-14"})._create_payments()
        move.action_urssaf_send()
        request = move.urssaf_request_id
        self.assertEqual(request.amount_deposit, 16)
        models = ("account.edi.xml.cii", "account.edi.xml.ubl_bis3")
        for model in models:
            self.assertEqual(self._amounts(model, move), [66, 16, 50])
        transfer = {"dateVirement": "2026-03-16T00:00:00Z", "mntVirement": 40.0}
        self._demande(request).move("70", "Payée", transfer=transfer)
        request.action_urssaf_refresh()
        self.assertEqual((request.state, move.amount_residual), ("paid", 10))
        for model in models:
            self.assertEqual(self._amounts(model, move), [66, 66, 0])

    def test_who_exports_need_not_know_demandes(self):
        _direct, sent = self._both()
        clerk = self._make_user("clerk_of_invoices", "account.group_account_invoice")
        tree, errors = self._export("account.edi.xml.cii", sent.with_user(clerk))
        self.assertFalse(errors)
        self.assertEqual(self._texts(tree, "IBANID"), [])

    def test_after_the_bank_has_refused_the_customer_pays(self):
        _direct, sent = self._both()
        request = sent.urssaf_request_ids
        self._demande(request).move("60", "En refus de prélèvement")
        request.action_urssaf_refresh()
        tree, _errors = self._export("account.edi.xml.cii", sent)
        self.assertEqual(self._texts(tree, "IBANID"), [OUR_IBAN])
