# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf holds against the provider himself (urssaf-api.md §3.3, §7.4, §7.6)."""

import json

from ..contract.erreurs import Erreur, erreur
from ..contract.payment import InputDemandePaiement
from ..tables import Provider
from .amounts import to_cents

NO_GUARANTEE = "none"
EXPIRED_GUARANTEE = "expired"
# Above this TTC in a civil year a financial guarantee is required (D133-22), in cents.
GUARANTEE_FREE = 200_000_00


def provider_faults(
    demande: InputDemandePaiement, provider: Provider, declared: int
) -> list[Erreur]:
    """Return every fault; `declared` is the TTC of this year so far, in cents."""
    faults = []
    deposit = bool(demande.mntAcompte)
    if not provider.known:
        faults.append(erreur("ERR_PRESTATAIRE_EMETTEUR_INCONNU"))
    billing_ids = json.loads(provider.billing_ids)
    if billing_ids and demande.idTiersFacturation not in billing_ids:
        faults.append(erreur("ERR_PRESTATAIRE_FACTURATION_INCONNU"))
    if deposit and not provider.deposits:
        faults.append(erreur("ERR_ACOMPTE_BLOQUE"))
    if provider.guarantee == EXPIRED_GUARANTEE:
        faults.append(erreur("ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"))
    elif provider.guarantee == NO_GUARANTEE:
        total = declared + to_cents(demande.mntFactureTTC)
        # An acompte needs the guarantee from the first euro.
        if deposit or total >= GUARANTEE_FREE:
            faults.append(erreur("ERREUR_GARANTIE_FINANCIERE_NON_CONFORME"))
    return faults
