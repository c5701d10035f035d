# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compares every line of the evidence with what was expected.

Faults are French sentences; amounts are compared to the cent.
"""

from datetime import datetime
from decimal import Decimal

from .evidence import paris_time
from .people import CUSTOMERS
from .story import CONTESTS, REFUSAL_CODE

ACTIVE = {customer.key for customer in CUSTOMERS if customer.state == "active"}


def faults(evidence):
    """Return what is not as expected, one sentence each, none when all is well."""
    found = []
    for line in evidence.invoices:
        name = f"{line.customer_name}, {line.move['name']}"
        found += [f"{name} : {fault}" for fault in _invoice(line)]
    for line in evidence.customers:
        found += [f"{line.name} : {fault}" for fault in _customer(line)]
    return [*found, *_whole(evidence)]


def _whole(evidence):
    """Nothing exists at Urssaf beyond what the story has sent."""
    sent = [line.request["name"] for line in evidence.invoices if line.request]
    yield from _different(
        "demandes dans le bac à sable", sorted(sent), sorted(evidence.numbers)
    )
    known = [
        line.enrolment["external_id"] or ""
        for line in evidence.customers
        if line.spec.account
    ]
    yield from _different(
        "particuliers dans le bac à sable", sorted(known), sorted(evidence.people)
    )


def _invoice(found):
    spec, move = found.spec, found.move
    yield from _different("total TTC", spec.total, _euros(move["amount_total"]))
    yield from _different("état dans Odoo", spec.state, move["urssaf_state"])
    yield from _different("état du paiement", spec.payment_state, move["payment_state"])
    settled = spec.payment_state in ("paid", "reversed")
    rest = Decimal(0) if settled else spec.total
    yield from _different("reste à payer", rest, _euros(move["amount_residual"]))
    booked = 1 if spec.payment_state == "paid" else 0
    yield from _different("nombre de paiements", booked, len(found.payments))
    for payment in found.payments:
        yield from _payment(spec, found.request, payment)
    if spec.way:
        yield from _demande(found)
    else:
        yield from _not_sent(found)


def _payment(spec, request, payment):
    """The payment and its entry: waiting account debited, customer credited."""
    yield from _different("paiement", spec.total, _euros(payment["amount"]))
    yield from _different("date du paiement", request["transfer_date"], payment["date"])
    entry = payment["entry"]
    if not entry:
        yield "le paiement n'a pas d'écriture"
        return
    yield from _different("état de l'écriture", "posted", entry["state"])
    yield from _different("débit de l'attente", spec.total, _euros(entry["debit"]))
    yield from _different("crédit du client", spec.total, _euros(entry["credit"]))


def _demande(found):
    spec, request = found.spec, found.request
    if len(found.demandes) != 1:
        yield f"{len(found.demandes)} demandes dans le bac à sable, attendu une"
        return
    demande = found.demandes[0]
    way = tuple((event["status"], event["cause"]) for event in demande["history"])
    yield from _different("parcours à l'Urssaf", spec.way, way)
    yield from _different("statut repris", way[-1][0], request["remote_code"])
    yield from _different("identifiant", demande["id"], request["external_id"])
    yield from _different("montant reçu", spec.total, _euros(demande["total_ttc"]))
    yield from _different("nombre d'envois", 1, request["attempt_count"])
    yield from _transfer(spec, request, demande)
    if spec.state == "refused":
        yield from _contested(spec, request)


def _transfer(spec, request, demande):
    yield from _different(
        "date du virement", demande["transfer_date"] or False, request["transfer_date"]
    )
    amount = spec.total if spec.state == "paid" else Decimal(0)
    yield from _different("virement", amount, _euros(request["transfer_amount"]))
    made = spec.state == "paid"
    yield from _different("virement effectué", made, request["transfer_effective"])
    if spec.state == "debited" and not request["transfer_date"]:
        yield "le virement n'est pas annoncé"


def _contested(spec, request):
    code, comment = CONTESTS[spec.key]
    yield from _different("motif", code, request["rejection_code"])
    yield from _different("commentaire", comment, request["rejection_comment"])
    # Who was told has nothing to do any more once the invoice is corrected.
    corrected = spec.payment_state == "reversed"
    if corrected and request["activity_ids"]:
        yield "une tâche reste ouverte, alors que la facture est corrigée"
    if not corrected and not request["activity_ids"]:
        yield "personne n'est prévenu de la contestation"


def _not_sent(found):
    if found.request:
        yield f"une demande existe : {found.request['name']}"
    levels = [alert["level"] for alert in (found.move["alerts"] or {}).values()]
    expected = None if found.spec.customer in ACTIVE else "danger"
    said = "danger" if "danger" in levels else None
    yield from _different("bandeau", expected, said)


def _customer(found):
    spec, enrolment = found.spec, found.enrolment
    yield from _different("état dans Odoo", spec.state, enrolment["state"])
    if spec.account is None:
        yield from _different(
            "code de refus", REFUSAL_CODE, enrolment["last_error_code"]
        )
        yield from _different("courriels reçus", 0, len(found.mails))
        if not enrolment["activity_ids"]:
            yield "personne n'est prévenu du refus"
        return
    if found.person is None:
        yield "inconnu du bac à sable"
        return
    link = found.person["links"][0]
    yield from _different("compte à l'Urssaf", spec.account, link["status"]["code"])
    yield from _different("statut repris", spec.account, enrolment["remote_status"])
    accepted = link["accepted_at"] and datetime.fromisoformat(
        link["accepted_at"]
    ).replace(microsecond=0)
    since = paris_time(enrolment["active_since"])
    yield from _different("actif depuis", accepted, since)
    if not found.mails:
        yield "aucun courriel d'activation"


def _euros(amount):
    """Return an amount from JSON, exact to the cent."""
    return Decimal(str(amount or 0)).quantize(Decimal("0.01"))


def _different(what, expected, found):
    if expected != found:
        yield f"{what} : attendu {_shown(expected)}, trouvé {_shown(found)}"


def _shown(value):
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return "rien" if value is None or value is False else str(value)
