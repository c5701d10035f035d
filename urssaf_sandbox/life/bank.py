# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf pays to a provider, and takes back."""

from datetime import date

from sqlalchemy import func, select

from ..side_tables import BankEntry
from ..switches import TOTAL, read_switches
from ..tables import Demande
from .work import Work


def pay(work: Work, demande: Demande, day: date) -> None:
    """Transfer the whole TTC but the acompte, value `day`."""
    cents = demande.total_cents - demande.acompte_cents
    demande.virement_cents = cents
    _book(work, demande, day, cents)


def take_back_unpaid(work: Work, demande: Demande) -> None:
    """Debit the provider of what the particulier did not pay, if it was advanced.

    Sources differ: the reste à payer (AIS), or everything (CAERP). A switch decides.
    """
    paid = _balance(work, demande)
    whole = read_switches(work.session).recovery == TOTAL
    _take(work, demande, paid if whole else min(paid, demande.reste_a_payer_cents))


def take_back_all(work: Work, demande: Demande) -> None:
    """Debit the provider of whatever he still holds for this demande."""
    _take(work, demande, _balance(work, demande))


def _balance(work: Work, demande: Demande) -> int:
    query = select(func.sum(BankEntry.cents)).where(BankEntry.demande_id == demande.id)
    return work.session.scalar(query) or 0


def _take(work: Work, demande: Demande, cents: int) -> None:
    if cents > 0:
        _book(work, demande, work.today, -cents)


def _book(work: Work, demande: Demande, day: date, cents: int) -> None:
    if cents == 0:
        return
    work.session.add(
        BankEntry(
            prestataire_id=demande.prestataire_id,
            demande_id=demande.id,
            day=day,
            cents=cents,
        )
    )
