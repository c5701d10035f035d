# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The judge is content with what is right, and names each thing that is not."""

import copy

import pytest

from dev.scenario import judge, report
from dev.scenario.billing import BY_KEY
from dev.scenario.evidence import CustomerEvidence, Evidence, InvoiceEvidence
from dev.scenario.people import CUSTOMERS

NUMBER = "FAC/2026/00001"
AT = "2026-10-01T09:30:00+02:00"


def paid_invoice():
    spec = BY_KEY["lefevre-1"]
    move = {
        "name": NUMBER,
        "partner_id": [7, "Hélène Lefèvre"],
        "amount_total": 336.0,
        "amount_residual": 0.0,
        "payment_state": "paid",
        "urssaf_state": "paid",
        "alerts": {},
    }
    request = {
        "name": NUMBER,
        "external_id": "11",
        "remote_code": "70",
        "transfer_date": "2026-11-05",
        "transfer_amount": 336.0,
        "transfer_effective": True,
        "attempt_count": 1,
        "activity_ids": [],
    }
    entry = {"state": "posted", "debit": 336.0, "credit": 336.0}
    payment = {
        "amount": 336.0,
        "date": "2026-11-05",
        "move_id": [9, "PBNK1/2026/00001 (FAC/2026/00001)"],
        "entry": entry,
    }
    history = [
        {"at": AT, "status": status, "label": "…", "cause": cause}
        for status, cause in spec.way
    ]
    demande = {
        "id": "11",
        "number": NUMBER,
        "total_ttc": 336.0,
        "transfer_date": "2026-11-05",
        "history": history,
    }
    return InvoiceEvidence(spec, move, "Payée", request, [payment], [demande])


def unsent_invoice():
    move = {
        "name": "FAC/2026/00008",
        "partner_id": [8, "Kévin Payet"],
        "amount_total": 91.2,
        "amount_residual": 91.2,
        "payment_state": "not_paid",
        "urssaf_state": False,
        "alerts": {"urssaf_enrolment": {"level": "danger", "message": "…"}},
    }
    return InvoiceEvidence(BY_KEY["payet-1"], move, "Non envoyée", None, [], [])


def active_customer():
    enrolment = {
        "state": "active",
        "external_id": "c-1",
        "remote_status": "APPAREILLAGE_VALIDE",
        "active_since": "2026-10-01 07:30:00",
        "last_error_code": False,
        "activity_ids": [],
    }
    status = {"code": "APPAREILLAGE_VALIDE"}
    person = {"links": [{"status": status, "accepted_at": AT}]}
    return CustomerEvidence(
        CUSTOMERS[0], "Hélène Lefèvre", "h@example.com", enrolment, "Actif", person, [1]
    )


def refused_customer():
    spec = next(customer for customer in CUSTOMERS if customer.account is None)
    enrolment = {
        "state": "error",
        "external_id": False,
        "active_since": False,
        "last_error_code": "ERR_DGFIP_R2P_INCONNU",
        "activity_ids": [3],
    }
    return CustomerEvidence(
        spec, "Odile", "o@example.com", enrolment, "Refus", None, []
    )


@pytest.fixture
def evidence():
    return Evidence(
        invoices=[paid_invoice(), unsent_invoice()],
        customers=[active_customer(), refused_customer()],
        numbers=[NUMBER],
        people=["c-1"],
    )


def test_nothing_to_say_when_all_is_well(evidence):
    assert judge.faults(evidence) == []


