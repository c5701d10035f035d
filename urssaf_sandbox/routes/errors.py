# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From exceptions to HTTP answers."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from ..clock import ClockRangeError
from ..contract.erreurs import Refusal, erreur
from ..life.work import Impossible
from ..oauth import OAuthError
from .atp import on_oauth_error
from .entry import Unauthorized

_logger = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Register every handler on the application."""
    app.add_exception_handler(OAuthError, on_oauth_error)
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(Unauthorized, _on_unauthorized)
    app.add_exception_handler(Impossible, _on_impossible)
    app.add_exception_handler(ClockRangeError, _on_clock_range)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(Exception, _on_anything)


def _on_refusal(_request: Request, error: Refusal) -> JSONResponse:
    return JSONResponse(error.erreurs, HTTPStatus.BAD_REQUEST)


def _on_unauthorized(_request: Request, _error: Unauthorized) -> Response:
    # The contract gives 401 no body.
    return Response(
        status_code=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}
    )


def _on_impossible(_request: Request, error: Impossible) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, HTTPStatus.CONFLICT)


def _on_clock_range(_request: Request, error: ClockRangeError) -> JSONResponse:
    detail = f"L'horloge du bac à sable va de {error}"
    return JSONResponse({"detail": detail}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _on_validation(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Name the faulty fields of a steering call, without repeating what was sent."""
    faults = (
        f"{'.'.join(str(part) for part in fault['loc'])} ({fault['msg']})"
        for fault in error.errors()
    )
    detail = f"Requête incorrecte : {', '.join(faults)}"
    return JSONResponse({"detail": detail}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _on_anything(request: Request, error: Exception) -> JSONResponse:
    # Only the kind of the error: its text might hold what was sent.
    _logger.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
    return JSONResponse([erreur("ERREUR_TECHNIQUE")], HTTPStatus.INTERNAL_SERVER_ERROR)
