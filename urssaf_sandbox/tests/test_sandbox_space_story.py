# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story of both seed texts in a real browser, from enrolment to payment.

The provider speaks the API; everything else happens on pages. Nobody touches the
console but for the clock, and that by its buttons.
"""

import re
from contextlib import contextmanager

from .browser import PASSWORD, person_at
from .data import demande, particulier

MAIL = "jeanne.durand@contact.fr"


@contextmanager
def jeanne_at(served):
    """Jeanne's browser, and a second window of it for the clock."""
    with person_at(served.url) as browser:
        yield Jeanne(browser)


class Jeanne:
    """What she does again and again."""

    def __init__(self, browser):
        self.browser = browser

    def lets_pass(self, *buttons):
        """Advance the clock by the console's buttons; come back."""
        page = self.browser.page.url
        for button in buttons:
            self.browser.opens("/operateur/")
            self.browser.presses(button)
            self.browser.reads("C'est fait.")
        self.browser.page.goto(page)

    def reads_mail(self, subject, *texts, channel="Courriel"):
        """Open the newest message of that subject."""
        self.browser.opens(f"/boite-aux-lettres/?a={MAIL}")
        name = re.compile(f"{subject}.*{channel}", re.DOTALL)
        self.browser.page.get_by_role("link", name=name).first.click()
        self.browser.reads(*texts)

    def activates(self, **corrections):
        """Follow the link of the mail, choose a password, tick the two boxes."""
        self.reads_mail("Activez votre compte")
        self.browser.follows("Activer mon compte")
        self.browser.fills(mot_de_passe=PASSWORD, confirmation=PASSWORD, **corrections)
        self.browser.ticks("conditions", "mandat")
        self.browser.presses("ACTIVER MON COMPTE")
        self.browser.reads("Bonjour Jeanne Martin")

    def logs_in(self):
        """Log in, from the login page."""
        self.browser.fills(mail=MAIL, mot_de_passe=PASSWORD)
        self.browser.presses("SE CONNECTER")
        self.browser.reads("Bonjour Jeanne Martin")


def status(caller, id_client):
    """Return (code, etat) of method 020."""
    statut = caller.customer(idClient=id_client).json()["statut"]
    return statut["code"], statut["etat"]


