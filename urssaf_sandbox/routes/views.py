# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What `/sandbox/v1/` shows. Amounts in euros, instants in Paris time."""

import json
from datetime import datetime
from typing import Any

from .. import answers
from ..contract.references import STATUS_LABELS
from ..life.aid import AidAccount
from ..mailbox import address_of, text_of
from ..tables import FIRST_DEMANDE_ID, Demande, Link, Message, Particulier, Provider
from ..working_days import PARIS


def instant(moment: datetime | None) -> str | None:
    """Return ISO 8601 with Paris's offset."""
    return moment.astimezone(PARIS).isoformat() if moment else None


def euros(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def provider(record: Provider) -> dict[str, Any]:
    """A tiers de prestation, without its secret."""
    return {
        "client_id": record.client_id,
        "trade_name": record.trade_name,
        "siren": record.siren,
        "siret": record.siret,
        "scope": record.scope,
        "iban": record.iban,
        "known": record.known,
        "deposits": record.deposits,
        "guarantee": record.guarantee,
        "billing_ids": json.loads(record.billing_ids),
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
    """A person and each association, without birth data nor bank account."""
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
        "mandate_expired_at": instant(record.mandate_expired_at),
        "links": [_link(link) for link in record.links],
    }


def aid(account: AidAccount) -> dict[str, Any]:
    """A year of aid. `spend` is about expenses, the rest about aid."""
    return {
        "year": account.year,
        "ceiling": euros(account.ceiling),
        "used": euros(account.used),
        "left": euros(account.left),
        "spend": {
            nature: {"ceiling": euros(limit), "used": euros(used)}
            for nature, (limit, used) in account.spend.items()
        },
    }


def _link(record: Link) -> dict[str, Any]:
    return {
        "provider": record.provider.client_id,
        "status": answers.account_status(record),
        "requested_at": instant(record.requested_at),
        "accepted_at": instant(record.accepted_at),
    }


def demande(record: Demande) -> dict[str, Any]:
    """A demande with its whole history."""
    rejection = None
    if record.rejection_code:
        rejection = {
            "code": record.rejection_code,
            "commentaire": record.rejection_comment,
        }
    return {
        "id": record.public_id,
        "provider": record.provider.client_id,
        "idClient": record.particulier_id,
        "number": record.number,
        "invoice_date": record.invoice_date.isoformat(),
        "status": record.status,
        "status_label": STATUS_LABELS[record.status],
        "total_ttc": euros(record.total_cents),
        "acompte": euros(record.deposit_cents),
        "aide": euros(record.aid_cents),
        "reste_a_payer": euros(record.due_cents),
        "rejection": rejection,
        "transfer_date": record.transfer_date and record.transfer_date.isoformat(),
        "transfer_amount": euros(record.transfer_cents),
        "next_change_at": instant(record.next_at),
        "history": [
            {
                "at": instant(event.at),
                "status": event.status,
                "label": STATUS_LABELS[event.status],
                "cause": event.cause,
            }
            for event in record.events
        ],
    }
