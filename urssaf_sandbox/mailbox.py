# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The e-mails and SMS that Urssaf would send, kept for whoever plays the particulier.

`delivery` may hand the e-mails to a real mail server besides.
"""

from datetime import datetime, timedelta

from .contract.references import MOTIFS_REFUS
from .correspondence import (
    ACTIVATION,
    ASSOCIATION,
    MOT_DE_PASSE,
    QUESTION,
    WORDINGS,
    Wording,
)
from .life.work import Work
from .space.links import FORGOTTEN, OPENING, add_link
from .space.wording import day, euros, moment
from .switches import EMAIL, SMS, read_switches
from .tables import Appareillage, Demande, Message, Particulier

# What became of an e-mail for the mail server: see `delivery`.
WAITING = "waiting"

_FORGOTTEN_VALID = timedelta(hours=24)


def invite(work: Work, appareillage: Appareillage) -> None:
    """Ask the person to activate the account or, if it is open, to accept one more.

    `appareillage` waits until `next_at`.
    """
    assert appareillage.next_at is not None, "the association does not wait"
    particulier = appareillage.particulier
    facts = {
        "provider": appareillage.prestataire.trade_name,
        "until": moment(appareillage.next_at),
        "days": str(work.settings.activation_days),
    }
    if particulier.activated_at:
        _write(work, work.now, ASSOCIATION, particulier, facts)
        return
    for message in _write(work, work.now, ACTIVATION, particulier, facts):
        add_link(work, message, OPENING, appareillage.next_at)


def announce(work: Work, at: datetime, kind: str, demande: Demande) -> None:
    """Tell what has become of a demande, as it stands."""
    code = demande.rejet_code or ""
    motif = MOTIFS_REFUS.get(code, code)
    if demande.rejet_commentaire:
        motif += f" ({demande.rejet_commentaire})"
    facts = {
        "id": demande.public_id,
        "provider": demande.prestataire.trade_name,
        "number": demande.num_facture,
        "total": _euros(demande.total_cents),
        "due": _euros(demande.reste_a_payer_cents),
        "aid": _euros(demande.aide_cents),
        "reason": motif,
        "hours": f"{work.settings.silence_hours:g}",
        "next_moment": moment(demande.next_at) if demande.next_at else "",
        "next_day": day(demande.next_at) if demande.next_at else "",
    }
    _write(work, at, kind, demande.particulier, facts, demande)


def send_password_link(work: Work, particulier: Particulier) -> None:
    """Let the person choose a new password within 24 hours of the sandbox's clock."""
    until = work.now + _FORGOTTEN_VALID
    for message in _write(
        work, work.now, MOT_DE_PASSE, particulier, {"until": moment(until)}
    ):
        add_link(work, message, FORGOTTEN, until)


def acknowledge(work: Work, particulier: Particulier, question: str) -> None:
    """Acknowledge a question put to Urssaf."""
    _write(work, work.now, QUESTION, particulier, {"question": question})


def _write(
    work: Work,
    at: datetime,
    kind: str,
    particulier: Particulier,
    facts: dict[str, str],
    demande: Demande | None = None,
) -> list[Message]:
    """Record the messages of this event, one per channel that is on."""
    wording = WORDINGS[kind]
    messages = [
        Message(
            at=at,
            kind=kind,
            channel=channel,
            recipient=particulier.phone if channel == SMS else particulier.email,
            subject=wording.subject,
            body=(wording.sms if channel == SMS else wording.text).format(**facts),
            action=wording.action,
            link=wording.path.format(**facts),
            delivery=WAITING if channel == EMAIL and work.settings.smtp else None,
            particulier_id=particulier.id,
            demande_id=demande.id if demande else None,
        )
        for channel in _channels(work, wording)
    ]
    work.session.add_all(messages)
    return messages


def _euros(cents: int) -> str:
    # A no-break space is no character of an SMS: it would halve what fits into one.
    return euros(cents).replace("\N{NO-BREAK SPACE}", " ")


def _channels(work: Work, wording: Wording) -> tuple[str, ...]:
    if not wording.sms:
        return (EMAIL,)
    wanted = read_switches(work.session).notifications
    return (EMAIL, SMS) if wanted == "both" else (wanted,)


def address_of(message: Message, public_url: str) -> str:
    """Return the full address of the link in a message."""
    return f"{public_url}{message.link}" if message.link else ""


def text_of(message: Message, public_url: str) -> str:
    """Return the whole text as it is received; the link comes last, on its own."""
    address = address_of(message, public_url)
    if message.channel == SMS:
        return f"Urssaf (simulation) : {message.body} : {address}"
    return "\n\n".join(filter(None, (message.body, address)))
