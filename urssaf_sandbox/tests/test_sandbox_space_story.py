# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The story of both seed texts in a real browser, from enrolment to payment.

Only the clock is moved from outside; the provider speaks the API.
"""

from .browser import PASSWORD, person_at
from .data import demande, person


def enrolled(caller, browser):
    """Enrol Jeanne, who follows the link of the mail and activates; her idClient."""
    id_client = caller.enrol().json()["idClient"]
    browser.opens("/boite-aux-lettres/?a=jeanne.durand@contact.fr")
    browser.pictures("boite")
    browser.follows("Activez votre compte")
    browser.reads("Les Petits Services de Démonstration vous a inscrit", "7 jours")
    browser.pictures("mail")
    browser.follows("Ouvrir le lien")
    browser.reads("Activez votre compte", "12 caractères au moins", "Durand")
    return id_client


def test_from_enrolment_to_payment(served, caller, steering):
    with person_at(served.url) as browser:
        id_client = enrolled(caller, browser)
        browser.fills(mot_de_passe="trop court", confirmation="trop court")
        browser.presses("ACTIVER MON COMPTE")
        browser.reads("Il manque : 12 caractères", "Acceptez les conditions")
        browser.pictures("activation-refusee")
        browser.fills(mot_de_passe=PASSWORD, confirmation=PASSWORD)
        browser.fills(telephone="06 05 04 03 99", voie="de la Lune")
        browser.ticks("conditions", "mandat")
        browser.pictures("activation")
        browser.presses("ACTIVER MON COMPTE")
        browser.reads("Bonjour Jeanne Martin", "souhaite être votre intervenant")
        assert caller.customer(idClient=id_client).json()["statut"]["etat"] == "KO"
        browser.pictures("intervenant")
        browser.presses("AJOUTER À VOTRE LISTE D'INTERVENANTS")
        browser.reads("L'intervenant est dans votre liste", "Rien à valider")
        assert caller.customer(idClient=id_client).json()["statut"]["etat"] == "OK"

        sent = caller.send(demande(id_client), demande(id_client, "FAC/2026/0002"))
        first, second = (answer["idDemandePaiement"] for answer in sent.json())
        steering.advance(hours=1)
        browser.opens("/boite-aux-lettres/")
        browser.follows("Une demande de paiement est à valider")
        browser.follows("Aller à l'espace particulier")
        browser.reads("Prestations à valider 2", "6 000,00 €", "5 925,00 €")
        browser.pictures("accueil")
        browser.page.locator(f"a[href$='{first}']").click()
        browser.reads("Ménage", "2,5 heures à 30,00 €", "75,00 €", "37,50 €")
        browser.reads("avant le 12 juin 2026 à 11:00", "validée automatiquement")
        browser.pictures("demande")
        browser.presses("VALIDER")
        browser.reads("37,50 € seront prélevés sur votre compte le 12 juin 2026")
        browser.pictures("validee")

        browser.opens(f"/particulier/paiements/{second}")
        browser.follows("Je ne peux pas valider la prestation")
        browser.ticks("REGUL_NB_QTE_FACT")
        browser.fills(commentaire="Deux heures, pas deux et demie.")
        browser.pictures("refus")
        browser.presses("REFUSER CETTE DEMANDE")
        browser.reads("Refusée", "Nombre d'heures", "Deux heures, pas deux et demie.")
        browser.pictures("refusee")
        info = caller.info(second)
        assert info["statut"]["code"] == "40"
        assert info["infoRejet"] == {
            "code": "REGUL_NB_QTE_FACT",
            "commentaire": "Deux heures, pas deux et demie.",
        }

        steering.advance(working_days=4)
        browser.opens("/particulier/")
        # Four days later, by the sandbox's clock: still logged in.
        browser.reads("5 962,50 €", "Cumul de vos règlements 2026", "37,50 €")
        browser.pictures("accueil-paye")
        paid = caller.info(first)
        assert paid["statut"]["code"] == "70"
        assert paid["infoVirement"]["mntVirement"] == 75
        browser.follows("Tous mes paiements")
        browser.pictures("paiements")
        browser.presses("DÉCONNEXION")
        browser.reads("Vous êtes déconnecté")
        browser.fills(mail="jeanne.durand@contact.fr", mot_de_passe=PASSWORD)
        browser.pictures("connexion")
        browser.presses("SE CONNECTER")
        browser.reads("Bonjour Jeanne Martin")


def test_the_account_the_bank_the_help_and_the_end(served, caller, other_caller):
    with person_at(served.url) as browser:
        id_client = enrolled(caller, browser)
        browser.fills(mot_de_passe=PASSWORD, confirmation=PASSWORD)
        browser.ticks("conditions", "mandat")
        browser.presses("ACTIVER MON COMPTE")
        # The window is left alone: the menu has it too.
        assert other_caller.enrol(person()).status_code == 200
        browser.follows("Intervenants")
        browser.reads("En attente de votre réponse", "Jardins d'ailleurs")
        browser.pictures("intervenants")
        browser.presses("Accepter")
        browser.presses("Accepter")
        assert caller.customer(idClient=id_client).json()["statut"]["etat"] == "OK"
        browser.follows("Mettre fin")
        browser.pictures("fin")
        browser.presses("METTRE FIN")
        browser.reads("La mise en relation est terminée")
        gone = caller.customer(idClient=id_client)
        assert [e["code"] for e in gone.json()] == ["ERR_RECHERCHE_PARTICULIER"]

        browser.follows("Mon compte")
        browser.reads("8 B Rue du Soleil", "FR76 •••• •••• 0143")
        browser.pictures("compte")
        browser.follows("Modifier mes coordonnées bancaires")
        browser.fills(titulaire="Mme J. Martin", iban="FR76 1234", bic="BNPAFRPP")
        browser.presses("ENREGISTRER")
        browser.reads("IBAN : format incorrect")
        browser.fills(iban="FR14 2004 1010 0505 0001 3M02 606", bic="PSSTFRPPPAR")
        browser.presses("ENREGISTRER")
        browser.reads("Vos coordonnées bancaires sont à jour", "FR14 •••• •••• 2606")
        browser.follows("Modifier mes coordonnées")
        browser.fills(mail="jeanne@ailleurs.fr")
        browser.pictures("coordonnees")
        browser.presses("ENREGISTRER")
        browser.reads("Vos coordonnées sont à jour", "jeanne@ailleurs.fr")
        browser.follows("Aide")
        browser.pictures("aide")
        browser.follows("Une question ? Contactez l'Urssaf")
        browser.fills(question="Quand serai-je prélevée ?")
        browser.presses("ENVOYER")
        browser.reads("Votre question est enregistrée")
        browser.opens("/boite-aux-lettres/?a=jeanne@ailleurs.fr")
        browser.reads("Nous avons bien reçu votre question")
