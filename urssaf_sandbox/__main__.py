# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`python -m urssaf_sandbox`: serve the stand-in until it is stopped."""

import argparse
import gc
import socket
import sys

import uvicorn

from .app import create_app
from .database import DatabaseVersionError
from .logs import logging_config
from .settings import Settings
from .wire.cutting import CuttableProtocol


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve; return the exit code."""
    options = _parser().parse_args(arguments)
    if _taken(options.host, options.port):
        print(f"Port {options.port} is already in use.", file=sys.stderr)
        return 1
    try:
        app = create_app(Settings(database=options.database))
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
        date_header=False,  # see dated.py
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
    return parser


def _taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    sys.exit(main())
