# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A client written from the public facts alone lives a whole life here."""

from datetime import date
from decimal import Decimal

import pytest

from .data import PARTICULIER
from .public_client import _ATTEMPTS, Lost, PublicClient, UrssafRefusal

WOMAN = {
    "civilite": "2",
    "nom": "Hoarau-Lebègue",
    "prenoms": "Marie-Thérèse Éloïse",
    "naissance": date(1958, 7, 14),
    "lieu": ("97411", "Saint-Denis"),
    "telephone": "+33692010203",
    "mail": "mt.hoarau+sap@exemple.re",
    "rue": "12 ter, chemin de la Rivière-des-Pluies",
    "commune": ("97418", "Sainte-Marie", "97438"),
    "bic": PARTICULIER["coordonneeBancaire"]["bic"],
    "iban": "FR76 3000 4000 0312 3456 7890 143",
    "titulaire": "Mme Marie-Thérèse Hoarau-Lebègue",
}


def invoice(number, **changes):
    """An invoice of the first days of June."""
    usual = {
        "numero": number,
        "naissance": WOMAN["naissance"],
        "debut": date(2026, 6, 10),
        "fin": date(2026, 6, 10),
        "heures": Decimal("2.5"),
        "prix": Decimal("29.996"),
    }
    return {**usual, **changes}


@pytest.fixture(params=[True, False], ids=["basic", "form"])
def client(request, served, http):
    client = PublicClient(served.url, ("demo", "demo-secret"), basic=request.param)
    yield client
    client.http.close()


@pytest.fixture
def active(client, steering):
    """The id of the woman, who has activated her account."""
    id_client = client.enrol(WOMAN)
    assert client.accepted_since(id_client) is None
    steering.post(f"/particuliers/{id_client}/activate")
    assert client.accepted_since(id_client) == ("10/06/2026", "10:00:00")
    return id_client


def fault(steering, method, kind, **more):
    """Spoil the next calls of a method."""
    order = {"method": method, "kind": kind, **more}
    assert steering.post("/faults", order).status_code == 201


def codes(client, ids):
    """Return the status of each demande, in order."""
    found = client.poll(ids)
    return [found[one]["statut"]["code"] for one in ids]


def test_a_whole_life(client, active, steering):
    assert client.is_up()
    ids = [client.bill(active, invoice(f"F{n:03}")) for n in range(12)]
    assert codes(client, ids) == ["10"] * 12
    steering.advance(hours=1)
    steering.post(f"/demandes/{ids[0]}/contest", {"code": "CONTEST_FACT_REGLEE"})
    steering.post(f"/demandes/{ids[1]}/validate")
    assert codes(client, ids)[:3] == ["40", "30", "20"]
    assert client.poll(ids)[ids[0]]["infoRejet"]["code"] == "CONTEST_FACT_REGLEE"
    steering.advance(working_days=2)
    planned = client.poll(ids)[ids[1]]
    # CAERP, AT: the date comes before the money.
    assert planned["infoVirement"] == {"dateVirement": "2026-06-16T00:00:00Z"}
    steering.advance(working_days=20)
    assert codes(client, ids) == ["40"] + ["70"] * 11
    paid = client.poll(ids)[ids[1]]["infoVirement"]
    assert paid["mntVirement"] == 74.99
    # 70 is not the end: the bank may still refuse, and Urssaf takes the sum back.
    steering.post(f"/demandes/{ids[2]}/reject-debit")
    assert codes(client, ids)[2] == "60"
    assert client.account(active)["statut"]["code"] == "PARTICULIER_BLOQUE"
    with pytest.raises(UrssafRefusal, match="ERR_CMPT_BLOQUE"):
        client.bill(active, invoice("F100"))
    steering.post(f"/demandes/{ids[2]}/recover")
    assert codes(client, ids)[2] == "120"
    steering.post(f"/particuliers/{active}/end")
    with pytest.raises(UrssafRefusal, match="ERR_RECHERCHE_PARTICULIER"):
        client.account(active)


def test_a_lost_answer_is_found_again(client, active, steering):
    fault(steering, "050", "cut_after")
    lost = client.bill(active, invoice("A"))
    assert codes(client, [lost]) == ["10"]
    assert [d["number"] for d in steering.get("/demandes")] == ["A"]
    # Somebody else's invoice of that number is not adopted.
    with pytest.raises(UrssafRefusal, match="ERR_FACTURE_DOUBLON"):
        client.bill(active, invoice("A", heures=Decimal(3)))


def test_a_token_that_expires_early(client, active, steering):
    asked = client.tokens_asked
    fault(steering, "050", "token_expired")
    client.bill(active, invoice("A"))
    assert client.tokens_asked == asked + 1
    fault(steering, "070", "token_expired", count=2)
    with pytest.raises(UrssafRefusal, match="HTTP_401"):
        client.search({"numFactureTiers": ["A"]})


def test_a_400_that_says_nothing(client, active, steering):
    fault(steering, "050", "empty_400")
    with pytest.raises(UrssafRefusal, match="HTTP_400"):
        client.bill(active, invoice("A"))
    assert client.search({"numFactureTiers": ["A"]}) == []
    assert client.bill(active, invoice("A"))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("unavailable", {}),
        ("technical_error", {}),
        ("cut_before", {}),
        ("too_many_requests", {"value": 0}),
    ],
)
def test_what_passes_is_tried_again(client, active, steering, kind, more):
    fault(steering, "*", kind, count=_ATTEMPTS - 1, **more)
    before = client.calls
    assert client.bill(active, invoice("A"))
    assert client.calls - before == _ATTEMPTS
    fault(steering, "*", kind, count=None, **more)
    with pytest.raises(Lost):
        client.search({"numFactureTiers": ["A"]})


def test_oddities_of_the_answers(client, active, steering):
    ids = [client.bill(active, invoice("A"))]
    for kind in ("errors_spelling", "null_keys", "missing_keys"):
        fault(steering, "070", kind)
        assert codes(client, ids) == ["10"], kind
    fault(steering, "070", "unknown_status", value="999")
    assert codes(client, ids) == ["999"]


def test_a_run_with_one_call_in_five_spoiled(client, active, steering):
    """Nothing is lost and nothing is sent twice, in spite of it all."""
    for seed, kind in enumerate(("unavailable", "cut_before", "cut_after")):
        fault(steering, "050", kind, count=None, rate=0.07, seed=seed)
    ids = [client.bill(active, invoice(f"F{n}")) for n in range(30)]
    assert client.calls > 30 + 4
    numbers = [d["number"] for d in steering.get("/demandes")]
    assert numbers == [f"F{n}" for n in range(30)]
    assert codes(client, ids) == ["10"] * 30


def test_wrong_credentials(served, http):
    client = PublicClient(served.url, ("demo", "wrong"), basic=True)
    assert not client.is_up()
    with pytest.raises(UrssafRefusal, match="invalid_client"):
        client.account("x")
    client.http.close()
