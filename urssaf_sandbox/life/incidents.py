# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong with a demande: debit refused, cancellation, recovery.

                       ┌→ 111 Annulée après impayé
50, 70 → 60 En refus ──┼→ 120 Recouvrée → 112 Annulée après recouvrement
                       └→ 260 Impayé prestataire → 270 Régularisé prestataire
10 … 70 → 110 Annulée; from all of these but 260, 113 Annulée (raison spécifique)
"""

from .. import correspondence, mailbox
from ..contract.references import PAYEE, STATUT_LABELS
from ..rules.transitions import (
    CANCEL,
    CANCEL_SPECIFIC,
    RECOVER,
    RECOVERY_FAILS,
    REJECT_PRELEVEMENT,
    following,
)
from ..tables import Demande
from . import aide, bank
from .demandes import URSSAF, enter
from .work import Impossible, Work

BANK = "banque"
PRESTATAIRE = "prestataire"


def reject_prelevement(work: Work, demande: Demande) -> None:
    """The bank refuses the debit, before or after the provider was paid.

    The particulier is blocked until the sum is settled; a transfer that was not made
    yet never leaves. Raise Impossible when nothing was debited.
    """
    statut = _next(demande, REJECT_PRELEVEMENT)
    if not demande.reste_a_payer_cents:
        raise Impossible("Le reste à payer est nul : rien n'a été prélevé")
    _call_off_virement(demande)
    enter(work, demande, statut, work.now, BANK)
    particulier = demande.particulier
    particulier.blocked_at = particulier.blocked_at or work.now
    mailbox.announce(work, work.now, correspondence.IMPAYE, demande)


def cancel(
    work: Work, demande: Demande, code: str, comment: str | None, specific: bool = False
) -> None:
    """Urssaf cancels the demande, since the provider wrote to ask for it.

    What the provider was paid is taken back. `specific` leads to 113. Raise Impossible
    when the demande's life is over.
    """
    statut = _next(demande, CANCEL_SPECIFIC if specific else CANCEL)
    demande.rejet_code = code
    demande.rejet_commentaire = comment
    _call_off_virement(demande)
    bank.take_back_all(work, demande)
    aide.give_back(work, demande)
    enter(work, demande, statut, work.now, PRESTATAIRE)
    mailbox.announce(work, work.now, correspondence.ANNULATION, demande)


def recover(work: Work, demande: Demande, fails: bool = False) -> None:
    """Urssaf takes the unpaid sum back from the provider, or fails to.

    On a demande where that failed before (260), the provider settles (270). Raise
    Impossible when nothing is unpaid.
    """
    statut = _next(demande, RECOVERY_FAILS if fails else RECOVER)
    if not fails:
        bank.take_back_unpaid(work, demande)
    enter(work, demande, statut, work.now, URSSAF)


def _next(demande: Demande, happening: str) -> str:
    statut = following(happening, demande.statut)
    if statut is None:
        label = STATUT_LABELS[demande.statut]
        raise Impossible(
            f"La demande est au statut {demande.statut} ({label}) : "
            "cet événement n'est pas possible maintenant"
        )
    return statut


def _call_off_virement(demande: Demande) -> None:
    if demande.statut != PAYEE and demande.virement_cents is None:
        demande.virement_date = None
