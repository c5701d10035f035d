# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox's side of a network: one provider per company, its customers, its faults,
and what it has seen: its own log of calls, its own list of demandes.
"""

import contextlib
import hashlib
import sqlite3
import urllib.parse
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dev.scenario.http_json import JsonHttp
from dev.scenario.sandbox import Sandbox

#: Days ago: when the first customer is active, when the demandes are sent. What comes
#: after them is over by today.
ACTIVE, SENT = 90, 30
PAGE = 1000


def provider(company):
    """The client_id, and secret, of the company of that number (from 0)."""
    return f"agence-{company:04}"


def customer(company, number):
    """The idClient of a customer: a digest, so that PostgreSQL finds the same."""
    digest = hashlib.md5(f"{company}-{number}".encode(), usedforsecurity=False)
    return str(uuid.UUID(digest.hexdigest()))


class Urssaf:
    """Steers the sandbox."""

    def __init__(self, url, file):
        self.url = url
        self._file = file
        self._steering = Sandbox(url)
        self._http = JsonHttp(url)

    # -- before ------------------------------------------------------------------

    def begin(self):
        """Three months ago."""
        now = datetime.now(ZoneInfo("Europe/Paris"))
        self._steering.start_at(now - timedelta(days=ACTIVE))

    def activate(self, id_client):
        """The customer of the default provider opens his account."""
        self._steering.activate(id_client)

    def come_to_the_month_end(self):
        """A month ago; return the last day of the month before, which is billed."""
        now = datetime.now(ZoneInfo("Europe/Paris")) - timedelta(days=SENT)
        self._steering.go_to(now)
        return now.date().replace(day=1) - timedelta(days=1)

    def add_providers(self, companies):
        """One for each company of the network."""
        for company in range(companies):
            name = provider(company)
            body = {"client_id": name, "client_secret": name, "trade_name": name}
            siret = f"{company:09}00018"
            self._http.post("/sandbox/v1/providers", {**body, "siret": siret})

    def add_customers(self, companies, customers, like):
        """Copy an active customer, behind the API's back, as often as is wanted; each
        is the customer of one company.
        """
        with contextlib.closing(sqlite3.connect(self._file, timeout=60)) as file:
            known = dict(file.execute("SELECT client_id, id FROM provider"))
            pairs = [
                (known[provider(company)], customer(company, number))
                for company in range(companies)
                for number in range(customers)
            ]
            with file:
                _copied(
                    file,
                    ("particulier", "id", ("identity_key", "email_key", "phone_key")),
                    like,
                    [(id_, id_, id_, id_) for _provider, id_ in pairs],
                )
                _copied(
                    file,
                    ("link", "particulier_id", ("provider_id",)),
                    like,
                    [(id_, number) for number, id_ in pairs],
                )

    def keep_pace(self, company, per_second):
        """Answer 429 to a company that calls more often."""
        path = f"/sandbox/v1/providers/{provider(company)}"
        self._http.post(path, {"calls_per_second": per_second})

    def troubles(self, latency, troubled):
        """Every answer takes ``latency`` seconds.

        :param troubled: ``{number of a company: (kind of fault, seconds)}``
        """
        # The oldest is met: those of one company before that of all.
        for company, (kind, seconds) in troubled.items():
            self._order(kind, seconds, provider=provider(company))
        self._order("slow", latency)

    def lift(self, company):
        """The trouble of one company is over."""
        query = urllib.parse.urlencode({"provider": provider(company)})
        self._http._call("DELETE", f"/sandbox/v1/faults?{query}", None, {})

    def _order(self, kind, seconds, **whose):
        order = {"method": "*", "kind": kind, "count": None, "value": seconds}
        self._http.post("/sandbox/v1/faults", {**order, **whose})

    # -- meanwhile ---------------------------------------------------------------

    def let_an_hour_pass(self):
        """Each demande has reached its customer."""
        self._steering.let_hours_pass(1)

    def let_them_be_paid(self):
        """The customers were silent for 48 hours, and four working days are over."""
        self._steering.let_working_days_pass(8)

    # -- afterwards --------------------------------------------------------------

    def calls(self, after=0):
        """All calls with a higher number than that, oldest first."""
        found = []
        while page := self._http.get(f"/sandbox/v1/calls?after={after}&limit=10000"):
            found += page
            after = page[-1]["number"]
        return found

    def demandes(self):
        """``{(provider, number): [(id, status, euros)]}``, every demande it has."""
        found = defaultdict(list)
        offset = 0
        while page := self._http.get(
            f"/sandbox/v1/demandes?limit={PAGE}&offset={offset}"
        ):
            offset += len(page)
            for one in page:
                key = one["provider"], one["number"]
                found[key].append((one["id"], one["status"], one["transfer_amount"]))
        return found


def _copied(file, table, like, rows):
    """Insert copies of the row of one customer, with other values in some columns."""
    name, key, others = table
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({name})")]
    changed = (key, *others)
    kept = [column for column in columns if column not in changed]
    marks = ", ".join("?" * len(changed))
    file.executemany(
        f"INSERT INTO {name} ({', '.join((*changed, *kept))})"
        f" SELECT {marks}, {', '.join(kept)} FROM {name} WHERE {key} = ?",
        [(*row, like) for row in rows],
    )
