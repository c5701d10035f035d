# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The official Swagger 1.29.1 (August 2021), which is not ours to ship.

It is looked for where URSSAF_SWAGGER says, else in ../shared/reference/ beside the
repository.
"""

import functools
import json
import os
import re
from pathlib import Path

NAME = "urssaf-api-tiers-de-prestation-swagger-1.29.1.json"
ROOT = Path(__file__).parents[2]
PLACES = (
    Path(os.environ.get("URSSAF_SWAGGER", "")),
    ROOT.parent / "shared" / "reference" / NAME,
)
# "format: date" is said of fields that take, and want, an ISO date-time ending in Z.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
# Where today's service is known to differ from August 2021, as of November 2026:
# path → (what, since when, who says so).
KNOWN_DIFFERENCES = {
    "numFactureTiers": ("unknown", "2022", "method 070 takes it: AIS, CT, CF, AR"),
    "adresseMail": ("pattern", "2026", "a + in the local part: CT"),
}
# Method → definition of its body; 020 has none, and is younger than this Swagger.
BODIES = {
    "010": "InputParticulierDTO",
    "050": "InputDemandePaiement",
    "070": "InputRechercheDemandePaiement",
}
_TYPES = {"string": str, "number": int | float, "array": list, "object": dict}
# Python's re has no \pL: the letters of the Latin alphabets will do here.
_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏ"


def path():
    """Return where the Swagger is, or None."""
    return next((place for place in PLACES if place.is_file()), None)


@functools.cache
def definitions():
    """Return every definition by its name."""
    return json.loads(path().read_text(encoding="utf-8"))["definitions"]


def unexpected(method, body):
    """Return what differs in the body of a call, but for what is known to."""
    return [
        (where, what)
        for item in (body if isinstance(body, list) else [body])
        for where, what in differences(BODIES[method], item)
        if KNOWN_DIFFERENCES.get(where, ("",))[0] != what
    ]


def differences(name, value, where=""):
    """Yield (dotted path, what is wrong) wherever the value is not as defined."""
    if not isinstance(value, dict):
        yield where, "type"
        return
    definition = definitions()[name]
    properties = definition["properties"]
    for key in set(definition.get("required", ())) - set(value):
        yield _join(where, key), "missing"
    for key, inner in value.items():
        if key in properties:
            yield from _of_property(properties[key], inner, _join(where, key))
        else:
            yield _join(where, key), "unknown"


def _of_property(schema, value, where):
    if "$ref" in schema:
        yield from differences(_named(schema), value, where)
        return
    wanted = _TYPES[schema["type"]]
    if not isinstance(value, wanted) or isinstance(value, bool):
        yield where, "type"
    elif isinstance(value, list):
        for item in value:
            yield from _of_property(schema["items"], item, where)
    elif isinstance(value, str):
        yield from _of_text(schema, value, where)


def _of_text(schema, value, where):
    if "enum" in schema and value not in schema["enum"]:
        yield where, "enum"
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**6):
        yield where, "length"
    # The whole text has to match, as in Java: some patterns lack an end.
    pattern = schema.get("pattern", ".*").replace(r"\pL", _LETTERS)
    if not re.fullmatch(pattern, value, re.DOTALL):
        yield where, "pattern"
    if schema.get("format") == "date" and not MOMENT.fullmatch(value):
        yield where, "date"


def _named(schema):
    return schema["$ref"].rpartition("/")[2]


def _join(where, key):
    return f"{where}.{key}" if where else key
