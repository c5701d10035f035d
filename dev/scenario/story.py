# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story, chapter by chapter.

Each chapter moves both clocks, lets the customers act at Urssaf and the staff act in
Odoo, and waits until Odoo has seen what happened.
"""

from .calendar import at
from .people import CUSTOMERS, FONTAINE_ELSEWHERE

#: Invoice → the reason that its customer gives, and his comment.
CONTESTS = {
    "benali-1": (
        "REGUL_NB_QTE_FACT",
        "Quatre heures et demie seulement ont été faites.",
    ),
    "fontaine-2": ("REGUL_NB_QTE_FACT", "Le jardinier est parti à onze heures."),
}
REFUSAL_CODE = "ERR_DGFIP_R2P_INCONNU"
FIRST = ("lefevre-1", "garnier-1", "benali-1", "moreau-1", "fontaine-1")


class Story:
    """Tells the story with an Office, the Clocks, a Sandbox and a Calendar.

    ``say`` receives a French sentence for each thing that happens.
    """

    def __init__(self, office, clocks, sandbox, calendar, say):
        self.office = office
        self.clocks = clocks
        self.sandbox = sandbox
        self.calendar = calendar
        self._say = say

    def tell_the_past(self):
        """All but the last chapter, up to the real present. Raises ScenarioError where
        it goes another way.
        """
        self.enrol_the_customers()
        self.welcome_a_customer_from_elsewhere()
        self.invoice_the_first_month()
        self.customers_answer()
        self.silence_accepts()
        self.money_arrives()
        self.further_work()
        self.this_morning()
        self.clocks.go_to(self.calendar.now().present)

    def enrol_the_customers(self):
        """One by his button, four as a selection; one is unknown to the tax office."""
        office, several = self.office, ("garnier", "benali", "moreau", "rousseau")
        office.enrol("lefevre")
        office.enrol(*several)
        office.enrol("inconnu")
        office.wait_for_customers("pending", "lefevre", *several)
        office.wait_for_customers("error", "inconnu")
        self.say("5 clients inscrits, 1 identité refusée par les impôts")
        self.clocks.let_hours_pass(1)
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

    def invoice_the_first_month(self):
        """The evening of the last day: three invoices one by one, two together."""
        day = self.calendar.month_end
        self.clocks.go_to(at(day, 18))
        office = self.office
        office.invoice(*FIRST, day=day)
        office.send("lefevre-1", "garnier-1", "benali-1")
        office.send_selection("moreau-1", "fontaine-1")
        self.say("5 factures envoyées : 3 une à une, 2 ensemble")

    def customers_answer(self):
        """Two hours later three have accepted, one has refused, one says nothing."""
        self.clocks.let_hours_pass(2)
        office = self.office
        accepted = ("lefevre-1", "moreau-1", "fontaine-1")
        for key in accepted:
            self.sandbox.validate(office.number(key))
        self._contest("benali-1")
        office.refresh(*FIRST)
        office.wait_for("validated", *accepted)
        office.wait_for("refused", "benali-1")
        self.say("3 clients valident, 1 conteste, 1 ne répond pas")

    def silence_accepts(self):
        """Two days without an answer are an acceptance."""
        self.clocks.let_hours_pass(48)
        office = self.office
        office.refresh("garnier-1")
        office.wait_for("validated", "garnier-1")
        reason = "4,5 h faites, 6 h facturées"
        day = self.clocks.now().date()
        office.correct("benali-1", "benali-2", reason, day)
        office.send("benali-2")
        self.clocks.let_hours_pass(1)
        self.sandbox.validate(office.number("benali-2"))
        office.refresh("benali-2")
        office.wait_for("validated", "benali-2")
        self.say("48 h de silence valident la 5e ; facture contestée corrigée, validée")

    def money_arrives(self):
        """Four working days after each acceptance, Urssaf has paid: Odoo books it."""
        self.clocks.go_to(at(self.calendar.money_day, 9))
        office = self.office
        paid = ("lefevre-1", "garnier-1", "moreau-1", "fontaine-1", "benali-2")
        office.refresh(*paid)
        office.wait_for("paid", *paid)
        office.wait_for_payment(*paid)
        self.say("5 virements reçus et passés en comptabilité")
        lines = office.import_statement(self.sandbox.statement())
        self.say(f"Relevé de la banque importé, lignes à rapprocher : {lines}")

    def further_work(self):
        """Some days ago one more invoice is accepted, another one contested."""
        day = self.calendar.debited_day
        self.clocks.go_to(at(day, 10))
        office = self.office
        office.invoice("moreau-2", "fontaine-2", day=day)
        office.send("moreau-2", "fontaine-2")
        self.clocks.let_hours_pass(1)
        self.sandbox.validate(office.number("moreau-2"))
        self._contest("fontaine-2")
        office.refresh("moreau-2", "fontaine-2")
        office.wait_for("validated", "moreau-2")
        office.wait_for("refused", "fontaine-2")
        self.say("2 factures envoyées : 1 validée, 1 contestée")

    def this_morning(self):
        """A new customer, invoices of yesterday's work, and what Urssaf knows by now.

        The last invoices are posted; some of them nobody sends.
        """
        moment = self.calendar.this_morning
        self.clocks.go_to(moment)
        office = self.office
        office.refresh("moreau-2")
        office.wait_for("debited", "moreau-2")
        office.enrol("payet")
        office.wait_for_customers("pending", "payet")
        today = ("garnier-2", "rousseau-1", "lefevre-2", "moreau-3")
        left = ("fontaine-3", "garnier-3", "payet-1")
        office.invoice(*today, *left, day=moment.date())
        office.send("garnier-2", "rousseau-1")
        self.clocks.let_hours_pass(1)
        self.sandbox.validate(office.number("garnier-2"))
        office.refresh("garnier-2", "rousseau-1")
        office.wait_for("validated", "garnier-2")
        self._wait_for_code("20", "rousseau-1")
        office.refresh_customers(*(c.key for c in CUSTOMERS if c.account))
        self.say("Facture validée, une autre chez le client, trois restent à envoyer")

    def tell_today(self):
        """The last chapter, in Odoo as it stays: its scheduled actions send and ask."""
        office, just_sent = self.office, ("lefevre-2", "moreau-3")
        office.send_selection(*just_sent)
        office.refresh(*just_sent)
        self._wait_for_code("10", *just_sent)
        self.say("2 factures parties ensemble à l'instant")

    def _contest(self, key):
        self.sandbox.contest(self.office.number(key), *CONTESTS[key])

    def _wait_for_code(self, code, *keys):
        requests = self.office.requests(*keys)
        self.office.odoo.wait(
            "urssaf.payment.request",
            dict.fromkeys(requests, code),
            "remote_code",
            f"statut Urssaf de {', '.join(keys)}",
        )

    def say(self, sentence):
        """Tell what has just happened, with the time that both sides have."""
        self._say(f"{self.clocks.now():%d/%m/%Y %H:%M}  {sentence}")
