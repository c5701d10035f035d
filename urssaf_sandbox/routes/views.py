# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What `/sandbox/v1/` shows. Amounts in euros, instants in Paris time."""

import json
from datetime import datetime
from typing import Any

from .. import answers
from ..clock import PARIS
from ..contract.references import STATUT_LABELS
from ..life.aide import AideAccount
from ..mailbox import address_of, text_of
from ..tables import (
    FIRST_DEMANDE_ID,
    Appareillage,
    Demande,
    Message,
    Particulier,
    Prestataire,
)


def instant(moment: datetime | None) -> str | None:
    """Return ISO 8601 with Paris's offset."""
    return moment.astimezone(PARIS).isoformat() if moment else None


def euros(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def prestataire(record: Prestataire) -> dict[str, Any]:
    """A tiers de prestation, without its secret."""
    return {
        "client_id": record.client_id,
        "trade_name": record.trade_name,
        "siren": record.siren,
        "siret": record.siret,
        "scope": record.scope,
        "iban": record.iban,
        "known": record.known,
        "deposits": record.acomptes,
        "guarantee": record.garantie,
        "billing_ids": json.loads(record.billing_ids),
        "calls_per_second": record.calls_per_second,
    }


def message(record: Message, public_url: str) -> dict[str, Any]:
    """An e-mail or SMS as received."""
    demande = record.demande_id
    return {
        "id": record.id,
        "at": instant(record.at),
        "kind": record.kind,
        "to": record.recipient,
        "subject": record.subject,
        "body": text_of(record, public_url),
        "link": address_of(record, public_url) or None,
        "channel": record.channel,
        "delivery": record.delivery,
        "idClient": record.particulier_id,
        "demande": None if demande is None else str(FIRST_DEMANDE_ID + demande),
    }


def particulier(record: Particulier) -> dict[str, Any]:
    """A person and each appareillage, without birth data nor bank account."""
    return {
        "idClient": record.id,
        "birth_name": record.birth_name,
        "usage_name": record.usage_name,
        "first_names": record.first_names,
        "email": record.email,
        "phone": record.phone,
        "created_at": instant(record.created_at),
        "activated_at": instant(record.activated_at),
        "blocked_at": instant(record.blocked_at),
        "mandate_expired_at": instant(record.mandat_expired_at),
        "links": [_appareillage(appareillage) for appareillage in record.appareillages],
    }


def aide(account: AideAccount) -> dict[str, Any]:
    """A year of aid. `spend` is about expenses, the rest about aid."""
    return {
        "year": account.year,
        "ceiling": euros(account.plafond),
        "used": euros(account.used),
        "left": euros(account.left),
        "spend": {
            nature: {"ceiling": euros(limit), "used": euros(used)}
            for nature, (limit, used) in account.spend.items()
        },
    }


def _appareillage(record: Appareillage) -> dict[str, Any]:
    return {
        "provider": record.prestataire.client_id,
        "status": answers.statut_particulier(record),
        "requested_at": instant(record.requested_at),
        "accepted_at": instant(record.accepted_at),
    }


def demande(record: Demande) -> dict[str, Any]:
    """A demande with its whole history."""
    rejet = None
    if record.rejet_code:
        rejet = {
            "code": record.rejet_code,
            "commentaire": record.rejet_commentaire,
        }
    return {
        "id": record.public_id,
        "provider": record.prestataire.client_id,
        "idClient": record.particulier_id,
        "number": record.num_facture,
        "invoice_date": record.date_facture.isoformat(),
        "status": record.statut,
        "status_label": STATUT_LABELS[record.statut],
        "total_ttc": euros(record.total_cents),
        "acompte": euros(record.acompte_cents),
        "aide": euros(record.aide_cents),
        "reste_a_payer": euros(record.reste_a_payer_cents),
        "rejection": rejet,
        "transfer_date": record.virement_date and record.virement_date.isoformat(),
        "transfer_amount": euros(record.virement_cents),
        "next_change_at": instant(record.next_at),
        "history": [
            {
                "at": instant(event.at),
                "status": event.statut,
                "label": STATUT_LABELS[event.statut],
                "cause": event.cause,
            }
            for event in record.events
        ],
    }
