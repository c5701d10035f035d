# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the particulier sees and does once inside."""

from html import unescape

import pytest

from .browser import PASSWORD, person_at
from .data import LINE, OTHER_PARTICULIER, demande
from .visitor import Visitor


class Home:
    """Somebody logged in, who accepted the default provider."""

    def __init__(self, visitor, caller, steering):
        self.visitor = visitor
        self.caller = caller
        self.steering = steering
        self.id = caller.enrol().json()["idClient"]
        visitor.activate(visitor.mail_link("activation"))
        assert steering.post(f"/particuliers/{self.id}/accept").status_code == 200

    def text(self, path=""):
        """Return a page as it is read."""
        page = self.visitor.get(f"/particulier/{path}")
        assert page.status_code == 200
        return unescape(page.text).replace("\N{NO-BREAK SPACE}", " ")

    def receives(self, number="F1", **changes):
        """Let a demande arrive; return its id."""
        answer = self.caller.send(demande(self.id, number, changes)).json()
        self.steering.advance(hours=1)
        return answer[0]["idDemandePaiement"]

    def posts(self, path, page="", **fields):
        """Send a form of the space."""
        return self.visitor.post(
            f"/particulier/{path}", f"/particulier/{page}", **fields
        )


@pytest.fixture
def home(served, http, caller, steering):
    """A member of the space."""
    visitor = Visitor(served.url)
    yield Home(visitor, caller, steering)
    visitor.http.close()


def test_a_demande_is_shown_once_he_is_told(home):
    sent = home.caller.send(demande(home.id)).json()[0]["idDemandePaiement"]
    assert "Rien à valider" in home.text()
    assert home.visitor.get(f"/particulier/paiements/{sent}").status_code == 404
    home.steering.advance(hours=1)
    assert "À valider avant le 12 juin 2026 à 11:00" in home.text()


def test_silence_validates_and_the_page_says_so(home):
    sent = home.receives()
    home.steering.advance(hours=48)
    text = home.text(f"paiements/{sent}")
    assert "sans réponse de votre part" in text
    assert "37,50 € seront prélevés sur votre compte le 16 juin 2026" in text
    assert "VALIDER" not in text


def test_the_recap_says_what_will_be_debited_and_when(home):
    sent = home.receives()
    text = home.text(f"paiements/{sent}/valider")
    for shown in ("37,50 €", "le 12 juin 2026", "FR76 •••• •••• 0143", "PAYER"):
        assert shown in text
    assert home.caller.info(sent)["statut"]["code"] == "20"
    home.posts(f"paiements/{sent}/valider")
    late = home.visitor.get(f"/particulier/paiements/{sent}/valider")
    assert late.status_code == 409


def test_an_answer_counts_once(home):
    sent = home.receives()
    assert home.posts(f"paiements/{sent}/valider").status_code == 303
    again = home.posts(f"paiements/{sent}/valider")
    assert again.status_code == 409
    assert "le particulier ne peut plus répondre" in again.text
    late = home.posts(f"paiements/{sent}/refuser", motif="CONTEST_FACT_REGLEE")
    assert late.status_code == 409
    assert home.caller.info(sent)["statut"]["code"] == "30"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Choisissez un motif"),
        ({"motif": "ANNUL_DBL"}, "Choisissez un motif"),
        ({"motif": "REGUL_AUTRE"}, "Ce motif demande une explication"),
        ({"motif": "CONTEST_AUTRE", "commentaire": "x" * 1001}, "1000 caractères"),
    ],
)
def test_a_refusal_needs_an_explicit_motive(home, fields, text):
    sent = home.receives()
    page = home.posts(f"paiements/{sent}/refuser", **fields)
    assert page.status_code == 422
    assert text in unescape(page.text)
    assert home.caller.info(sent)["statut"]["code"] == "20"


