# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hand the e-mails to a real mail server, in the background, if one is named.

The mailbox is the outbox: a mail waits there until a server has taken it. Nobody waits
for that server, and it may be away for as long as it likes.
"""

import logging
import smtplib
import threading
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from sqlalchemy import select, update

from .database import Database
from .mailbox import WAITING, address_of, text_of
from .settings import Settings
from .tables import Message

SENT = "sent"
REFUSED = "refused"

_LOGGER = logging.getLogger(__name__)
_LOOKS_EVERY_SECONDS = 1.0
_RESTS_AFTER_FAILURE_SECONDS = 30.0
_TIMEOUT_SECONDS = 10.0
_AT_ONCE = 50
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True
)


class Postman:
    """Carries the mails that wait to the server; a thread while the app lives."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin, if the settings name a server."""
        if self._settings.smtp:
            self._thread.start()

    def stop(self) -> None:
        """End, after the mail in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_TIMEOUT_SECONDS + 1)

    def deliver(self) -> int:
        """Carry what waits; return how many mails were settled.

        Raise OSError, of which smtplib's errors are a part, when the server is away.
        """
        with self._database.reading() as session:
            waiting = session.scalars(
                select(Message)
                .where(Message.delivery == WAITING)
                .order_by(Message.id)
                .limit(_AT_ONCE)
            ).all()
        if not waiting:
            return 0
        host, _, port = self._settings.smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=_TIMEOUT_SECONDS) as server:
            for message in waiting:
                self._settle(message, self._carry(server, message))
        return len(waiting)

    def _carry(self, server: smtplib.SMTP, message: Message) -> str:
        try:
            server.send_message(as_mail(message, self._settings))
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, ValueError):
            # This mail will never get through (an address that nobody can write to).
            with suppress(smtplib.SMTPException):
                server.rset()
            return REFUSED
        return SENT

    def _settle(self, message: Message, outcome: str) -> None:
        with self._database.writing() as session:
            # Both: a reset may have given the number to another message meanwhile.
            mine = Message.id == message.id, Message.recipient == message.recipient
            session.execute(update(Message).where(*mine).values(delivery=outcome))

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                pause = 0.0 if self.deliver() else _LOOKS_EVERY_SECONDS
            except OSError as error:
                # The class alone: the text may quote an address.
                kind = type(error).__name__
                _LOGGER.warning("The mail server is away (%s); retrying later", kind)
                pause = _RESTS_AFTER_FAILURE_SECONDS


def as_mail(message: Message, settings: Settings) -> EmailMessage:
    """Return the message as an e-mail in plain text and HTML; it says what it is."""
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = f"[Simulation] {message.subject}"
    mail["Date"] = message.at
    # The IETF's word for mails that no person wrote: holiday answers stay silent.
    mail["Auto-Submitted"] = "auto-generated"
    facts = {
        "message": message,
        "paragraphs": message.body.split("\n\n"),
        "text": text_of(message, settings.public_url),
        "address": address_of(message, settings.public_url),
        "public_url": settings.public_url,
    }
    mail.set_content(_TEMPLATES.get_template("mailbox/mail.txt").render(facts))
    html = _TEMPLATES.get_template("mailbox/mail.html").render(facts)
    mail.add_alternative(html, subtype="html")
    return mail
