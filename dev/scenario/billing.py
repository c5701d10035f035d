# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoices of the story, and what is expected of each one at the end.

Totals are written down, not computed: they are what the customer has to pay, in euros
with tax, whoever computes them.
"""

from decimal import Decimal
from typing import NamedTuple

from .people import CUSTOMERS

# Ways that a demande goes: Urssaf's code, and who made it go there.
JUST_SENT = (("10", "urssaf"),)
RECEIVED = (*JUST_SENT, ("20", "urssaf"))
ACCEPTED = (*RECEIVED, ("30", "particulier"))
SILENT = (*RECEIVED, ("30", "silence"))
REFUSED = (*RECEIVED, ("40", "particulier"))
DEBITED = (("50", "urssaf"),)
PAID = (*DEBITED, ("70", "urssaf"))

#: Service → who does it (key of the demo data).
PERSONS = {
    "product_menage": "lambert",
    "product_jardinage": "rahmani",
    "product_soutien_scolaire": "perrin",
    "product_assistance_informatique": "rahmani",
    "product_aide_humaine": "perrin",
}


class Visit(NamedTuple):
    """Days before the last day of the invoice's services, and hours of the day."""

    days_before: int
    start: float
    end: float


class Line(NamedTuple):
    """``quantity`` in hours, or 1 for a flat price."""

    service: str
    quantity: float
    visits: tuple[Visit, ...]


class Invoice(NamedTuple):
    """One invoice.

    ``when``: which services it is about, see ``Calendar.service_day``. ``way``: empty
    when it is not sent. ``state`` and ``payment_state`` are Odoo's at the end.
    """

    key: str
    customer: str
    when: str
    lines: tuple[Line, ...]
    total: Decimal
    state: str | bool = False
    way: tuple[tuple[str, str], ...] = ()
    payment_state: str = "not_paid"


def _line(service, quantity, *visits):
    return Line(f"product_{service}", quantity, tuple(Visit(*v) for v in visits))


INVOICES = (
    Invoice(
        *("lefevre-1", "lefevre", "first"),
        lines=(
            _line(
                "menage", 10.5, (12, 9, 12), (9, 9, 11.5), (5, 9, 11.5), (2, 9, 11.5)
            ),
        ),
        total=Decimal("336.00"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("garnier-1", "garnier", "first"),
        lines=(_line("jardinage", 3.75, (12, 14, 16), (2, 14, 15.75)),),
        total=Decimal("171.00"),
        state="paid",
        way=(*SILENT, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("benali-1", "benali", "first"),
        lines=(
            _line(
                *("soutien_scolaire", 6.0),
                *((12, 17, 18.5), (9, 17, 18.5), (5, 17, 18.5), (2, 17, 18.5)),
            ),
        ),
        total=Decimal("237.60"),
        state="refused",
        way=REFUSED,
        payment_state="reversed",
    ),
    Invoice(
        *("moreau-1", "moreau", "first"),
        lines=(
            _line(
                *("aide_humaine", 12.25),
                *((12, 8, 11), (9, 8, 11), (5, 8, 11), (2, 8, 11.25)),
            ),
        ),
        total=Decimal("324.63"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("fontaine-1", "fontaine", "first"),
        lines=(
            _line("jardinage", 4.0, (5, 9, 13)),
            _line("assistance_informatique", 1.0, (5, 14, 15)),
        ),
        total=Decimal("241.40"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    # The correction of benali-1: an hour and a half had not been done.
    Invoice(
        *("benali-2", "benali", "first"),
        lines=(
            _line(
                *("soutien_scolaire", 4.5),
                *((12, 17, 18.5), (9, 17, 18.5), (5, 17, 18.5)),
            ),
        ),
        total=Decimal("178.20"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("moreau-2", "moreau", "second"),
        lines=(
            _line("assistance_informatique", 1.0, (1, 17, 18)),
            _line("menage", 2.5, (1, 9, 11.5)),
        ),
        total=Decimal("139.00"),
        state="debited",
        way=(*ACCEPTED, *DEBITED),
    ),
    # Contested, and nobody has corrected it yet.
    Invoice(
        *("fontaine-2", "fontaine", "second"),
        lines=(_line("jardinage", 3.0, (1, 8, 11)),),
        total=Decimal("136.80"),
        state="refused",
        way=REFUSED,
    ),
    Invoice(
        *("garnier-2", "garnier", "today"),
        lines=(_line("jardinage", 2.5, (1, 11.5, 14)),),
        total=Decimal("114.00"),
        state="validated",
        way=ACCEPTED,
    ),
    Invoice(
        *("rousseau-1", "rousseau", "today"),
        lines=(
            _line("menage", 3.5, (0, 8.5, 12)),
            _line("aide_humaine", 4.25, (0, 14, 18.25)),
        ),
        total=Decimal("224.63"),
        state="waiting",
        way=RECEIVED,
    ),
    Invoice(
        *("lefevre-2", "lefevre", "today"),
        lines=(_line("menage", 2.25, (0, 14, 16.25)),),
        total=Decimal("72.00"),
        state="waiting",
        way=JUST_SENT,
    ),
    Invoice(
        *("moreau-3", "moreau", "today"),
        lines=(_line("aide_humaine", 4.0, (0, 8, 12)),),
        total=Decimal("106.00"),
        state="waiting",
        way=JUST_SENT,
    ),
    # Ready to be sent.
    Invoice(
        *("fontaine-3", "fontaine", "today"),
        lines=(_line("jardinage", 2.0, (0, 14.5, 16.5)),),
        total=Decimal("91.20"),
    ),
    Invoice(
        *("garnier-3", "garnier", "today"),
        lines=(_line("menage", 3.0, (1, 16.5, 19.5)),),
        total=Decimal("96.00"),
    ),
    # Cannot be sent: the customer has not activated his account.
    Invoice(
        *("payet-1", "payet", "today"),
        lines=(_line("jardinage", 2.0, (0, 9, 11)),),
        total=Decimal("91.20"),
    ),
)

BY_KEY = {invoice.key: invoice for invoice in INVOICES}
SITUATIONS = {customer.key: customer.situation for customer in CUSTOMERS}
