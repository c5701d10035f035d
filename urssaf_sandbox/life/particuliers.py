# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a particulier does to the account and to each association, one at a time.

`enrolments.activate` does the first two steps at once for scripts; in the space they
are two acts, as at Urssaf: open the account, then accept the provider.
"""

from ..contract.enrolment import InputParticulierDTO
from ..tables import Appareillage, Particulier, Prestataire
from .enrolments import (
    ACTIVE,
    LAPSED,
    PENDING,
    record_data,
    refuse_shared_contact,
)
from .work import Impossible, Work


def open_account(work: Work, particulier: Particulier) -> None:
    """The person has chosen a password and ticked the two boxes.

    Nobody is accepted yet. Raise Impossible when the account is open already.
    """
    if particulier.activated_at is not None:
        raise Impossible("Le compte est déjà activé")
    particulier.activated_at = work.now


def correct(work: Work, particulier: Particulier, data: InputParticulierDTO) -> None:
    """The person changes his own data; the providers are not told.

    `data` has passed the checks of method 010. Raise Refusal when the e-mail and phone
    are another person's.
    """
    refuse_shared_contact(work, data, particulier)
    record_data(particulier, data)


def appareillage_with(
    work: Work, particulier: Particulier, prestataire: Prestataire
) -> Appareillage:
    """Return the association of the two; raise Impossible when there is none."""
    appareillage = work.session.get(Appareillage, (prestataire.id, particulier.id))
    if appareillage is None:
        raise Impossible("Cet intervenant ne figure pas dans votre liste")
    return appareillage


def accept(work: Work, appareillage: Appareillage) -> None:
    """The person takes the provider into the list of intervenants.

    From this instant on, the provider may send demandes. Raise Impossible when nothing
    waits for an answer.
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
    """The person does not want this provider; raise Impossible if already accepted."""
    if appareillage.state != PENDING:
        raise Impossible("Aucune mise en relation n'attend votre réponse")
    _forget(work, appareillage)


def end(work: Work, appareillage: Appareillage) -> None:
    """The person ends an association; demandes already received go on.

    Raise Impossible when the association is not active.
    """
    if appareillage.state != ACTIVE:
        raise Impossible("Cette mise en relation n'est pas active")
    _forget(work, appareillage)


def _forget(work: Work, appareillage: Appareillage) -> None:
    # Method 020 then knows nobody (ERR_RECHERCHE_PARTICULIER, urssaf-api.md §3.2), and
    # method 010 may ask again.
    work.session.delete(appareillage)
    work.session.flush()
    work.session.expire(appareillage.particulier, ["appareillages"])
