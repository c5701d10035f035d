# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the add-on sends, held against the official Swagger of 2021.

Its golden files are what its client is proved to send, to the letter
(`test_lib_client`); its models are all that it can send.
"""

import importlib.util
import json
import sys

import pytest

from . import swagger

if swagger.path() is None:
    pytest.skip("the official Swagger is not at hand", allow_module_level=True)

ADDON = swagger.ROOT / "urssaf_avance_immediate"
GOLDEN = sorted((ADDON / "tests" / "golden").glob("*.request.json"))

# The lengths that the add-on holds itself to, shorter than in 2021.
SHORTER = {
    "nomNaissance": (80, "2022", "Swagger 1.30.3, quoted by CAERP"),
    "nomUsage": (80, "2022", "Swagger 1.30.3, quoted by CAERP"),
    "prenoms": (80, "2022", "Swagger 1.30.3, quoted by CAERP"),
    "numeroVoie": (4, "2026", "CT, CF"),
}
# The add-on's model → definition.
MODELS = {
    "EnrolmentRequest": "InputParticulierDTO",
    "BirthPlace": "InputLieuNaissanceDTO",
    "BirthCommune": "InputCommuneDTO",
    "PostalAddress": "InputAdresseDTO",
    "BankAccount": "InputCoordonneeBancaireDTO",
    "PaymentRequest": "InputDemandePaiement",
    "Prestation": "InputPrestation",
    "PaymentSearch": "InputRechercheDemandePaiement",
}


@pytest.fixture(scope="module")
def api():
    """The add-on's `lib.api` by itself: it needs no Odoo, and must not."""
    name = "urssaf_lib_alone"
    folder = ADDON / "lib"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    yield importlib.import_module(f"{name}.api")
    for loaded in [key for key in sys.modules if key.split(".")[0] == name]:
        del sys.modules[loaded]


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.name.split(".")[0])
def test_each_request_of_the_add_on(file):
    request = json.loads(file.read_text(encoding="utf-8"))
    if file.name.startswith("020"):
        assert (request["verb"], request["body"]) == ("GET", None)
        assert set(request["query"]) <= {"idClient", "adresseMail"}
        return
    assert swagger.unexpected(file.name[:3], request["body"]) == []


@pytest.mark.parametrize("model", MODELS)
def test_the_fields_of_each_model(api, model):
    """No key that the Swagger has not, and none of its keys out of reach."""
    ours = getattr(api, model).model_json_schema(by_alias=True)
    theirs = swagger.definitions()[MODELS[model]]
    unlike = set(ours["properties"]) ^ set(theirs["properties"])
    assert unlike <= {
        key
        for key, (what, *_) in swagger.KNOWN_DIFFERENCES.items()
        if what == "unknown"
    }
    always_sent = {
        key
        for key, schema in ours["properties"].items()
        if key in ours.get("required", ()) or schema.get("default") is not None
    }
    assert set(theirs.get("required", ())) <= always_sent


@pytest.mark.parametrize("model", MODELS)
def test_the_lengths_of_each_model(api, model):
    """The add-on lets nothing through that the Swagger holds to be too long."""
    ours = getattr(api, model).model_json_schema(by_alias=True)["properties"]
    for key, theirs in swagger.definitions()[MODELS[model]]["properties"].items():
        if key not in ours or "maxLength" not in theirs or "enum" in theirs:
            continue
        schema = next(
            (part for part in ours[key].get("anyOf", [ours[key]]) if part.get("type")),
            ours[key],
        )
        limit, *_ = SHORTER.get(key, (theirs["maxLength"],))
        assert schema.get("maxLength", limit) <= limit, key


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"civilite": "3"}, ("civilite", "enum")),
        ({"civilite": 1}, ("civilite", "type")),
        ({"nomNaissance": "Durand2"}, ("nomNaissance", "pattern")),
        ({"titulaire": "x"}, ("titulaire", "unknown")),
        ({"dateNaissance": "1980-03-29"}, ("dateNaissance", "date")),
        ({"prenoms": "A" * 257}, ("prenoms", "length")),
    ],
)
def test_a_wrong_request_would_be_seen(change, found):
    (good,) = [file for file in GOLDEN if file.name.startswith("010_enrolled")]
    body = json.loads(good.read_text(encoding="utf-8"))["body"]
    body["adresseMail"] = "jeanne@contact.fr"
    assert list(swagger.differences("InputParticulierDTO", body)) == []
    assert list(swagger.differences("InputParticulierDTO", {**body, **change})) == [
        found
    ]
    del body["prenoms"]
    missing = swagger.differences("InputParticulierDTO", body)
    assert list(missing) == [("prenoms", "missing")]
