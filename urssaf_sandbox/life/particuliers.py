# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a particulier: inscription, activation, appareillages, blocked account.

An account belongs to the particulier and is shared; an appareillage ties it to one
prestataire.

    (010) → en attente → (activation or acceptance) → active
                     └→ non finalisée, after 7 days

`activate` opens the account and accepts at once, for scripts; in the space these are
two acts, as at Urssaf: `open_account`, then `accept`.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from .. import mailbox
from ..clock import check_range
from ..contract.erreurs import Erreur, Refusal, erreur
from ..contract.particulier import InputParticulierDTO, identity_key, plain
from ..switches import read_switches
from ..tables import Appareillage, Particulier, Prestataire
from .work import Impossible, Work

PENDING = "en_attente"
ACTIVE = "active"
LAPSED = "non_finalisee"


def record_inscription(
    work: Work, prestataire: Prestataire, particulier: InputParticulierDTO
) -> str:
    """Register a checked person for this prestataire; return the idClient.

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

    Every appareillage that lapsed waits again. Raise Impossible when none did.
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
    # Once activated, the account is the person's: the prestataire no longer edits it.
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
    """Return what another prestataire must have typed identically."""
    address = particulier.adressePostale.model_dump(exclude_none=True)
    parts = [plain(f"{key}={value}") for key, value in sorted(address.items())]
    return "|".join([_email_key(particulier), _phone_key(particulier), *parts])


def open_account(work: Work, particulier: Particulier) -> None:
    """The person has chosen a password and ticked the two boxes.

    Nobody is accepted yet. Raise Impossible when the account is open already.
    """
    if particulier.activated_at is not None:
        raise Impossible("Le compte est déjà activé")
    particulier.activated_at = work.now


def correct(work: Work, particulier: Particulier, data: InputParticulierDTO) -> None:
    """The person changes his own data; the prestataires are not told.

    `data` has passed the checks of method 010. Raise Refusal when the e-mail and phone
    are another person's.
    """
    refuse_shared_contact(work, data, particulier)
    record_data(particulier, data)


def appareillage_with(
    work: Work, particulier: Particulier, prestataire: Prestataire
) -> Appareillage:
    """Return the appareillage of the two; raise Impossible when there is none."""
    appareillage = work.session.get(Appareillage, (prestataire.id, particulier.id))
    if appareillage is None:
        raise Impossible("Cet intervenant ne figure pas dans votre liste")
    return appareillage


def accept(work: Work, appareillage: Appareillage) -> None:
    """The person takes the prestataire into the list of intervenants.

    From this instant on, the prestataire may send demandes. Raise Impossible when
    nothing waits for an answer.
    """
    if appareillage.state == ACTIVE:
        raise Impossible("Cet intervenant est déjà dans votre liste")
    if appareillage.state == LAPSED:
        raise Impossible(
            "Cette mise en relation a expiré : l'intervenant doit la renouveler"
        )
    if appareillage.particulier.activated_at is None:
        raise Impossible("Le compte du particulier n'est pas encore activé")
    appareillage.state = ACTIVE
    appareillage.accepted_at = work.now
    appareillage.next_at = None


def decline(work: Work, appareillage: Appareillage) -> None:
    """The person declines this prestataire; raise Impossible if already accepted."""
    if appareillage.state != PENDING:
        raise Impossible("Aucune mise en relation n'attend votre réponse")
    _forget(work, appareillage)


def end(work: Work, appareillage: Appareillage) -> None:
    """The person ends an appareillage; demandes already received go on.

    Raise Impossible when the appareillage is not active.
    """
    if appareillage.state != ACTIVE:
        raise Impossible("Cette mise en relation n'est pas active")
    _forget(work, appareillage)


def _forget(work: Work, appareillage: Appareillage) -> None:
    # Method 020 then knows nobody (ERR_RECHERCHE_PARTICULIER), and method 010
    # may ask again.
    work.session.delete(appareillage)
    work.session.flush()
    work.session.expire(appareillage.particulier, ["appareillages"])


def block(work: Work, particulier: Particulier) -> None:
    """Urssaf shuts the account; raise Impossible when it is shut already."""
    if particulier.blocked_at:
        raise Impossible("Le compte est déjà bloqué")
    particulier.blocked_at = work.now


def unblock(particulier: Particulier) -> None:
    """Urssaf opens it again; raise Impossible when it is open."""
    if not particulier.blocked_at:
        raise Impossible("Le compte n'est pas bloqué")
    particulier.blocked_at = None


def expire_mandat(work: Work, particulier: Particulier) -> None:
    """The SEPA mandate runs out; raise Impossible when it has already."""
    if particulier.mandat_expired_at:
        raise Impossible("Le mandat est déjà échu")
    particulier.mandat_expired_at = work.now


def renew_mandat(particulier: Particulier) -> None:
    """The particulier signs a new mandate; raise Impossible when none is needed."""
    if not particulier.mandat_expired_at:
        raise Impossible("Le mandat est en cours de validité")
    particulier.mandat_expired_at = None


def account_erreurs(particulier: Particulier) -> list[Erreur]:
    """Return what keeps a demande away from this person (method 050)."""
    erreurs = []
    if particulier.blocked_at:
        erreurs.append(erreur("ERR_CMPT_BLOQUE"))
    if particulier.mandat_expired_at:
        erreurs.append(erreur("ERR_MANDAT_ECHU"))
    return erreurs


def refuse_inscription(
    work: Work, prestataire: Prestataire, particulier: Particulier
) -> None:
    """Raise Refusal when somebody known cannot be enrolled by this prestataire."""
    if particulier.blocked_at:
        raise Refusal([erreur("ERR_COMPTE_BLOQUE")])
    appareillage = work.session.get(Appareillage, (prestataire.id, particulier.id))
    if (
        appareillage
        and appareillage.accepted_at
        and read_switches(work.session).existing_link_is_an_error
    ):
        raise Refusal([erreur("ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE")])
