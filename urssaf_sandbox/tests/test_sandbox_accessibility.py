# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every page under axe-core (WCAG 2.2 A and AA), on a phone: the most crowded."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from ..routes.operateur import TABS
from .browser import PASSWORD, PHONE, person_at
from .data import demande

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is folded away is looked at too.
_OPEN_ALL = (
    "document.querySelectorAll('details').forEach(node => { node.open = true; })"
)


def faults_of(page):
    """Return what axe objects to a page, short enough to be read."""
    options = {"runOnly": {"type": "tag", "values": _RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        (fault["id"], node["html"][:120]) for fault in found for node in fault["nodes"]
    ]


@pytest.fixture
def pages(caller, other_caller, steering):
    """Jeanne, active, with a demande of each kind; the paths of all pages."""
    client = caller.active_client()
    sent = caller.send(*(demande(client, number) for number in "ABC")).json()
    waiting, refused, paid = (item["idDemandePaiement"] for item in sent)
    steering.advance(hours=1)
    steering.post(f"/demandes/{refused}/contest", {"code": "CONTEST_AUTRE"})
    steering.post(f"/demandes/{paid}/validate")
    other_caller.enrol()
    steering.post("/faults", {"method": "020", "kind": "slow", "count": 2})
    steering.post(f"/particuliers/{client}/expire-mandate")
    number = steering.get("/mailbox")[-1]["id"]
    outside = "/ /boite-aux-lettres/ /operateur/ /operateur/registre".split()
    outside += [f"/operateur/?onglet={tab}" for tab in TABS]
    inside = "paiements intervenants compte compte/coordonnees compte/banque"
    inside += " compte/mot-de-passe aide contact connexion mot-de-passe-oublie rien"
    payments = waiting, f"{waiting}/valider", f"{waiting}/refuser", refused, paid
    return [
        *outside,
        *(f"/boite-aux-lettres/{n}" for n in (number, number - 1)),
        "/particulier/",
        *(f"/particulier/{path}" for path in inside.split()),
        *(f"/particulier/paiements/{path}" for path in payments),
    ]


def test_every_page(served, caller, steering, pages):
    faults = {}
    with person_at(served.url) as browser:
        browser.opens("/particulier/mot-de-passe-oublie")
        browser.fills(mail="jeanne.durand@contact.fr")
        browser.presses("ENVOYER LE LIEN")
        mail = steering.get("/mailbox", kind="mot_de_passe")[-1]
        browser.page.goto(mail["link"])
        browser.fills(mot_de_passe=PASSWORD, confirmation=PASSWORD)
        browser.presses("ENREGISTRER")
        browser.fills(mail="jeanne.durand@contact.fr", mot_de_passe=PASSWORD)
        browser.presses("SE CONNECTER")
        for path in pages:
            browser.opens(path)
            browser.page.evaluate(_OPEN_ALL)
            browser.page.set_viewport_size(PHONE)
            if found := faults_of(browser.page):
                faults[path] = found
            browser.pictures(path.strip("/").replace("/", "-") or "porte")
    assert not faults


def test_the_activation_and_its_faults(served, caller, steering):
    caller.enrol()
    (mail,) = steering.get("/mailbox")
    with person_at(served.url) as browser:
        browser.page.goto(mail["link"])
        assert not faults_of(browser.page)
        browser.fills(mot_de_passe="court", confirmation="court")
        browser.presses("ACTIVER MON COMPTE")
        assert not faults_of(browser.page)
        steering.advance(hours=7 * 24)
        browser.page.goto(mail["link"])
        browser.reads("Ce lien a expiré")
        browser.pictures("lien-expire")
        assert not faults_of(browser.page)
