# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who gets into the particulier's space, and who does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ..routes.particulier import access, demandes, home, prestataires, profile
from ..side_tables import Account, SpaceSession
from .client import Caller
from .data import OTHER_PARTICULIER, PARTICULIER, changed, demande, particulier
from .test_sandbox_process import free_port, running
from .visitor import PASSWORD, Visitor


@pytest.fixture
def visitor(served, http):
    """A new browser at an empty sandbox."""
    visitor = Visitor(served.url)
    yield visitor
    visitor.http.close()


@pytest.fixture
def member(visitor, caller):
    """Somebody enrolled, who has activated and is logged in."""
    caller.enrol()
    answer = visitor.activate(visitor.mail_link("activation"))
    assert answer.status_code == 303, answer.text
    return visitor


def test_activation_opens_the_account_but_accepts_nobody(member, steering):
    (known,) = steering.get("/particuliers")
    assert known["activated_at"]
    assert known["links"][0]["status"]["code"] == "APPAREILLAGE_EC"
    window = member.get("/particulier/").text
    assert "AJOUTER À VOTRE LISTE" in window
    # Nothing else of the page can be reached but by putting the answer off.
    assert window.count(" inert") == 4
    later = member.get("/particulier/?plus_tard=1").text
    assert "AJOUTER À VOTRE LISTE" not in later and " inert" not in later
    assert "1 intervenant en attente de votre réponse" in later


def test_the_link_lives_seven_days(visitor, caller, steering):
    caller.enrol()
    link = visitor.mail_link("activation")
    steering.advance(hours=7 * 24 - 1)
    assert visitor.get(link).status_code == 200
    steering.advance(hours=1)
    page = visitor.get(link)
    assert page.status_code == 410
    assert "a expiré" in page.text


def test_an_expired_link_gets_another_once(visitor, caller, steering):
    id_client = caller.enrol().json()["idClient"]
    old = visitor.mail_link("activation")
    path, jeton = "/particulier/activation/nouveau-lien", old.partition("jeton=")[2]
    early = visitor.post(path, old, jeton=jeton)
    assert early.status_code == 409
    steering.advance(hours=7 * 24)
    status = caller.customer(idClient=id_client).json()["statut"]
    assert status["code"] == "APPAREILLAGE_NF"
    answer = visitor.post(path, old, jeton=jeton)
    assert answer.headers["location"].endswith("?fait=nouveau-lien")
    status = caller.customer(idClient=id_client).json()["statut"]
    assert status["code"] == "APPAREILLAGE_EC"
    assert visitor.post(path, old, jeton=jeton).status_code == 409
    new = visitor.mail_link("activation")
    assert new != old
    assert visitor.activate(new).status_code == 303
    used = visitor.get(old)
    assert used.headers["location"] == "/particulier/connexion?fait=deja-active"
    assert "déjà activé : connectez-vous" in visitor.get(used.headers["location"]).text


@pytest.mark.parametrize("jeton", ["", "faux"])
def test_a_wrong_link_gets_no_other(visitor, caller, steering, jeton):
    caller.enrol()
    page = "/particulier/connexion"
    path = "/particulier/activation/nouveau-lien"
    assert visitor.post(path, page, jeton=jeton).status_code == 409
    assert len(steering.get("/mailbox")) == 1


@pytest.mark.parametrize("link", ["", "?jeton=", "?jeton=faux", "?jeton=é%00"])
def test_a_wrong_link_opens_nothing(visitor, link):
    assert visitor.get(f"/particulier/activation{link}").status_code == 410


def test_the_link_serves_once(member):
    link = member.mail_link("activation")
    used = Visitor.get(member, link)
    assert used.headers["location"] == "/particulier/connexion?fait=deja-active"
    typed = {"jeton": link.partition("jeton=")[2], "mail": "autre@contact.fr"}
    again = member.post(
        "/particulier/activation", "/particulier/compte/banque", **typed
    )
    assert again.status_code == 409


