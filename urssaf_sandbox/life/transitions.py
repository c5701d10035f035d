# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which statut of a demande may follow which, and by what.

Sources agree on the codes, not on the order of those that follow an unpaid debit:
60 → 120, 60 → 111 and 120 → 112 are the arrows they have in common; 260 and 270 are
inferred from their labels.
"""

from ..contract.references import (
    ANNULEE,
    ANNULEE_IMPAYE,
    ANNULEE_RECOUVREMENT,
    ANNULEE_SPECIFIQUE,
    EN_ATTENTE,
    IMPAYE_PRESTATAIRE,
    INTEGREE,
    PAYEE,
    PRELEVEE,
    RECOUVREE,
    REFUS_PRELEVEMENT,
    REFUSEE,
    REGULARISEE_PRESTATAIRE,
    STATUT_LABELS,
    VALIDEE,
)

TIME = "time"
VALIDATE = "validate"
CONTEST = "contest"
REJECT_PRELEVEMENT = "reject-debit"
CANCEL = "cancel"
CANCEL_SPECIFIC = "cancel-specific"
RECOVER = "recover"
RECOVERY_FAILS = "recovery-fails"

_ALIVE = (INTEGREE, EN_ATTENTE, VALIDEE, PRELEVEE, PAYEE)

# What happens → status before → status after.
TRANSITIONS: dict[str, dict[str, str]] = {
    TIME: {
        INTEGREE: EN_ATTENTE,
        EN_ATTENTE: VALIDEE,
        VALIDEE: PRELEVEE,
        PRELEVEE: PAYEE,
    },
    VALIDATE: {EN_ATTENTE: VALIDEE},
    CONTEST: {EN_ATTENTE: REFUSEE},
    REJECT_PRELEVEMENT: {PRELEVEE: REFUS_PRELEVEMENT, PAYEE: REFUS_PRELEVEMENT},
    CANCEL: {
        **dict.fromkeys(_ALIVE, ANNULEE),
        REFUS_PRELEVEMENT: ANNULEE_IMPAYE,
        RECOUVREE: ANNULEE_RECOUVREMENT,
    },
    CANCEL_SPECIFIC: dict.fromkeys(
        (*_ALIVE, REFUS_PRELEVEMENT, RECOUVREE), ANNULEE_SPECIFIQUE
    ),
    RECOVER: {
        REFUS_PRELEVEMENT: RECOUVREE,
        IMPAYE_PRESTATAIRE: REGULARISEE_PRESTATAIRE,
    },
    RECOVERY_FAILS: {REFUS_PRELEVEMENT: IMPAYE_PRESTATAIRE},
}

# The virement has not left yet: its amount may still be another one.
BEFORE_VIREMENT = frozenset({INTEGREE, EN_ATTENTE, VALIDEE, PRELEVEE})

# Where a demande's life ends, whatever is tried.
TERMINAL = frozenset(STATUT_LABELS) - {
    before for arrows in TRANSITIONS.values() for before in arrows
}

CANCELLED = frozenset(
    {ANNULEE, ANNULEE_IMPAYE, ANNULEE_RECOUVREMENT, ANNULEE_SPECIFIQUE}
)


def following(happening: str, statut: str) -> str | None:
    """Return the status that comes next, or None when this cannot happen now."""
    return TRANSITIONS[happening].get(statut)
