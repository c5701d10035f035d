# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two ways to compare with: the naive client and the floor."""

import requests

from dev.scenario.sandbox import PROVIDER

BATCH = 10
TIMEOUT = 30


class Rival:
    """Sends bodies of method 050 and follows them, in calls of ``size`` demandes.

    ``http`` is ``requests`` (a new connection per call) or a ``requests.Session``.
    """

    def __init__(self, http, host, size):
        self.http = http
        self.base = f"{host}/atp/v1/tiersPrestations"
        self.size = size
        answer = requests.post(
            f"{host}/api/oauth/v1/token",
            data={
                "grant_type": "client_credentials",
                "client_id": PROVIDER[0],
                "client_secret": PROVIDER[1],
                "scope": "homeplus.tiersprestations",
            },
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def send(self, bodies):
        """Return the identifiers that Urssaf gave. Raises on any refusal."""
        ids = []
        for batch in self._batches(bodies):
            for item in self._post("/demandePaiement", batch):
                ids.append(item["idDemandePaiement"])
        return ids

    def follow(self, ids):
        """Return the status codes."""
        codes = []
        for batch in self._batches(ids):
            answer = self._post(
                "/demandePaiement/rechercher", {"idDemandePaiements": batch}
            )
            codes += [i["statut"]["code"] for i in answer["infoDemandePaiements"]]
        return codes

    def _batches(self, items):
        return (items[i : i + self.size] for i in range(0, len(items), self.size))

    def _post(self, path, body):
        answer = self.http.post(
            self.base + path, json=body, headers=self.headers, timeout=TIMEOUT
        )
        answer.raise_for_status()
        return answer.json()


def naive(host):
    """One demande per call, a new connection each time."""
    return Rival(requests, host, 1)


def floor(host):
    """Batches on one connection, nothing else."""
    return Rival(requests.Session(), host, BATCH)