@pytest.mark.parametrize(
    ("where", "key", "value", "said"),
    [
        ("move", "amount_total", 336.01, "total TTC : attendu 336.00, trouvé 336.01"),
        ("move", "urssaf_state", "debited", "état dans Odoo"),
        ("move", "payment_state", "not_paid", "état du paiement"),
        ("move", "amount_residual", 0.01, "reste à payer"),
        ("request", "remote_code", "50", "statut repris"),
        ("request", "external_id", "12", "identifiant"),
        ("request", "transfer_amount", 0.0, "virement : attendu 336.00"),
        ("request", "transfer_effective", False, "virement effectué"),
        ("request", "attempt_count", 2, "nombre d'envois"),
        ("payment", "amount", 300.0, "paiement : attendu 336.00"),
        ("payment", "date", "2026-11-06", "date du paiement"),
        ("payment", "entry", None, "n'a pas d'écriture"),
        ("entry", "state", "draft", "état de l'écriture"),
        ("entry", "debit", 0.0, "débit de l'attente"),
        ("entry", "credit", 335.99, "crédit du client"),
        ("demande", "total_ttc", 33.6, "montant reçu"),
        ("demande", "transfer_date", None, "date du virement"),
    ],
)
def test_each_difference_of_a_paid_invoice_is_named(evidence, where, key, value, said):
    evidence = copy.deepcopy(evidence)
    line = evidence.invoices[0]
    place = {
        "move": line.move,
        "request": line.request,
        "payment": line.payments[0],
        "entry": line.payments[0]["entry"],
        "demande": line.demandes[0],
    }[where]
    place[key] = value
    faults = judge.faults(evidence)
    assert [fault for fault in faults if said in fault]
    assert all(f.startswith(f"Hélène Lefèvre, {NUMBER} : ") for f in faults)


def test_the_way_and_who_went_it_count(evidence):
    history = evidence.invoices[0].demandes[0]["history"]
    history[2]["cause"] = "silence"
    assert "parcours à l'Urssaf" in judge.faults(evidence)[0]


def test_a_demande_must_be_there_once(evidence):
    demandes = evidence.invoices[0].demandes
    demandes.append(demandes[0])
    evidence.numbers.append(NUMBER)
    said = "\n".join(judge.faults(evidence))
    assert "2 demandes dans le bac à sable, attendu une" in said
    assert "demandes dans le bac à sable : attendu [FAC/2026/00001], trouvé" in said


def test_a_missing_or_second_payment_is_named(evidence):
    payments = evidence.invoices[0].payments
    payments.append(payments[0])
    assert "nombre de paiements : attendu 1, trouvé 2" in judge.faults(evidence)[0]
    payments.clear()
    assert "nombre de paiements : attendu 1, trouvé 0" in judge.faults(evidence)[0]


def test_an_invoice_that_should_not_leave(evidence):
    line = evidence.invoices[1]
    line.move["alerts"] = {}
    sent = line._replace(request={"name": "FAC/2026/00008"})
    evidence.invoices[1] = sent
    said = "\n".join(judge.faults(evidence))
    assert "une demande existe : FAC/2026/00008" in said
    assert "bandeau : attendu danger, trouvé rien" in said


@pytest.mark.parametrize(
    ("customer", "key", "value", "said"),
    [
        (0, "state", "pending", "état dans Odoo"),
        (0, "remote_status", "APPAREILLAGE_EC", "statut repris"),
        (0, "active_since", "2026-10-01 07:30:01", "actif depuis"),
        (1, "last_error_code", False, "code de refus"),
        (1, "activity_ids", [], "personne n'est prévenu"),
    ],
)
def test_each_difference_of_a_customer_is_named(evidence, customer, key, value, said):
    evidence.customers[customer].enrolment[key] = value
    faults = judge.faults(evidence)
    assert len(faults) == 1
    assert said in faults[0]


def test_the_tables_show_states_money_and_entry(evidence):
    text = report.demandes(evidence.invoices)
    for shown in (
        *("336,00 €", "30 … par le client", "01/10/2026 09:30", "le 05/11/2026"),
        *("PBNK1/2026/00001", "pas envoyée"),
    ):
        assert shown in text
    assert "(FAC/2026/00001)" not in text
    text = report.enrolments(evidence.customers)
    assert "identité refusée par les impôts" in text
    assert "ERR_DGFIP_R2P_INCONNU" in text
