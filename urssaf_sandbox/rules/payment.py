# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of a demande de paiement that need no database (urssaf-api.md §3.3, §7.1)."""

import re
from datetime import date

from ..contract.erreurs import Erreur, champ_invalide, erreur
from ..contract.payment import InputDemandePaiement, InputPrestation
from ..contract.references import NATURES, UNITES
from .amounts import amount_erreurs

MAX_PRESTATIONS = 10
_INTERVENANT = re.compile(r"SAP[0-9]{9}|SIR[0-9]{14}")
# Intervenants who are not allowed: nobody has such a number.
BARRED = frozenset({"SAP000000000", "SIR00000000000000"})
# The first demandes of a prestataire date from 2022; the exact day is not public.
SERVICE_START = date(2022, 1, 1)
_ACTIVITY = re.compile(r"([0-9]{2,3})A[0-9]{3}")


def demande_erreurs(
    demande: InputDemandePaiement, today: date, root: str
) -> list[Erreur]:
    """Return every fault of the demande by itself.

    `today` is the civil date in France; `root` is the path of the demande in the call.
    """
    erreurs = []
    if not demande.idTiersFacturation.strip():
        erreurs.append(erreur("ERR_PRESTATAIRE_FACTURATION_INCONNU"))
    paid_on = demande.dateVersementAcompte
    if paid_on and paid_on.date() < SERVICE_START:
        erreurs.append(erreur("ERR_DATE_PAIEMENT_AVANT_EXP"))
    erreurs += period_erreurs(demande, today)
    if len(demande.inputPrestations) > MAX_PRESTATIONS:
        erreurs.append(erreur("ERR_NBRE_PREST_MAX"))
    for index, prestation in enumerate(demande.inputPrestations):
        path = f"{root}.inputPrestations[{index}]"
        erreurs += _prestation_erreurs(prestation, path)
    return erreurs + amount_erreurs(demande)


def period_erreurs(demande: InputDemandePaiement, today: date) -> list[Erreur]:
    """Return the faults of the period of the services."""
    start, end = demande.dateDebutEmploi.date(), demande.dateFinEmploi.date()
    erreurs = []
    if max(start, end) > today:
        erreurs.append(erreur("ERR_DATE_FUTUR"))
    if demande.dateFinEmploi < demande.dateDebutEmploi:
        erreurs.append(erreur("ERR_DATE_FIN_AVANT_DATE_DEB"))
    if (start.year, start.month) != (end.year, end.month):
        erreurs.append(erreur("ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE"))
    return erreurs


def appareillage_erreurs(
    demande: InputDemandePaiement, active_since: date
) -> list[Erreur]:
    """Return the fault of a period or an invoice older than the association.

    Civil dates in France: the day of the activation itself is accepted.
    """
    first = min(demande.dateDebutEmploi.date(), demande.dateFacture.date())
    if first < active_since:
        return [
            erreur(
                "ERR_LIEN_PARTICULIER_PRESTATAIRE",
                "La prestation ou la facture est antérieure à l'activation",
            )
        ]
    return []


def _prestation_erreurs(prestation: InputPrestation, path: str) -> list[Erreur]:
    erreurs = []
    if prestation.codeNature not in NATURES:
        erreurs.append(erreur("ERR_CODE_NATURE"))
    if prestation.codeActivite:
        activity = _ACTIVITY.fullmatch(prestation.codeActivite)
        if not activity or activity[1] not in NATURES:
            erreurs.append(erreur("ERR_CODE_ACTIVITE"))
        elif activity[1] != prestation.codeNature:
            erreurs.append(erreur("ERR_CODE_ACTIVITE_NATURE"))
    if prestation.unite not in UNITES:
        # Urssaf has no code of its own for this one.
        erreurs.append(
            champ_invalide(f"{path}.unite", "les valeurs admises sont HEURE, FORFAIT")
        )
    if not prestation.complement2:
        erreurs.append(erreur("ERR_NUMINTERVENANT_MANQUANT"))
    elif not _INTERVENANT.fullmatch(prestation.complement2):
        erreurs.append(erreur("ERR_FORMAT_NUMINTERVENANT"))
    elif prestation.complement2 in BARRED:
        erreurs.append(erreur("ERR_NUMINTERVENANT_BLOQUE"))
    return erreurs
