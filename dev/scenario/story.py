# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story, chapter by chapter.

Each chapter moves the sandbox's clock, lets the customers act there and the staff act
in Odoo, and waits until Odoo has seen what happened.
"""

from . import company
from .calendar import at
from .errors import ScenarioError
from .people import CUSTOMERS, FONTAINE_ELSEWHERE

CONTEST_CODE = "REGUL_NB_QTE_FACT"
CONTEST_COMMENT = "Quatre heures et demie seulement ont été faites."
REFUSAL_CODE = "ERR_DGFIP_R2P_INCONNU"
LAST_MONTH = ("lefevre-1", "garnier-1", "benali-1", "moreau-1", "fontaine-1")


class Story:
    """Tells the story with an Office, a Sandbox and a Calendar.

    ``say`` receives a French sentence for each thing that happens.
    """

    def __init__(self, office, sandbox, calendar, say):
        self.office = office
        self.sandbox = sandbox
        self.calendar = calendar
        self._say = say

    def tell(self):
        """Tell it all. Raises ScenarioError where it goes another way."""
        self.begin()
        self.enrol_the_customers()
        self.welcome_a_customer_from_elsewhere()
        self.invoice_last_month()
        self.customers_answer()
        self.silence_accepts()
        self.work_of_this_month()
        self.money_arrives()
        self.latest_news()

    def begin(self):
        """The first of last month, in the morning: a firm without any customer.

        Both sides start afresh, Odoo with a new database. Raises ScenarioError, before
        anything is touched, when somebody has worked in this one.
        """
        if self.office.odoo.search("urssaf.enrolment", [], limit=1):
            raise ScenarioError("cette base Odoo a déjà servi, il en faut une neuve")
        self.sandbox.start_at(at(self.calendar.last_month, 8, 30))
        self.sandbox.group_transfers()
        company.set_up(self.office.odoo, self.sandbox)
        self.say(
            f"{company.NAME} : comptabilité française, connexion à l'Urssaf testée"
        )

    def enrol_the_customers(self):
        """One by his button, four as a selection; one is unknown to the tax office."""
        office, several = self.office, ("garnier", "benali", "moreau", "rousseau")
        office.enrol("lefevre")
        office.enrol(*several)
        office.enrol("inconnu")
        office.wait_for_customers("pending", "lefevre", *several)
        office.wait_for_customers("error", "inconnu")
        self.say("5 clients inscrits, 1 identité refusée par les impôts")
        self.sandbox.let_hours_pass(1)
        for id_client in office.id_clients("lefevre", *several):
            self.sandbox.activate(id_client)
        office.refresh_customers("lefevre")
        office.refresh_customers(*several)
        office.wait_for_customers("active", "lefevre", *several)
        self.say("Les 5 clients ont activé leur compte")

    def welcome_a_customer_from_elsewhere(self):
        """The firm's former software enrolled M. Fontaine: his idClient is typed in."""
        id_client = self.sandbox.enrol_with_another_software(FONTAINE_ELSEWHERE)
        self.sandbox.activate(id_client)
        self.office.adopt("fontaine", id_client)
        self.office.wait_for_customers("active", "fontaine")
        self.say("Identifiant d'un client inscrit ailleurs repris et confirmé")

    def invoice_last_month(self):
        """The evening of the last day: three invoices one by one, two together."""
        self.sandbox.go_to(at(self.calendar.last_month_end, 18))
        office = self.office
        office.invoice(*LAST_MONTH)
        office.send("lefevre-1", "garnier-1", "benali-1")
        office.send_selection("moreau-1", "fontaine-1")
        self.say("5 factures envoyées : 3 une à une, 2 ensemble")

    def customers_answer(self):
        """Two hours later three have accepted, one has refused, one says nothing."""
        self.sandbox.let_hours_pass(2)
        office = self.office
        accepted = ("lefevre-1", "moreau-1", "fontaine-1")
        for key in accepted:
            self.sandbox.validate(office.number(key))
        self.sandbox.contest(office.number("benali-1"), CONTEST_CODE, CONTEST_COMMENT)
        office.refresh(*LAST_MONTH)
        office.wait_for("validated", *accepted)
        office.wait_for("refused", "benali-1")
        self.say("3 clients valident, 1 conteste, 1 ne répond pas")

    def silence_accepts(self):
        """Two days without an answer are an acceptance."""
        self.sandbox.let_hours_pass(48)
        self.office.refresh("garnier-1")
        self.office.wait_for("validated", "garnier-1")
        self.office.correct("benali-1", "benali-2", "4,5 h faites, 6 h facturées")
        self.say("48 h de silence valident la 5e ; facture contestée corrigée")

    def work_of_this_month(self):
        """Two working days later, a first invoice of this month is accepted."""
        self.sandbox.let_working_days_pass(2)
        office = self.office
        office.invoice("moreau-2")
        office.send("moreau-2")
        self.sandbox.let_hours_pass(1)
        self.sandbox.validate(office.number("moreau-2"))
        keys = ("lefevre-1", "garnier-1", "moreau-1", "fontaine-1")
        office.refresh("moreau-2", *keys)
        office.wait_for("validated", "moreau-2")
        office.wait_for("debited", "garnier-1")
        self.say("Première facture du mois validée, clients du mois dernier prélevés")

    def money_arrives(self):
        """Four working days after each acceptance, Urssaf has paid: Odoo books it."""
        self.sandbox.let_working_days_pass(2)
        office = self.office
        paid = ("lefevre-1", "garnier-1", "moreau-1", "fontaine-1")
        office.refresh("moreau-2", *paid)
        office.wait_for("paid", *paid)
        office.wait_for_payment(*paid)
        office.wait_for("debited", "moreau-2")
        self.say("4 virements reçus et passés en comptabilité")
        lines = office.import_statement(self.sandbox.statement())
        self.say(f"Relevé de la banque importé : {lines} ligne(s) à rapprocher")

    def latest_news(self):
        """A new customer, and what is under way when the story stops."""
        office = self.office
        office.enrol("payet")
        office.wait_for_customers("pending", "payet")
        office.invoice("payet-1", "rousseau-1", "lefevre-2")
        office.send("benali-2", "rousseau-1", "lefevre-2")
        self.sandbox.let_hours_pass(1)
        self.sandbox.validate(office.number("benali-2"))
        office.refresh("benali-2", "rousseau-1", "lefevre-2", "moreau-2")
        office.wait_for("validated", "benali-2")
        self._wait_for_code("20", "rousseau-1", "lefevre-2")
        known = [c.key for c in CUSTOMERS if c.account]
        office.refresh_customers(*known)
        self.say("Facture corrigée validée, 2 factures chez les clients")

    def _wait_for_code(self, code, *keys):
        requests = self.office.requests(*keys)
        self.office.odoo.wait(
            "urssaf.payment.request",
            dict.fromkeys(requests, code),
            "remote_code",
            f"statut Urssaf de {', '.join(keys)}",
        )

    def say(self, sentence):
        """Tell what has just happened, with the sandbox's time."""
        self._say(f"{self.sandbox.now():%d/%m/%Y %H:%M}  {sentence}")
