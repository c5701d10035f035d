# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's API on the real service's paths: the token, and the four methods."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from sqlalchemy import select

from .. import answers
from ..answers import find
from ..contract.demande import BATCH, InputRechercheDemandePaiement
from ..contract.erreurs import Refusal, erreur
from ..contract.fields import check, read_json
from ..contract.particulier import InputParticulierDTO, particulier_erreurs
from ..life.demandes import receive_batch
from ..life.particuliers import record_inscription
from ..life.tax_office import register_erreurs
from ..oauth import OAuthError, authenticate, issue_token, read_token_request
from ..tables import Appareillage, Particulier
from .entry import Body, CallerHere, SandboxHere

token_router = APIRouter(tags=["OAuth2"])

TOKEN_PATH = "/api/oauth/v1/token"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@token_router.post(TOKEN_PATH, summary="Obtenir un jeton")
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


router = APIRouter(prefix="/atp/v1/tiersPrestations")

_PARTICULIER = TypeAdapter(InputParticulierDTO)
_SEARCH = TypeAdapter(InputRechercheDemandePaiement)


def _takes(schema: str, many: bool = False) -> dict[str, Any]:
    """Return the OpenAPI text of a body that FastAPI does not parse itself."""
    reference: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}"}
    if many:
        reference = {"type": "array", "items": reference}
    content = {"application/json": {"schema": reference}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/particulier",
    tags=["Particulier"],
    summary="010 · Inscrire un client",
    openapi_extra=_takes("InputParticulierDTO"),
)
def enrol(caller: CallerHere, body: Body, sandbox: SandboxHere) -> JSONResponse:
    """Register a person, new or known, and tie him to the caller."""
    prestataire = caller.known()
    particulier = check(
        _PARTICULIER, read_json(body, "inputParticulier"), "inputParticulier"
    )
    with sandbox.writing() as work:
        erreurs = particulier_erreurs(particulier, work.today)
        # The tax office is only asked about what is complete.
        erreurs = erreurs or register_erreurs(work, particulier)
        if erreurs:
            raise Refusal(erreurs)
        return JSONResponse(
            {"idClient": record_inscription(work, prestataire, particulier)}
        )


@router.get(
    "/particulier", tags=["Particulier"], summary="020 · Statut d'un particulier"
)
def customer(
    caller: CallerHere,
    sandbox: SandboxHere,
    idClient: str | None = None,
    adresseMail: str | None = None,
) -> JSONResponse:
    """Tell whether demandes are accepted for this person.

    With both criteria, both must fit. An e-mail that several persons share gives the
    last one registered.
    """
    with sandbox.reading() as work:
        prestataire = caller.prestataire(work.session)
        if not idClient and not adresseMail:
            raise Refusal([erreur("ERR_RECHERCHE_PARTICULIER", "Aucun critère")])
        query = (
            select(Appareillage)
            .join(Particulier)
            .where(Appareillage.prestataire_id == prestataire.id)
        )
        if idClient:
            query = query.where(Particulier.id == idClient)
        if adresseMail:
            query = query.where(Particulier.email_key == adresseMail.lower())
        latest = query.order_by(Appareillage.requested_at.desc(), Particulier.id).limit(
            1
        )
        return JSONResponse(answers.particulier_info(work.session.scalar(latest)))


@router.post(
    "/demandePaiement",
    tags=["Demande de paiement"],
    summary="050 · Transmettre des demandes de paiement",
    openapi_extra=_takes("InputDemandePaiement", many=True),
)
def send(caller: CallerHere, body: Body, sandbox: SandboxHere) -> JSONResponse:
    """Accept or reject each demande of the array, at most ten."""
    root = "inputDemandePaiements"
    prestataire = caller.known()
    received = read_json(body, root)
    demandes = check(BATCH, received, root)
    with sandbox.writing() as work:
        return JSONResponse(receive_batch(work, prestataire, demandes, received))


@router.post(
    "/demandePaiement/rechercher",
    tags=["Demande de paiement"],
    summary="070 · Consulter des demandes de paiement",
    openapi_extra=_takes("InputRechercheDemandePaiement"),
)
def search(caller: CallerHere, body: Body, sandbox: SandboxHere) -> JSONResponse:
    """Give the state of the demandes that fit, at most ten."""
    root = "inputRechercheDemandePaiement"
    with sandbox.reading() as work:
        prestataire = caller.prestataire(work.session)
        asked = check(_SEARCH, read_json(body, root), root)
        found = find(work, prestataire, asked)
        infos = [answers.demande_info(demande) for demande in found]
    return JSONResponse({"errors": [], "infoDemandePaiements": infos})
