# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the bookkeeper's year starts from: two companies with their bookkeepers, forty
customers, the sandbox, and two clocks that go forward together.
"""

from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tests.common import freeze_time
from odoo.tools import SQL

from dev import servers
from dev.scenario.sandbox import PROVIDER

from .bookkeeper import Bookkeeper
from .people import BANKS, iban
from .urssaf_office import UrssafOffice

PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY = datetime(2026, 1, 2, 9, 0, tzinfo=PARIS)
CUSTOMERS = (
    "Anne Bernard Claude Denise Etienne Fanny Gilles Helene Irene Jacques Karine Leon "
    "Marthe Nadia Odile Paul Quentin Rose Simone Thomas Ursule Victor Wanda Xavier "
    "Yvonne Zoe Albert Berthe Celine Daniel Edith Felix Georges Hugo Ines Jules Katia "
    "Louis Marc Nicole"
).split()
OF_THE_EXEMPT = 10
#: The tables that the year fills.
GROWING = (
    "account_bank_statement_line",
    "account_full_reconcile",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "account_payment",
    "mail_activity",
    "mail_followers",
    "mail_message",
    "res_partner",
    "urssaf_alert",
    "urssaf_enrolment",
    "urssaf_payment_request",
)


@freeze_time(FIRST_DAY)
class YearCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(TemporaryDirectory())
        sandbox = servers.temporary_sandbox(Path(folder) / "year.sqlite")
        cls.urssaf = UrssafOffice(cls.enterClassContext(sandbox).url)
        cls.urssaf.start_at(FIRST_DAY)
        user = new_test_user(
            cls.env,
            login="bookkeeper",
            groups="account.group_account_manager,product.group_product_manager",
        )
        cls.maison = cls._open("company_1_data", "Maison claire", user, PROVIDER)
        cls.coin = cls._open(None, "Petit coin", user, ("coin", "coin-secret"))

    @classmethod
    def _open(cls, prepared, name, user, credentials):
        """The company with its chart of accounts, ready to send, and its bookkeeper."""
        companies = cls.env["res.company"]
        company = companies.search([("name", "=", prepared)])
        if not company:
            company = cls._small_chart(companies.create({"name": name}))
            cls.urssaf.add_provider(*credentials, name, "99999999800018")
        user.company_ids += company
        company.write(
            {
                "name": name,
                "country_id": cls.env.ref("base.fr").id,
                "urssaf_sandbox_url": cls.urssaf.url,
                "urssaf_sandbox_client_id": credentials[0],
                "urssaf_sandbox_client_secret": credentials[1],
                "urssaf_calls_per_second": 0,
                "urssaf_trace_days": 0,
                "urssaf_declare_deposits": True,
                "home_service_sap_number": "SAP732829320",
                "company_registry": "73282932000074",
                "email": "bonjour@example.com",
            }
        )
        keeper = Bookkeeper(
            cls.env(user=user),
            company,
            cls.urssaf,
            credentials[0],
            since=FIRST_DAY.date(),
            exempt=not prepared,
        )
        keeper.opens_transit_account()
        keeper.opens_cheque_journal()
        keeper.makes_services()
        return keeper

    @classmethod
    def _small_chart(cls, company):
        """The accounts that a small firm uses: the whole French chart takes seconds."""
        company.write(
            {
                "bank_account_code_prefix": "512",
                "country_id": cls.env.ref("base.fr").id,
                "currency_id": cls.env.ref("base.EUR").id,
            }
        )
        env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        accounts = env["account.account"].create(
            [
                {"code": code, "name": name, "account_type": kind}
                for code, name, kind in (
                    ("411000", "Clients", "asset_receivable"),
                    ("706000", "Prestations de services", "income"),
                    ("471000", "Compte d'attente", "asset_current"),
                    ("511200", "Chèques à encaisser", "asset_current"),
                    ("120000", "Résultat", "equity_unaffected"),
                )
            ]
        )
        company.account_journal_suspense_account_id = accounts[2]
        for name, kind, code in (
            ("Ventes", "sale", "VTE"),
            ("Banque", "bank", "BNQ"),
            ("Opérations diverses", "general", "OD"),
        ):
            env["account.journal"].create(
                {
                    "name": name,
                    "type": kind,
                    "code": code,
                    "default_account_id": accounts[1].id if kind == "sale" else False,
                }
            )
        return company.with_env(cls.env)

    # -- time, and people ----------------------------------------------------------

    def clocks_to(self, day):
        """Nine o'clock in Paris, for Urssaf and for Odoo; return the day."""
        moment = datetime.combine(day, time(9), PARIS)
        self.urssaf.set_clock(moment)
        self.clock.move_to(moment)
        return day

    def morning(self, day, *actions):
        """The clocks strike nine, and the scheduled actions run; return the day."""
        self.clocks_to(day)
        self.run_actions(*actions or ("send", "follow"))
        return day

    def run_actions(self, *names):
        with self.enter_registry_test_mode():
            for name in names:
                action = self.env.ref(f"urssaf_avance_immediate.cron_{name}")
                action.method_direct_trigger()
        self.env.invalidate_all()

    def _people(self, names, company):
        bank = self.env["res.bank"].create({"name": "BNP", "bic": "BNPAFRPP"})
        return self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "lang": "fr_FR",
                    "company_id": company.id,
                    "street": f"{number} rue du Soleil",
                    "zip": "69001",
                    "city": "Lyon",
                    "country_id": self.env.ref("base.fr").id,
                    "email": f"{name.lower()}@example.com",
                    "urssaf_civility": "2",
                    "urssaf_birth_name": "Martin",
                    "urssaf_first_names": name,
                    "urssaf_birth_date": f"1950-03-{1 + number % 28:02d}",
                    "urssaf_birth_city_code": "69381",
                    "urssaf_birth_city": "Lyon 1er Arrondissement",
                    "urssaf_mobile": f"06399801{number:02d}",
                    "urssaf_city_code": "69381",
                    "bank_ids": [
                        Command.create(
                            {"acc_number": iban(BANKS[0], number), "bank_id": bank.id}
                        )
                    ],
                }
                for number, name in enumerate(names, 1)
            ]
        )

    def _terms(self, name, lines, **values):
        lines = [
            Command.create({"value": "percent", "value_amount": share, "nb_days": days})
            for share, days in lines
        ]
        return self.env["account.payment.term"].create(
            {"name": name, "line_ids": lines, **values}
        )

    def statements(self, day):
        """Both bookkeepers read the bank's statement up to this day."""
        for keeper in (self.maison, self.coin):
            keeper.reads_statement(day)

    def file(self, last_day):
        """Both check their books and file the VAT return."""
        self.tells_sizes()
        for keeper in (self.maison, self.coin):
            keeper.closes(last_day)

    def tells_sizes(self):
        """What PostgreSQL finds out by itself between transactions: how much there is
        in the tables that grow. The year is one transaction, and without this its
        queries are planned for tables that are as they were on the first day.
        """
        self.env.flush_all()
        for table in GROWING:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