def test_a_corrected_address_kills_the_link_of_the_wrong_one(visitor, caller):
    caller.enrol(particulier({"adresseMail": "faute@contact.fr"}))
    caller.enrol()
    wrong = visitor.mail_link("activation", to="faute@contact.fr")
    assert visitor.get(wrong).status_code == 410
    assert visitor.get(visitor.mail_link("activation")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mot_de_passe": "court"}, "12 caractères au moins"),
        ({"mot_de_passe": "sans majuscule 8 rue"}, "une lettre majuscule"),
        ({"mot_de_passe": "SANS MINUSCULE 8 RUE"}, "une lettre minuscule"),
        ({"mot_de_passe": "Sans chiffre, rue"}, "un chiffre"),
        ({"mot_de_passe": "SansSpecial8rue"}, "un caractère spécial"),
        ({"mot_de_passe": "Aa1 " * 40}, "128 caractères au plus"),
        ({"confirmation": "Autre chose, 8 rue"}, "diffèrent"),
        ({"conditions": ""}, "Acceptez les conditions"),
        ({"mandat": ""}, "autorisation de prélèvement"),
        ({"telephone": "01 02 03 04 05"}, "Téléphone portable : format incorrect"),
        ({"mail": "jeanne"}, "Adresse e-mail : format incorrect"),
        ({"iban": "FR7630004000031234567890144"}, "IBAN est invalide"),
        ({"type_voie": ""}, "type de voie est obligatoire"),
        ({"code_commune": "69000"}, "commune est inconnue"),
    ],
)
def test_what_activation_refuses(visitor, caller, steering, changes, text):
    caller.enrol()
    page = visitor.activate(visitor.mail_link("activation"), **changes)
    assert page.status_code == 422
    assert text in page.text.replace("&#39;", "'")
    assert steering.get("/particuliers")[0]["activated_at"] is None


def test_an_email_and_phone_of_somebody_else_are_refused(visitor, caller):
    caller.enrol(OTHER_PARTICULIER)
    caller.enrol()
    theirs = {
        "mail": OTHER_PARTICULIER["adresseMail"],
        "telephone": "+33 7 00 00 00 01",
    }
    page = visitor.activate(visitor.mail_link("activation"), **theirs)
    assert page.status_code == 422
    assert "déjà utilisé par un autre particulier" in page.text


def test_passwords_and_sessions_are_kept_as_hashes(member, served):
    with served.app.state.sandbox.database.reading() as session:
        account = session.scalars(select(Account)).one()
        kept = session.scalars(select(SpaceSession)).one()
    assert account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in account.password_hash
    assert kept.token_hash != member.http.cookies["bac_session"]


