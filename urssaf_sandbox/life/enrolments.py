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
from ..tables import Appareillage, Particulier, Prestataire
from .accounts import refuse_inscription
from .work import Impossible, Work

PENDING = "en_attente"
ACTIVE = "active"
LAPSED = "non_finalisee"


def record_inscription(
    work: Work, prestataire: Prestataire, particulier: InputParticulierDTO
) -> str:
    """Register a checked person for this provider; return the idClient.

    Somebody already known keeps his idClient. Raise Refusal when the e-mail and phone
    are another person's, or when the data contradict an account that is in use.
    """
    key = identity_key(particulier)
    known = work.session.scalar(
        select(Particulier).where(Particulier.identity_key == key)
    )
    refuse_shared_contact(work, particulier, known)
    if known is not None:
        refuse_inscription(work, prestataire, known)
    if known is None:
        known = Particulier(id=str(uuid.uuid4()), identity_key=key)
        known.created_at = work.now
        record_data(known, particulier)
        work.session.add(known)
    elif _contact_key(particulier) != known.contact_key:
        _correct(work, prestataire, known, particulier)
    _ask(work, prestataire, known)
    return known.id


def activate(
    work: Work, particulier: Particulier, since: datetime | None = None
) -> None:
    """The person activates the account, if need be, and accepts whoever waits.

    `since` back-dates it, so that a scenario may bill services of the past. Raise
    Impossible when there is nothing to activate nor to accept, ClockRangeError for a
    year that the sandbox does not know.
    """
    at = since or work.now
    check_range(at)
    if at > work.now:
        raise Impossible("L'activation ne peut pas être dans le futur")
    pending = [
        appareillage
        for appareillage in particulier.appareillages
        if appareillage.state == PENDING
    ]
    if not pending:
        lapsed = any(
            appareillage.state == LAPSED for appareillage in particulier.appareillages
        )
        raise Impossible(
            "Le lien d'activation a expiré : le prestataire doit inscrire de nouveau "
            "le particulier (méthode 010)"
            if lapsed
            else "Le compte est déjà activé et aucune mise en relation n'attend"
        )
    particulier.activated_at = particulier.activated_at or at
    for appareillage in pending:
        appareillage.state = ACTIVE
        appareillage.accepted_at = at
        appareillage.next_at = None


def lapse(appareillage: Appareillage) -> None:
    """Nobody followed the activation link in time."""
    appareillage.state = LAPSED
    appareillage.next_at = None


def renew(work: Work, particulier: Particulier) -> None:
    """The person, whose activation link expired, asks for another one.

    Every association that lapsed waits again. Raise Impossible when none did.
    """
    lapsed = [
        appareillage
        for appareillage in particulier.appareillages
        if appareillage.state == LAPSED
    ]
    if not lapsed:
        raise Impossible("Un nouveau lien vous a déjà été envoyé : ouvrez celui-là")
    for appareillage in lapsed:
        _wait(work, appareillage)


def refuse_shared_contact(
    work: Work, particulier: InputParticulierDTO, known: Particulier | None
) -> None:
    """Raise Refusal when e-mail and phone together are another person's."""
    holder = work.session.scalar(
        select(Particulier).where(
            Particulier.email_key == _email_key(particulier),
            Particulier.phone_key == _phone_key(particulier),
        )
    )
    if holder is not None and holder is not known:
        raise Refusal([erreur("ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE")])


def _correct(
    work: Work,
    prestataire: Prestataire,
    known: Particulier,
    particulier: InputParticulierDTO,
) -> None:
    """Take corrected data, as long as the account is nobody else's yet."""
    others = [
        appareillage
        for appareillage in known.appareillages
        if appareillage.prestataire_id != prestataire.id
    ]
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
        record_data(known, particulier)
        for appareillage in known.appareillages:
            appareillage.state = (
                LAPSED  # a new mail must leave, to the corrected address
            )


def _ask(work: Work, prestataire: Prestataire, particulier: Particulier) -> None:
    appareillage = work.session.get(Appareillage, (prestataire.id, particulier.id))
    if appareillage is not None and appareillage.state in (PENDING, ACTIVE):
        return
    if appareillage is None:
        appareillage = Appareillage(
            prestataire_id=prestataire.id, particulier_id=particulier.id
        )
        work.session.add(appareillage)
    _wait(work, appareillage)


def _wait(work: Work, appareillage: Appareillage) -> None:
    appareillage.state = PENDING
    appareillage.requested_at = work.now
    appareillage.next_at = work.now + timedelta(days=work.settings.activation_days)
    work.session.flush()
    mailbox.invite(work, appareillage)


def record_data(record: Particulier, particulier: InputParticulierDTO) -> None:
    """Write what was typed about a person, and the keys that are drawn from it."""
    record.email_key = _email_key(particulier)
    record.phone_key = _phone_key(particulier)
    record.contact_key = _contact_key(particulier)
    record.inscription = particulier.model_dump_json(exclude_none=True)
    record.birth_name = particulier.nomNaissance
    record.usage_name = particulier.nomUsage
    record.first_names = particulier.prenoms
    record.birth_date = particulier.dateNaissance.date()
    record.email = particulier.adresseMail
    record.phone = particulier.numeroTelephonePortable


def _email_key(particulier: InputParticulierDTO) -> str:
    return particulier.adresseMail.lower()


def _phone_key(particulier: InputParticulierDTO) -> str:
    return particulier.numeroTelephonePortable.replace("+33", "0", 1)


def _contact_key(particulier: InputParticulierDTO) -> str:
    """Return what another provider must have typed identically."""
    address = particulier.adressePostale.model_dump(exclude_none=True)
    parts = [plain(f"{key}={value}") for key, value in sorted(address.items())]
    return "|".join([_email_key(particulier), _phone_key(particulier), *parts])
