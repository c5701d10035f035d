# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python -m urssaf_sandbox` as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from .client import Caller, Steering
from .data import PARTICULIER

ROOT = Path(__file__).parents[2]


def free_port():
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def command(port, database):
    """Return the command line."""
    options = ["--host", "127.0.0.1", "--port", str(port), "--database", str(database)]
    return [sys.executable, "-m", "urssaf_sandbox", *options]


@contextmanager
def running(port, database, log, stop=signal.SIGTERM):
    """Run the sandbox; yield a client of it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command(port, database), env=environment, stdout=output, stderr=output
        )
        try:
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url, timeout=10, verify=False) as client:
                wait_until_it_answers(client, process)
                yield client
        finally:
            process.send_signal(stop)
            process.wait(15)


def wait_until_it_answers(client, process):
    """Wait for the health page, as long as the process lives."""
    # Far off: a machine that does much else at once is no fault of the sandbox.
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the sandbox stopped at once"
        try:
            if client.get("/sandbox/v1/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the sandbox does not answer")


def test_the_state_survives_a_restart_even_a_brutal_one(tmp_path):
    port, database, log = free_port(), tmp_path / "s.sqlite3", tmp_path / "log"
    with running(port, database, log, signal.SIGKILL) as client:
        caller, steering = Caller(client), Steering(client)
        steering.set_clock("2026-06-10T10:00:00+02:00")
        id_demande = caller.sent("A")
        steering.advance(hours=2)
        before = steering.get("/demandes"), steering.get("/mailbox")
        headers = caller.headers
    with running(port, database, log) as client:
        caller.http, steering.http = client, client
        assert (steering.get("/demandes"), steering.get("/mailbox")) == before
        assert caller.headers == headers
        assert caller.info(id_demande)["statut"]["code"] == "20"
        assert steering.get("/clock")["now"].startswith("2026-06-10T12:0")


def test_the_log_holds_no_personal_data(tmp_path):
    log = tmp_path / "log"
    with running(free_port(), tmp_path / "s.sqlite3", log) as client:
        caller = Caller(client)
        caller.active_client()
        caller.customer(adresseMail=PARTICULIER["adresseMail"])
    text = log.read_text()
    assert "GET /atp/v1/tiersPrestations/particulier HTTP/1.1" in text
    for secret in (
        PARTICULIER["adresseMail"].split("@")[0],
        "adresseMail",
        PARTICULIER["coordonneeBancaire"]["iban"],
        "1980-03-29",
        "demo-secret",
        caller.headers["Authorization"].split()[1],
    ):
        assert secret not in text
    assert "Traceback" not in text
    assert "Warning" not in text


def test_a_taken_port_is_told_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            command(port, tmp_path / "s.sqlite3"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert result.returncode == 1
    assert result.stderr == f"Port {port} is already in use.\n"
