# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mails and SMS: which, by which channel, with which link; the real mail server."""

import email
import email.message
import smtplib
import time
from contextlib import contextmanager
from email.policy import default as modern

import httpx
import pytest
from aiosmtpd.controller import Controller

from ..__main__ import _parser, _settings
from .client import Caller, Steering
from .conftest import Served
from .data import OTHER_PARTICULIER, demande, particulier
from .test_sandbox_process import free_port
from .visitor import Visitor

PHONE = "0605040302"


def received(steering, **query):
    """Return (kind, channel, recipient) of each message."""
    mails = steering.get("/mailbox", **query)
    return [(mail["kind"], mail["channel"], mail["to"]) for mail in mails]


@pytest.mark.parametrize(
    ("position", "channels"),
    [("both", ["email", "sms"]), ("email", ["email"]), ("sms", ["sms"])],
)
def test_a_demande_is_told_by_the_channels_that_are_on(
    caller, steering, position, channels
):
    steering.post("/switches", {"notifications": position})
    caller.sent()
    steering.advance(hours=1)
    told = received(steering, kind="demande")
    assert [channel for _kind, channel, _to in told] == channels
    # What only comes by mail comes all the same.
    assert received(steering, kind="activation")[0][1] == "email"


def test_an_association_is_told_by_sms_too(caller, other_caller, steering):
    caller.active_client()
    other_caller.enrol()
    assert received(steering, kind="association") == [
        ("association", "email", "jeanne.durand@contact.fr"),
        ("association", "sms", PHONE),
    ]
    assert received(steering, channel="sms", to=PHONE) == [
        ("association", "sms", PHONE)
    ]


def test_an_sms_is_short_and_says_what_matters(caller, steering):
    sent = caller.sent()
    steering.advance(hours=1)
    (sms,) = steering.get("/mailbox", channel="sms")
    assert sms["body"].startswith("Urssaf (simulation) : ")
    for text in ("75,00 €", "reste à payer 37,50 €", "12 juin 2026 à 11:00"):
        assert text in sms["body"]
    assert sms["body"].endswith(f"/particulier/paiements/{sent}")
    assert "\N{NO-BREAK SPACE}" not in sms["body"]


def test_every_event_has_its_message(caller, steering, served):
    client = caller.active_client()
    sent = caller.send(*(demande(client, f"F{n}") for n in range(3))).json()
    ids = [item["idDemandePaiement"] for item in sent]
    steering.advance(hours=1)
    reason = {"code": "REGUL_NB_QTE_FACT", "commentaire": "Deux heures."}
    steering.post(f"/demandes/{ids[0]}/contest", reason)
    steering.post(f"/demandes/{ids[1]}/cancel")
    steering.post(f"/demandes/{ids[2]}/validate")
    steering.advance(working_days=4)
    steering.post(f"/demandes/{ids[2]}/reject-debit")
    bodies = {
        mail["kind"]: mail["body"] for mail in steering.get("/mailbox", channel="email")
    }
    assert (
        "Nombre d'heures ou quantités facturées erronées (Deux heures.)"
        in (bodies["refus"])
    )
    assert "37,50 € sera prélevé le 12 juin 2026" in bodies["prelevement"]
    assert "Crédit d'impôt avancé par l'Urssaf : 37,50 €" in bodies["paiement"]
    assert "F1" in bodies["annulation"]
    assert "Votre compte est bloqué" in bodies["impaye"]
    for mail in steering.get("/mailbox"):
        assert mail["link"].startswith(f"{served.url}/particulier/")
        assert mail["body"].endswith(mail["link"])
        assert "{" not in mail["body"]


def test_what_people_type_is_only_text(http, caller, steering):
    odd = "<b>{until}</b>"
    company = {"trade_name": odd, "siret": "99999999700010"}
    names = {"client_id": odd, "client_secret": "secret"}
    assert steering.post("/providers", {**names, **company}).status_code in (201, 409)
    Caller(http, odd, "secret").enrol()
    (mail,) = steering.get("/mailbox")
    assert odd in mail["body"]
    page = http.get(f"/boite-aux-lettres/{mail['id']}").text
    assert "<b>" not in page
    assert "&lt;b&gt;{until}" in page


def test_one_persons_page_has_the_sms_too(served, caller, steering):
    caller.active_client(OTHER_PARTICULIER)
    caller.sent()
    steering.advance(hours=1)
    visitor = Visitor(served.url)
    page = visitor.get("/boite-aux-lettres/?a=jeanne.durand@contact.fr").text
    assert page.count('<span class="who">') == 3
    assert page.count(f"À {PHONE}") == 1
    visitor.http.close()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "http://127.0.0.1:8090"),
        (["--port", "9000"], "http://127.0.0.1:9000"),
        (["--host", "0.0.0.0"], "http://127.0.0.1:8090"),
        (["--host", "::1"], "http://[::1]:8090"),
        (["--public-url", "https://bac.example/"], "https://bac.example"),
    ],
)
def test_what_links_begin_with(arguments, expected):
    assert _settings(_parser().parse_args(arguments)).public_url == expected


