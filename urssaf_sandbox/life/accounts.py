# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to the account of a particulier as a whole: blocked, mandate expired."""

from ..contract.erreurs import Erreur, Refusal, erreur
from ..switches import read_switches
from ..tables import Appareillage, Particulier, Prestataire
from .work import Impossible, Work


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
    """Raise Refusal when somebody known cannot be enrolled by this provider."""
    if particulier.blocked_at:
        raise Refusal([erreur("ERR_COMPTE_BLOQUE")])
    appareillage = work.session.get(Appareillage, (prestataire.id, particulier.id))
    if (
        appareillage
        and appareillage.accepted_at
        and read_switches(work.session).existing_link_is_an_error
    ):
        raise Refusal([erreur("ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE")])