def test_cookies_and_headers(visitor, caller):
    caller.enrol()
    answer = visitor.activate(visitor.mail_link("activation"))
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    page = visitor.get("/particulier/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    for inline in ("<script", "style=", "onclick"):
        assert inline not in page.text


def test_logging_out_kills_the_session(member):
    cookie = member.http.cookies["bac_session"]
    answer = member.post("/particulier/deconnexion", "/particulier/")
    assert answer.headers["location"] == "/particulier/connexion?fait=deconnexion"
    member.http.cookies.set("bac_session", cookie)
    page = member.get("/particulier/")
    assert page.headers["location"] == "/particulier/connexion?suite=/particulier/"


def test_a_session_ends_by_real_time_not_by_the_clock(member, steering, wall):
    steering.advance(working_days=30)
    assert member.get("/particulier/").status_code == 200
    wall.moment += timedelta(hours=2)
    assert member.get("/particulier/").status_code == 303


def test_every_page_asks_who_you_are(visitor):
    for path in ("", "paiements", "paiements/1", "intervenants", "compte", "contact"):
        page = visitor.get(f"/particulier/{path}")
        assert page.status_code == 303
        assert page.headers["location"].startswith("/particulier/connexion")


def test_a_login_gives_a_new_session(member):
    before = member.http.cookies["bac_session"]
    assert member.log_in().status_code == 303
    assert member.http.cookies["bac_session"] != before
    member.http.cookies.set("bac_session", before)
    assert member.get("/particulier/").status_code == 303


def test_every_form_of_the_space_wants_its_token(member, caller):
    """CSRF: no posting route does anything without a form of ours."""
    paths = [
        route.path.replace("{number}", "1").replace("{prestataire_id:int}", "1")
        for part in (access, home, demandes, prestataires, profile)
        for route in part.router.routes
        if "POST" in route.methods
    ]
    assert len(paths) >= 13
    for path in (f"/particulier{path}" for path in paths):
        assert member.http.post(path, data={"jeton": "x"}).status_code == 403, path


def test_after_a_login_one_lands_where_one_wanted(member):
    member.post("/particulier/deconnexion", "/particulier/")
    answer = member.log_in(suite="/particulier/compte")
    assert answer.headers["location"] == "/particulier/compte"


@pytest.mark.parametrize(
    "suite",
    ["//ailleurs.fr", "https://ailleurs.fr", "/\\ailleurs.fr", "/particulier/\n", "é"],
)
def test_a_login_leads_to_no_other_site(member, suite):
    assert member.log_in(suite=suite).headers["location"] == "/particulier/"


@pytest.mark.parametrize(
    ("mail", "password"),
    [("jeanne.durand@contact.fr", "Faux, 8 rue du ciel"), ("x@y.fr", PASSWORD)],
)
def test_wrong_credentials_are_told_alike(member, mail, password):
    page = member.log_in(mail, password)
    assert page.status_code == 401
    assert "Adresse e-mail ou mot de passe incorrect." in page.text
    assert password not in page.text


def test_guessing_is_slowed_down(member, wall):
    for _ in range(5):
        assert member.log_in(password="Faux, 8 rue du ciel").status_code == 401
    page = member.log_in()
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) == 15 * 60 + 1
    assert "Attendez 16 minutes" in page.text
    wall.moment += timedelta(minutes=15)
    assert member.log_in().status_code == 303


def test_guessing_many_people_from_one_address_is_slowed_down(visitor):
    answers = [visitor.log_in(f"x{n}@y.fr").status_code for n in range(31)]
    assert answers == [401] * 30 + [429]


def test_logging_in_often_is_no_guessing(member):
    for _ in range(31):
        assert member.log_in().status_code == 303


def test_a_login_of_ones_own_does_not_wipe_out_guesses(member):
    for number in range(29):
        assert member.log_in(f"x{number}@y.fr").status_code == 401
    assert member.log_in().status_code == 303
    assert member.log_in("z@y.fr").status_code == 401
    assert member.log_in().status_code == 429


def test_a_form_from_elsewhere_is_refused(member, served):
    url = f"{served.url}/particulier/deconnexion"
    assert member.http.post(url, data={}).status_code == 403
    stranger = Visitor(served.url)
    theirs = stranger.get("/particulier/connexion").text
    token = theirs.partition('name="jeton_formulaire" value="')[2].partition('"')[0]
    stranger.http.close()
    forged = member.http.post(url, data={"jeton_formulaire": token})
    assert forged.status_code == 403
    assert "Ce formulaire a expiré" in forged.text
    as_json = member.http.post(url, json={"jeton_formulaire": token})
    assert as_json.status_code == 403
    assert member.get("/particulier/").status_code == 200


def test_a_form_made_before_the_login_is_void_after_it(visitor, caller):
    page = visitor.get("/particulier/connexion").text
    before = page.partition('name="jeton_formulaire" value="')[2].partition('"')[0]
    caller.enrol()
    visitor.activate(visitor.mail_link("activation"))
    data = {"jeton_formulaire": before}
    assert visitor.http.post("/particulier/deconnexion", data=data).status_code == 403


