# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two tables at the end of the story, in French."""

from datetime import date, datetime

from .billing import SITUATIONS
from .calendar import PARIS
from .table import table

_CAUSES = {"particulier": "par le client", "silence": "par son silence", "urssaf": ""}


def demandes(found):
    """Return the table of invoices: states with the sandbox's time, money, entry."""
    headings = (
        "Client",
        "Facture",
        "Montant TTC",
        "État à l'Urssaf",
        "Heure du bac à sable",
        "Virement",
        "Écriture passée",
        "Dans Odoo",
    )
    return table(
        "DEMANDES DE PAIEMENT",
        headings,
        [_invoice(evidence) for evidence in found],
        right=("Montant TTC",),
    )


def enrolments(found):
    """Return the table of customers: situation, state on both sides."""
    headings = (
        *("Client", "Situation", "idClient", "Compte à l'Urssaf", "Actif depuis"),
        "Dans Odoo",
    )
    return table("INSCRIPTIONS", headings, [_customer(evidence) for evidence in found])


def _invoice(evidence):
    history = evidence.demandes[0]["history"] if evidence.demandes else []
    return (
        evidence.customer_name,
        evidence.move["name"],
        _euros(evidence.move["amount_total"]),
        [_event(event) for event in history] or "pas envoyée",
        [_instant(event["at"]) for event in history],
        _transfer(evidence.request),
        [payment["move_id"][1].split(" ")[0] for payment in evidence.payments],
        evidence.state_label,
    )


def _event(event):
    cause = _CAUSES.get(event["cause"], event["cause"])
    return " ".join(filter(None, (event["status"], event["label"], cause)))


def _transfer(request):
    if not request or not request["transfer_date"]:
        return ""
    day = f"{date.fromisoformat(request['transfer_date']):%d/%m/%Y}"
    if not request["transfer_effective"]:
        return ["annoncé pour le", day]
    return [_euros(request["transfer_amount"]), f"le {day}"]


def _customer(evidence):
    enrolment, person = evidence.enrolment, evidence.person
    link = person["links"][0] if person else None
    return (
        evidence.name,
        SITUATIONS[evidence.spec.key],
        enrolment["external_id"] or "",
        link["status"]["code"] if link else enrolment["last_error_code"] or "",
        _instant(link["accepted_at"]) if link and link["accepted_at"] else "",
        evidence.state_label,
    )


def _instant(text):
    return f"{datetime.fromisoformat(text).astimezone(PARIS):%d/%m/%Y %H:%M}"


def _euros(amount):
    whole, cents = f"{amount:,.2f}".split(".")
    return f"{whole.replace(',', ' ')},{cents} €"
