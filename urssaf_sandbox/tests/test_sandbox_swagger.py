# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The official Swagger 1.29.1 (2021), which is not ours to ship, if it is at hand.

It is looked for where URSSAF_SWAGGER says, else in ../shared/reference/ beside the
repository. Where today's service is known to differ stands in
`KNOWN_DIFFERENCES`.
"""

import json
import os
from pathlib import Path

import pytest

from ..contract import description
from .data import DEMANDE, PARTICULIER, demande

NAME = "urssaf-api-tiers-de-prestation-swagger-1.29.1.json"
PLACES = (
    Path(os.environ.get("URSSAF_SWAGGER", "")),
    Path(__file__).parents[3] / "shared" / "reference" / NAME,
)
FOUND = next((place for place in PLACES if place.is_file()), None)
if FOUND is None:
    pytest.skip("the official Swagger is not at hand", allow_module_level=True)
jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="no JSON Schema validator")

SWAGGER = json.loads(FOUND.read_text(encoding="utf-8"))

OURS = {
    "InputParticulierDTO": description.INPUT_PARTICULIER,
    "InputDemandePaiement": description.DEMANDE,
    "InputPrestation": description.PRESTATION,
    "InputRechercheDemandePaiement": description.RECHERCHE,
    "OutputDemandePaiement": description.OUTPUT_DEMANDE,
    "OutputRechercheDemandePaiement": description.OUTPUT_RECHERCHE,
    "InfoDemandePaiement": description.INFO_DEMANDE,
    "Erreur": description.ERREUR,
    "OutputParticulierDTO": description.CLIENT,
}
# Definition → key → what is not as the Swagger of 2021 says, and who says so.
KNOWN_DIFFERENCES = {
    "InputRechercheDemandePaiement": {"numFactureTiers": "added since (AIS, CT, CF)"},
    "InputParticulierDTO": {
        "nomNaissance": "80 characters instead of 100 (SW30)",
        "nomUsage": "80 characters instead of 100 (SW30)",
        "prenoms": "80 characters instead of 256 (SW30)",
    },
}


def schema(name):
    """Return a JSON Schema for a definition, with the others at hand."""
    return {"$ref": f"#/definitions/{name}", "definitions": definitions()}


def definitions():
    """Return the definitions without what only some validators understand."""

    def plain(node):
        if isinstance(node, dict):
            # "date" is said of fields that take a date-time; \\pL is no ECMA pattern.
            return {
                key: plain(value)
                for key, value in node.items()
                if not (key == "format" and value == "date")
                and not (key == "pattern" and isinstance(value, str))
                and key != "example"
            }
        return [plain(item) for item in node] if isinstance(node, list) else node

    return plain(SWAGGER["definitions"])


def fits(name, value, many=False):
    """The value is what the definition says."""
    whole = schema(name)
    if many:
        item = {"$ref": whole.pop("$ref")}
        whole = {"type": "array", "items": item, **whole}
    fault = next(jsonschema_rs.iter_errors(whole, value), None)
    assert fault is None, fault


@pytest.mark.parametrize("name", OURS)
def test_the_same_keys(name):
    theirs = set(SWAGGER["definitions"][name]["properties"])
    more = set(OURS[name]["properties"]) ^ theirs
    assert more <= set(KNOWN_DIFFERENCES.get(name, ()))


@pytest.mark.parametrize("name", [name for name in OURS if name.startswith("Input")])
def test_the_same_required_keys(name):
    theirs = set(SWAGGER["definitions"][name].get("required", ()))
    assert set(OURS[name]["required"]) == theirs


@pytest.mark.parametrize("name", OURS)
def test_the_same_lengths(name):
    known = KNOWN_DIFFERENCES.get(name, {})
    for key, theirs in SWAGGER["definitions"][name]["properties"].items():
        ours = OURS[name]["properties"][key]
        if "maxLength" in theirs and key not in known:
            assert ours["maxLength"] == theirs["maxLength"], key


def test_the_requests_of_these_tests_fit():
    fits("InputParticulierDTO", PARTICULIER)
    fits("InputDemandePaiement", DEMANDE)


def test_the_answers_fit(caller, steering):
    fits("OutputParticulierDTO", caller.enrol().json())
    fits("Erreur", caller.enrol({}).json(), many=True)
    client = _activate(caller, steering)
    sent = caller.send(demande(client, "A"), demande(client, "B", {"mntAcompte": 99}))
    fits("OutputDemandePaiement", sent.json(), many=True)
    for _ in range(8):
        found = caller.search(numFactureTiers=["A"]).json()
        fits("OutputRechercheDemandePaiement", found)
        steering.advance(working_days=1)
    fits("Erreur", caller.search().json(), many=True)


def _activate(caller, steering):
    id_client = caller.enrol().json()["idClient"]
    steering.post(f"/particuliers/{id_client}/activate")
    return id_client


def test_a_wrong_answer_would_be_seen():
    with pytest.raises(AssertionError, match="is not of type"):
        fits("OutputDemandePaiement", [{"statut": 10}], many=True)
