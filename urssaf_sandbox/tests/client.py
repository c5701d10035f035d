# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A provider, and whoever steers the sandbox, as the tests see them."""

from datetime import datetime
from typing import Any

import httpx

from .data import demande, particulier

TOKEN = "/api/oauth/v1/token"
ATP = "/atp/v1/tiersPrestations"
STEERING = "/sandbox/v1"
# Said even where there is no body: what steers has to.
JSON = {"Content-Type": "application/json"}


class Caller:
    """One provider who calls the four methods with its own token."""

    def __init__(
        self, http: httpx.Client, client_id: str = "demo", secret: str = "demo-secret"
    ) -> None:
        self.http = http
        self.credentials = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        answer = http.post(TOKEN, data=self.credentials)
        assert answer.status_code == 200
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def post(self, path: str, body: Any) -> httpx.Response:
        """Call a method that takes JSON."""
        return self.http.post(f"{ATP}{path}", json=body, headers=self.headers)

    def enrol(self, body: dict[str, Any] | None = None) -> httpx.Response:
        """Call method 010."""
        return self.post("/particulier", particulier() if body is None else body)

    def customer(self, **query: str) -> httpx.Response:
        """Call method 020."""
        return self.http.get(f"{ATP}/particulier", params=query, headers=self.headers)

    def send(self, *bodies: dict[str, Any]) -> httpx.Response:
        """Call method 050."""
        return self.post("/demandePaiement", list(bodies))

    def search(self, **criteria: Any) -> httpx.Response:
        """Call method 070."""
        return self.post("/demandePaiement/rechercher", criteria)

    def active_client(self, body: dict[str, Any] | None = None) -> str:
        """Enrol somebody who activates the account at once; return the idClient."""
        id_client = self.enrol(body).json()["idClient"]
        path = f"{STEERING}/particuliers/{id_client}/activate"
        answer = self.http.post(path, headers=JSON)
        assert answer.status_code == 200, answer.text
        return id_client

    def sent(self, number: str = "FAC/2026/0001", **changes: Any) -> str:
        """Send one right demande for a new active client; return its id."""
        answer = self.send(demande(self.active_client(), number, changes))
        return answer.json()[0]["idDemandePaiement"]

    def info(self, id_demande: str) -> dict[str, Any]:
        """Return what method 070 says of one demande."""
        answer = self.search(idDemandePaiements=[id_demande])
        return answer.json()["infoDemandePaiements"][0]


class Steering:
    """Whoever plays time and people."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = self.http.get(f"{STEERING}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """Order something."""
        return self.http.post(f"{STEERING}{path}", json=body, headers=JSON)

    def advance(self, **move: float) -> datetime:
        """Advance the clock; return the new present."""
        answer = self.post("/clock/advance", move)
        assert answer.status_code == 200, answer.text
        return datetime.fromisoformat(answer.json()["now"])

    def set_clock(self, moment: str) -> None:
        """Go to a moment."""
        answer = self.post("/clock/set", {"now": moment})
        assert answer.status_code == 200, answer.text

    def history(self, id_demande: str) -> list[tuple[str, str, str]]:
        """Return (status, instant to the minute, cause) of each step of a demande."""
        events = self.get(f"/demandes/{id_demande}")["history"]
        return [(e["status"], e["at"][:16], e["cause"]) for e in events]
