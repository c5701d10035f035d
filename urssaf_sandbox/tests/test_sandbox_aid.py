# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceiling: what the particulier pays, whatever the provider gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..life.aide import AIDE, DATED, aide_for
from .data import LINE, changed, demande

PLAFONDS = DATED[-1]


def bill(caller, client, number, euros, nature="60"):
    """Send a demande of that amount; return its id."""
    line = changed(
        LINE,
        {
            "codeNature": nature,
            "quantite": 1,
            "mntUnitaireTTC": euros,
            "mntPrestationTTC": euros,
            "mntPrestationHT": euros,
            "mntPrestationTVA": 0,
        },
    )
    totals = {"mntFactureTTC": euros, "mntFactureHT": euros}
    body = demande(client, number, totals | {"inputPrestations": [line]})
    return caller.send(body).json()[0]["idDemandePaiement"]


def shown(steering, id_demande):
    """Return the aid and the reste à payer."""
    seen = steering.get(f"/demandes/{id_demande}")
    return seen["aide"], seen["reste_a_payer"]


def test_half_of_it(caller, steering):
    client = caller.active_client()
    assert shown(steering, bill(caller, client, "A", 75)) == (37.5, 37.5)
    account = steering.get(f"/particuliers/{client}/aid")
    assert account["year"] == 2026
    assert (account["ceiling"], account["used"], account["left"]) == (
        6000,
        37.5,
        5962.5,
    )


def test_an_exhausted_ceiling_raises_what_the_client_pays_alone(caller, steering):
    client = caller.active_client()
    assert shown(steering, bill(caller, client, "A", 11_900)) == (5950, 5950)
    second = bill(caller, client, "B", 300)
    assert shown(steering, second) == (50, 250)
    third = bill(caller, client, "C", 100)
    assert shown(steering, third) == (0, 100)
    steering.advance(working_days=10)
    for id_demande, paid in ((second, 300), (third, 100)):
        assert caller.info(id_demande)["infoVirement"]["mntVirement"] == paid


def test_two_providers_share_it(caller, other_caller, steering):
    client = caller.active_client()
    other_caller.active_client()
    bill(caller, client, "A", 11_900)
    assert shown(steering, bill(other_caller, client, "A", 300)) == (50, 250)


def test_a_disability_and_aid_from_elsewhere(caller, steering):
    client = caller.active_client()
    path = f"/particuliers/{client}/aid"
    answer = steering.post(path, {"disability": True, "used_elsewhere": 9_990})
    assert (answer.json()["ceiling"], answer.json()["left"]) == (10_000, 10)
    assert shown(steering, bill(caller, client, "A", 100)) == (10, 90)
    assert steering.post(path, {"used_elsewhere": -1}).status_code == 422


@pytest.mark.parametrize(
    ("nature", "limit"), [("70", 5_000), ("80", 500), ("160", 3_000)]
)
def test_ceilings_of_expenses(caller, steering, nature, limit):
    client = caller.active_client()
    first = bill(caller, client, "A", limit - 100, nature)
    assert shown(steering, first)[0] == (limit - 100) / 2
    assert shown(steering, bill(caller, client, "B", 300, nature)) == (50, 250)
    assert shown(steering, bill(caller, client, "C", 10, nature)) == (0, 10)
    assert shown(steering, bill(caller, client, "D", 10)) == (5, 5)
    account = steering.get(f"/particuliers/{client}/aid")
    assert account["spend"][nature] == {"ceiling": limit, "used": limit}


def test_what_is_not_eligible_gets_nothing(caller, steering):
    client = caller.active_client()
    assert shown(steering, bill(caller, client, "A", 80, "270")) == (0, 80)


def test_an_acompte_is_taken_off_what_the_client_pays(caller, steering):
    id_demande = caller.sent(mntAcompte=12.35)
    assert shown(steering, id_demande) == (37.5, 25.15)


@pytest.mark.parametrize("order", ["contest", "cancel"])
def test_what_comes_to_nothing_gives_its_aid_back(caller, steering, order):
    client = caller.active_client()
    id_demande = bill(caller, client, "A", 400, "80")
    steering.advance(hours=2)
    body = {"code": "CONTEST_AUTRE"} if order == "contest" else None
    steering.post(f"/demandes/{id_demande}/{order}", body)
    account = steering.get(f"/particuliers/{client}/aid")
    assert (account["used"], account["spend"]["80"]["used"]) == (0, 0)


def test_each_civil_year_has_its_own(caller, steering):
    client = caller.active_client()
    bill(caller, client, "A", 12_000)
    steering.set_clock("2027-01-04T10:00:00+01:00")
    assert shown(steering, bill(caller, client, "B", 100)) == (50, 50)
    path = f"/particuliers/{client}/aid"
    assert steering.get(path, year=2026)["left"] == 0
    assert steering.get(path)["left"] == 5950
    assert steering.http.get(f"/sandbox/v1{path}?year=1").status_code == 422


natures = st.sampled_from(["60", "70", "80", "160", "270"])
line_lists = st.lists(
    st.tuples(natures, st.integers(1, 700_000)), min_size=1, max_size=10
)


@given(st.lists(line_lists, max_size=12), st.booleans())
def test_no_ceiling_is_ever_passed(demandes, disability):
    used = {}
    for lines in demandes:
        uses = aide_for(lines, PLAFONDS, disability, used)
        total = sum(cents for _nature, cents in lines)
        assert 0 <= uses[AIDE] <= total // 2
        for ceiling, cents in uses.items():
            assert cents >= 0
            used[ceiling] = used.get(ceiling, 0) + cents
    assert used.get(AIDE, 0) <= PLAFONDS.of_aide(disability)
    for nature, limit in PLAFONDS.spend.items():
        assert used.get(nature, 0) <= limit


@given(line_lists)
def test_the_order_of_the_lines_does_not_matter(lines):
    together = aide_for(lines, PLAFONDS, True, {})
    again = aide_for(list(reversed(lines)), PLAFONDS, True, {})
    assert together == again
