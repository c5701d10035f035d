# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database file: memory, versions, and errors that keep their mouth shut."""

import logging
import sqlite3

import httpx
import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DatabaseError, IntegrityError

from ..app import create_app
from ..clock import Clock, real_time
from ..database import SCHEMA_VERSION, Database, DatabaseVersionError
from ..settings import Settings
from ..tables import AccessToken, Setting
from .client import Caller, Steering
from .conftest import Served
from .data import PARTICULIER


def test_memory():
    with Served(":memory:") as served:
        with httpx.Client(base_url=served.url, verify=False) as client:
            caller = Caller(client)
            assert caller.sent().isdigit()
            assert len(Steering(client).get("/demandes")) == 1


@pytest.mark.parametrize(
    ("version", "advice"), [(1, "delete the file"), (99, "run the newer sandbox")]
)
def test_a_file_of_an_unreadable_version_is_refused(tmp_path, version, advice):
    path = str(tmp_path / "old.sqlite3")
    database = Database(path)
    with database.writing() as session:
        session.connection().exec_driver_sql(f"PRAGMA user_version = {version}")
    database.dispose()
    with pytest.raises(DatabaseVersionError, match=f"schema {version}.*{advice}"):
        create_app(Settings(database=path), Clock())


def test_an_older_file_is_brought_up_to_date(tmp_path):
    """Whatever was added since: a table, columns with and without a value, an index."""
    path = str(tmp_path / "old.sqlite3")
    with Served(path) as served:
        with httpx.Client(base_url=served.url, verify=False) as client:
            id_demande = Caller(client).sent()
    with sqlite3.connect(path) as old:
        old.execute("DROP TABLE fault")
        old.execute(
            "CREATE TABLE fault (id INTEGER PRIMARY KEY, method VARCHAR NOT NULL, "
            "kind VARCHAR NOT NULL, value VARCHAR, remaining INTEGER NOT NULL)"
        )
        old.execute("DROP INDEX demande_due")
        old.execute("DROP TABLE bank_entry")
        old.execute("ALTER TABLE particulier DROP COLUMN disability")
        old.execute("ALTER TABLE particulier DROP COLUMN mandate_expired_at")
        old.execute("ALTER TABLE provider DROP COLUMN guarantee")
        old.execute("PRAGMA user_version = 2")
    old.close()
    with Served(path) as served:
        with httpx.Client(base_url=served.url, verify=False) as client:
            caller, steering = Caller(client), Steering(client)
            steering.post("/faults", {"method": "070", "kind": "slow", "value": 0})
            steering.advance(working_days=10)
            assert caller.info(id_demande)["statut"]["code"] == "70"
            assert steering.get("/providers")[0]["guarantee"] == "valid"
    with sqlite3.connect(path) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert now.execute("PRAGMA index_info(demande_due)").fetchall()
    now.close()


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
    orphan = {"token_hash": "x", "prestataire_id": 7, "expires_at": real_time()}
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

    monkeypatch.setattr("urssaf_sandbox.routes.atp.record_inscription", broken)
    # A client of its own: the server closes the connection after such an error.
    with httpx.Client(base_url=served.url, verify=False) as client:
        caller.http = client
        with caplog.at_level(logging.INFO):
            answer = caller.enrol()
    assert answer.status_code == 500
    assert [e["code"] for e in answer.json()] == ["ERREUR_TECHNIQUE"]
    said = answer.text + caplog.text
    for secret in (
        PARTICULIER["coordonneeBancaire"]["iban"],
        PARTICULIER["adresseMail"],
    ):
        assert secret not in said
