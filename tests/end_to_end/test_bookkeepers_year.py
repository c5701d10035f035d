# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bookkeeper's year: two companies, the first two months.

*Maison claire* has VAT on collection, *Petit coin* is exempt. The add-on in this
process, the sandbox in another, HTTP between them; both clocks go forward together.
Urssaf, the customers and the banks are the sandbox's; what the bookkeepers do are
buttons; what they count stands on paper (``vat_count.py``).
"""

from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tests.common import freeze_time

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


@tagged("post_install", "-at_install")
@freeze_time(FIRST_DAY)
class TestBookkeepersYear(TransactionCase):
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
            company = companies.create({"name": name})
            cls.env["account.chart.template"].try_loading("fr", company, False)
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
                "home_service_sap_number": "SAP732829320",
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

    # -- time, and people ----------------------------------------------------------

    def morning(self, day, asks=True):
        """Nine o'clock in Paris, for Urssaf and for Odoo; its actions have run."""
        moment = datetime.combine(day, time(9), PARIS)
        self.urssaf.set_clock(moment)
        self.clock.move_to(moment)
        if asks:
            self.run_actions("send", "follow")
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

    # -- the year -------------------------------------------------------------------

    def test_the_year(self):
        with freeze_time(FIRST_DAY) as self.clock:
            self.january()
            self.february()

    def january(self):
        """Forty customers are enrolled; the first seven invoices leave on the 30th."""
        maison, coin = self.maison, self.coin
        maison.enrols(self._people(CUSTOMERS[OF_THE_EXEMPT:], maison.company))
        coin.enrols(self._people(CUSTOMERS[:OF_THE_EXEMPT], coin.company))
        self.morning(date(2026, 1, 5))
        for id_client in self.urssaf.people():
            self.urssaf.opens_account(id_client, FIRST_DAY)
        self.morning(date(2026, 1, 8))
        active = self.env["urssaf.enrolment"].search_count([("state", "=", "active")])
        self.assertEqual(active, len(CUSTOMERS))

        day = self.morning(date(2026, 1, 30))
        self.karine = maison.bills("Karine", day, menage=10)  # 320.00
        self.leon = maison.bills("Leon", day, menage=5.7)  # 182.40
        self.marthe = maison.bills("Marthe", day, menage=5, jardinage=2)  # 251.20
        self.nadia = maison.bills("Nadia", day, menage=8)  # 256.00
        self.odile = maison.bills("Odile", day, aide=20)  # 530.00
        self.paul = maison.bills("Paul", day, jardinage=5)  # 228.00
        self.anne = coin.bills("Anne", day, menage=3)
        maison.sends(
            self.karine, self.leon, self.marthe, self.nadia, self.odile, self.paul
        )
        coin.sends(self.anne)
        self.urssaf.groups_transfers(True)

    def february(self):
        """Nobody objects: on the fifth all are paid, in one line of the bank. Then
        transfers come one by one, two of them equal; one customer contests, the bank
        of another refuses the debit before Urssaf has paid.
        """
        maison, coin = self.maison, self.coin
        paid = self.morning(date(2026, 2, 5))
        for bill in (self.karine, self.leon, self.marthe):
            maison.is_paid(bill, paid)
        for bill in (self.nadia, self.odile, self.paul):
            maison.is_paid(bill, paid)
        coin.is_paid(self.anne, paid)
        self.assertEqual(maison.reads_statement(paid), 1)
        self.assertEqual(coin.reads_statement(paid), 1)

        self.urssaf.groups_transfers(False)
        day = self.morning(date(2026, 2, 13))
        twins = [maison.bills(name, day, menage=3) for name in ("Rose", "Simone")]
        thomas = maison.bills("Thomas", day, aide=4, menage=1)
        self.ursule = maison.bills("Ursule", day, menage=6)
        victor = maison.bills("Victor", day, jardinage=3)
        maison.sends(*twins, thomas, self.ursule, victor)
        self.morning(date(2026, 2, 14))
        self.urssaf.refuses(self.ursule.demande, "REGUL_NB_QTE_FACT", "Cinq heures")
        self.morning(date(2026, 2, 18))
        self.urssaf.debit_is_refused(victor.demande)
        paid = self.morning(date(2026, 2, 20))
        self.assertEqual(victor.request.state, "unpaid")
        for bill in (*twins, thomas):
            maison.is_paid(bill, date(2026, 2, 19))
        self.assertEqual(maison.reads_statement(paid), 3)
        self.ursule = maison.corrects(self.ursule, menage=5)
        maison.sends(self.ursule)
        maison.is_paid_by_customer(victor, date(2026, 2, 25))
        self.file(date(2026, 1, 31))

    def file(self, last_day):
        """Both check their books and file the VAT return."""
        for keeper in (self.maison, self.coin):
            keeper.closes(last_day)
