# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many calls at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx

from .client import ATP
from .data import PARTICULIER, demande

WORKERS = 8


def at_once(served, headers, path, body):
    """Send the same call from several connections at the same moment."""
    start = Barrier(WORKERS)

    def call(_number):
        with httpx.Client(base_url=served.url, timeout=30, verify=False) as client:
            client.get("/sandbox/v1/health")  # be connected before the race
            start.wait(20)
            return client.post(f"{ATP}{path}", json=body, headers=headers)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(call, range(WORKERS)))


def test_one_number_is_accepted_once(served, caller, steering):
    client = caller.active_client()
    batch = [demande(client, str(n)) for n in range(10)]
    answers = at_once(served, caller.headers, "/demandePaiement", batch)
    items = [item for answer in answers for item in answer.json()]
    accepted = [item["numFactureTiers"] for item in items if "statut" in item]
    assert sorted(accepted) == sorted(str(n) for n in range(10))
    refused = [e["code"] for item in items for e in item.get("errors", [])]
    assert refused == ["ERR_FACTURE_DOUBLON"] * 10 * (WORKERS - 1)
    assert len(steering.get("/demandes")) == 10


def test_one_person_is_registered_once(served, caller, steering):
    answers = at_once(served, caller.headers, "/particulier", PARTICULIER)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["idClient"] for answer in answers}) == 1
    assert len(steering.get("/particuliers")) == 1
    assert len(steering.get("/mailbox")) == 1


def test_time_does_its_work_once(served, caller, steering, wall):
    id_demande = caller.sent()
    steering.advance(hours=59 / 60)
    assert len(steering.history(id_demande)) == 1
    # Real time makes the last step: nobody has looked since.
    wall.moment += timedelta(minutes=2)
    criteria = {"idDemandePaiements": [id_demande]}
    path = "/demandePaiement/rechercher"
    answers = at_once(served, caller.headers, path, criteria)
    codes = [a.json()["infoDemandePaiements"][0]["statut"]["code"] for a in answers]
    assert codes == ["20"] * WORKERS
    assert len(steering.history(id_demande)) == 2
    assert len(steering.get("/mailbox", kind="demande", channel="email")) == 1
