# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox: its clock, its customers, and what it knows about each demande."""

import urllib.parse
from datetime import datetime, timedelta

from .errors import ScenarioError
from .http_json import HttpError, JsonHttp

PROVIDER = ("demo", "demo-secret")
SCOPE = "homeplus.tiersprestations"


class Sandbox:
    """The stand-in for Urssaf. Every instant is aware, in Paris time."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self._http = JsonHttp(url)

    # -- time ------------------------------------------------------------------

    def start_at(self, moment):
        """Forget everything and set the clock to ``moment`` (aware)."""
        self._post("reset")
        now = self._post("clock/set", {"now": moment.isoformat()})["now"]
        if abs(datetime.fromisoformat(now) - moment) > timedelta(minutes=1):
            raise ScenarioError(f"Le bac à sable est à {now}, pas à {moment}")

    def now(self):
        """Return the sandbox's present."""
        return datetime.fromisoformat(self._get("clock")["now"])

    def let_hours_pass(self, hours):
        """Advance the clock by hours."""
        self._post("clock/advance", {"hours": hours})

    def let_working_days_pass(self, days):
        """Advance the clock by working days in France, to the same time of day."""
        self._post("clock/advance", {"working_days": days})

    def go_to(self, moment):
        """Advance the clock to ``moment`` (aware), which must be ahead."""
        self.let_hours_pass((moment - self.now()).total_seconds() / 3600)

    # -- the customers' side ---------------------------------------------------

    def activate(self, id_client):
        """The customer follows the link of the mail and activates the account."""
        self._post(f"particuliers/{id_client}/activate")

    def validate(self, number):
        """The customer accepts the demande that bears this number."""
        self._post(f"demandes/{self.demande(number)['id']}/validate")

    def contest(self, number, code, comment):
        """The customer refuses the demande, for a reason and with a comment."""
        body = {"code": code, "commentaire": comment}
        self._post(f"demandes/{self.demande(number)['id']}/contest", body)

    # -- what it knows ---------------------------------------------------------

    def people(self):
        """Return everybody enrolled, by idClient."""
        return {person["idClient"]: person for person in self._get("particuliers")}

    def mails(self, address, kind=None):
        """Return the mails that this address has received."""
        query = {"to": address, **({"kind": kind} if kind else {})}
        return self._get("mailbox?" + urllib.parse.urlencode(query))

    def demandes(self):
        """Return every demande with its history, oldest first."""
        return self._get("demandes")

    def demande(self, number):
        """Return the one demande that bears this number.

        Raises ScenarioError when there is none, or more than one.
        """
        query = urllib.parse.urlencode({"number": number})
        found = self._get(f"demandes?{query}")
        if len(found) != 1:
            raise ScenarioError(
                f"{number} : {len(found)} demande(s) dans le bac à sable, attendu une"
            )
        return found[0]

    def group_transfers(self):
        """Let each day's transfers be one line of the bank."""
        self._post("switches", {"transfers": "grouped"})

    def statement(self):
        """Return the CSV of the firm's bank, up to the sandbox's present."""
        return self._get(f"bank/{PROVIDER[0]}/statement?format=csv")

    # -- another software of the same firm -------------------------------------

    def enrol_with_another_software(self, person):
        """Enrol ``person`` (body of method 010) outside Odoo; return the idClient."""
        client_id, secret = PROVIDER
        form = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
                "scope": SCOPE,
            }
        )
        other = JsonHttp(self.url)
        try:
            token = other.post_form("/api/oauth/v1/token", form)["access_token"]
            other.headers["Authorization"] = f"Bearer {token}"
            answer = other.post("/atp/v1/tiersPrestations/particulier", person)
        except HttpError as error:
            raise _failure("inscription par un autre logiciel", error) from None
        return answer["idClient"]

    def _get(self, path):
        try:
            return self._http.get(f"/sandbox/v1/{path}")
        except HttpError as error:
            raise _failure(path, error) from None

    def _post(self, path, body=None):
        try:
            return self._http.post(f"/sandbox/v1/{path}", body)
        except HttpError as error:
            raise _failure(path, error) from None


def _failure(what, error):
    return ScenarioError(f"Bac à sable, {what} : {error.sentence()}")