def test_a_refusal_gives_the_aid_back(home):
    sent = home.receives()
    assert "5 962,50 €" in home.text()
    refusal = home.posts(f"paiements/{sent}/refuser", motif="CONTEST_FACT_REGLEE")
    assert refusal.status_code == 303
    text = home.text()
    assert "5 962,50 €" not in text
    assert text.count("6 000,00 €") >= 2
    assert "<small>sans suite</small>" in home.text("paiements")


def test_what_a_provider_writes_is_only_text(home):
    evil = "<script>alert(1)</script>"
    sent = home.receives(**{"inputPrestations.0.complement1": evil})
    page = home.visitor.get(f"/particulier/paiements/{sent}").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_ceiling_of_a_service_is_shown_once_it_counts(home):
    assert "dépenses retenues" not in home.text()
    home.receives(inputPrestations=[{**LINE, "codeNature": "80"}])
    assert (
        "Petit bricolage : 75,00 € de dépenses retenues cette année, sur 500,00 € au "
        "plus." in home.text()
    )
    assert home.text().count("dépenses retenues") == 1


def test_an_exhausted_ceiling_raises_the_reste_a_payer(home):
    used = {"used_elsewhere": 5990}
    home.steering.post(f"/particuliers/{home.id}/aid", used)
    text = home.text(f"paiements/{home.receives()}")
    assert "− 10,00 €" in text
    assert "65,00 €" in text
    assert "<dd>0,00 €</dd>" in home.text()


def test_an_acompte_and_a_line_without_aid(home):
    other = {**LINE, "codeNature": "270", "complement1": "Fournitures"}
    lines = {"inputPrestations": [LINE, other], "mntFactureTTC": 150}
    amounts = {"mntFactureHT": 136.36, "mntAcompte": 20}
    text = home.text(f"paiements/{home.receives(**lines, **amounts)}")
    for shown in ("150,00 €", "− 20,00 €", "− 37,50 €", "92,50 €", "Fournitures"):
        assert shown in text


def test_the_history_keeps_everything(home):
    waiting, refused = home.receives("F1"), home.receives("F2")
    home.posts(f"paiements/{refused}/refuser", motif="REGUL_PRESTA_FACT")
    everything = home.text("paiements")
    assert waiting in everything and refused in everything
    assert refused not in home.text("paiements?liste=a-valider")
    assert waiting not in home.text("paiements?liste=passes")


def test_a_refused_debit_is_told(home):
    sent = home.receives()
    home.posts(f"paiements/{sent}/valider")
    home.steering.advance(working_days=2)
    assert home.steering.post(f"/demandes/{sent}/reject-debit").status_code == 200
    assert "Votre compte est bloqué" in home.text()
    assert "En refus de prélèvement" in home.text(f"paiements/{sent}")


def test_confirming_the_bank_account_renews_the_mandate(home):
    home.steering.post(f"/particuliers/{home.id}/expire-mandate")
    assert "Votre mandat de prélèvement a expiré" in home.text()
    account = {
        "titulaire": "Mme Jeanne Martin",
        "iban": "FR76 3000 4000 0312 3456 7890 143",
        "bic": "BNPAFRPP",
    }
    assert home.posts("compte/banque", **account).status_code == 303
    assert "a expiré" not in home.text()
    assert home.caller.customer(idClient=home.id).json()["statut"]["etat"] == "OK"


def test_a_bank_that_cannot_be_checked_is_told_at_its_bic(home):
    account = {
        "titulaire": "Mme Jeanne Martin",
        "iban": "FR7630004000031234567890143",
        "bic": "PANNEFRPXXX",
    }
    page = home.posts("compte/banque", **account)
    assert page.status_code == 422
    assert '<a href="#bic">' in page.text
    assert 'id="bic-faute"' in page.text


def test_the_iban_is_never_shown_whole(home):
    assert "FR76 •••• •••• 0143" in home.text("compte")
    for path in ("compte", "compte/banque", "compte/coordonnees"):
        assert "30004000031234567890" not in home.text(path)


