# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever happens to a demande, in any order: its history and its money hold."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..life.transitions import CANCELLED, TERMINAL, TRANSITIONS, following
from .client import JSON, STEERING

ORDERS = {
    "validate": ("validate", None),
    "contest": ("contest", {"code": "CONTEST_AUTRE"}),
    "reject-debit": ("reject-debit", None),
    "cancel": ("cancel", None),
    "cancel-specific": ("cancel", {"specific": True}),
    "recover": ("recover", None),
    "recovery-fails": ("recover", {"fails": True}),
}
steps = st.lists(
    st.sampled_from(sorted(ORDERS)) | st.integers(1, 5), min_size=1, max_size=8
)


def test_every_order_is_played():
    assert set(ORDERS) | {"time"} == set(TRANSITIONS)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=steps)
def test_any_course_of_events(http, caller, steering, steps):
    http.post(f"{STEERING}/reset", headers=JSON)
    id_demande = caller.sent()
    for step in steps:
        before = steering.get(f"/demandes/{id_demande}")["status"]
        if isinstance(step, int):
            steering.advance(working_days=step)
            continue
        path, body = ORDERS[step]
        answer = steering.post(f"/demandes/{id_demande}/{path}", body)
        wanted = following(step, before)
        assert answer.status_code == (200 if wanted else 409)
        after = steering.get(f"/demandes/{id_demande}")["status"]
        assert after == (wanted or before)
    judge(steering, caller.info(id_demande), id_demande)


def judge(steering, info, id_demande):
    """Hold the end against the rules."""
    seen = steering.get(f"/demandes/{id_demande}")
    statuses = [event["status"] for event in seen["history"]]
    arrows = {(a, b) for table in TRANSITIONS.values() for a, b in table.items()}
    assert set(zip(statuses, statuses[1:], strict=False)) <= arrows
    instants = [datetime.fromisoformat(event["at"]) for event in seen["history"]]
    assert instants == sorted(instants)
    assert not set(statuses[:-1]) & TERMINAL
    assert seen["aide"] + seen["reste_a_payer"] + seen["acompte"] == seen["total_ttc"]
    received = sum(line["amount"] for line in steering.get("/bank/demo")["lines"])
    assert 0 <= received <= seen["total_ttc"]
    if seen["status"] in CANCELLED or "70" not in statuses:
        assert received == 0
    if "70" in statuses:
        assert info["infoVirement"]["mntVirement"] == seen["total_ttc"]
    used = steering.get(f"/particuliers/{seen['idClient']}/aid")["used"]
    given_back = seen["status"] in CANCELLED or seen["status"] == "40"
    assert used == (0 if given_back else seen["aide"])
