# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The invoices of the story, and what is expected of each one at the end.

Totals are written down, not computed: they are what the customer has to pay, in euros
with tax, whoever computes them.
"""

from decimal import Decimal
from typing import NamedTuple

from .people import CUSTOMERS

# Ways that a demande goes: Urssaf's code, and who made it go there.
RECEIVED = (("10", "urssaf"), ("20", "urssaf"))
ACCEPTED = (*RECEIVED, ("30", "particulier"))
SILENT = (*RECEIVED, ("30", "silence"))
DEBITED = (("50", "urssaf"),)
PAID = (*DEBITED, ("70", "urssaf"))


class Invoice(NamedTuple):
    """One invoice.

    ``lines``: (service, quantity) with hours in hours. ``days``: first and last day of
    service. ``way``: empty when it is never sent. ``state`` and ``payment_state`` are
    Odoo's at the end.
    """

    key: str
    customer: str
    month: str
    days: tuple[int, int]
    lines: tuple[tuple[str, float], ...]
    total: Decimal
    state: str | bool
    way: tuple[tuple[str, str], ...]
    payment_state: str = "not_paid"


INVOICES = (
    Invoice(
        *("lefevre-1", "lefevre", "last", (2, 27)),
        lines=(("product_menage", 10.5),),
        total=Decimal("336.00"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("garnier-1", "garnier", "last", (5, 20)),
        lines=(("product_jardinage", 3.75),),
        total=Decimal("171.00"),
        state="paid",
        way=(*SILENT, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("benali-1", "benali", "last", (7, 28)),
        lines=(("product_soutien_scolaire", 6.0),),
        total=Decimal("237.60"),
        state="refused",
        way=(*RECEIVED, ("40", "particulier")),
        payment_state="reversed",
    ),
    Invoice(
        *("moreau-1", "moreau", "last", (3, 25)),
        lines=(("product_aide_humaine", 12.25),),
        total=Decimal("324.63"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("fontaine-1", "fontaine", "last", (12, 12)),
        lines=(("product_jardinage", 4.0), ("product_assistance_informatique", 1.0)),
        total=Decimal("241.40"),
        state="paid",
        way=(*ACCEPTED, *PAID),
        payment_state="paid",
    ),
    Invoice(
        *("moreau-2", "moreau", "this", (1, 3)),
        lines=(("product_assistance_informatique", 1.0), ("product_menage", 2.5)),
        total=Decimal("139.00"),
        state="debited",
        way=(*ACCEPTED, *DEBITED),
    ),
    # The correction of benali-1: an hour and a half had not been done.
    Invoice(
        *("benali-2", "benali", "last", (7, 28)),
        lines=(("product_soutien_scolaire", 4.5),),
        total=Decimal("178.20"),
        state="validated",
        way=ACCEPTED,
    ),
    Invoice(
        *("rousseau-1", "rousseau", "this", (1, 3)),
        lines=(("product_menage", 3.5), ("product_aide_humaine", 4.25)),
        total=Decimal("224.63"),
        state="waiting",
        way=RECEIVED,
    ),
    Invoice(
        *("lefevre-2", "lefevre", "this", (1, 2)),
        lines=(("product_menage", 2.25),),
        total=Decimal("72.00"),
        state="waiting",
        way=RECEIVED,
    ),
    Invoice(
        *("payet-1", "payet", "this", (2, 3)),
        lines=(("product_jardinage", 2.0),),
        total=Decimal("91.20"),
        state=False,
        way=(),
    ),
)

BY_KEY = {invoice.key: invoice for invoice in INVOICES}
SITUATIONS = {customer.key: customer.situation for customer in CUSTOMERS}
