# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The e-mails and SMS that Urssaf would send, kept for whoever plays the particulier.

`delivery` may hand the e-mails to a real mail server besides.
"""

from datetime import datetime, timedelta

from .contract.references import CONTEST_REASONS
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
from .tables import Demande, Link, Message, Particulier

# What became of an e-mail for the mail server: see `delivery`.
WAITING = "waiting"

_FORGOTTEN_VALID = timedelta(hours=24)


def invite(work: Work, link: Link) -> None:
    """Ask the person to activate the account or, if it is open, to accept one more.

    `link` waits until `next_at`.
    """
    assert link.next_at is not None, "the association does not wait"
    person = link.particulier
    facts = {
        "provider": link.provider.trade_name,
        "until": moment(link.next_at),
        "days": str(work.settings.activation_days),
    }
    if person.activated_at:
        _write(work, work.now, ASSOCIATION, person, facts)
        return
    for message in _write(work, work.now, ACTIVATION, person, facts):
        add_link(work, message, OPENING, link.next_at)


def announce(work: Work, at: datetime, kind: str, demande: Demande) -> None:
    """Tell what has become of a demande, as it stands."""
    code = demande.rejection_code or ""
    reason = CONTEST_REASONS.get(code, code)
    if demande.rejection_comment:
        reason += f" ({demande.rejection_comment})"
    facts = {
        "id": demande.public_id,
        "provider": demande.provider.trade_name,
        "number": demande.number,
        "total": _euros(demande.total_cents),
        "due": _euros(demande.due_cents),
        "aid": _euros(demande.aid_cents),
        "reason": reason,
        "hours": f"{work.settings.silence_hours:g}",
        "next_moment": moment(demande.next_at) if demande.next_at else "",
        "next_day": day(demande.next_at) if demande.next_at else "",
    }
    _write(work, at, kind, demande.particulier, facts, demande)


def send_password_link(work: Work, person: Particulier) -> None:
    """Let the person choose a new password within 24 hours of the sandbox's clock."""
    until = work.now + _FORGOTTEN_VALID
    for message in _write(
        work, work.now, MOT_DE_PASSE, person, {"until": moment(until)}
    ):
        add_link(work, message, FORGOTTEN, until)


def acknowledge(work: Work, person: Particulier, question: str) -> None:
    """Acknowledge a question put to Urssaf."""
    _write(work, work.now, QUESTION, person, {"question": question})


def _write(
    work: Work,
    at: datetime,
    kind: str,
    person: Particulier,
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
            recipient=person.phone if channel == SMS else person.email,
            subject=wording.subject,
            body=(wording.sms if channel == SMS else wording.text).format(**facts),
            action=wording.action,
            link=wording.path.format(**facts),
            delivery=WAITING if channel == EMAIL and work.settings.smtp else None,
            particulier_id=person.id,
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
