# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""TCP ports on this machine. Everything of ours listens on 127.0.0.1 only."""

import os
import socket

from .errors import DevError

HOST = "127.0.0.1"
DEFAULTS = {"ODOO_PORT": 8069, "SANDBOX_PORT": 8090}


def wanted(variable):
    """Return the port set in the environment ``variable``, or its default.

    Raises DevError if it is not a port number.
    """
    text = os.environ.get(variable) or str(DEFAULTS[variable])
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise DevError(f"{variable}={text} is not a port number (1 to 65535).")
    return int(text)


def need_free(variable):
    """Return the port set in ``variable``. Raises DevError if it is taken."""
    port = wanted(variable)
    if not is_free(port):
        raise DevError(
            f"Port {port} is taken by another program: choose another one with "
            f"{variable}, for example: make demo {variable}={port + 1}"
        )
    return port


def is_free(port):
    """Tell whether a server could listen on ``port`` now."""
    with socket.socket() as probe:
        # A server sets this too: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
