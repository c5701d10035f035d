# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to the account of a particulier as a whole: blocked, mandate expired."""

from ..contract.erreurs import Erreur, Refusal, erreur
from ..switches import read_switches
from ..tables import Link, Particulier, Provider
from .work import Impossible, Work


def block(work: Work, person: Particulier) -> None:
    """Urssaf shuts the account; raise Impossible when it is shut already."""
    if person.blocked_at:
        raise Impossible("Le compte est déjà bloqué")
    person.blocked_at = work.now


def unblock(person: Particulier) -> None:
    """Urssaf opens it again; raise Impossible when it is open."""
    if not person.blocked_at:
        raise Impossible("Le compte n'est pas bloqué")
    person.blocked_at = None


def expire_mandate(work: Work, person: Particulier) -> None:
    """The SEPA mandate runs out; raise Impossible when it has already."""
    if person.mandate_expired_at:
        raise Impossible("Le mandat est déjà échu")
    person.mandate_expired_at = work.now


def renew_mandate(person: Particulier) -> None:
    """The particulier signs a new mandate; raise Impossible when none is needed."""
    if not person.mandate_expired_at:
        raise Impossible("Le mandat est en cours de validité")
    person.mandate_expired_at = None


def account_faults(person: Particulier) -> list[Erreur]:
    """Return what keeps a demande away from this person (method 050)."""
    faults = []
    if person.blocked_at:
        faults.append(erreur("ERR_CMPT_BLOQUE"))
    if person.mandate_expired_at:
        faults.append(erreur("ERR_MANDAT_ECHU"))
    return faults


def refuse_enrolment(work: Work, provider: Provider, person: Particulier) -> None:
    """Raise Refusal when somebody known cannot be enrolled by this provider."""
    if person.blocked_at:
        raise Refusal([erreur("ERR_COMPTE_BLOQUE")])
    link = work.session.get(Link, (provider.id, person.id))
    if (
        link
        and link.accepted_at
        and read_switches(work.session).existing_link_is_an_error
    ):
        raise Refusal([erreur("ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE")])
