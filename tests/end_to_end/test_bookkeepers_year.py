# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bookkeeper's year: two companies, from January 2026 to February 2027.

*Maison claire* has VAT on collection, *Petit coin* is exempt. The add-on in this
process, the sandbox in another, HTTP between them; both clocks go forward together.
Urssaf, the customers and the banks are the sandbox's; what the bookkeepers do are
buttons (``bookkeeper.py``); what they count stands on paper (``vat_count.py``).
"""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .year import CUSTOMERS, FIRST_DAY, OF_THE_EXEMPT, YearCase


@tagged("post_install", "-at_install")
@freeze_time(FIRST_DAY)
class TestBookkeepersYear(YearCase):
    def test_the_year(self):
        with freeze_time(FIRST_DAY) as self.clock:
            self.instalments = self._terms("30 % now", [(30, 0), (70, 60)])
            self.early = self._terms(
                "2 % within 8 days",
                [(100, 30)],
                early_discount=True,
                discount_percentage=2,
                discount_days=8,
            )
            self.january()
            self.february()
            self.march()
            self.april()
            self.may()
            self.june()
            self.july()
            self.august()
            self.september()
            self.october()
            self.november()
            self.december()
            self.january_again()
            self.february_again()

    def january(self):
        """Forty customers are enrolled; the first seven invoices leave on the 30th."""
        maison, coin = self.maison, self.coin
        maison.enrols(self._people(CUSTOMERS[OF_THE_EXEMPT:], maison.company))
        coin.enrols(self._people(CUSTOMERS[:OF_THE_EXEMPT], coin.company))
        self.morning(date(2026, 1, 5), "send")
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

    def march(self):
        """Two banks send February's debits back: Urssaf takes all of Marthe's payment,
        and of Nadia's what she had not paid. Marthe's is booked at once, before
        February is filed: February stays as it is. Three equal transfers come as one.
        """
        maison, coin = self.maison, self.coin
        self.urssaf.groups_transfers(True)
        day = self.morning(date(2026, 3, 2))
        triplets = [
            coin.bills(name, day, aide=2) for name in ("Denise", "Irene", "Jacques")
        ]
        coin.sends(*triplets)
        paid = self.morning(date(2026, 3, 10))
        for bill in triplets:
            coin.is_paid(bill, paid)
        self.assertEqual(coin.reads_statement(paid), 1)
        maison.is_paid(self.ursule, date(2026, 2, 26))
        self.urssaf.takes_back_all(True)
        self.urssaf.debit_is_refused(self.marthe.demande)
        self.urssaf.recovers(self.marthe.demande)
        self.urssaf.takes_back_all(False)
        self.urssaf.debit_is_refused(self.nadia.demande)
        self.urssaf.recovers(self.nadia.demande)
        self.morning(date(2026, 3, 11))
        maison.asks(self.marthe)
        maison.takes_back(self.marthe, paid, self.marthe.paper.total)
        maison.reads_statement(date(2026, 3, 9))
        maison.closes(date(2026, 2, 28), waiting=Decimal("-251.20"))

    def april(self):
        """Nadia's, of which the bookkeeper learns in April, falls in March."""
        maison = self.maison
        self.morning(date(2026, 4, 2))
        maison.asks(self.nadia)
        maison.reads_statement(date(2026, 4, 2))
        self.assertEqual(self.nadia.paper.open, 128)
        maison.is_paid_by_customer(self.nadia, date(2026, 4, 2))
        maison.is_paid_by_customer(self.marthe, date(2026, 4, 3), 100)
        maison.checks()
        self.assertEqual(
            maison.vat_by_month()[date(2026, 3, 1), 10.0], Decimal("-26.18")
        )

    def may(self):
        """Deposits, by a payment on the invoice and by one on account; instalments
        and an early-payment discount, which Urssaf's transfer knows nothing of.
        """
        maison, coin = self.maison, self.coin
        maison.closes(date(2026, 3, 31))
        day = self.morning(date(2026, 5, 4))
        quentin = maison.bills("Quentin", day, menage=10)
        maison.is_paid_by_customer(quentin, day, 80)
        wanda = maison.bills("Wanda", day, jardinage=5)
        maison.was_paid_on_account(wanda, day, 100)
        maison.vat.comes_in(wanda.paper, day, 100)
        xavier = maison.bills("Xavier", day, terms=self.instalments, menage=6)
        yvonne = maison.bills("Yvonne", day, terms=self.early, menage=7)
        zoe = maison.bills("Zoe", day, terms=self.early, menage=4)
        maison.sends(quentin, wanda, xavier, yvonne)
        maison.is_paid_early(zoe, day, 2)
        bernard = coin.bills("Bernard", day, aide=8)
        coin.is_paid_by_customer(bernard, day, 50)
        claude = coin.bills("Claude", day, menage=2, aide=2)
        coin.sends(claude)
        self.morning(date(2026, 5, 11))
        paid = date(2026, 5, 13)
        self.morning(paid)
        for bill in (quentin, wanda, xavier, yvonne):
            maison.is_paid(bill, paid)
        coin.is_paid(claude, paid)
        self.statements(paid)
        self.file(date(2026, 4, 30))

    def june(self):
        """Urssaf sets off 30.00 that the company owes, and transfers 4.00 too much."""
        maison = self.maison
        day = self.morning(date(2026, 6, 8))
        albert = maison.bills("Albert", day, menage=10)
        berthe = maison.bills("Berthe", day, menage=3)
        maison.sends(albert, berthe)
        self.urssaf.will_transfer(albert.demande, 290)
        self.urssaf.will_transfer(berthe.demande, 100)
        paid = date(2026, 6, 16)
        self.morning(paid)
        maison.is_paid(albert, paid, 290)
        maison.is_paid(berthe, paid, 96)
        maison.is_set_off(albert, paid, 30)
        self.statements(paid)
        maison.keeps_surplus(berthe, 4)
        self.file(date(2026, 5, 31))

    def july(self):
        """The bank is read before Urssaf is asked. Half a year is closed."""
        maison = self.maison
        day = self.morning(date(2026, 7, 1))
        celine = maison.bills("Celine", day, menage=4)
        daniel = maison.bills("Daniel", day, jardinage=2)
        maison.sends(celine, daniel)
        self.morning(date(2026, 7, 7))
        paid = self.clocks_to(date(2026, 7, 9))
        self.assertEqual(maison.reads_statement(paid), 1)
        self.morning(date(2026, 7, 10))
        maison.is_paid(celine, paid)
        maison.is_paid(daniel, paid)
        self.file(date(2026, 6, 30))
        maison.locks(date(2026, 6, 30), "fiscalyear_lock_date")

    def august(self):
        """The office is closed for a month; July is filed meanwhile, without what
        Urssaf paid on the 31st, of which Odoo hears in September.
        """
        maison, coin = self.maison, self.coin
        day = self.morning(date(2026, 7, 23))
        bills = [maison.bills(name, day, menage=2) for name in ("Edith", "Felix")]
        maison.sends(*bills)
        etienne = coin.bills("Etienne", day, aide=6)
        coin.sends(etienne)
        self.file(date(2026, 7, 31))
        self.morning(date(2026, 9, 1))
        for bill in bills:
            maison.is_paid(bill, date(2026, 7, 30))
        coin.is_paid(etienne, date(2026, 7, 30))
        self.statements(date(2026, 9, 1))
        self.file(date(2026, 8, 31))
        maison.locks(date(2026, 8, 31), "sale_lock_date")

    def september(self):
        """Discounts: on a line, and on the whole of two services."""
        maison = self.maison
        day = self.morning(date(2026, 9, 7))
        georges = maison.bills("Georges", day, menage=(10, 10), jardinage=2)
        hugo = maison.bills("Hugo", day, menage=(5, 20), aide=(4, 5))
        off = {"menage": 16, "jardinage": 9.12}
        nicole = maison.bills("Nicole", day, off=off, menage=5, jardinage=2)
        maison.sends(georges, hugo, nicole)
        paid = date(2026, 9, 15)
        self.morning(paid)
        for bill in (georges, hugo, nicole):
            maison.is_paid(bill, paid)
        self.statements(paid)

    def october(self):
        """Ines pays by cheque what Urssaf collects too: it is given back to her."""
        maison, coin = self.maison, self.coin
        self.file(date(2026, 9, 30))
        day = self.morning(date(2026, 10, 5))
        ines = maison.bills("Ines", day, menage=5)
        maison.sends(ines)
        fanny = coin.bills("Fanny", day, aide=10)
        coin.sends(fanny)
        maison.is_paid_by_customer(ines, self.morning(date(2026, 10, 6)))
        paid = date(2026, 10, 13)
        self.morning(paid)
        coin.is_paid(fanny, paid)
        maison.is_paid_twice(ines, paid)
        self.statements(paid)
        maison.gives_back(ines, self.morning(date(2026, 10, 20)), 160)

    def november(self):
        """Urssaf cancels at the company's request, before its transfer and after; a
        take-back that was a mistake is undone.
        """
        maison, coin = self.maison, self.coin
        self.file(date(2026, 10, 31))
        day = self.morning(date(2026, 11, 9))
        jules = maison.bills("Jules", day, menage=4)
        katia = maison.bills("Katia", day, jardinage=3)
        self.louis = maison.bills("Louis", day, aide=10)
        maison.sends(jules, katia, self.louis)
        gilles = coin.bills("Gilles", day, menage=5)
        coin.sends(gilles)
        self.morning(date(2026, 11, 10))
        maison.asks_to_cancel(jules)
        self.urssaf.cancels(jules.demande)
        paid = self.morning(date(2026, 11, 17))
        for bill in (katia, self.louis):
            maison.is_paid(bill, paid)
        coin.is_paid(gilles, paid)
        maison.is_paid_by_customer(jules, paid)
        self.statements(paid)
        day = self.morning(date(2026, 11, 24))
        maison.asks_to_cancel(katia)
        self.urssaf.cancels(katia.demande)
        self.urssaf.cancels(gilles.demande)
        maison.asks(katia)
        coin.asks(gilles)
        maison.takes_back(katia, day, katia.paper.total)
        coin.takes_back(gilles, day, gilles.paper.total)
        # The debit of Louis came back, and the bookkeeper is in a hurry.
        self.urssaf.debit_is_refused(self.louis.demande)
        maison.asks(self.louis)
        maison.takes_back(self.louis, day, self.louis.paper.total)
        maison.undoes(self.louis, day, self.louis.paper.total)
        self.statements(day)
        maison.is_paid_by_customer(katia, self.morning(date(2026, 11, 25)))

    def december(self):
        """Urssaf takes back what Louis has not paid. Two validations of the last days
        of the year are paid in January.
        """
        maison, coin = self.maison, self.coin
        day = self.morning(date(2026, 12, 14))
        self.urssaf.takes_back_all(False)
        self.urssaf.recovers(self.louis.demande)
        maison.asks(self.louis)
        self.statements(day)
        self.assertEqual(self.louis.paper.open, self.louis.paper.total / 2)
        maison.is_paid_by_customer(self.louis, day)
        self.file(date(2026, 11, 30))
        day = self.morning(date(2026, 12, 28))
        self.marc = maison.bills("Marc", day, menage=6, aide=2)
        self.helene = coin.bills("Helene", day, menage=3)
        maison.sends(self.marc)
        coin.sends(self.helene)
        self.morning(date(2026, 12, 31))
        self.statements(date(2026, 12, 31))
        maison.checks()
        coin.checks()

    def january_again(self):
        """The transfers of the new year are VAT of the new year."""
        paid = self.morning(date(2027, 1, 6))
        self.maison.is_paid(self.marc, paid)
        self.coin.is_paid(self.helene, paid)
        self.statements(paid)
        self.maison.signs(date(2026, 12, 31))
        self.coin.signs(date(2026, 12, 31))
        self.file(date(2026, 12, 31))

    def february_again(self):
        """The certificates of the year: of Marc and Helene, whom Urssaf paid for in
        January, there are none. The year is closed for good, and its FEC read.
        """
        self.morning(date(2027, 2, 15))
        for keeper in (self.maison, self.coin):
            keeper.checks()
            keeper.certifies(2026)
            keeper.locks(date(2026, 12, 31), "hard_lock_date")
            keeper.reads_fec(date(2026, 1, 1), date(2026, 12, 31))
            keeper.needs_no_hand()
