# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods 050 and 070: their bodies, and the checks of a demande de paiement.

Lengths nobody has published (numFactureTiers, complement1…) are the widest that some
client is known to send. Amounts are euros, exact to the cent, without tolerance: none
is documented.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import Field, TypeAdapter

from ..tables import Prestataire
from .erreurs import Erreur, champ_invalide, erreur
from .fields import Code, Number, OptionalText, Wire, WireDate, optional, text
from .references import NATURES, UNITES


class InputPrestation(Wire):
    """One line of service."""

    codeActivite: OptionalText = None
    codeNature: Code
    quantite: Number
    unite: str
    mntUnitaireTTC: Number
    mntPrestationTTC: Number
    mntPrestationHT: Number
    mntPrestationTVA: Number
    dateDebutEmploi: WireDate | None = None
    dateFinEmploi: WireDate | None = None
    complement1: optional(text(high=255)) = None
    # The intervenant: optional in the Swagger, required by the service.
    complement2: OptionalText = None


class InputDemandePaiement(Wire):
    """One demande de paiement. Amounts in euros."""

    idTiersFacturation: text(high=100)
    idClient: text(1, 50)
    dateNaissanceClient: WireDate
    numFactureTiers: text(1, 50)
    dateFacture: WireDate
    dateDebutEmploi: WireDate
    dateFinEmploi: WireDate
    mntAcompte: Number | None = None
    dateVersementAcompte: WireDate | None = None
    mntFactureTTC: Number
    mntFactureHT: Number
    inputPrestations: list[InputPrestation] = Field(min_length=1)


BATCH = TypeAdapter(list[InputDemandePaiement])


def echo_of(received: dict[str, Any]) -> str:
    """Return, as JSON, what method 070 gives back: the known keys, values untouched."""
    echo = {key: received[key] for key in _DEMANDE_KEYS if key in received}
    echo["inputPrestations"] = [
        {key: prestation[key] for key in _PRESTATION_KEYS if key in prestation}
        for prestation in received["inputPrestations"]
    ]
    return json.dumps(echo)


_DEMANDE_KEYS = tuple(InputDemandePaiement.model_fields)
_PRESTATION_KEYS = tuple(InputPrestation.model_fields)


class InputRechercheDemandePaiement(Wire):
    """What to look for. With ids, only the ids count (PDF v1.1.7 quoted by CAERP)."""

    idDemandePaiements: list[text(high=50)] | None = None
    # An array, absent from the Swagger of 2021, used in production since.
    numFactureTiers: list[text(high=50)] | None = None
    dateDebut: WireDate | None = None
    dateFin: WireDate | None = None


CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> int:
    """Return the amount in whole cents."""
    return int(amount.quantize(CENT, ROUND_HALF_UP) * 100)


def amount_erreurs(demande: InputDemandePaiement) -> list[Erreur]:
    """Return every erreur of the amounts, each code once.

    The sums are left alone while a value is malformed: they would only echo the erreur.
    """
    codes = list(dict.fromkeys(_value_codes(demande)))
    if not codes:
        codes = list(dict.fromkeys(_sum_codes(demande)))
    return [erreur(code) for code in codes]


def _value_codes(demande: InputDemandePaiement) -> Iterator[str]:
    yield from _value(demande.mntFactureTTC, positive=True)
    yield from _value(demande.mntFactureHT)
    if demande.mntAcompte is not None:
        yield from _value(demande.mntAcompte)
    for prestation in demande.inputPrestations:
        yield from _value(prestation.quantite, positive=True)
        # Three decimals are accepted here alone: 69.996 × 5 = 349.98 needs them.
        yield from _value(prestation.mntUnitaireTTC, decimals=3)
        yield from _value(prestation.mntPrestationTTC)
        yield from _value(prestation.mntPrestationHT)
        yield from _value(prestation.mntPrestationTVA)


def _value(value: Decimal, decimals: int = 2, positive: bool = False) -> Iterator[str]:
    if value < 0 or (positive and value == 0):
        yield "ERR_VALEUR_NEGATIVE"
    if -value.normalize().as_tuple().exponent > decimals:
        yield "ERR_FORMAT_VALEUR"


def _sum_codes(demande: InputDemandePaiement) -> Iterator[str]:
    prestations = demande.inputPrestations
    for prestation in prestations:
        yield from _prestation_codes(prestation)
    if (
        sum(prestation.mntPrestationTTC for prestation in prestations)
        != demande.mntFactureTTC
    ):
        yield "ERR_TOTAL_PRESTATIONS"
    if (
        sum(prestation.mntPrestationHT for prestation in prestations)
        != demande.mntFactureHT
    ):
        yield "ERR_TOTAL_PRESTATIONS"
    if (demande.mntAcompte or 0) * 2 > demande.mntFactureTTC:
        yield "ERR_MONTANT_ACOMPTE"


def _prestation_codes(prestation: InputPrestation) -> Iterator[str]:
    product = (prestation.quantite * prestation.mntUnitaireTTC).quantize(
        CENT, ROUND_HALF_UP
    )
    if product != prestation.mntPrestationTTC:
        yield "ERR_MNT_PREST_TTC"
    if (
        prestation.mntPrestationHT + prestation.mntPrestationTVA
        != prestation.mntPrestationTTC
    ):
        yield "ERR_MNT_PREST_HT_TVA"


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
    """Return every erreur of the demande by itself.

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
    """Return the erreurs of the period of the services."""
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
    """Return the erreur of a period or an invoice older than the appareillage.

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


NO_GARANTIE = "none"
EXPIRED_GARANTIE = "expired"
# Above this TTC in a civil year a financial guarantee is required (D133-22), in cents.
GARANTIE_FREE = 200_000_00


def prestataire_erreurs(
    demande: InputDemandePaiement, prestataire: Prestataire, declared: int
) -> list[Erreur]:
    """Return every erreur; `declared` is the TTC of this year so far, in cents."""
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
