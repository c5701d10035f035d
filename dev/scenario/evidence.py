# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What both sides know at the end: records to be shown and judged, no opinion."""

from datetime import datetime, timezone
from typing import Any, NamedTuple

from .billing import INVOICES, Invoice
from .calendar import PARIS
from .company import TRANSFER_ACCOUNT
from .office import REQUEST
from .people import CUSTOMERS, Customer

_MOVE = (
    *("name", "partner_id", "amount_total", "amount_residual", "payment_state"),
    *("urssaf_state", "urssaf_request_id", "alerts"),
)
_REQUEST = (
    *("name", "state", "external_id", "remote_code", "transfer_date"),
    *("transfer_amount", "transfer_effective", "rejection_code"),
    *("rejection_comment", "payment_ids", "activity_ids", "attempt_count"),
)
_PAYMENT = ("amount", "date", "move_id", "payment_method_line_id")
_ENROLMENT = (
    *("state", "external_id", "remote_status", "remote_message"),
    *("active_since", "last_error_code", "activity_ids"),
)


class InvoiceEvidence(NamedTuple):
    """One invoice: what was expected, Odoo's records, the sandbox's demandes.

    Each payment also holds ``entry``: state of its entry, what is debited to the
    transfer account and what is credited to the customer, in euros.
    """

    spec: Invoice
    move: dict[str, Any]
    state_label: str
    request: dict[str, Any] | None
    payments: list[dict[str, Any]]
    demandes: list[dict[str, Any]]

    @property
    def customer_name(self):
        """The customer's name, as Odoo shows it."""
        return self.move["partner_id"][1]


class CustomerEvidence(NamedTuple):
    """One customer: what was expected, Odoo's enrolment, the sandbox's person."""

    spec: Customer
    name: str
    email: str
    enrolment: dict[str, Any]
    state_label: str
    person: dict[str, Any] | None
    mails: list[dict[str, Any]]


class Evidence(NamedTuple):
    """Everything. ``numbers`` and ``people``: all that the sandbox holds."""

    invoices: list[InvoiceEvidence]
    customers: list[CustomerEvidence]
    numbers: list[str]
    people: list[str]


def gather(office, sandbox):
    """Ask both sides for everything, in the order of the lists of the story."""
    demandes = sandbox.demandes()
    people = sandbox.people()
    return Evidence(
        _invoices(office, demandes),
        _customers(office, sandbox, people),
        [demande["number"] for demande in demandes],
        list(people),
    )


def _invoices(office, demandes):
    odoo = office.odoo
    labels = _labels(odoo, REQUEST)
    moves = odoo.read("account.move", [office.moves[i.key] for i in INVOICES], _MOVE)
    return [
        _invoice(odoo, spec, move, labels, demandes)
        for spec, move in zip(INVOICES, moves, strict=True)
    ]


def _invoice(odoo, spec, move, labels, demandes):
    request, payments, own = None, [], []
    if move["urssaf_request_id"]:
        request = odoo.read_one(REQUEST, move["urssaf_request_id"][0], _REQUEST)
        payments = odoo.read("account.payment", request["payment_ids"], _PAYMENT)
        own = [demande for demande in demandes if demande["number"] == request["name"]]
    for payment in payments:
        payment["entry"] = _entry(odoo, payment["move_id"])
    label = labels.get(move["urssaf_state"], "Non envoyée")
    return InvoiceEvidence(spec, move, label, request, payments, own)


def _entry(odoo, move):
    if not move:
        return None
    domain = [("code", "=", TRANSFER_ACCOUNT)]
    account = odoo.find("account.account", domain, TRANSFER_ACCOUNT)
    lines = odoo.call(
        "account.move.line",
        "search_read",
        domain=[("move_id", "=", move[0])],
        fields=["account_id", "debit", "credit", "account_type"],
    )
    return {
        "state": odoo.read_one("account.move", move[0], ["state"])["state"],
        "debit": sum(x["debit"] for x in lines if x["account_id"][0] == account),
        "credit": sum(
            x["credit"] for x in lines if x["account_type"] == "asset_receivable"
        ),
    }


def _customers(office, sandbox, people):
    odoo = office.odoo
    labels = _labels(odoo, "urssaf.enrolment")
    found = odoo.read(
        "res.partner",
        [office.partners[c.key] for c in CUSTOMERS],
        ["name", "email", "urssaf_enrolment_id"],
    )
    gathered = []
    for spec, partner in zip(CUSTOMERS, found, strict=True):
        enrolment = odoo.read_one(
            "urssaf.enrolment", partner["urssaf_enrolment_id"][0], _ENROLMENT
        )
        gathered.append(
            CustomerEvidence(
                spec,
                partner["name"],
                partner["email"],
                enrolment,
                labels[enrolment["state"]],
                people.get(enrolment["external_id"]),
                sandbox.mails(partner["email"]),
            )
        )
    return gathered


def paris_time(odoo_datetime):
    """Return Odoo's datetime (UTC, text) as an aware one in Paris, None if empty."""
    if not odoo_datetime:
        return None
    moment = datetime.fromisoformat(odoo_datetime).replace(tzinfo=timezone.utc)
    return moment.astimezone(PARIS)


def _labels(odoo, model):
    description = odoo.call(
        model, "fields_get", allfields=["state"], attributes=["selection"]
    )
    return dict(description["state"]["selection"])
