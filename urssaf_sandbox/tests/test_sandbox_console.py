# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The operator's console: what it shows, what its buttons do."""

from html import unescape

import pytest

from ..wire.faults import KINDS
from .browser import person_at
from .data import demande
from .visitor import Visitor


class Operator(Visitor):
    """Whoever holds the console."""

    def tab(self, name, **filters):
        """Return the text of one tab."""
        params = {"onglet": name, **filters}
        return unescape(self.http.get("/operateur/", params=params).text)


@pytest.fixture
def operator(served, http):
    """A browser at the console of an empty sandbox."""
    visitor = Operator(served.url)
    yield visitor
    visitor.http.close()


def press(operator, path, **fields):
    """Press a button of the console; return the answer."""
    return operator.post(f"/operateur/{path}", "/operateur/", **fields)


def test_an_empty_world(operator):
    page = operator.get("/operateur/")
    assert page.status_code == 200
    for text in ("10 juin 2026 à 10:00", "Simulation."):
        assert text in page.text
    assert "Personne n'est inscrit" in operator.tab("particuliers")
    assert "Aucune demande" in operator.tab("demandes")


def test_the_clock(operator, steering):
    assert press(operator, "horloge", heures="48").status_code == 303
    assert steering.get("/clock")["now"].startswith("2026-06-12T10:00")
    assert press(operator, "horloge", jours="1").status_code == 303
    assert steering.get("/clock")["now"].startswith("2026-06-15T10:00")
    for wrong in ({}, {"heures": "x"}, {"heures": "1", "jours": "1"}):
        assert press(operator, "horloge", **wrong).status_code == 422


@pytest.mark.parametrize(
    ("hours", "events", "status"),
    [
        (1, ["valider"], "30"),
        (1, ["contester"], "40"),
        (240, ["rejeter"], "60"),
        (240, ["rejeter", "recouvrer"], "120"),
        (240, ["rejeter", "echouer"], "260"),
        (240, ["rejeter", "echouer", "recouvrer"], "270"),
        (240, ["rejeter", "annuler"], "111"),
        (1, ["annuler"], "110"),
        (1, ["annuler-113"], "113"),
    ],
)
def test_events_on_a_demande(operator, caller, steering, hours, events, status):
    sent = caller.sent()
    steering.advance(hours=hours)
    for event in events:
        assert f"{sent}/{event}" in operator.tab("demandes")
        reason = {"motif": "REGUL_AUTRE"} if event == "contester" else {}
        answer = press(operator, f"demandes/{sent}/{event}", **reason)
        assert answer.status_code == 303
    assert caller.info(sent)["statut"]["code"] == status


def test_the_operator_chooses_motive_and_comment(operator, caller, steering):
    client = caller.active_client()
    sent = caller.send(demande(client, "A"), demande(client, "B")).json()
    refused, cancelled = (item["idDemandePaiement"] for item in sent)
    steering.advance(hours=1)
    words = {"commentaire": "Deux heures, pas trois."}
    for path, code in ((refused, "REGUL_NB_QTE_FACT"), (cancelled, "ANNUL_DBL")):
        event = "contester" if path == refused else "annuler"
        page = press(operator, f"demandes/{path}/{event}", motif=code, **words)
        assert page.status_code == 303
        rejection = {"code": code, "commentaire": "Deux heures, pas trois."}
        assert caller.info(path)["infoRejet"] == rejection
    again = press(operator, f"demandes/{refused}/contester", motif="x")
    assert again.status_code == 422
    assert "Choisissez un motif" in again.text


def test_what_is_impossible_is_said_in_french(operator, caller):
    sent = caller.sent()
    page = press(operator, f"demandes/{sent}/valider")
    assert page.status_code == 409
    assert "pas encore reçu cette demande" in page.text
    assert press(operator, f"demandes/{sent}/rien").status_code == 404
    assert press(operator, "demandes/1/valider").status_code == 404


@pytest.mark.parametrize(
    ("events", "code"),
    [
        (["activer"], "APPAREILLAGE_VALIDE"),
        (["activer", "bloquer"], "PARTICULIER_BLOQUE"),
        (["activer", "bloquer", "debloquer"], "APPAREILLAGE_VALIDE"),
        (["activer", "echoir"], "MANDAT_ECHU"),
        (["activer", "echoir", "renouveler"], "APPAREILLAGE_VALIDE"),
        (["activer", "terminer"], None),
    ],
)
def test_events_on_a_person(operator, caller, events, code):
    id_client = caller.enrol().json()["idClient"]
    for event in events:
        assert f"{id_client}/{event}" in operator.tab("particuliers")
        assert press(operator, f"particuliers/{id_client}/{event}").status_code == 303
    answer = caller.customer(idClient=id_client)
    if code is None:
        assert answer.status_code == 400
    else:
        assert answer.json()["statut"]["code"] == code


