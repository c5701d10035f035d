# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of an enrolment: registration, activation, association with a provider.

An account belongs to the person and is shared; a link ties it to one provider.

    (010) → en attente → (activation or acceptance) → active
                     └→ non finalisée, after 7 days
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from .. import mailbox
from ..clock import check_range
from ..contract.enrolment import InputParticulierDTO
from ..contract.erreurs import Refusal, erreur
from ..rules.identity import identity_key, plain
from ..tables import Link, Particulier, Provider
from .accounts import refuse_enrolment
from .work import Impossible, Work

PENDING = "en_attente"
ACTIVE = "active"
LAPSED = "non_finalisee"


def register(work: Work, provider: Provider, person: InputParticulierDTO) -> str:
    """Register a checked person for this provider; return the idClient.

    Somebody already known keeps his idClient. Raise Refusal when the e-mail and phone
    are another person's, or when the data contradict an account that is in use.
    """
    key = identity_key(person)
    known = work.session.scalar(
        select(Particulier).where(Particulier.identity_key == key)
    )
    refuse_shared_contact(work, person, known)
    if known is not None:
        refuse_enrolment(work, provider, known)
    if known is None:
        known = Particulier(id=str(uuid.uuid4()), identity_key=key)
        known.created_at = work.now
        record_data(known, person)
        work.session.add(known)
    elif _contact_key(person) != known.contact_key:
        _correct(work, provider, known, person)
    _ask(work, provider, known)
    return known.id


def activate(work: Work, person: Particulier, since: datetime | None = None) -> None:
    """The person activates the account, if need be, and accepts whoever waits.

    `since` back-dates it, so that a scenario may bill services of the past. Raise
    Impossible when there is nothing to activate nor to accept, ClockRangeError for a
    year that the sandbox does not know.
    """
    at = since or work.now
    check_range(at)
    if at > work.now:
        raise Impossible("L'activation ne peut pas être dans le futur")
    pending = [link for link in person.links if link.state == PENDING]
    if not pending:
        lapsed = any(link.state == LAPSED for link in person.links)
        raise Impossible(
            "Le lien d'activation a expiré : le prestataire doit inscrire de nouveau "
            "le particulier (méthode 010)"
            if lapsed
            else "Le compte est déjà activé et aucune mise en relation n'attend"
        )
    person.activated_at = person.activated_at or at
    for link in pending:
        link.state = ACTIVE
        link.accepted_at = at
        link.next_at = None


def lapse(link: Link) -> None:
    """Nobody followed the activation link in time."""
    link.state = LAPSED
    link.next_at = None


def renew(work: Work, person: Particulier) -> None:
    """The person, whose activation link expired, asks for another one.

    Every association that lapsed waits again. Raise Impossible when none did.
    """
    lapsed = [link for link in person.links if link.state == LAPSED]
    if not lapsed:
        raise Impossible("Un nouveau lien vous a déjà été envoyé : ouvrez celui-là")
    for link in lapsed:
        _wait(work, link)


def refuse_shared_contact(
    work: Work, person: InputParticulierDTO, known: Particulier | None
) -> None:
    """Raise Refusal when e-mail and phone together are another person's."""
    holder = work.session.scalar(
        select(Particulier).where(
            Particulier.email_key == _email_key(person),
            Particulier.phone_key == _phone_key(person),
        )
    )
    if holder is not None and holder is not known:
        raise Refusal([erreur("ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE")])


def _correct(
    work: Work, provider: Provider, known: Particulier, person: InputParticulierDTO
) -> None:
    """Take corrected data, as long as the account is nobody else's yet."""
    others = [link for link in known.links if link.provider_id != provider.id]
    if others:
        raise Refusal(
            [
                erreur(
                    "ERR_CONTACT",
                    "Les données diffèrent de celles d'un autre prestataire",
                )
            ]
        )
    # Once activated, the account is the person's: the provider no longer edits it.
    if known.activated_at is None:
        record_data(known, person)
        for link in known.links:
            link.state = LAPSED  # a new mail must leave, to the corrected address


def _ask(work: Work, provider: Provider, person: Particulier) -> None:
    link = work.session.get(Link, (provider.id, person.id))
    if link is not None and link.state in (PENDING, ACTIVE):
        return
    if link is None:
        link = Link(provider_id=provider.id, particulier_id=person.id)
        work.session.add(link)
    _wait(work, link)


def _wait(work: Work, link: Link) -> None:
    link.state = PENDING
    link.requested_at = work.now
    link.next_at = work.now + timedelta(days=work.settings.activation_days)
    work.session.flush()
    mailbox.invite(work, link)


def record_data(record: Particulier, person: InputParticulierDTO) -> None:
    """Write what was typed about a person, and the keys that are drawn from it."""
    record.email_key = _email_key(person)
    record.phone_key = _phone_key(person)
    record.contact_key = _contact_key(person)
    record.registration = person.model_dump_json(exclude_none=True)
    record.birth_name = person.nomNaissance
    record.usage_name = person.nomUsage
    record.first_names = person.prenoms
    record.birth_date = person.dateNaissance.date()
    record.email = person.adresseMail
    record.phone = person.numeroTelephonePortable


def _email_key(person: InputParticulierDTO) -> str:
    return person.adresseMail.lower()


def _phone_key(person: InputParticulierDTO) -> str:
    return person.numeroTelephonePortable.replace("+33", "0", 1)


def _contact_key(person: InputParticulierDTO) -> str:
    """Return what another provider must have typed identically."""
    address = person.adressePostale.model_dump(exclude_none=True)
    parts = [plain(f"{key}={value}") for key, value in sorted(address.items())]
    return "|".join([_email_key(person), _phone_key(person), *parts])