def test_from_enrolment_to_payment(served, caller):
    """Seed of the space, 1 to 4; the diagram of the process, all of it."""
    with jeanne_at(served) as jeanne:
        browser = jeanne.browser
        id_client = caller.enrol().json()["idClient"]
        browser.opens(f"/boite-aux-lettres/?a={MAIL}")
        browser.pictures("boite")
        jeanne.reads_mail(
            "Activez votre compte",
            "Les Petits Services a demandé votre inscription",
            "7 jours",
        )
        browser.pictures("mail")
        browser.follows("Activer mon compte")
        browser.reads("Activez votre compte", "12 caractères au moins", "Durand")
        browser.fills(mot_de_passe="trop court", confirmation="trop court")
        browser.presses("ACTIVER MON COMPTE")
        browser.reads("Il manque : 12 caractères", "Acceptez les conditions")
        browser.pictures("activation-refusee")
        browser.fills(mot_de_passe=PASSWORD, confirmation=PASSWORD)
        # What the provider typed is there to be corrected.
        browser.fills(telephone="06 05 04 03 99", voie="de la Lune")
        browser.ticks("conditions", "mandat")
        browser.pictures("activation")
        browser.presses("ACTIVER MON COMPTE")
        browser.reads("Bonjour Jeanne Martin", "souhaite être votre intervenant")
        assert status(caller, id_client) == ("APPAREILLAGE_EC", "KO")
        browser.pictures("intervenant")
        browser.presses("AJOUTER À VOTRE LISTE D'INTERVENANTS")
        browser.reads("L'intervenant est dans votre liste", "Rien à valider")
        assert status(caller, id_client) == ("APPAREILLAGE_VALIDE", "OK")

        sent = caller.send(demande(id_client), demande(id_client, "FAC/2026/0002"))
        first, second = (answer["idDemandePaiement"] for answer in sent.json())
        jeanne.lets_pass("1 heure")
        jeanne.reads_mail("Une demande de paiement est à valider", "FAC/2026/0002")
        browser.follows("Voir la demande")
        browser.reads("Demande de paiement FAC/2026/0002")
        browser.follows("Accueil")
        browser.reads("Prestations à valider 2", "6 000,00 €", "5 925,00 €")
        browser.pictures("accueil")
        browser.page.locator(f"a[href$='{first}']").click()
        browser.reads("Ménage", "2,5 heures à 30,00 €", "75,00 €", "37,50 €")
        browser.reads("avant le 12 juin 2026 à 11:00", "validée automatiquement")
        browser.pictures("demande")
        browser.follows("VALIDER")
        browser.reads("Récapitulatif", "FR76 •••• •••• 0143", "le 12 juin 2026")
        browser.pictures("recapitulatif")
        browser.presses("PAYER 37,50 €")
        browser.reads("37,50 € seront prélevés sur votre compte le 12 juin 2026")
        browser.pictures("validee")
        jeanne.reads_mail("Votre prélèvement à venir", "prélevé le 12 juin 2026")

        browser.opens(f"/particulier/paiements/{second}")
        browser.follows("Je ne peux pas valider la prestation")
        browser.ticks("REGUL_NB_QTE_FACT")
        browser.fills(commentaire="Deux heures, pas deux et demie.")
        browser.pictures("refus")
        browser.presses("REFUSER CETTE DEMANDE")
        browser.reads("Refusée", "Nombre d'heures", "Deux heures, pas deux et demie.")
        browser.pictures("refusee")
        jeanne.reads_mail("Votre refus est enregistré", "Deux heures, pas deux et")
        info = caller.info(second)
        assert info["statut"]["code"] == "40"
        assert info["infoRejet"] == {
            "code": "REGUL_NB_QTE_FACT",
            "commentaire": "Deux heures, pas deux et demie.",
        }

        jeanne.lets_pass("2 jours ouvrés")
        assert caller.info(first)["statut"]["code"] == "50"
        jeanne.lets_pass("2 jours ouvrés")
        browser.opens("/particulier/")
        # Four days later, by the sandbox's clock: still logged in.
        browser.reads("5 962,50 €", "Cumul de vos règlements 2026", "37,50 €")
        browser.pictures("accueil-paye")
        paid = caller.info(first)
        assert paid["statut"]["code"] == "70"
        assert paid["infoVirement"]["mntVirement"] == 75
        jeanne.reads_mail("Votre paiement est effectué", "37,50 €", "FAC/2026/0001")
        browser.follows("Voir le paiement")
        browser.reads("Payée", "Historique", "Prélevée", "Validée", "par vous")
        browser.follows("Paiements")
        browser.pictures("paiements")
        browser.presses("DÉCONNEXION")
        browser.reads("Votre session est fermée")
        browser.pictures("connexion")
        jeanne.logs_in()


def test_silence_and_a_second_provider(served, caller, other_caller):
    """Already known to Urssaf: the menu Intervenants; then 48 hours of silence."""
    with jeanne_at(served) as jeanne:
        browser = jeanne.browser
        id_client = caller.enrol().json()["idClient"]
        jeanne.activates()
        browser.presses("AJOUTER À VOTRE LISTE D'INTERVENANTS")
        browser.presses("DÉCONNEXION")
        jeanne.logs_in()

        # The same person from another software: the same idClient, no new account.
        assert other_caller.enrol(particulier()).json()["idClient"] == id_client
        assert status(other_caller, id_client) == ("APPAREILLAGE_EC", "KO")
        jeanne.reads_mail(
            "Une mise en relation vous est proposée", "Jardins d'ailleurs souhaite"
        )
        browser.follows("Voir mes intervenants")
        browser.reads("En attente de votre réponse", "Jardins d'ailleurs")
        browser.pictures("intervenants")
        browser.presses("Accepter")
        browser.reads("L'intervenant est dans votre liste")
        assert status(other_caller, id_client) == ("APPAREILLAGE_VALIDE", "OK")

        sent = other_caller.send(demande(id_client, "JAR-1")).json()
        sent = sent[0]["idDemandePaiement"]
        jeanne.lets_pass("1 heure")
        jeanne.reads_mail(
            "Une demande de paiement est à valider",
            "Sans réponse avant le 12 juin 2026 à 11:00",
            channel="SMS",
        )
        browser.pictures("sms")
        jeanne.lets_pass("48 heures")
        browser.opens(f"/particulier/paiements/{sent}")
        browser.reads("Validée", "sans réponse de votre part")
        browser.reads("seront prélevés sur votre compte le 16 juin 2026")
        jeanne.reads_mail("Votre prélèvement à venir", "prélevé le 16 juin 2026")
        jeanne.lets_pass("4 jours ouvrés")
        jeanne.reads_mail("Votre paiement est effectué", "Jardins d'ailleurs")
        assert other_caller.info(sent)["statut"]["code"] == "70"
        # Each provider sees its own alone.
        assert caller.search(numFactureTiers=["JAR-1"]).status_code == 400


