# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A step that takes minutes says how far it is."""

import threading

import pytest

from dev import console, databases, odoo_source


def test_a_silent_step_says_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(console, "HEARTBEAT", 0.001)
    asked = threading.Event()

    def so_far():
        asked.set()
        return "63 of 125 MB"

    with console.step("Downloading", so_far):
        assert asked.wait(60)
    assert "s, 63 of 125 MB\n" in capsys.readouterr().out


def test_it_is_quiet_once_the_step_is_over(monkeypatch, capsys):
    before = threading.active_count()
    with pytest.raises(ValueError), console.step("Failing", console.nothing_more):
        raise ValueError
    assert threading.active_count() == before
    assert "stopped after" in capsys.readouterr().out


def test_modules_loaded_as_the_log_tells(tmp_path):
    log = tmp_path / "install.log"
    so_far = databases.modules_loaded(log)
    assert not so_far()
    head = "2026-11-26 02:05:02,565 30335 INFO base odoo.modules.loading: "
    log.write_text(
        f"{head}Loading module web (2/34) \n{head}Loading module l10n_fr (12/34) \n"
    )
    assert so_far() == "12/34 modules"


def test_what_has_arrived(tmp_path):
    (tmp_path / "odoo.deb").write_bytes(b"x" * 3)
    (tmp_path / "font.deb").write_bytes(b"x" * 4)
    assert odoo_source._bytes(tmp_path) == 7