@pytest.mark.parametrize(
    "wrong",
    [["--public-url", "bac.example"], ["--smtp", "localhost"], ["--smtp", ":1"]],
)
def test_wrong_addresses_are_refused(wrong, capsys):
    with pytest.raises(SystemExit):
        _parser().parse_args(wrong)
    assert wrong[0] in capsys.readouterr().err


def test_the_environment_names_the_mail_server(monkeypatch):
    monkeypatch.setenv("URSSAF_SANDBOX_SMTP", "mail.example:25")
    monkeypatch.setenv("URSSAF_SANDBOX_MAIL_FROM", "bac@mail.example")
    settings = _settings(_parser().parse_args([]))
    assert settings.smtp == "mail.example:25"
    assert settings.mail_from == "bac@mail.example"


class Inbox:
    """A mail server that keeps what it is given, but for one address."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("refuse"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=modern))
        return "250 OK"


@contextmanager
def sandbox_with_mail_server(tmp_path, port):
    """Serve a sandbox whose mails go to that port; yield provider and steering."""
    database, smtp = str(tmp_path / "s.sqlite3"), f"127.0.0.1:{port}"
    with Served(database, smtp=smtp) as served:
        with httpx.Client(base_url=served.url, trust_env=False, timeout=30) as http:
            yield Caller(http), Steering(http)


def until(condition):
    """Wait for what happens in the background."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def deliveries(steering):
    return [mail["delivery"] for mail in steering.get("/mailbox")]


def test_mails_reach_a_real_server(tmp_path):
    inbox, port = Inbox(), free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with sandbox_with_mail_server(tmp_path, port) as (caller, steering):
            caller.enrol(particulier({"adresseMail": "refuse@contact.fr"}))
            caller.enrol(OTHER_PARTICULIER)
            until(lambda: deliveries(steering) == ["refused", "sent"])
            link = steering.get("/mailbox")[-1]["link"]
    finally:
        server.stop()
    (mail,) = inbox.mails
    assert mail["To"] == "yann@contact.fr"
    assert mail["Subject"] == "[Simulation] Activez votre compte Avance immédiate"
    plain = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert plain.startswith("SIMULATION : ce courriel n'est pas de l'Urssaf.")
    for text in (plain, html):
        assert link in text
        assert "a demandé votre inscription" in text


def test_a_mail_server_that_is_away_hinders_nobody(tmp_path, caplog):
    with sandbox_with_mail_server(tmp_path, free_port()) as (caller, steering):
        sent = caller.sent()
        steering.advance(hours=1)
        assert caller.info(sent)["statut"]["code"] == "20"
        until(lambda: "The mail server is away (ConnectionRefusedError)" in caplog.text)
        # The SMS is not its business.
        assert deliveries(steering) == ["waiting", "waiting", None]
    assert "contact.fr" not in caplog.text


def test_mails_of_the_software_are_read_beside_those_of_urssaf(tmp_path):
    port = free_port()
    mail = email.message.EmailMessage()
    mail["From"] = "Les Petits Services <bonjour@example.com>"
    mail["To"] = "lise@example.com"
    mail["Subject"] = "Votre fiche à remplir"
    mail.set_content(
        # What Odoo puts before it, for the lists of mail programs.
        "Le début [...]\n" + "\u034f \u200b " * 80 + "\n\n"
        "Bonjour,\n\nRemplissez-la ici : http://127.0.0.1:8069/fiche/x"
    )
    mail.add_alternative("<p onclick='1'>Bonjour</p>", subtype="html")
    mail.add_attachment(
        b"%PDF-", maintype="application", subtype="pdf", filename="a.pdf"
    )
    with (
        Served(str(tmp_path / "box.sqlite"), receive_mail=port) as served,
        httpx.Client(base_url=served.url) as client,
    ):
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(mail)
        listed = client.get("/boite-aux-lettres/?a=lise@example.com").text
        assert "Votre fiche à remplir" in listed
        assert "Courriel de Les Petits Services" in listed
        shown = client.get("/boite-aux-lettres/recu/1").text
        assert '<a href="http://127.0.0.1:8069/fiche/x"' in shown
        assert "a.pdf" in shown
        assert "Le début" not in shown and "\u034f" not in shown
        html = client.get("/boite-aux-lettres/recu/1/mise-en-page")
        assert "Bonjour" in html.text
        # Somebody else's page: it runs nothing, and loads nothing.
        policy = html.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-popups")
        assert "default-src 'none'" in policy and "allow-scripts" not in policy
        assert client.get("/boite-aux-lettres/recu/2").status_code == 404
        client.post("/sandbox/v1/reset", json={})
        assert client.get("/boite-aux-lettres/recu/1").status_code == 404