def test_the_contact_details_reach_method_020_by_the_new_address(home):
    path = "/particulier/compte/coordonnees"
    typed = {**home.visitor.typed(path), "mail": "jeanne@ailleurs.fr"}
    assert home.visitor.post(path, **typed).status_code == 303
    found = home.caller.customer(adresseMail="jeanne@ailleurs.fr").json()
    assert found["idClient"] == home.id
    assert home.visitor.log_in("jeanne@ailleurs.fr").status_code == 303


def test_ending_an_association_lets_known_demandes_live(home):
    sent = home.receives()
    known = home.text("intervenants")
    number = known.partition("/particulier/intervenants/")[2].partition("/")[0]
    assert home.posts(f"intervenants/{number}/fin").status_code == 303
    assert home.posts(f"intervenants/{number}/fin").status_code == 409
    refused = home.caller.send(demande(home.id, "F2")).json()[0]["errors"]
    assert [e["code"] for e in refused] == ["ERR_LIEN_PARTICULIER_PRESTATAIRE"]
    assert home.posts(f"paiements/{sent}/valider").status_code == 303
    # The provider may ask again.
    assert home.caller.enrol().json()["idClient"] == home.id
    assert "En attente de votre réponse" in home.text("intervenants")


def test_declining_a_provider(home, other_caller):
    other_caller.enrol()
    page = home.text("intervenants")
    number = page.partition("/accepter")[0].rpartition("/")[2]
    assert home.posts(f"intervenants/{number}/refuser").status_code == 303
    assert "En attente de votre réponse" not in home.text("intervenants")
    assert other_caller.customer(idClient=home.id).status_code == 400


@pytest.mark.parametrize(
    "path", ["rien", "intervenants/99/fin", f"intervenants/{'9' * 40}/fin", "compte/x"]
)
def test_unknown_pages_say_so(home, path):
    page = home.visitor.get(f"/particulier/{path}")
    assert page.status_code in (404, 409)
    assert "Ce n'est pas possible" in unescape(page.text)


def test_an_expired_proposal_cannot_be_accepted(home, other_caller):
    other_caller.enrol()
    number = home.text("intervenants").partition("/accepter")[0].rpartition("/")[2]
    home.steering.advance(hours=7 * 24)
    assert "Demandes expirées" in home.text("intervenants")
    late = home.posts(f"intervenants/{number}/accepter")
    assert late.status_code == 409
    assert "a expiré" in late.text


def test_every_page_says_that_it_is_a_simulation(home):
    sent = home.receives()
    fixed = "paiements intervenants compte compte/banque aide contact connexion"
    for path in ("", *fixed.split(), f"paiements/{sent}", f"paiements/{sent}/refuser"):
        assert "Simulation. Ce n'est pas un site de l'Urssaf" in home.text(
            path
        ).replace("</strong>", "").replace("<strong>", "")


def test_the_space_by_keyboard_alone(served, home):
    sent = home.receives()
    with person_at(served.url) as browser:
        keys = browser.page.keyboard
        browser.opens("/particulier/connexion")
        browser.page.locator("#mail").focus()
        keys.type("jeanne.durand@contact.fr")
        keys.press("Tab")
        keys.type(PASSWORD)
        keys.press("Enter")
        browser.reads("Bonjour Jeanne Martin")
        keys.press("Tab")
        keys.press("Enter")  # "Aller au contenu"
        keys.press("Tab")
        keys.press("Enter")  # the demande that waits comes first
        browser.page.wait_for_url(f"**/paiements/{sent}")
        browser.page.get_by_role("link", name="VALIDER", exact=True).focus()
        keys.press("Enter")
        browser.reads("Récapitulatif avant paiement")
        browser.page.get_by_role("button", name="PAYER").focus()
        keys.press("Enter")
        browser.reads("Vous avez validé cette demande")


def test_the_mailbox_shows_one_persons_letters(home, other_caller):
    other_caller.enrol(OTHER_PARTICULIER)
    mine = home.visitor.get("/boite-aux-lettres/?a=yann@contact.fr").text
    assert mine.count('<span class="who">') == 1
    assert home.visitor.get("/boite-aux-lettres/999999").status_code == 404
