# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company with credentials, a customer, an invoice: what the tests start from."""

import inspect
import re
from pathlib import Path

from odoo import SUPERUSER_ID, Command
from odoo.tests.common import freeze_time

from odoo.addons.l10n_fr_home_services.tests.cases import NOW, HomeServiceCase
from odoo.addons.mail.tests.common import mail_new_test_user

from .common import FakeUrssafMixin

IBAN = "FR7630004000031234567890143"  # of nobody: the sample that public code uses

# What tests that need a second company name.
OF_ANOTHER_COMPANY = re.compile(
    r"\bother_(company|user|manager)\b|_make_other_invoice|_other_sale_journal"
)


def credentials(client_id, client_secret):
    """Settings of a company: these credentials in every environment."""
    return {
        f"urssaf_{environment}_client_{what}": value
        for environment in ("sandbox", "test", "production")
        for what, value in (("id", client_id), ("secret", client_secret))
    }


@freeze_time(NOW)
class UrssafCase(FakeUrssafMixin, HomeServiceCase):
    """Time stands still on 16 March 2026, 11 h in Paris."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                **credentials("demo", "demo-secret"),
                "urssaf_payment_journal_id": cls.company_data[
                    "default_journal_bank"
                ].id,
            }
        )
        cls.user = cls._make_user("office", "urssaf_avance_immediate.group_user")
        if cls._speaks_of_another_company():
            cls._make_other_company()

    def setUp(self):
        super().setUp()
        # No transaction ends in a test, and Odoo would send at once: it waits here.
        form = self.registry["urssaf.customer.form"]
        self.patch(form, "_mail_leaves", lambda self: None)
        self.addCleanup(self._assert_nothing_posted_blindly)
        # A new record set per test: the fake has forgotten everybody.
        self.partner = self._make_partner()

    def _assert_nothing_posted_blindly(self):
        """Whatever a test does: no number leaves again that Urssaf has or may have."""
        self.assertFalse(self.fake.numbers.blind, "posted again blindly")

    # -- makers ----------------------------------------------------------------

    @classmethod
    def _make_user(cls, login, groups, company=None):
        company = company or cls.company
        return mail_new_test_user(
            cls.env,
            login=f"urssaf_{login}",
            groups=f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            lang="en_US",
        )

    @classmethod
    def _speaks_of_another_company(cls):
        """Whether a file of this class names what ``_make_other_company`` makes, which
        takes a third of what a class needs to begin.
        """
        ours = cls.__mro__[: cls.__mro__.index(UrssafCase)]
        files = {inspect.getsourcefile(one) for one in ours}
        return any(
            OF_ANOTHER_COMPANY.search(Path(file).read_text(encoding="utf-8"))
            for file in files
        )

    @classmethod
    def _make_other_company(cls):
        """Another agency with credentials of its own: ``other_company``, and people of
        that one only, ``other_user`` and ``other_manager``. The tests’ own user does
        not see it. It has no chart of accounts, which would cost seconds per class.
        """
        # Odoo lets whoever makes a company into it: this must not be the tests' user.
        cls.other_company = (
            cls.env["res.company"]
            .with_user(SUPERUSER_ID)
            .create(
                {
                    "name": "Autre Maison",
                    "country_id": cls.env.ref("base.fr").id,
                    "currency_id": cls.env.ref("base.EUR").id,
                    **credentials("other", "other-secret"),
                    "home_service_sap_number": "SAP552100554",
                }
            )
            .with_env(cls.env)
        )
        group = "urssaf_avance_immediate.group_"
        cls.other_user = cls._make_user(
            "other_office", f"{group}user", cls.other_company
        )
        cls.other_manager = cls._make_user(
            "other_manager", f"{group}manager", cls.other_company
        )

    @classmethod
    def _other_sale_journal(cls):
        """The sale journal of ``other_company``, made with its accounts when first
        asked for: in ``setUpClass`` for the class, in a test for this test.
        """
        env = cls.env(
            user=SUPERUSER_ID,
            context={
                **cls.env.context,
                "allowed_company_ids": cls.other_company.ids,
            },
        )
        journals = env["account.journal"]
        journal = journals.search(
            [("company_id", "=", cls.other_company.id), ("type", "=", "sale")], limit=1
        )
        if journal:
            return journal
        income = env["account.account"].create(
            [
                {"code": code, "name": name, "account_type": kind}
                for code, name, kind in (
                    ("706000", "Prestations", "income"),
                    ("411000", "Clients", "asset_receivable"),
                )
            ]
        )[0]
        cls.other_company.sudo().urssaf_payment_journal_id = journals.create(
            {"name": "Banque", "type": "bank", "code": "BNQ"}
        )
        return journals.create(
            {
                "name": "Ventes",
                "type": "sale",
                "code": "VTE",
                "default_account_id": income.id,
            }
        )

    @classmethod
    def _make_other_invoice(cls, partner, quantity=2, price=30.0, **values):
        """A posted invoice of ``other_company``, made by its user, without VAT."""
        journal = cls._other_sale_journal()
        move = (
            cls.env["account.move"]
            .with_user(cls.other_user)
            .create(
                {
                    "move_type": "out_invoice",
                    "journal_id": journal.id,
                    "partner_id": partner.id,
                    "invoice_date": "2026-03-15",
                    "home_service_start": "2026-03-02",
                    "home_service_end": "2026-03-13",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": cls.housework.id,
                                "quantity": quantity,
                                "price_unit": price,
                                "tax_ids": False,
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    @classmethod
    def _make_branch(cls, parent, name=None):
        """A branch of a company. Nobody but the superuser is let into it: write it to
        ``company_ids`` of whoever works there.
        """
        branch = (
            cls.env["res.company"]
            .with_user(SUPERUSER_ID)
            .create({"name": name or f"{parent.name}, agence", "parent_id": parent.id})
        )
        return branch.with_env(cls.env)

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
                "home_service_start": start,
                "home_service_end": end or "2026-03-13",
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
        # Handed over to the customer, with Odoo's “Send”.
        move.is_move_sent = True
        return move

    def _banners(self, move):
        """The names of Urssaf's banners at the head of the invoice."""
        return {name for name in move.alerts or {} if name.startswith("urssaf_")}

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
