# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the bytes of a body to a checked request, or to `ERREUR_VALIDATION`."""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .erreurs import Erreur, Refusal, champ_invalide

T = TypeVar("T")

_REASONS = {
    "missing": "ce champ est obligatoire",
    "string_type": "une chaîne de caractères est attendue",
    "string_unicode": "ce texte est illisible",
    "string_too_long": "{max_length} caractères au plus",
    "string_too_short": "{min_length} caractères au moins",
    "string_pattern_mismatch": "le format attendu est {pattern}",
    "literal_error": "les valeurs admises sont {expected}",
    "list_type": "un tableau est attendu",
    "too_short": "{min_length} élément au moins",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
}


def read_json(body: bytes, root: str) -> Any:
    """Return the decoded body; raise Refusal naming `root` when it is no JSON."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal([champ_invalide(root, "JSON illisible")]) from None


def check(adapter: TypeAdapter[T], received: Any, root: str) -> T:
    """Return the typed request; raise Refusal with one `Erreur` per faulty field."""
    try:
        return adapter.validate_python(received)
    except ValidationError as error:
        raise Refusal(_erreurs(error, root)) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _erreurs(error: ValidationError, root: str) -> list[Erreur]:
    faults = error.errors(include_url=False, include_input=False)
    return [champ_invalide(_path(root, f["loc"]), _reason(f)) for f in faults]


def _path(root: str, location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return root + "".join(parts)


def _reason(fault: dict[str, Any]) -> str:
    if fault["type"].startswith("sandbox_"):
        return fault["msg"]
    reason = _REASONS.get(fault["type"], "valeur incorrecte")
    return reason.format(**fault.get("ctx", {}))
