# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A configured French company, a customer, an invoice: what the tests start from."""

from datetime import datetime

from odoo import Command
from odoo.tests.common import freeze_time

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.mail.tests.common import mail_new_test_user

from .common import FakeUrssafMixin

NOW = datetime(2026, 3, 16, 10, 0)
IBAN = "FR7630004000031234567890143"  # the sandbox-safe sample of urssaf-api §2.1


@freeze_time(NOW)
class UrssafCase(FakeUrssafMixin, AccountTestInvoicingCommon):
    """Time stands still on 16 March 2026, 11 h in Paris."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.write(
            {
                "urssaf_client_id": "demo",
                "urssaf_client_secret": "demo-secret",
                "urssaf_sap_number": "SAP732829320",
                "urssaf_payment_journal_id": cls.company_data[
                    "default_journal_bank"
                ].id,
            }
        )
        cls.tax = cls.env["account.tax"].search(
            [
                *cls.env["account.tax"]._check_company_domain(cls.company),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 10),
            ],
            limit=1,
        )
        cls.housework = cls._make_service("Ménage", 30.0, "60")
        cls.user = cls._make_user("office", "urssaf_avance_immediate.group_user")

    def setUp(self):
        super().setUp()
        # A new record set per test: the fake has forgotten everybody.
        self.partner = self._make_partner()

    # -- makers ----------------------------------------------------------------

    @classmethod
    def _make_user(cls, login, groups):
        return mail_new_test_user(
            cls.env,
            login=f"urssaf_{login}",
            groups=f"base.group_user,{groups}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _make_service(cls, name, price, nature):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "uom_id": cls.env.ref("uom.product_uom_hour").id,
                "urssaf_nature_id": cls.env.ref(
                    f"urssaf_avance_immediate.nature_{nature}"
                ).id,
                "taxes_id": [Command.set(cls.tax.ids)],
                "property_account_income_id": cls.company_data[
                    "default_account_revenue"
                ].id,
            }
        )

    @classmethod
    def _make_partner(cls, consent=True, **values):
        bank = cls.env["res.bank"].create({"name": "BNP", "bic": "BNPAFRPP"})
        partner = cls.env["res.partner"].create(
            {
                "name": "Jeanne Martin",
                "lang": "en_US",
                "street": "8 bis rue du Soleil",
                "zip": "69001",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "email": "jeanne.martin@example.com",
                "urssaf_civility": "2",
                "urssaf_birth_name": "Durand",
                "urssaf_usage_name": "Martin",
                "urssaf_first_names": "Jeanne Marie",
                "urssaf_birth_date": "1980-03-29",
                "urssaf_birth_city_code": "69381",
                "urssaf_birth_city": "Lyon 1er Arrondissement",
                "urssaf_mobile": "06 39 98 01 02",
                "urssaf_city_code": "69381",
                "bank_ids": [Command.create({"acc_number": IBAN, "bank_id": bank.id})],
                **values,
            }
        )
        if consent:
            partner._urssaf_record_consent("office")
        return partner

    def _enrol(self, partner=None, active=True):
        """Enrol through the button; the customer activates at Urssaf."""
        partner = partner or self.partner
        partner.action_urssaf_enrol()
        enrolment = partner.urssaf_enrolment_id
        if active:
            self.fake.customers[enrolment.external_id].activate("01/02/2026 09:30")
            enrolment.action_urssaf_refresh()
        return enrolment

    def _invoice(self, partner=None, lines=((2, 30.0),), start="2026-03-02", end=None):
        """A posted invoice of March 2026: lines of (quantity, unit price)."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.partner).id,
                "invoice_date": "2026-03-15",
                "urssaf_service_start": start,
                "urssaf_service_end": end or "2026-03-13",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.housework.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                    for quantity, price in lines
                ],
            }
        )
        move.action_post()
        return move

    def _sent(self, **values):
        """An active customer's invoice that Urssaf has taken."""
        if not self.partner.urssaf_enrolment_id.external_id:
            self._enrol()
        move = self._invoice(**values)
        move.action_urssaf_send()
        return move.urssaf_request_id

    def _demande(self, request):
        return self.fake.by_number(request.name)

    def _make_due(self, record, when=NOW):
        """Let the next scheduled action talk about it, at this moment."""
        record.sudo().next_call_at = when

    def _run_cron(self, name):
        """Run a scheduled action as Odoo does, commits and rollbacks simulated."""
        with self.enter_registry_test_mode():
            self.env.ref(f"urssaf_avance_immediate.cron_{name}").method_direct_trigger()
        self.env.invalidate_all()
