# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database file: memory, versions, and errors that keep their mouth shut."""

import logging

import httpx
import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DatabaseError, IntegrityError

from ..app import create_app
from ..clock import Clock, real_time
from ..database import Database, DatabaseVersionError
from ..settings import Settings
from ..tables import AccessToken, Setting
from .client import Caller, Steering
from .conftest import Served
from .data import PERSON


def test_memory():
    with Served(":memory:") as served:
        with httpx.Client(base_url=served.url, verify=False) as client:
            caller = Caller(client)
            assert caller.sent().isdigit()
            assert len(Steering(client).get("/demandes")) == 1


def test_a_file_of_another_version_is_refused(tmp_path):
    path = str(tmp_path / "old.sqlite3")
    database = Database(path)
    with database.writing() as session:
        session.connection().exec_driver_sql("PRAGMA user_version = 99")
    database.dispose()
    with pytest.raises(DatabaseVersionError, match="schema 99"):
        create_app(Settings(database=path), Clock())


def test_a_failed_writing_keeps_nothing(tmp_path):
    database = Database(str(tmp_path / "x.sqlite3"))
    with pytest.raises(ZeroDivisionError):
        with database.writing() as session:
            session.add(Setting(key="a", value="b"))
            session.flush()
            raise ZeroDivisionError
    with database.reading() as session:
        assert session.get(Setting, "a") is None
    database.dispose()


def test_foreign_keys_are_checked_again_after_emptying(tmp_path):
    database = Database(str(tmp_path / "x.sqlite3"))
    orphan = {"token_hash": "x", "provider_id": 7, "expires_at": real_time()}
    with database.emptying() as session:
        session.execute(delete(Setting))
    with pytest.raises(IntegrityError):
        with database.writing() as session:
            session.add(AccessToken(**orphan))
    database.dispose()


def test_a_technical_error_answers_500_and_tells_nothing(
    served, caller, monkeypatch, caplog
):
    def broken(*_):
        raise DatabaseError("insert", {}, Exception("disk is full"))

    monkeypatch.setattr("urssaf_sandbox.routes.atp.register", broken)
    # A client of its own: the server closes the connection after such an error.
    with httpx.Client(base_url=served.url, verify=False) as client:
        caller.http = client
        with caplog.at_level(logging.INFO):
            answer = caller.enrol()
    assert answer.status_code == 500
    assert [e["code"] for e in answer.json()] == ["ERREUR_TECHNIQUE"]
    said = answer.text + caplog.text
    for secret in (PERSON["coordonneeBancaire"]["iban"], PERSON["adresseMail"]):
        assert secret not in said
