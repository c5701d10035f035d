# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arithmetic of a demande (urssaf-api.md §7.2, rules A to G). Euros, exact to the cent.

No tolerance: none is documented.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from ..contract.erreurs import Erreur, erreur
from ..contract.payment import InputDemandePaiement, InputPrestation

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> int:
    """Return the amount in whole cents."""
    return int(amount.quantize(CENT, ROUND_HALF_UP) * 100)


def amount_erreurs(demande: InputDemandePaiement) -> list[Erreur]:
    """Return every fault of the amounts, each code once.

    The sums are left alone while a value is malformed: they would only echo the fault.
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
