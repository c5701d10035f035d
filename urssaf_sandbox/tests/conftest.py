# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One real server for all tests, emptied before each of them."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher

from ..app import create_app
from ..clock import PARIS, Clock
from ..server import CuttableProtocol
from ..settings import Settings
from ..space import access
from .client import JSON, Caller, Steering

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn warnings into errors in this folder, and only here."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error"))


class Wall:
    """Real time, as the tests decide it: a Wednesday in June unless they say else."""

    USUAL = datetime(2026, 6, 10, 10, 0, tzinfo=PARIS)

    def __init__(self) -> None:
        self.moment = self.USUAL

    def __call__(self) -> datetime:
        return self.moment


class Served:
    """A sandbox listening on a free port, in a thread."""

    def __init__(self, database: str, **settings: Any) -> None:
        self.wall = Wall()
        # Saying TCP lets asyncio set TCP_NODELAY: without it each answer waits 40 ms.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        chosen = Settings(database=database, public_url=self.url, **settings)
        self.app = create_app(chosen, Clock(self.wall))
        config = uvicorn.Config(
            self.app,
            http=CuttableProtocol,
            log_level="warning",
            date_header=False,
            # A connection that a test left open must not keep the server, and with it
            # the whole process, alive.
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> "Served":
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        # Whatever it waits for, no test does any more.
        self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords cost next to nothing: what makes guessing slow would make tests slow.

    The tests that start `python -m urssaf_sandbox` have the true cost.
    """
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_hasher", lambda: cheap)
        yield


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server, on a database file."""
    path = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
    with Served(str(path)) as served:
        yield served


@pytest.fixture
def wall(served: Served) -> Iterator[Wall]:
    """Real time, to be moved by a test."""
    served.wall.moment = Wall.USUAL
    yield served.wall
    served.wall.moment = Wall.USUAL


@pytest.fixture(scope="session")
def connection(served: Served) -> Iterator[httpx.Client]:
    """One client for all tests: making one reads every certificate of the machine."""
    with httpx.Client(base_url=served.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def http(connection: httpx.Client, wall: Wall) -> httpx.Client:
    """A plain client of an empty sandbox."""
    assert connection.post("/sandbox/v1/reset", headers=JSON).status_code == 200
    return connection


@pytest.fixture
def caller(http: httpx.Client) -> Caller:
    """The default provider, with a token."""
    return Caller(http)


@pytest.fixture
def other_caller(http: httpx.Client, steering: Steering) -> Caller:
    """A second provider."""
    identity = {"client_id": "autre", "client_secret": "autre-secret"}
    company = {"trade_name": "Jardins d'ailleurs", "siret": "99999999800018"}
    answer = steering.post("/providers", {**identity, **company})
    assert answer.status_code in (201, 409)  # providers outlive a reset
    return Caller(http, "autre", "autre-secret")


@pytest.fixture
def steering(http: httpx.Client) -> Steering:
    """Time and people."""
    return Steering(http)
