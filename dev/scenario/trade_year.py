# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the firm invoices and is paid without avance immédiate, and what comes of it.

Amounts are written down, not computed: in euros, with tax unless said otherwise. The
year is the one before today's; a month of 13 is January of this year.
"""

from decimal import Decimal
from typing import NamedTuple


class Visit(NamedTuple):
    """A day of the month, hours of the day, and who came (key of the demo data)."""

    day: int
    start: float
    end: float
    person: str


class Sale(NamedTuple):
    """A line of an invoice. ``quantity``: hours, or 1 for a flat price."""

    service: str
    quantity: float
    visits: tuple[Visit, ...]


class Payment(NamedTuple):
    """``means``: see ``MEANS``."""

    means: str
    month: int
    day: int
    amount: Decimal


class Bill(NamedTuple):
    """An invoice, dated on a day of the month of its services."""

    customer: str
    month: int
    day: int
    sales: tuple[Sale, ...]
    total: Decimal
    payments: tuple[Payment, ...] = ()


#: Means of payment → what it is on the annual certificate.
MEANS = {
    "Virement": "transfer",
    "Chèque": "cheque",
    "Carte": "card",
    "CESU préfinancé": "cesu_prefinanced",
    "Espèces": None,
}


def _housework(*days):
    return (
        Sale(
            "product_menage",
            2.5 * len(days),
            tuple(Visit(day, 9, 11.5, "lambert") for day in days),
        ),
    )


BILLS = (
    Bill(
        *("marchand", 10, 31, _housework(3, 10, 17, 24), Decimal("320.00")),
        (Payment("Virement", 11, 5, Decimal("320.00")),),
    ),
    Bill(
        "vasseur",
        10,
        31,
        (
            Sale("product_jardinage", 3, (Visit(14, 14, 17, "rahmani"),)),
            # A flat price has hours of its own.
            Sale(
                "product_assistance_informatique",
                1,
                (Visit(21, 10, 11.5, "perrin"),),
            ),
        ),
        Decimal("195.80"),
        (Payment("Carte", 11, 10, Decimal("195.80")),),
    ),
    Bill(
        *("marchand", 11, 30, _housework(7, 14, 21, 28), Decimal("320.00")),
        (Payment("Chèque", 12, 6, Decimal("320.00")),),
    ),
    Bill(
        "legoff",
        11,
        30,
        (
            Sale(
                "product_aide_humaine",
                10,
                tuple(Visit(day, 8, 10, "lambert") for day in (3, 6, 13, 20, 27)),
            ),
        ),
        Decimal("265.00"),
        (
            Payment("CESU préfinancé", 12, 8, Decimal("150.00")),
            Payment("Virement", 12, 12, Decimal("115.00")),
        ),
    ),
    Bill(
        "belkacem",
        12,
        17,
        (
            Sale(
                "product_soutien_scolaire",
                3,
                (Visit(9, 17, 18.5, "perrin"), Visit(16, 17, 18.5, "perrin")),
            ),
        ),
        Decimal("118.80"),
        (
            Payment("Espèces", 12, 20, Decimal("50.00")),
            Payment("Virement", 12, 22, Decimal("68.80")),
        ),
    ),
    # Paid in January: on the certificate of the next year.
    Bill(
        *("marchand", 12, 31, _housework(5, 12, 19, 26), Decimal("320.00")),
        (Payment("Virement", 13, 4, Decimal("320.00")),),
    ),
)

#: Customer → (received, prefinanced CESU, to declare) on the certificate of the year.
CERTIFICATES = {
    "marchand": (Decimal("640.00"), Decimal(0), Decimal("640.00")),
    "vasseur": (Decimal("195.80"), Decimal(0), Decimal("195.80")),
    "legoff": (Decimal("265.00"), Decimal("150.00"), Decimal("115.00")),
    # Cash never counts.
    "belkacem": (Decimal("68.80"), Decimal(0), Decimal("68.80")),
}
#: Month → (hours, turnover without tax, customers) to type into NOVA.
NOVA = {
    10: (Decimal("14.50"), Decimal("454.08"), 2),
    11: (Decimal("20.00"), Decimal("542.09"), 2),
    12: (Decimal("13.00"), Decimal("398.91"), 2),
}