def test_the_household(operator, caller, steering):
    client = caller.active_client()
    path = f"particuliers/{client}/foyer"
    page = press(operator, path, handicap="true", ailleurs="120.50")
    assert page.status_code == 303
    aid = steering.get(f"/particuliers/{client}/aid")
    assert (aid["ceiling"], aid["used"]) == (10000, 120.5)
    assert press(operator, path, handicap="", ailleurs="").status_code == 303
    assert steering.get(f"/particuliers/{client}/aid") == aid
    wrong = press(operator, path, ailleurs="-1")
    assert wrong.status_code == 422
    assert "en euros" in wrong.text


def test_the_providers(operator, http, steering):
    fields = {
        "client_id": "console/1",
        "client_secret": "s",
        "siret": "999 999 994 00014",
    }
    page = press(operator, "prestataires", raison_sociale="", **fields)
    assert page.status_code == 422
    page = press(operator, "prestataires", raison_sociale="Aide & Co", **fields)
    assert page.status_code in (303, 409)  # providers outlive a reset
    assert "Aide & Co" in operator.tab("prestataires")
    order = {"connu": "false", "acomptes": "false", "garantie": "expired"}
    path = "prestataires/console/1/situation"
    assert press(operator, path, **order).status_code == 303
    (state,) = (p for p in steering.get("/providers") if p["client_id"] == "console/1")
    assert (state["known"], state["deposits"]) == (False, False)
    assert state["guarantee"] == "expired"
    assert "garantie expirée" in operator.tab("prestataires")
    assert press(operator, path, garantie="x").status_code == 422
    unknown = press(operator, "prestataires/personne/situation", **order)
    assert unknown.status_code == 404


def test_one_provider_alone(operator, caller, other_caller):
    """A fault of its own, and its own pace."""
    fields = {"methode": "*", "panne": "unavailable", "nombre": "", "part": "100"}
    assert press(operator, "pannes", de="autre", **fields).status_code == 303
    assert "du seul prestataire <code>autre</code>" in operator.tab("pannes")
    statuses = [
        each.customer(idClient="x").status_code for each in (caller, other_caller)
    ]
    assert statuses == [400, 503]
    assert press(operator, "pannes", de="personne", **fields).status_code == 404
    situation = "prestataires/autre/situation"
    assert press(operator, situation, rythme="2.5").status_code == 303
    assert "2,5 appels par seconde</span>" in operator.tab("prestataires")
    assert press(operator, situation, rythme="0").status_code == 303
    assert "appels par seconde</span>" not in operator.tab("prestataires")


def test_the_statements_can_be_fetched(operator, caller, steering):
    caller.sent()
    steering.advance(working_days=7)
    page = operator.tab("prestataires")
    form = page.partition('action="/sandbox/v1/bank/')[2]
    start = form.partition('name="start" type="date" value="')[2][:10]
    end = form.partition('name="end" type="date" value="')[2][:10]
    query = {"start": start, "end": end, "format": "csv"}
    answer = operator.http.get("/sandbox/v1/bank/demo/statement", params=query)
    assert "75.00" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_the_engine_offers_can_be_chosen(operator, steering, kind):
    assert f'<option value="{kind}">' in operator.tab("pannes")
    order = {"panne": kind, "methode": "*", "nombre": "", "part": "25"}
    assert press(operator, "pannes", **order).status_code == 303
    (fault,) = steering.get("/faults")
    assert (fault["kind"], fault["count"], fault["rate"]) == (kind, None, 0.25)


def test_a_fault_is_ordered_shown_and_wiped(operator, caller):
    order = {"panne": "empty_400", "methode": "020", "nombre": "2", "valeur": ""}
    assert press(operator, "pannes", **order).status_code == 303
    assert "empty_400, méthode 020, encore 2 appels" in operator.tab("pannes")
    assert caller.customer(idClient="x").content == b""
    assert press(operator, "pannes/effacer").status_code == 303
    assert caller.customer(idClient="x").content != b""
    wrong = {**order, "methode": "070", "panne": "token_expired", "nombre": "0"}
    assert press(operator, "pannes", **wrong).status_code == 422
    assert press(operator, "pannes", **{**order, "panne": "x"}).status_code == 422


NEWCOMER = {
    "nom": "Durand",
    "prenoms": "Jeanne Éléonore",
    "naissance": "1980-03-29",
    "pays": "99100",
    "departement": "044",
    "commune": "109",
    "reponse": "never_filed",
}


def test_the_register_decides_what_method_010_answers(operator, caller):
    path = "/operateur/registre"
    assert operator.post(path, **NEWCOMER).status_code == 303
    assert [e["code"] for e in caller.enrol().json()] == ["ERR_DGFIP_IMPOTPART_INCONNU"]
    number = operator.get(path).text.rpartition("/retirer")[0].rpartition("/")[2]
    page = operator.get(f"{path}?modifier={number}").text
    assert "Modifier la personne" in page
    assert 'value="1980-03-29"' in page
    known = {**NEWCOMER, "reponse": "known"}
    assert operator.post(f"{path}/{number}", path, **known).status_code == 303
    assert caller.enrol().status_code == 200
    assert operator.post(f"{path}/{number}/retirer", path).status_code == 303
    assert operator.post(f"{path}/{number}/retirer", path).status_code == 404
    wrong = operator.post(path, **{**NEWCOMER, "naissance": "hier"})
    assert wrong.status_code == 422
    assert 'href="#naissance"' in wrong.text


