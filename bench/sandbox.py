# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much the sandbox takes: demandes per second, searches among many.

``python -m bench.sandbox``; ``make bench`` prints it too. The targets are 300 demandes
per second in batches of ten, and a median search under 20 ms among 100 000 demandes.

Beside them stands the processor time that the server took: it depends less on what
else the machine does, so it is what to compare between two versions.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from socket import create_server

import psutil
import requests

TARGET_RATE = 300
TARGET_MEDIAN = 20
BATCH = 10
TIMEOUT = 60
_ATP = "/atp/v1/tiersPrestations"
_FIRST_ID = 11_000_000_000_000

_PERSON = {
    "civilite": "2",
    "nomNaissance": "Mesureau",
    "prenoms": "Lucie",
    "dateNaissance": "1980-03-29T00:00:00Z",
    "lieuNaissance": {"codePaysNaissance": "99139"},
    "numeroTelephonePortable": "0605040302",
    "adresseMail": "lucie.mesureau@example.com",
    "adressePostale": {
        "complement": "8 rue du Soleil",
        "libelleCommune": "LYON 01",
        "codeCommune": "69381",
        "codePostal": "69001",
        "codePays": "99100",
    },
    "coordonneeBancaire": {
        "bic": "BNPAFRPP",
        "iban": "FR7630004000031234567890143",
        "titulaire": "Mme Lucie Mesureau",
    },
}
_LINE = {
    "codeNature": "60",
    "quantite": 2.5,
    "unite": "HEURE",
    "mntUnitaireTTC": 30,
    "mntPrestationTTC": 75,
    "mntPrestationHT": 68.18,
    "mntPrestationTVA": 6.82,
    "complement2": "SAP123456789",
}


class Client:
    """One provider on one connection, with an active customer."""

    def __init__(self, url):
        self.url = url
        self.http = requests.Session()
        credentials = {"client_id": "demo", "client_secret": "demo-secret"}
        answer = self.http.post(
            f"{url}/api/oauth/v1/token",
            data={"grant_type": "client_credentials", **credentials},
            timeout=TIMEOUT,
        )
        token = answer.json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.customer = self.post(f"{_ATP}/particulier", _PERSON)["idClient"]
        self.post(f"/sandbox/v1/particuliers/{self.customer}/activate", None)

    def post(self, path, body):
        """Call; raise on anything but a right answer."""
        # Said even without a body: what steers has to.
        headers = {"Content-Type": "application/json"}
        answer = self.http.post(
            self.url + path, json=body, headers=headers, timeout=TIMEOUT
        )
        answer.raise_for_status()
        return answer.json()

    def demande(self, number):
        """One right demande of today."""
        today = f"{date.today()}T00:00:00Z"
        return {
            "idTiersFacturation": "bench",
            "idClient": self.customer,
            "dateNaissanceClient": _PERSON["dateNaissance"],
            "numFactureTiers": number,
            **dict.fromkeys(("dateFacture", "dateDebutEmploi", "dateFinEmploi"), today),
            "mntFactureTTC": 75,
            "mntFactureHT": 68.18,
            "inputPrestations": [_LINE],
        }


def sending(client, count):
    """Send ``count`` demandes in batches of ten; return how many per second."""
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        batch = [client.demande(f"B{n}") for n in range(first, first + BATCH)]
        for item in client.post(f"{_ATP}/demandePaiement", batch):
            if item.get("statut") != "10":
                raise SystemExit(f"refused: {item['errors'][0]['code']}")
    return count / (time.perf_counter() - started)


def fill(database, count):
    """Copy the demandes there are until there are ``count``: behind the API's back."""
    with sqlite3.connect(database) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(demande)")]
        copied = [name for name in columns if name not in ("id", "number")]
        (have,) = connection.execute("SELECT count(*) FROM demande").fetchone()
        names = ", ".join(copied)
        for copy in range(1, -(-count // have)):
            connection.execute(
                f"INSERT INTO demande (number, {names}) "
                f"SELECT number || '-{copy}', {names} FROM demande WHERE id <= ?",
                (have,),
            )
    connection.close()


def searching(client, count, total):
    """Return the times of ``count`` searches by ids and by numbers, in ms."""
    times = []
    for turn in range(count):
        first = _FIRST_ID + 1 + turn * 997 % (total - BATCH)
        ids = [str(first + n) for n in range(BATCH)]
        numbers = [f"B{(turn * 31 + n) % 1000}" for n in range(BATCH)]
        for criteria in ({"idDemandePaiements": ids}, {"numFactureTiers": numbers}):
            started = time.perf_counter()
            client.post(f"{_ATP}/demandePaiement/rechercher", criteria)
            times.append((time.perf_counter() - started) * 1000)
    return times


def resetting(client):
    """Return how long it takes to forget everything, in ms."""
    started = time.perf_counter()
    client.post("/sandbox/v1/reset", None)
    return (time.perf_counter() - started) * 1000


class Processor:
    """Processor time of the sandbox's process, in ms."""

    def __init__(self, pid):
        self._process = psutil.Process(pid)
        self._last = self._now()

    def _now(self):
        times = self._process.cpu_times()
        return (times.user + times.system) * 1000

    def lap(self):
        """Return what was used since the last call."""
        before, self._last = self._last, self._now()
        return self._last - before


@contextmanager
def served(database):
    """A sandbox in a process of its own; yield its address and its processor time."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "urssaf_sandbox", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--database", str(database)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                requests.get(f"{url}/sandbox/v1/health", timeout=5)
                break
            except requests.ConnectionError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the sandbox does not start") from None
                time.sleep(0.05)
        yield url, Processor(process.pid)
    finally:
        process.terminate()
        process.wait(15)


def main(arguments=None):
    """Measure and print; return 0 if both targets are met."""
    parser = argparse.ArgumentParser(prog="python -m bench.sandbox")
    parser.add_argument("--sent", type=int, default=3000, help="demandes sent")
    parser.add_argument("--total", type=int, default=100_000, help="demandes searched")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.sqlite3"
        with served(database) as (url, processor):
            client = Client(url)
            processor.lap()
            rate = sending(client, options.sent)
            per_demande = processor.lap() / options.sent
            fill(database, options.total)
            processor.lap()
            times = searching(client, 200, options.total)
            per_search = processor.lap() / len(times)
            median = statistics.median(times)
            forgotten = resetting(client)
    print(
        f"sandbox: {rate:.0f} demandes/s in batches of ten (target {TARGET_RATE}), "
        f"{per_demande:.2f} ms of processor each"
    )
    print(
        f"sandbox: {median:.1f} ms median search among {options.total} demandes "
        f"(target {TARGET_MEDIAN}), {per_search:.2f} ms of processor each"
    )
    print(f"sandbox: {forgotten:.0f} ms to reset {options.total} demandes")
    return 0 if rate >= TARGET_RATE and median <= TARGET_MEDIAN else 1


if __name__ == "__main__":
    sys.exit(main())
