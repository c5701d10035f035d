# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A taken port is said, with the variable that chooses another one."""

import contextlib
import socket

import pytest

from dev import ports
from dev.errors import DevError


@contextlib.contextmanager
def listener():
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize("variable", ["ODOO_PORT", "SANDBOX_PORT"])
def test_a_taken_port_names_its_variable(monkeypatch, variable):
    with listener() as port:
        monkeypatch.setenv(variable, str(port))
        with pytest.raises(DevError) as caught:
            ports.need_free(variable)
    assert f"Port {port} is taken" in str(caught.value)
    assert f"make demo {variable}={port + 1}" in str(caught.value)


def test_a_free_port_is_taken_as_it_is(monkeypatch):
    with listener() as port:
        pass
    monkeypatch.setenv("ODOO_PORT", str(port))
    assert ports.need_free("ODOO_PORT") == port


def test_defaults(monkeypatch):
    monkeypatch.setenv("ODOO_PORT", "")  # what make exports when it is not set
    monkeypatch.delenv("SANDBOX_PORT", raising=False)
    assert ports.wanted("ODOO_PORT") == 8069
    assert ports.wanted("SANDBOX_PORT") == 8090


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 90"])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("ODOO_PORT", text)
    with pytest.raises(DevError, match="is not a port number"):
        ports.wanted("ODOO_PORT")


def test_any_free_port_can_be_listened_on():
    free = ports.any_free()
    with socket.socket() as server:
        server.bind((ports.HOST, free))
        assert server.getsockname() == (ports.HOST, free)
