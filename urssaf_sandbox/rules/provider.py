# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf holds against the provider himself (urssaf-api.md §3.3, §7.4, §7.6)."""

import json

from ..contract.erreurs import Erreur, erreur
from ..contract.payment import InputDemandePaiement
from ..tables import Prestataire
from .amounts import to_cents

NO_GARANTIE = "none"
EXPIRED_GARANTIE = "expired"
# Above this TTC in a civil year a financial guarantee is required (D133-22), in cents.
GARANTIE_FREE = 200_000_00


def prestataire_erreurs(
    demande: InputDemandePaiement, prestataire: Prestataire, declared: int
) -> list[Erreur]:
    """Return every fault; `declared` is the TTC of this year so far, in cents."""
    erreurs = []
    acompte = bool(demande.mntAcompte)
    if not prestataire.known:
        erreurs.append(erreur("ERR_PRESTATAIRE_EMETTEUR_INCONNU"))
    billing_ids = json.loads(prestataire.billing_ids)
    if billing_ids and demande.idTiersFacturation not in billing_ids:
        erreurs.append(erreur("ERR_PRESTATAIRE_FACTURATION_INCONNU"))
    if acompte and not prestataire.acomptes:
        erreurs.append(erreur("ERR_ACOMPTE_BLOQUE"))
    if prestataire.garantie == EXPIRED_GARANTIE:
        erreurs.append(erreur("ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"))
    elif prestataire.garantie == NO_GARANTIE:
        total = declared + to_cents(demande.mntFactureTTC)
        # An acompte needs the guarantee from the first euro.
        if acompte or total >= GARANTIE_FREE:
            erreurs.append(erreur("ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"))
    return erreurs
