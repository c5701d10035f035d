# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The activation link of the mail: valid 7 days, until it is used or replaced."""

from datetime import datetime

from ..life.work import Impossible, Work
from ..tables import Message, Particulier
from .tables import ActivationLink
from .tokens import digest, new_token

PATH = "/particulier/activation"


def invite(message: Message, person: Particulier, expires_at: datetime) -> None:
    """Write a link of its own into the mail (on the sandbox's clock)."""
    token = new_token()
    # In the query: the access log leaves queries out (logs.py).
    message.body += f"\n\n{PATH}?jeton={token}"
    ActivationLink(
        token_hash=digest(token),
        particulier_id=person.id,
        expires_at=expires_at,
        message=message,
    )


def invited(work: Work, token: str) -> Particulier:
    """Return who may activate with this link; raise Impossible saying why not."""
    link = work.session.get(ActivationLink, digest(token))
    # The provider may have corrected the e-mail since: the old address is out.
    if link is None or link.message.recipient != link.particulier.email:
        raise Impossible(
            "Ce lien d'activation est inconnu : ouvrez celui du dernier courriel reçu"
        )
    person = link.particulier
    if person.activated_at is not None:
        raise Impossible("Votre compte est déjà activé : connectez-vous")
    if link.expires_at <= work.now:
        raise Impossible(
            "Ce lien d'activation a expiré : il est valable 7 jours. Demandez à votre "
            "intervenant de vous inscrire de nouveau"
        )
    return person
