# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070, `POST /demandePaiement/rechercher` (urssaf-api.md §2.4)."""

from .fields import Wire, WireDate, text


class InputRechercheDemandePaiement(Wire):
    """What to look for. With ids, only the ids count (PDF v1.1.7 quoted by CAERP)."""

    idDemandePaiements: list[text(high=50)] | None = None
    # An array, absent from the Swagger of 2021, used in production since.
    numFactureTiers: list[text(high=50)] | None = None
    dateDebut: WireDate | None = None
    dateFin: WireDate | None = None
