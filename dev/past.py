# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo in the past: ``python -m dev.past CONTROL_PORT MOMENT ODOO_ARGUMENTS…``.

The demo's story is some weeks long and ends now. Its sandbox has a clock of its own;
so has this Odoo, which goes on from MOMENT (ISO, with its zone) and jumps to where
``POST /?MOMENT`` on the control port says. What Odoo writes bears that time. The
scheduled actions, which look at PostgreSQL's clock, are started by whoever tells the
story. Each server of the story ends with it: nobody works in the past.
"""

import os
import sys
import threading
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

from . import ports


def main():
    """Start Odoo; its clock moves as soon as the database is loaded."""
    port, moment, *arguments = sys.argv[1:]
    os.environ["TZ"] = "UTC"
    import odoo.cli  # noqa: F401  (Odoo first: what it loads reads the true time)
    from odoo.cli.server import main as serve
    from odoo.service import server

    load = server.preload_registries

    def load_then_go_back(names):
        status = load(names)
        _go_back(int(port), _in_utc(moment))
        return status

    server.preload_registries = load_then_go_back
    sys.argv[1:] = arguments
    serve(arguments)


def _go_back(port, moment):
    from freezegun.api import freeze_time, real_datetime

    from odoo import sql_db

    clock = freeze_time(moment, tick=True).start()

    def go_to(moment):
        clock.time_to_freeze, clock.start = moment, real_datetime.now()

    # PostgreSQL stays in the present: what Odoo asks it is when a record was made.
    sql_db.BaseCursor.now = _now

    class Control(BaseHTTPRequestHandler):
        def do_POST(self):
            go_to(_in_utc(urllib.parse.unquote(self.path.partition("?")[2])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments):
            """Odoo's log is about Odoo."""

    control = HTTPServer((ports.HOST, port), Control)
    threading.Thread(target=control.serve_forever, daemon=True).start()


def _now(cursor):
    if cursor._now is None:
        cursor._now = datetime.now()
    return cursor._now


def _in_utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)


if __name__ == "__main__":
    main()
