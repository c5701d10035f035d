# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from pydantic.json_schema import models_json_schema
from sqlalchemy import select

from .clock import Clock
from .contract.demande import InputDemandePaiement, InputRechercheDemandePaiement
from .contract.particulier import InputParticulierDTO
from .database import Database
from .delivery import Postman
from .life import tax_office
from .oauth import add_prestataire
from .received import Letterbox
from .routes import (
    atp,
    errors,
    front,
    operateur,
    particulier,
    register,
    steering,
    surroundings,
    visits,
)
from .sandbox import Sandbox
from .settings import SCOPE, Settings
from .space.pages import form_key
from .tables import Prestataire
from .wire import layers

_DESCRIPTION = (
    "Simulation locale de l'API Tiers de Prestation. Ce n'est pas un service de "
    "l'Urssaf : rien ne quitte cette machine."
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """Return the application on its database, which is created if need be.

    Raise DatabaseVersionError when the file was made by another version.
    """
    settings = settings or Settings()
    database = Database(settings.database)
    _ensure_default_prestataire(database, settings)
    sandbox = Sandbox(settings, database, clock or Clock())
    postman = Postman(settings, database)
    letterbox = Letterbox(sandbox)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        postman.start()
        letterbox.start()
        yield
        letterbox.stop()
        postman.stop()
        database.dispose()

    # FastAPI's own /docs would fetch its scripts from a third party's network.
    app = FastAPIOffline(
        redoc_url=None,
        favicon_url="/static/icon.svg",
        title="Bac à sable Urssaf (simulation)",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
    )
    app.state.sandbox = sandbox
    layers.install(app, app.state.sandbox)
    errors.install(app)
    visits.install(app)
    with database.writing() as session:
        app.state.form_key = form_key(session)
    for router in (
        front.router,
        atp.token_router,
        atp.router,
        steering.router,
        surroundings.router,
        particulier.router,
        front.mailbox_router,
        operateur.router,
        register.router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _ensure_default_prestataire(database: Database, settings: Settings) -> None:
    given = settings.prestataire
    with database.writing() as session:
        known = select(Prestataire.id).where(Prestataire.client_id == given.client_id)
        if session.scalar(known) is None:
            add_prestataire(session, given)
            tax_office.seed(session)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Describe the bodies that the routes read themselves, beside FastAPI's own."""
    if not app.openapi_schema:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        _, definitions = models_json_schema(
            [
                (model, "validation")
                for model in (
                    InputParticulierDTO,
                    InputDemandePaiement,
                    InputRechercheDemandePaiement,
                )
            ],
            ref_template="#/components/schemas/{model}",
        )
        schema["components"]["schemas"].update(definitions["$defs"])
        _tell_of_tokens(schema)
        app.openapi_schema = schema
    return app.openapi_schema


def _tell_of_tokens(schema: dict[str, Any]) -> None:
    """Let who tries the four methods on /docs fetch a token there ("Authorize")."""
    flow = {"tokenUrl": atp.TOKEN_PATH, "scopes": {SCOPE: "API Tiers de Prestation"}}
    schemes = {"jeton": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    schema["components"]["securitySchemes"] = schemes
    for path, operations in schema["paths"].items():
        if path.startswith(atp.router.prefix):
            for operation in operations.values():
                operation["security"] = [{"jeton": [SCOPE]}]
