# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The links in Urssaf's mails: each carries a secret, and dies in time."""

from datetime import datetime

from sqlalchemy import delete

from ..life.work import Impossible, Work
from ..tables import Message, Particulier
from .tables import MailLink
from .tokens import digest, new_token

OPENING = "activation"
FORGOTTEN = "mot-de-passe"


class Expired(Impossible):
    """The link was a right one, in its time."""


_UNKNOWN = "Ce lien est inconnu : ouvrez celui du dernier courriel reçu"
_EXPIRED = {
    OPENING: "Ce lien d'activation a expiré : il est valable {days} jours",
    FORGOTTEN: "Ce lien a expiré : demandez-en un autre",
}


def add_link(work: Work, message: Message, purpose: str, expires_at: datetime) -> None:
    """Give the mail a link of its own (`expires_at`: the sandbox's clock)."""
    token = new_token()
    # In the query: the access log leaves queries out (logs.py).
    message.link = f"/particulier/{purpose}?jeton={token}"
    work.session.add(
        MailLink(
            token_hash=digest(token),
            particulier_id=message.particulier_id,
            purpose=purpose,
            expires_at=expires_at,
            message=message,
        )
    )


def follow(work: Work, token: str, purpose: str) -> Particulier:
    """Return whom the link was sent to; raise Impossible saying why it is dead."""
    link = work.session.get(MailLink, digest(token))
    if link is None or link.purpose != purpose:
        raise Impossible(_UNKNOWN)
    # The e-mail may have been corrected since: the old address is out.
    if link.message.recipient != link.particulier.email:
        raise Impossible(_UNKNOWN)
    if purpose == OPENING and link.particulier.activated_at is not None:
        raise Impossible("Votre compte est déjà activé : connectez-vous")
    if link.expires_at <= work.now:
        days = work.settings.activation_days
        raise Expired(_EXPIRED[purpose].format(days=days))
    return link.particulier


def owner_of_expired(work: Work, token: str) -> Particulier:
    """Return who may ask for another activation link in place of this one.

    Raise Impossible when the link is no expired activation link.
    """
    try:
        follow(work, token, OPENING)
    except Expired:
        return work.session.get_one(MailLink, digest(token)).particulier
    raise Impossible("Ce lien est encore valable : ouvrez-le")


def spend(work: Work, particulier: Particulier) -> None:
    """Kill every link sent to this person."""
    work.session.execute(
        delete(MailLink).where(MailLink.particulier_id == particulier.id)
    )