def test_a_forgotten_password(member, wall):
    member.post("/particulier/deconnexion", "/particulier/")
    path = "/particulier/mot-de-passe-oublie"
    unknown = member.post(path, mail="x@y.fr")
    known = member.post(path, mail="Jeanne.Durand@contact.fr")
    assert unknown.headers["location"] == known.headers["location"]
    link = member.mail_link("mot_de_passe")
    fresh = {"mot_de_passe": "Lune montante, 9 rue", "jeton": link.split("jeton=")[1]}
    different = member.post("/particulier/mot-de-passe", link, **fresh)
    assert different.status_code == 422
    fresh["confirmation"] = fresh["mot_de_passe"]
    assert member.post("/particulier/mot-de-passe", link, **fresh).status_code == 303
    assert member.get(link).status_code == 410
    assert member.log_in().status_code == 401
    assert member.log_in(password="Lune montante, 9 rue").status_code == 303


def test_somebody_activated_by_a_script_gets_in_by_the_forgotten_password(
    visitor, caller
):
    caller.active_client()
    visitor.post("/particulier/mot-de-passe-oublie", mail=PARTICULIER["adresseMail"])
    assert visitor.get(visitor.mail_link("mot_de_passe")).status_code == 200


def test_changing_the_password_ends_the_other_sessions(member, served):
    elsewhere = Visitor(served.url)
    assert elsewhere.log_in().status_code == 303
    path, new = "/particulier/compte/mot-de-passe", "Lune montante, 9 rue"
    typed = {"mot_de_passe": new, "confirmation": new}
    assert member.post(path, actuel="Faux", **typed).status_code == 422
    assert member.post(path, actuel=PASSWORD, **typed).status_code == 303
    assert member.get("/particulier/").status_code == 200
    assert elsewhere.get("/particulier/").status_code == 303
    elsewhere.http.close()


def test_a_couple_may_share_an_email(visitor, caller, served):
    caller.enrol()
    partner = changed(OTHER_PARTICULIER, {"adresseMail": PARTICULIER["adresseMail"]})
    visitor.activate(visitor.mail_link("activation"))
    caller.enrol(partner)
    other = Visitor(served.url)
    theirs = "Lune montante, 9 rue"
    other.activate(
        other.mail_link("activation"), mot_de_passe=theirs, confirmation=theirs
    )
    for password, name in ((PASSWORD, "Jeanne"), (theirs, "Yann")):
        assert other.log_in(password=password).status_code == 303
        assert f"Bonjour {name}" in other.get("/particulier/").text
    other.http.close()


def test_nobody_reads_the_demandes_of_others(member, caller, steering):
    theirs = caller.active_client(OTHER_PARTICULIER)
    sent = caller.send(demande(theirs)).json()[0]["idDemandePaiement"]
    steering.advance(hours=1)
    for path in (sent, f"{sent}/refuser", "0", "x" * 400, "9" * 30):
        assert member.get(f"/particulier/paiements/{path}").status_code == 404
    page = member.post(f"/particulier/paiements/{sent}/valider", "/particulier/")
    assert page.status_code == 404
    assert caller.info(sent)["statut"]["code"] == "20"


def test_a_reset_throws_everybody_out(member, steering):
    steering.post("/reset")
    assert member.get("/particulier/").status_code == 303
    assert member.log_in().status_code == 401


def test_links_are_not_logged(tmp_path):
    log = tmp_path / "log"
    with running(free_port(), tmp_path / "s.sqlite3", log) as client:
        Caller(client).enrol()
        (mail,) = client.get("/sandbox/v1/mailbox").json()
        link = mail["link"]
        assert link.startswith(str(client.base_url))
        assert client.get(link).status_code == 200
    said = log.read_text()
    assert "GET /particulier/activation HTTP/1.1" in said
    assert link.partition("jeton=")[2] not in said
