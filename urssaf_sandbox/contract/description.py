# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Our own OpenAPI description of the API, written from the public facts.

It says what a caller may send and what comes back; it is served as
`/sandbox/v1/openapi.json`. Lengths and patterns are those of Swagger 1.30.3 and of the
clients of 2026.
"""

from typing import Any

Schema = dict[str, Any]

_ATP = "/atp/v1/tiersPrestations"
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"


def _text(low: int = 0, high: int | None = None, pattern: str | None = None) -> Schema:
    schema: Schema = {"type": "string", "minLength": low}
    if high:
        schema["maxLength"] = high
    if pattern:
        schema["pattern"] = pattern
    return schema


def _object(required: str, optional: Schema | None = None, **fields: Schema) -> Schema:
    """`required` names the required keys among the fields; the others may be absent."""
    properties = {**fields, **(optional or {})}
    return {"type": "object", "required": required.split(), "properties": properties}


def _array(items: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": items, **limits}


_MOMENT = _text(pattern=_DATE)
_NUMBER: Schema = {"type": "number"}
_ID = _text(1, 50)
_FIVE_DIGITS = _text(pattern="^[0-9]{5}$")

ERREUR = _object("code message description", code=_text(1), message=_text())
ERREUR["properties"]["description"] = _text()
ERREURS = _array(ERREUR, minItems=1)

_BIRTH_PLACE = _object(
    "codePaysNaissance",
    codePaysNaissance=_FIVE_DIGITS,
    departementNaissance=_text(pattern="^[09][0-9][0-9abAB]$"),
    communeNaissance=_object(
        "codeCommune",
        codeCommune=_text(pattern="^[0-9]{3}$"),
        libelleCommune=_text(1, 50),
    ),
)
_ADDRESS = _object(
    "libelleCommune codeCommune codePostal codePays",
    numeroVoie=_text(pattern="^[1-9][0-9]{0,3}$"),
    lettreVoie={"enum": ["B", "T", "Q", "C"]},
    codeTypeVoie=_text(pattern="^[0-9A-Za-z]{1,4}$"),
    libelleVoie=_text(1, 28),
    complement=_text(1, 38),
    lieuDit=_text(1, 38),
    libelleCommune=_text(1, 50),
    codeCommune=_text(pattern="^[0-9][0-9abAB][0-9]{3}$"),
    codePostal=_FIVE_DIGITS,
    codePays=_FIVE_DIGITS,
)
_ACCOUNT = _object(
    "bic iban titulaire",
    bic=_text(pattern="^[a-zA-Z]{6}[0-9a-zA-Z]{2}([0-9a-zA-Z]{3})?$"),
    iban=_text(pattern="^[a-zA-Z]{2}[0-9]{2}[a-zA-Z0-9]{14,30}$"),
    titulaire=_text(1, 100),
)
INPUT_PARTICULIER = _object(
    "civilite nomNaissance prenoms dateNaissance lieuNaissance "
    "numeroTelephonePortable adresseMail adressePostale coordonneeBancaire",
    civilite={"enum": ["1", "2"]},
    nomNaissance=_text(1, 80),
    nomUsage=_text(0, 80),
    prenoms=_text(1, 80),
    dateNaissance=_MOMENT,
    lieuNaissance=_BIRTH_PLACE,
    numeroTelephonePortable=_text(pattern=r"^(0|\+33)[6-7]([0-9]{2}){4}$"),
    adresseMail=_text(5, 254),
    adressePostale=_ADDRESS,
    coordonneeBancaire=_ACCOUNT,
)

PRESTATION = _object(
    "codeNature quantite unite mntUnitaireTTC mntPrestationTTC mntPrestationHT "
    "mntPrestationTVA",
    codeActivite=_text(),
    # A JSON number is accepted too (AIS, in production).
    codeNature={"type": ["string", "integer"]},
    quantite=_NUMBER,
    unite=_text(),
    mntUnitaireTTC=_NUMBER,
    mntPrestationTTC=_NUMBER,
    mntPrestationHT=_NUMBER,
    mntPrestationTVA=_NUMBER,
    dateDebutEmploi=_MOMENT,
    dateFinEmploi=_MOMENT,
    complement1=_text(0, 255),
    complement2=_text(),
)
DEMANDE = _object(
    "idTiersFacturation idClient dateNaissanceClient numFactureTiers dateFacture "
    "dateDebutEmploi dateFinEmploi mntFactureTTC mntFactureHT inputPrestations",
    idTiersFacturation=_text(0, 100),
    idClient=_ID,
    dateNaissanceClient=_MOMENT,
    numFactureTiers=_ID,
    dateFacture=_MOMENT,
    dateDebutEmploi=_MOMENT,
    dateFinEmploi=_MOMENT,
    mntAcompte=_NUMBER,
    dateVersementAcompte=_MOMENT,
    mntFactureTTC=_NUMBER,
    mntFactureHT=_NUMBER,
    inputPrestations=_array(PRESTATION, minItems=1, maxItems=10),
)
RECHERCHE = _object(
    "",
    idDemandePaiements=_array(_text(0, 50)),
    numFactureTiers=_array(_text(0, 50)),
    dateDebut=_MOMENT,
    dateFin=_MOMENT,
)

CLIENT = _object("idClient", idClient=_ID)
STATUT_PARTICULIER = _object(
    "idClient nomNaissance prenoms statut",
    idClient=_ID,
    nomNaissance=_text(1),
    nomUsage=_text(1),
    prenoms=_text(1),
    statut=_object(
        "code description etat",
        code=_text(1),
        description=_text(1),
        etat={"enum": ["OK", "KO"]},
    ),
)
OUTPUT_DEMANDE = _object(
    "idClient numFactureTiers",
    idClient=_ID,
    numFactureTiers=_ID,
    idDemandePaiement=_ID,
    statut={"const": "10"},
    errors=ERREURS,
)
# Accepted, or rejected with its reasons: never both, never neither.
OUTPUT_DEMANDE["oneOf"] = [
    {"required": ["idDemandePaiement", "statut"]},
    {"required": ["errors"]},
]
INFO_DEMANDE = _object(
    "idDemandePaiement demandePaiement statut",
    idDemandePaiement=_ID,
    demandePaiement=DEMANDE,
    statut=_object("code libelle", code=_text(1), libelle=_text(1)),
    infoRejet=_object("code", code=_text(1), commentaire=_text(1)),
    infoVirement=_object("dateVirement", mntVirement=_NUMBER, dateVirement=_MOMENT),
)
OUTPUT_RECHERCHE = _object(
    "errors infoDemandePaiements",
    errors=_array(ERREUR),
    infoDemandePaiements=_array(INFO_DEMANDE, minItems=1, maxItems=10),
)
TOKEN = _object(
    "access_token token_type expires_in scope",
    access_token=_text(1),
    token_type={"const": "Bearer"},
    expires_in={"type": "integer", "minimum": 1},
    scope=_text(1),
)
OAUTH_ERROR = _object("error error_description", error=_text(1))
OAUTH_ERROR["properties"]["error_description"] = _text()


def _answer(description: str, schema: Schema | None = None) -> Schema:
    answer: Schema = {"description": description}
    if schema:
        answer["content"] = {_JSON: {"schema": schema}}
    return answer


def _body(schema: Schema, kind: str = _JSON) -> Schema:
    return {"required": True, "content": {kind: {"schema": schema}}}


def _method(operation: str, success: Schema, **more: Any) -> Schema:
    return {
        "operationId": operation,
        "security": [{"jeton": []}],
        "responses": {
            "200": _answer("Réponse", success),
            "400": _answer("Requête incorrecte ou erreur fonctionnelle", ERREURS),
            "401": _answer("Jeton d'authentification absent ou invalide"),
            "403": _answer("Authentification refusée"),
            "413": _answer("Corps de requête trop volumineux", {"type": "object"}),
            "500": _answer("Erreur technique", ERREURS),
            "503": _answer("Utilisation de l'API interdite"),
        },
        **more,
    }


def _criterion(name: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": _text()}


_TOKEN_REQUEST = _object(
    "grant_type",
    grant_type=_text(),
    client_id=_text(),
    client_secret=_text(),
    scope=_text(),
)


def openapi() -> Schema:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "API Tiers de Prestation (description indépendante)",
            "version": "1",
            "description": "Ni publiée ni approuvée par l'Urssaf.",
        },
        "paths": {
            "/api/oauth/v1/token": {"post": _token()},
            f"{_ATP}/particulier": {
                "post": _method(
                    "InscrireClient", CLIENT, requestBody=_body(INPUT_PARTICULIER)
                ),
                "get": _method(
                    "statutParticulier",
                    STATUT_PARTICULIER,
                    parameters=[_criterion("idClient"), _criterion("adresseMail")],
                ),
            },
            f"{_ATP}/demandePaiement": {
                "post": _method(
                    "transmettreDemandePaiements",
                    _array(OUTPUT_DEMANDE),
                    requestBody=_body(_array(DEMANDE, maxItems=10)),
                )
            },
            f"{_ATP}/demandePaiement/rechercher": {
                "post": _method(
                    "consulterInfoDemandePaiements",
                    OUTPUT_RECHERCHE,
                    requestBody=_body(RECHERCHE),
                )
            },
        },
        "components": {
            "securitySchemes": {"jeton": {"type": "http", "scheme": "bearer"}}
        },
    }


def _token() -> Schema:
    return {
        "operationId": "obtenirJeton",
        "requestBody": _body(_TOKEN_REQUEST, _FORM),
        "responses": {
            "200": _answer("Jeton", TOKEN),
            "400": _answer("Requête incorrecte (RFC 6749)", OAUTH_ERROR),
            "401": _answer("Client inconnu (RFC 6749)", OAUTH_ERROR),
            "413": _answer("Corps de requête trop volumineux", {"type": "object"}),
        },
    }
