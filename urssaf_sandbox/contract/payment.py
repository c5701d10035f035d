# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 050, `POST /demandePaiement` (urssaf-api.md §2.3).

Lengths nobody has published (numFactureTiers, complement1…) are the widest that some
client is known to send.
"""

import json
from typing import Any

from pydantic import Field, TypeAdapter

from .fields import Code, Number, OptionalText, Wire, WireDate, optional, text


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