def test_a_late_activation(served, caller):
    """The link of the mail has expired: another one is asked for on its page."""
    with jeanne_at(served) as jeanne:
        browser = jeanne.browser
        id_client = caller.enrol().json()["idClient"]
        for _ in range(4):
            jeanne.lets_pass("48 heures")
        assert status(caller, id_client)[0] == "APPAREILLAGE_NF"
        jeanne.reads_mail("Activez votre compte")
        browser.follows("Activer mon compte")
        browser.reads("Ce lien a expiré", "7 jours")
        browser.presses("RECEVOIR UN NOUVEAU LIEN")
        browser.reads("Un nouveau lien d'activation vient d'être envoyé")
        jeanne.activates()
        browser.presses("AJOUTER À VOTRE LISTE D'INTERVENANTS")
        assert status(caller, id_client) == ("APPAREILLAGE_VALIDE", "OK")


def test_the_account_the_bank_the_help_and_the_end(served, caller, steering):
    """Seed of the space, 3 and 5: what the menu on the left leads to."""
    with jeanne_at(served) as jeanne:
        browser = jeanne.browser
        id_client = caller.enrol().json()["idClient"]
        jeanne.activates()
        browser.presses("AJOUTER À VOTRE LISTE D'INTERVENANTS")

        # Years later: time alone would do it, but no delay is public.
        steering.post(f"/particuliers/{id_client}/expire-mandate")
        assert status(caller, id_client) == ("MANDAT_ECHU", "KO")
        browser.follows("Accueil")
        browser.reads("Votre mandat de prélèvement a expiré")
        browser.pictures("mandat")
        browser.follows("renouvelez-le")
        browser.fills(titulaire="Mme J. Martin", iban="FR76 1234", bic="BNPAFRPP")
        browser.presses("ENREGISTRER")
        browser.reads("IBAN : format incorrect")
        browser.fills(iban="FR14 2004 1010 0505 0001 3M02 606", bic="PSSTFRPPPAR")
        browser.presses("ENREGISTRER")
        browser.reads("Vos coordonnées bancaires sont à jour", "FR14 •••• •••• 2606")
        assert status(caller, id_client) == ("APPAREILLAGE_VALIDE", "OK")

        browser.reads("8 bis rue du Soleil")
        browser.pictures("compte")
        browser.follows("Intervenants")
        browser.follows("Mettre fin")
        browser.pictures("fin")
        browser.presses("METTRE FIN")
        browser.reads("La mise en relation est terminée")
        gone = caller.customer(idClient=id_client)
        assert [e["code"] for e in gone.json()] == ["ERR_RECHERCHE_PARTICULIER"]

        browser.follows("Mon compte")
        browser.follows("Modifier mes coordonnées")
        browser.fills(mail="jeanne@ailleurs.fr", telephone="07 00 00 00 42")
        browser.pictures("coordonnees")
        browser.presses("ENREGISTRER")
        browser.reads("Vos coordonnées sont à jour", "jeanne@ailleurs.fr")
        browser.follows("Centre d'aide")
        browser.reads("Et si je ne réponds pas ?")
        browser.pictures("aide")
        browser.follows("Une question ? Contactez l'Urssaf")
        browser.fills(question="Quand serai-je prélevée ?")
        browser.presses("ENVOYER")
        browser.reads("Votre question est enregistrée")
        browser.opens("/boite-aux-lettres/?a=jeanne@ailleurs.fr")
        browser.reads("Nous avons bien reçu votre question")
