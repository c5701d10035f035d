# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fixtures for the tests of the machine's set-up: no network, nothing installed."""

import os

import pytest


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty shared cache; returns the project's folder in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ODOO_HOME", raising=False)
    return tmp_path / "cache" / "urssaf-avance-immediate"


@pytest.fixture
def state(tmp_path, monkeypatch):
    """An empty state folder of the checkout."""
    monkeypatch.setenv("URSSAF_DEV_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH with nothing on it; returns a function that adds a fake program."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name, script="exit 0"):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return add


@pytest.fixture
def ordinary_user(monkeypatch):
    """A user without root's rights."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
