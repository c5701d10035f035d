# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The layers around the application."""

from fastapi import FastAPI

from ..dated import Dated
from ..sandbox import Sandbox
from .faulty import Faulty
from .guarded import Guarded
from .traced import Traced


def install(app: FastAPI, sandbox: Sandbox) -> None:
    """Put the layers around the application: the last one named sees a call first."""
    app.add_middleware(Faulty, sandbox=sandbox)
    app.add_middleware(Dated, sandbox=sandbox)
    app.add_middleware(Traced, sandbox=sandbox)
    app.add_middleware(Guarded, settings=sandbox.settings)
