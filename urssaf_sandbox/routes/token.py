# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`POST /api/oauth/v1/token`: credentials in, bearer token out."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from ..oauth import OAuthError, authenticate, issue_token, read_token_request
from .entry import Body, SandboxHere

router = APIRouter(tags=["OAuth2"])

PATH = "/api/oauth/v1/token"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@router.post(PATH, summary="Obtenir un jeton")
def token(request: Request, body: Body, sandbox: SandboxHere) -> JSONResponse:
    """Give a bearer token for `client_credentials`, form or HTTP Basic."""
    headers = request.headers
    asked = read_token_request(
        body, headers.get("content-type", ""), headers.get("authorization")
    )
    with sandbox.database.reading() as session:
        prestataire, scope = authenticate(session, asked)
    request.state.client_id = prestataire.client_id
    seconds = sandbox.settings.token_seconds
    with sandbox.database.writing() as session:
        value = issue_token(session, prestataire, sandbox.clock.wall(), seconds)
    answer = {
        "access_token": value,
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": scope,
    }
    return JSONResponse(answer, headers=_NO_STORE)


def on_oauth_error(_request: Request, error: OAuthError) -> JSONResponse:
    """Word an OAuthError as RFC 6749 §5.2 wants it."""
    answer: dict[str, Any] = {
        "error": error.code,
        "error_description": error.description,
    }
    headers = dict(_NO_STORE)
    status = 400
    if error.code == "invalid_client":
        status = 401
        headers["WWW-Authenticate"] = 'Basic realm="urssaf_sandbox"'
    return JSONResponse(answer, status, headers)