def test_the_switches(operator, steering):
    path = "/operateur/registre"
    order = {
        "tax_office_strict": "true",
        "existing_link_is_an_error": "false",
        "transfers": "grouped",
        "recovery": "total",
        "notifications": "sms",
        "transfer_label": "numbers",
    }
    assert set(order) == set(steering.get("/switches"))
    assert operator.post(f"{path}/interrupteurs", path, **order).status_code == 303
    assert steering.get("/switches") == {
        "tax_office_strict": True,
        "existing_link_is_an_error": False,
        "transfers": "grouped",
        "recovery": "total",
        "notifications": "sms",
        "transfer_label": "numbers",
    }
    assert '<option value="grouped" selected>' in operator.get(path).text
    order["transfers"] = "x"
    assert operator.post(f"{path}/interrupteurs", path, **order).status_code == 422


def test_reset_asks_first(operator, caller, steering):
    caller.enrol()
    assert press(operator, "reinitialiser").status_code == 422
    assert len(steering.get("/particuliers")) == 1
    assert press(operator, "reinitialiser", certain="oui").status_code == 303
    assert steering.get("/particuliers") == []


def test_a_forged_order_is_refused(operator, steering):
    forged = operator.http.post("/operateur/horloge", data={"heures": "48"})
    assert forged.status_code == 403
    assert steering.get("/clock")["now"].startswith("2026-06-10T10:00")


def test_the_console_in_a_browser(served, caller):
    caller.sent()
    with person_at(served.url) as browser:
        browser.opens("/")
        browser.follows("Console de l'opérateur")
        browser.presses("1 heure")
        browser.reads("C'est fait. L'horloge marque le 10 juin 2026 à 11:00")
        browser.pictures("console-temps")
        browser.follows("Demandes")
        browser.reads("20 En attente de validation")
        browser.page.locator("summary").first.click()
        browser.pictures("console")
        browser.opens("/operateur/registre")
        browser.pictures("registre")
        browser.follows("Console")
        browser.follows("Particuliers")
        browser.pictures("console-particuliers")
        browser.follows("Ses demandes")
        browser.page.locator("summary").first.click()
        browser.presses("Valider")
        browser.reads("C'est fait. Valider", "est « Validée »", "30 Validée")
        for tab in ("Pannes", "Appels", "Prestataires"):
            browser.follows(tab)
            browser.pictures(f"console-{tab.lower()}")


def test_filters_and_links(operator, caller, steering):
    client = caller.active_client()
    sent = caller.send(demande(client, "FAC-A"), demande(client, "FAC-B")).json()
    first, second = (item["idDemandePaiement"] for item in sent)
    steering.advance(hours=1)
    steering.post(f"/demandes/{first}/validate")
    shown = operator.tab("demandes", statut="30")
    assert (first in shown, second in shown) == (True, False)
    shown = operator.tab("demandes", q="fac-b")
    assert (first in shown, second in shown) == (False, True)
    shown = operator.tab("demandes", q=client)
    assert first in shown and second in shown
    assert "Aucune demande ne correspond" in operator.tab("demandes", q="100%")
    assert "Personne ne correspond" in operator.tab("particuliers", q="_")
    person = operator.tab("particuliers", q="DURAND")
    for link in (
        "/particulier/connexion?a=jeanne.durand%40contact.fr",
        "/boite-aux-lettres/?a=jeanne.durand%40contact.fr",
        f"/operateur/?onglet=demandes&q={client}",
    ):
        assert f'href="{link}"' in person
    login = operator.get("/particulier/connexion?a=jeanne.durand%40contact.fr").text
    assert 'value="jeanne.durand@contact.fr"' in login
    # Any other tab is the first one.
    assert "Avancer l'horloge" in operator.tab("x")


def test_what_was_done_is_said(operator, caller, steering):
    client = caller.active_client()
    (sent,) = caller.send(demande(client, "FAC-A")).json()
    number = sent["idDemandePaiement"]
    steering.advance(hours=1)

    def told(path, **fields):
        answer = press(operator, path, **fields)
        page = unescape(operator.get(answer.headers["location"]).text)
        return page.partition('role="status">')[2].partition("</p>")[0]

    text = told(f"demandes/{number}/valider")
    assert text == "C'est fait. Valider : la demande FAC-A est « Validée »."
    text = told(f"particuliers/{client}/bloquer")
    assert text.startswith("C'est fait. Bloquer : Jeanne")
    assert "11:00" in told("horloge", heures="24")
    assert "oubliés" in told("reinitialiser", certain="oui")
    # What is in the address is never shown itself, nor what is gone.
    for query in ("geste=%3Cb%3E&sur=x", f"geste=valider&sur={number}"):
        page = operator.get(f"/operateur/?fait=joue&{query}").text
        assert "&lt;b&gt;" not in page
        assert "C'est fait. </p>" in page
