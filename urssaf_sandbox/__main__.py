# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python -m urssaf_sandbox`: serve the stand-in until it is stopped."""

import argparse
import gc
import os
import socket
import sys
from urllib.parse import urlsplit

import uvicorn

from .app import create_app
from .database import DatabaseVersionError
from .server import CuttableProtocol, logging_config
from .settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve; return the exit code."""
    options = _parser().parse_args(arguments)
    if _taken(options.host, options.port):
        print(f"Port {options.port} is already in use.", file=sys.stderr)
        return 1
    try:
        app = create_app(_settings(options))
    except DatabaseVersionError as error:
        print(error, file=sys.stderr)
        return 1
    # What is loaded now stays: the collector need not look at it again and again.
    gc.freeze()
    uvicorn.run(
        app,
        http=CuttableProtocol,
        host=options.host,
        port=options.port,
        log_config=logging_config(),
        server_header=False,
        date_header=False,  # see wire/layers.py
        # A browser that keeps a connection open does not keep the server from ending.
        timeout_graceful_shutdown=5,
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m urssaf_sandbox",
        description="A local stand-in for Urssaf's avance immédiate API.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument(
        "--database",
        default=Settings.database,
        metavar="FILE",
        help="SQLite file, or :memory: (default: %(default)s)",
    )
    parser.add_argument(
        "--public-url",
        type=_web_address,
        default=os.environ.get("URSSAF_SANDBOX_PUBLIC_URL", ""),
        metavar="URL",
        help="what links in messages begin with (default: this host and port)",
    )
    parser.add_argument(
        "--known-host",
        action="append",
        default=os.environ.get("URSSAF_SANDBOX_KNOWN_HOSTS", "").split(),
        metavar="NAME",
        help="a further name under which it may be called, again for each (default: "
        "localhost, 127.0.0.1, [::1], --host and the name in --public-url)",
    )
    parser.add_argument(
        "--smtp",
        type=_mail_server,
        default=os.environ.get("URSSAF_SANDBOX_SMTP", ""),
        metavar="HOST:PORT",
        help="a mail server that the e-mails are really handed to (default: none)",
    )
    parser.add_argument(
        "--receive-mail",
        type=int,
        default=int(os.environ.get("URSSAF_SANDBOX_RECEIVE_MAIL") or 0),
        metavar="PORT",
        help="receive, by SMTP, the e-mails of the software that is tried, and show "
        "them in the mailbox (default: no)",
    )
    parser.add_argument(
        "--mail-from",
        default=os.environ.get("URSSAF_SANDBOX_MAIL_FROM", Settings.mail_from),
        metavar="ADDRESS",
        help="whom these e-mails come from (default: %(default)s)",
    )
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    """Return the settings of the command line and, behind it, of the environment."""
    here = "127.0.0.1" if options.host in ("", "0.0.0.0", "::") else options.host
    here = f"[{here}]" if ":" in here else here
    return Settings(
        database=options.database,
        host=options.host,
        known_hosts=tuple(options.known_host),
        public_url=(options.public_url or f"http://{here}:{options.port}").rstrip("/"),
        smtp=options.smtp,
        receive_mail=options.receive_mail,
        mail_from=options.mail_from,
    )


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if text and not (parts.scheme in ("http", "https") and parts.hostname):
        raise argparse.ArgumentTypeError("an address such as https://urssaf.example")
    return text


def _mail_server(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isdigit() and 0 < int(port) < 2**16):
        raise argparse.ArgumentTypeError("HOST:PORT")
    return text


def _taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    sys.exit(main())
