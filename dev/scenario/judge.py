# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compares every line with what was expected. Faults are French sentences."""

from datetime import datetime
from decimal import Decimal

from . import evidence
from .company import TRANSFER_ACCOUNT
from .story import CONTEST_CODE, CONTEST_COMMENT, REFUSAL_CODE

_PAYMENT_EXPECTED = "paid"


class Judge:
    """Gathers the evidence of both sides at once, then judges it."""

    def __init__(self, office, sandbox):
        self._odoo = office.odoo
        self._sandbox = sandbox
        self.invoices = evidence.invoices(office, sandbox)
        self.customers = evidence.customers(office, sandbox)

    def faults(self):
        """Return what is not as expected, one sentence each, none when all is well."""
        faults = []
        for found in self.invoices:
            line = f"{found.customer_name}, {found.move['name']}"
            faults += [f"{line} : {fault}" for fault in self._invoice(found)]
        for found in self.customers:
            faults += [f"{found.name} : {fault}" for fault in _customer(found)]
        return [*faults, *self._whole()]

    def _invoice(self, found):
        spec, move = found.spec, found.move
        yield from _different("total TTC", spec.total, _euros(move["amount_total"]))
        yield from _different("état dans Odoo", spec.state, move["urssaf_state"])
        yield from _different(
            "état du paiement", spec.payment_state, move["payment_state"]
        )
        if spec.way:
            yield from _demande(found)
            yield from self._money(found)
        else:
            yield from _not_sent(found)

    def _money(self, found):
        spec, move, payments = found.spec, found.move, found.payments
        settled = spec.payment_state in ("paid", "reversed")
        rest = Decimal(0) if settled else spec.total
        yield from _different("reste à payer", rest, _euros(move["amount_residual"]))
        booked = 1 if spec.payment_state == _PAYMENT_EXPECTED else 0
        yield from _different("nombre de paiements", booked, len(payments))
        for payment in payments:
            request = found.request
            yield from _different("paiement", spec.total, _euros(payment["amount"]))
            yield from _different(
                "date du paiement", request["transfer_date"], payment["date"]
            )
            yield from self._entry(spec, payment)

    def _entry(self, spec, payment):
        """The entry of a payment: waiting account debited, customer credited."""
        if not payment["move_id"]:
            yield "le paiement n'a pas d'écriture"
            return
        entry = payment["move_id"][0]
        state = self._odoo.read_one("account.move", entry, ["state"])["state"]
        yield from _different("état de l'écriture", "posted", state)
        lines = self._odoo.call(
            "account.move.line",
            "search_read",
            domain=[("move_id", "=", entry)],
            fields=["account_id", "debit", "credit", "account_type"],
        )
        debit = [_euros(line["debit"]) for line in lines if _waits_for_bank(line)]
        credit = [
            _euros(line["credit"])
            for line in lines
            if line["account_type"] == "asset_receivable"
        ]
        yield from _different(f"débit du {TRANSFER_ACCOUNT}", [spec.total], debit)
        yield from _different("crédit du client", [spec.total], credit)

    def _whole(self):
        """Nothing exists at Urssaf beyond what the story has sent."""
        numbers = sorted(d["number"] for d in self._sandbox.demandes())
        sent = sorted(f.request["name"] for f in self.invoices if f.request)
        yield from _different("demandes dans le bac à sable", sent, numbers)
        people = sorted(self._sandbox.people())
        known = sorted(
            f.enrolment["external_id"] for f in self.customers if f.spec.account
        )
        yield from _different("particuliers dans le bac à sable", known, people)


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
        yield from _contested(request)


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


def _contested(request):
    yield from _different("motif", CONTEST_CODE, request["rejection_code"])
    yield from _different("commentaire", CONTEST_COMMENT, request["rejection_comment"])
    if not request["activity_ids"]:
        yield "personne n'est prévenu du refus"


def _not_sent(found):
    if found.request:
        yield f"une demande existe : {found.request['name']}"
    alert = (found.move["alerts"] or {}).get("urssaf_enrolment", {})
    yield from _different("bandeau", "danger", alert.get("level"))


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
    since = evidence.paris_time(enrolment["active_since"])
    yield from _different("actif depuis", accepted, since)
    if not found.mails:
        yield "aucun courriel d'activation"


def _waits_for_bank(line):
    return line["account_id"][1].startswith(TRANSFER_ACCOUNT)


def _euros(amount):
    """Return an amount from JSON, exact to the cent."""
    return Decimal(str(amount or 0)).quantize(Decimal("0.01"))


def _different(what, expected, found):
    if expected != found:
        yield f"{what} : attendu {_shown(expected)}, trouvé {_shown(found)}"


def _shown(value):
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return "rien" if value in (False, None) else str(value)
