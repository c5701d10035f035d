# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which lines of Odoo's log are ours to answer for."""

import pytest

from dev import logcheck
from dev.errors import DevError

STAMP = "2026-11-21 23:40:55,233 6679"
#: Paths of the shared cache hold our word though what is in them is not ours.
ODOO = "/root/.cache/urssaf-avance-immediate/odoo/19.0.0+dfsg-1/usr/lib/odoo"
MODEL = "/src/urssaf_avance_immediate/models/x.py"

OURS = {
    "our logger": "WARNING db odoo.addons.urssaf_avance_immediate.models.x: slow",
    "our error": "ERROR db odoo.addons.urssaf_avance_immediate: broken",
    "names our module": "WARNING db odoo.modules.loading: urssaf_avance_immediate: bad",
    "names our model": "ERROR db odoo.sql_db: bad query: UPDATE urssaf_enrolment",
    "names our field": "WARNING db odoo.registry: Two fields (a, urssaf_b) of x",
    "names our trade's field": "WARNING db odoo.registry: Two fields (home_service_x)",
    "names our trade's model": "ERROR db odoo.sql_db: unknown home.service.nature",
    "our traceback": f"ERROR db odoo.http: Exception\n  File {MODEL}, line 3, in f",
    "warning of our file": f"WARNING db py.warnings: {MODEL}:3: SyntaxWarning: old",
    "no database": "CRITICAL ? odoo.addons.urssaf_avance_immediate: broken",
}
NOT_OURS = {
    "information": "INFO db odoo.addons.urssaf_avance_immediate: 010 POST 200",
    # In pytest's log only: its own tests provoke errors on purpose.
    "the sandbox": "ERROR db urssaf_sandbox.app: failed",
    "someone else": "WARNING db odoo.addons.mail.models: cannot reach the server",
    "the database's name": "ERROR urssaf_test odoo.sql_db: urssaf_test is not there",
    "a path in the cache": f"ERROR db odoo.http: failed\n  File {ODOO}/http.py, line 1",
    "a path in the state folder": "ERROR db odoo.http: no /src/urssaf/.dev/data/x",
    "our frame under another's warning": f"WARNING db py.warnings: {ODOO}/x.py:1: "
    f"DeprecationWarning: old\n  File {MODEL}, line 3, in f",
}


def records(tmp_path, text):
    log = tmp_path / "odoo.log"
    log.write_text("a line before any record\n" + text + "\n")
    return logcheck.read(log)


@pytest.mark.parametrize("text", OURS.values(), ids=OURS)
def test_ours(tmp_path, text):
    (record,) = records(tmp_path, f"{STAMP} {text}")
    assert logcheck.ours(record)


@pytest.mark.parametrize("text", NOT_OURS.values(), ids=NOT_OURS)
def test_not_ours(tmp_path, monkeypatch, text):
    monkeypatch.setenv("URSSAF_DEV_STATE", "/src/urssaf/.dev")
    (record,) = records(tmp_path, f"{STAMP} {text}")
    assert not logcheck.ours(record)


def test_a_traceback_belongs_to_the_record_before_it(tmp_path):
    text = (
        f"{STAMP} ERROR db odoo.http: one\nTraceback\n  File x\n{STAMP} INFO db a: two"
    )
    first, second = records(tmp_path, text)
    assert first.text.endswith("Traceback\n  File x")
    assert (second.level, second.logger, second.message) == ("INFO", "a", "two")


def test_a_clean_log_passes(tmp_path, capsys):
    records(tmp_path, f"{STAMP} {NOT_OURS['someone else']}")
    logcheck.need_clean(tmp_path / "odoo.log")
    assert not capsys.readouterr().err


def test_a_log_with_ours_fails_and_shows_it(tmp_path, capsys):
    records(tmp_path, f"{STAMP} {OURS['our traceback']}\n{STAMP} {OURS['our logger']}")
    with pytest.raises(DevError, match=r"2 warning\(s\) or error\(s\) of ours"):
        logcheck.need_clean(tmp_path / "odoo.log")
    said = capsys.readouterr().err
    assert MODEL in said
    assert "slow" in said


def test_a_log_without_records_is_not_clean(tmp_path):
    records(tmp_path, "no record at all")
    with pytest.raises(DevError, match="No log record in"):
        logcheck.need_clean(tmp_path / "odoo.log")


def test_errors_are_shown_up_to_a_limit(tmp_path, capsys):
    records(tmp_path, "\n".join(f"{STAMP} ERROR db a: error {n}" for n in range(5)))
    logcheck.show_errors(tmp_path / "odoo.log", limit=2)
    said = capsys.readouterr().err
    assert "error 1" in said
    assert "error 2" not in said
    assert "3 more" in said
