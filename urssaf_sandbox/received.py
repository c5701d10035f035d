# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mails of the software that is tried, received by SMTP and kept for the mailbox.

Nothing leaves this machine: whoever plays the particulier reads in one place what
Urssaf and what his prestataire have written to him. It listens on this machine alone.
"""

import logging
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from .sandbox import Sandbox
from .side_tables import ReceivedMail

_LOGGER = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_MAX_BYTES = 10_000_000
#: The beginning again and a filling that cannot be seen: what Odoo puts before a text
#: for the lists of mail programs.
_PREVIEW = re.compile(r"\A[^\u034f]*\u034f[\u034f\u200b\s]*")


class Letterbox:
    """An SMTP server in a thread of its own, if the settings name a port."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._controller = None

    def start(self) -> None:
        """Begin to listen. Raise RuntimeError when `aiosmtpd` is not installed."""
        port = self._sandbox.settings.receive_mail
        if not port:
            return
        try:
            from aiosmtpd.controller import Controller
        except ModuleNotFoundError:
            raise RuntimeError(
                "--receive-mail wants the Python package aiosmtpd"
            ) from None
        self._controller = Controller(
            _Receiver(self._sandbox), _HOST, port, data_size_limit=_MAX_BYTES
        )
        self._controller.start()

    def stop(self) -> None:
        """End."""
        if self._controller:
            self._controller.stop()


class _Receiver:
    """Its method's name is that of aiosmtpd."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def handle_DATA(self, _server, _session, envelope) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        try:
            with self._sandbox.writing() as work:
                work.session.add_all(
                    _record(mail, recipient, work.now)
                    for recipient in envelope.rcpt_tos
                )
        except Exception:
            # Its sender keeps it, and may try again.
            _LOGGER.exception("a received mail was not kept")
            return "451 Not kept"
        return "250 OK"


def _record(mail: EmailMessage, recipient: str, now) -> ReceivedMail:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return ReceivedMail(
        at=now,
        sender=parseaddr(str(mail["From"] or ""))[0] or str(mail["From"] or ""),
        recipient=recipient,
        subject=str(mail["Subject"] or ""),
        text=_PREVIEW.sub("", text.get_content()) if text else "",
        html=html.get_content() if html else "",
        files="\n".join(
            part.get_filename() or "sans nom" for part in mail.iter_attachments()
        ),
    )
