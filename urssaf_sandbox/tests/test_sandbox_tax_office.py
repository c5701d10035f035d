# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tax office: strict with whoever is in its register, kind to the others."""

import pytest

from ..life.tax_office import OUTCOMES, SEED
from .data import ABSENT, particulier

BIRTH = "lieuNaissance"


def typed(seeded, **changes):
    """Return a right enrolment of a person of the register, changed."""
    if seeded["department"]:
        commune = {"codeCommune": seeded["commune"], "libelleCommune": "Quelque part"}
        place = {
            "codePaysNaissance": "99100",
            "departementNaissance": seeded["department"],
            "communeNaissance": commune,
        }
    else:
        place = {"codePaysNaissance": seeded["country"]}
    return particulier(
        {
            "nomNaissance": seeded["birth_name"],
            "nomUsage": seeded["usage_name"] or ABSENT,
            "prenoms": seeded["first_names"],
            "dateNaissance": f"{seeded['birth_date']}T00:00:00Z",
            BIRTH: place,
        }
        | changes
    )


def code_of(answer):
    """Return the only code of a refusal, None for an enrolment."""
    if answer.status_code == 200:
        return None
    (erreur,) = answer.json()
    return erreur["code"]


@pytest.mark.parametrize("seeded", SEED, ids=lambda seeded: seeded["birth_name"])
def test_everybody_in_it(caller, seeded):
    assert code_of(caller.enrol(typed(seeded))) == OUTCOMES[seeded["outcome"]]


HYPHEN, MARRIED, OVERSEAS, ABROAD = SEED[1:5]


@pytest.mark.parametrize(
    ("seeded", "changes"),
    [
        (HYPHEN, {"prenoms": "Marie Claude Yvonne"}),
        (HYPHEN, {"prenoms": "Marie-Claude"}),
        (HYPHEN, {"nomNaissance": "Le Bihan Kerloc'h"}),
        (HYPHEN, {"dateNaissance": "1949-08-03T00:00:00Z"}),
        (HYPHEN, {f"{BIRTH}.departementNaissance": "044"}),
        (HYPHEN, {f"{BIRTH}.communeNaissance.codeCommune": "001"}),
        (MARRIED, {"nomNaissance": "Roussillat"}),
        (OVERSEAS, {f"{BIRTH}.communeNaissance.codeCommune": "001"}),
        (ABROAD, {f"{BIRTH}.codePaysNaissance": "99134"}),
    ],
)
def test_one_slip_is_enough(caller, seeded, changes):
    assert code_of(caller.enrol(typed(seeded, **changes))) == "ERR_DGFIP_R2P_INCONNU"


def test_accents_and_case_do_not_matter(caller):
    assert code_of(caller.enrol(typed(HYPHEN, prenoms="MARIE-CLAUDE YVONNÉ"))) is None


def test_a_namesake_is_somebody_else(caller):
    namesake = {"prenoms": "Zoé", "dateNaissance": "1999-01-01T00:00:00Z"}
    assert code_of(caller.enrol(typed(HYPHEN, **namesake))) is None


def test_strict_for_all(caller, steering):
    steering.post("/switches", {"tax_office_strict": True})
    assert code_of(caller.enrol()) == "ERR_DGFIP_R2P_INCONNU"
    assert code_of(caller.enrol(typed(SEED[0]))) is None


def test_the_register_can_be_edited(http, caller, steering):
    durand = {
        "birth_name": "Durand",
        "first_names": "Jeanne Éléonore",
        "birth_date": "1980-03-29",
        "department": "044",
        "commune": "109",
        "outcome": "never_filed",
    }
    added = steering.post("/tax-office", durand)
    assert added.status_code == 201
    assert code_of(caller.enrol()) == "ERR_DGFIP_IMPOTPART_INCONNU"
    path = f"/tax-office/{added.json()['id']}"
    changed = steering.post(path, durand | {"outcome": "homonym"})
    assert changed.json()["outcome"] == "homonym"
    assert code_of(caller.enrol()) == "ERR_ECV_PARTICULIERS_EXISTENT"
    assert http.delete(f"/sandbox/v1{path}").status_code == 204
    assert http.delete(f"/sandbox/v1{path}").status_code == 404
    assert code_of(caller.enrol()) is None
    wrong = steering.post("/tax-office", durand | {"outcome": "rich"})
    assert wrong.status_code == 422
    steering.post("/reset")
    assert len(steering.get("/tax-office")) == len(SEED)


@pytest.mark.parametrize("taxpayer_id", [0, 10**6, 10**30])
def test_nobody(http, taxpayer_id):
    answer = http.delete(f"/sandbox/v1/tax-office/{taxpayer_id}")
    assert answer.status_code == 404
