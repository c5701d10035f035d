# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The provider's bank statement."""

import csv
import io
from xml.etree import ElementTree

import pytest

from ..contract.particulier import fictive_iban
from .data import demande

NAMESPACES = {"": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"}


def amounts(steering, **query):
    """Return date and amount of each line."""
    lines = steering.get("/bank/demo", **query)["lines"]
    return [(line["date"], line["amount"]) for line in lines]


@pytest.fixture
def paid(caller, steering):
    """Two demandes paid on the same day, one of them with an acompte."""
    client = caller.active_client()
    bodies = demande(client, "A"), demande(client, "B", {"mntAcompte": 12.35})
    ids = [item["idDemandePaiement"] for item in caller.send(*bodies).json()]
    steering.advance(working_days=7)
    return ids


def test_one_by_one(steering, paid):
    assert amounts(steering) == [("2026-06-18", 75), ("2026-06-18", 62.65)]
    statement = steering.get("/bank/demo")
    assert [line["demandes"] for line in statement["lines"]] == [[i] for i in paid]
    assert (statement["opening"], statement["closing"]) == (0, 137.65)


def test_grouped(steering, paid):
    steering.post("/switches", {"transfers": "grouped"})
    assert amounts(steering) == [("2026-06-18", 137.65)]
    (line,) = steering.get("/bank/demo")["lines"]
    assert line["demandes"] == paid


def test_some_days_only(steering, paid):
    assert amounts(steering, end="2026-06-17") == []
    assert amounts(steering, start="2026-06-19") == []
    later = steering.get("/bank/demo", start="2026-06-19")
    assert (later["opening"], later["closing"]) == (137.65, 137.65)
    assert amounts(steering, start="2026-06-18", end="2026-06-18") != []
    dates = "start=2026-06-19&end=2026-06-18"
    assert steering.http.get(f"/sandbox/v1/bank/demo?{dates}").status_code == 422


def test_another_provider_sees_nothing(other_caller, steering, paid):
    assert steering.get("/bank/autre")["lines"] == []
    assert steering.http.get("/sandbox/v1/bank/nobody").status_code == 404


@pytest.mark.parametrize(
    ("recovery", "taken"), [("reste_a_payer", -37.5), ("total", -75)]
)
def test_what_a_recovery_takes_back(steering, paid, recovery, taken):
    steering.post("/switches", {"recovery": recovery})
    steering.post(f"/demandes/{paid[0]}/reject-debit")
    steering.post(f"/demandes/{paid[0]}/recover")
    assert amounts(steering)[2:] == [("2026-06-19", taken)]
    steering.post(f"/demandes/{paid[0]}/cancel")  # 112: the rest, and no more
    rest = sum(amount for _day, amount in amounts(steering))
    assert rest == pytest.approx(62.65)


def test_what_a_cancellation_takes_back(steering, paid):
    steering.post(f"/demandes/{paid[1]}/cancel")
    assert amounts(steering)[2:] == [("2026-06-19", -62.65)]


def test_a_failed_recovery_takes_nothing_until_it_is_settled(steering, paid):
    steering.post(f"/demandes/{paid[0]}/reject-debit")
    steering.post(f"/demandes/{paid[0]}/recover", {"fails": True})
    assert len(amounts(steering)) == 2
    steering.post(f"/demandes/{paid[0]}/recover")
    assert amounts(steering)[2:] == [("2026-06-19", -37.5)]


def test_nothing_is_taken_back_from_who_was_not_paid(caller, steering):
    id_demande = caller.sent()
    steering.advance(working_days=5)
    for order in ("reject-debit", "recover"):
        steering.post(f"/demandes/{id_demande}/{order}")
    assert amounts(steering) == []


def test_csv(http, steering, paid):
    steering.post(f"/demandes/{paid[1]}/cancel")
    answer = http.get("/sandbox/v1/bank/demo/statement?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["amount"] for row in rows] == ["75.00", "62.65", "-62.65"]
    assert rows[0]["date"] == "2026-06-18"
    assert rows[0]["partner_name"] == "URSSAF"
    assert len({row["ref"] for row in rows}) == 3


def test_camt053(http, steering, paid):
    steering.post(f"/demandes/{paid[1]}/cancel")
    answer = http.get("/sandbox/v1/bank/demo/statement")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.content)
    statement = root.find("BkToCstmrStmt/Stmt", NAMESPACES)
    iban = statement.findtext("Acct/Id/IBAN", namespaces=NAMESPACES)
    assert iban == steering.get("/bank/demo")["iban"]

    def signed(node):
        sign = node.findtext("CdtDbtInd", namespaces=NAMESPACES)
        amount = float(node.findtext("Amt", namespaces=NAMESPACES))
        return amount if sign == "CRDT" else -amount

    dates = [
        statement.findtext(f"FrToDt/{end}DtTm", namespaces=NAMESPACES)[:10]
        for end in ("Fr", "To")
    ]
    assert dates == ["2020-01-01", "2026-06-19"]
    references = [line["reference"] for line in steering.get("/bank/demo")["lines"]]
    entries = statement.findall("Ntry", NAMESPACES)
    for path in ("AcctSvcrRef", "NtryDtls/TxDtls/Refs/EndToEndId"):
        told = [entry.findtext(path, namespaces=NAMESPACES) for entry in entries]
        assert told == references
    assert [signed(entry) for entry in entries] == [75, 62.65, -62.65]
    for entry in entries:
        assert entry.findtext("Sts", namespaces=NAMESPACES) == "BOOK"
        assert entry.findtext("ValDt/Dt", namespaces=NAMESPACES)
        label = entry.findtext("NtryDtls/TxDtls/RmtInf/Ustrd", namespaces=NAMESPACES)
        assert "URSSAF" in label
    balances = {
        balance.findtext("Tp/CdOrPrtry/Cd", namespaces=NAMESPACES): signed(balance)
        for balance in statement.findall("Bal", NAMESPACES)
    }
    assert balances == {"OPBD": 0, "CLBD": 75}


@pytest.mark.parametrize("transfers", ["single", "grouped"])
def test_the_label_helps_only_if_it_is_asked_to(http, steering, paid, transfers):
    steering.post("/switches", {"transfers": transfers})
    bare = {line["label"] for line in steering.get("/bank/demo")["lines"]}
    assert bare == {"VIR URSSAF AVANCE IMMEDIATE"}
    steering.post("/switches", {"transfer_label": "numbers"})
    labels = [line["label"] for line in steering.get("/bank/demo")["lines"]]
    numbers = ["A B"] if transfers == "grouped" else ["A", "B"]
    assert labels == [f"VIR URSSAF AVANCE IMMEDIATE {number}" for number in numbers]
    camt = http.get("/sandbox/v1/bank/demo/statement").text
    csv_text = http.get("/sandbox/v1/bank/demo/statement?format=csv").text
    assert all(label in camt and label in csv_text for label in labels)


def test_a_long_label_is_cut_as_sepa_does(caller, steering):
    client = caller.active_client()
    caller.send(*(demande(client, f"FACTURE/{n}" + "X" * 20) for n in range(9)))
    steering.post("/switches", {"transfers": "grouped", "transfer_label": "numbers"})
    steering.advance(working_days=7)
    (line,) = steering.get("/bank/demo")["lines"]
    assert len(line["label"]) == 140
    assert line["amount"] == 9 * 75


def test_a_number_no_bank_could_print(http, caller, steering):
    caller.send(demande(caller.active_client(), "A\x01\nB"))
    steering.post("/switches", {"transfer_label": "numbers"})
    steering.advance(working_days=7)
    camt = http.get("/sandbox/v1/bank/demo/statement").content
    label = ElementTree.fromstring(camt).find(".//Ustrd", NAMESPACES)
    assert label.text == "VIR URSSAF AVANCE IMMEDIATE A  B"


def test_a_client_id_may_hold_anything_that_can_be_written(http, steering):
    odd = {"client_id": "a/b?c", "client_secret": "s", "trade_name": "Aide & Co"}
    order = {**odd, "siret": "99999999600012"}
    assert steering.post("/providers", order).status_code in (201, 409)
    path = "/sandbox/v1/bank/a%2Fb%3Fc"
    assert http.get(path).json()["lines"] == []
    camt = ElementTree.fromstring(http.get(f"{path}/statement").content)
    assert camt.find(".//Ownr/Nm", NAMESPACES).text == "Aide & Co"
    assert steering.post("/providers/a%2Fb%3Fc", {"known": True}).status_code == 200
    for key in odd:
        assert steering.post("/providers", {**order, key: "a\x01"}).status_code == 422


def test_a_statement_follows_the_one_before(http, steering, paid):
    """Balances chain: what one closes with, the next opens with."""
    days = [
        ("2026-06-01", "2026-06-17"),
        ("2026-06-18", "2026-06-18"),
        ("2026-06-19", "2026-06-30"),
    ]
    sums = [steering.get("/bank/demo", start=start, end=end) for start, end in days]
    assert [(s["opening"], s["closing"]) for s in sums] == [
        (0, 0),
        (0, 137.65),
        (137.65, 137.65),
    ]


@pytest.mark.parametrize(
    "siret", ["99999999900016", "12345678900011", "00000000000000"]
)
def test_the_fictive_account_has_right_check_digits(siret):
    iban = fictive_iban(siret)
    assert len(iban) == 27
    number = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    assert int(number) % 97 == 1
    account, key = int(iban[4:25]), int(iban[25:])
    assert (account * 100 + key) % 97 == 0
