# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of a demande de paiement that need no database (urssaf-api.md §3.3, §7.1)."""

import re
from datetime import date

from ..contract.erreurs import Erreur, champ_invalide, erreur
from ..contract.payment import InputDemandePaiement, InputPrestation
from ..contract.references import NATURES, UNITS
from .amounts import amount_faults

MAX_LINES = 10
_INTERVENANT = re.compile(r"SAP[0-9]{9}|SIR[0-9]{14}")
# Intervenants who are not allowed: nobody has such a number.
BARRED = frozenset({"SAP000000000", "SIR00000000000000"})
# The first demandes of a prestataire date from 2022; the exact day is not public.
SERVICE_START = date(2022, 1, 1)
_ACTIVITY = re.compile(r"([0-9]{2,3})A[0-9]{3}")


def demande_faults(
    demande: InputDemandePaiement, today: date, root: str
) -> list[Erreur]:
    """Return every fault of the demande by itself.

    `today` is the civil date in France; `root` is the path of the demande in the call.
    """
    faults = []
    if not demande.idTiersFacturation.strip():
        faults.append(erreur("ERR_PRESTATAIRE_FACTURATION_INCONNU"))
    paid_on = demande.dateVersementAcompte
    if paid_on and paid_on.date() < SERVICE_START:
        faults.append(erreur("ERR_DATE_PAIEMENT_AVANT_EXP"))
    faults += period_faults(demande, today)
    if len(demande.inputPrestations) > MAX_LINES:
        faults.append(erreur("ERR_NBRE_PREST_MAX"))
    for index, line in enumerate(demande.inputPrestations):
        path = f"{root}.inputPrestations[{index}]"
        faults += _line_faults(line, path)
    return faults + amount_faults(demande)


def period_faults(demande: InputDemandePaiement, today: date) -> list[Erreur]:
    """Return the faults of the period of the services."""
    start, end = demande.dateDebutEmploi.date(), demande.dateFinEmploi.date()
    faults = []
    if max(start, end) > today:
        faults.append(erreur("ERR_DATE_FUTUR"))
    if demande.dateFinEmploi < demande.dateDebutEmploi:
        faults.append(erreur("ERR_DATE_FIN_AVANT_DATE_DEB"))
    if (start.year, start.month) != (end.year, end.month):
        faults.append(erreur("ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE"))
    return faults


def link_faults(demande: InputDemandePaiement, active_since: date) -> list[Erreur]:
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


def _line_faults(line: InputPrestation, path: str) -> list[Erreur]:
    faults = []
    if line.codeNature not in NATURES:
        faults.append(erreur("ERR_CODE_NATURE"))
    if line.codeActivite:
        activity = _ACTIVITY.fullmatch(line.codeActivite)
        if not activity or activity[1] not in NATURES:
            faults.append(erreur("ERR_CODE_ACTIVITE"))
        elif activity[1] != line.codeNature:
            faults.append(erreur("ERR_CODE_ACTIVITE_NATURE"))
    if line.unite not in UNITS:
        # Urssaf has no code of its own for this one.
        faults.append(
            champ_invalide(f"{path}.unite", "les valeurs admises sont HEURE, FORFAIT")
        )
    if not line.complement2:
        faults.append(erreur("ERR_NUMINTERVENANT_MANQUANT"))
    elif not _INTERVENANT.fullmatch(line.complement2):
        faults.append(erreur("ERR_FORMAT_NUMINTERVENANT"))
    elif line.complement2 in BARRED:
        faults.append(erreur("ERR_NUMINTERVENANT_BLOQUE"))
    return faults
