# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/operateur/registre`: the tax office's register and the switches, in the console."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from ..space.pages import Visit
from ..switches import Switches, read_switches
from . import surroundings
from .operateur import play
from .visits import Form, VisitHere

router = APIRouter(prefix="/operateur/registre", include_in_schema=False)

_PAGE = "/operateur/registre"

OUTCOMES = {
    "known": "Connu, a déjà déclaré",
    "unknown": "Inconnu",
    "never_filed": "N'a jamais déclaré",
    "homonym": "Plusieurs personnes",
}

# Field of the form → where it goes in the register.
_FIELDS = {
    "nom": "birth_name",
    "nom_usage": "usage_name",
    "prenoms": "first_names",
    "naissance": "birth_date",
    "pays": "country",
    "departement": "department",
    "commune": "commune",
    "reponse": "outcome",
    "note": "note",
}

# Switch → (what it is about, position → what the operator reads).
SWITCHES: dict[str, tuple[str, dict[str, str]]] = {
    "tax_office_strict": (
        "Qui n'est pas au registre",
        {"false": "est reconnu", "true": "est inconnu"},
    ),
    "existing_link_is_an_error": (
        "Réinscrire un client déjà inscrit",
        {"false": "rend le même idClient", "true": "est une erreur"},
    ),
    "transfers": (
        "Virements",
        {"single": "un par demande", "grouped": "un par prestataire et par jour"},
    ),
    "recovery": (
        "Après un impayé, l'Urssaf reprend",
        {"reste_a_payer": "le reste à payer", "total": "le montant entier"},
    ),
    "notifications": (
        "Une demande à valider, un intervenant à accepter s'annoncent",
        {"both": "par courriel et SMS", "email": "par courriel", "sms": "par SMS"},
    ),
    "transfer_label": (
        "Libellé des virements",
        {
            "bare": "n'aide pas à les rapprocher",
            "numbers": "porte les numéros des demandes",
        },
    ),
}


@router.get("")
def register(visit: VisitHere, modifier: int = 0) -> HTMLResponse:
    """List the register; `modifier` fills the form with one person."""
    return _show(visit, modifier, {}, {})


@router.post("")
def add(visit: VisitHere, form: Form) -> HTMLResponse:
    """Put somebody into the register."""
    return _keep(visit, form, 0)


@router.post("/interrupteurs")
def turn(visit: VisitHere, form: Form) -> RedirectResponse:
    """Turn the switches."""
    read = {"true": True, "false": False}
    order = {name: form.get(name, "") for name in SWITCHES}
    return play(
        visit,
        _PAGE,
        lambda: surroundings.turn_switches(
            visit.sandbox, {name: read.get(v, v) for name, v in order.items()}
        ),
    )


@router.post("/{number:int}")
def change(visit: VisitHere, number: int, form: Form) -> HTMLResponse:
    """Replace what the register says of somebody."""
    return _keep(visit, form, number)


@router.post("/{number:int}/retirer")
def remove(visit: VisitHere, number: int, _form: Form) -> RedirectResponse:
    """Take somebody out of the register."""
    return play(
        visit, _PAGE, lambda: surroundings.remove_taxpayer(visit.sandbox, number)
    )


def _keep(visit: Visit, form: dict[str, str], number: int) -> HTMLResponse:
    typed = {target: form.get(name, "") for name, target in _FIELDS.items()}
    given = {key: value for key, value in typed.items() if value}
    try:
        taxpayer = surroundings.TaxpayerData(**given)
    except ValidationError as error:
        by_target = {target: name for name, target in _FIELDS.items()}
        wrong = {by_target[str(mistake["loc"][0])] for mistake in error.errors()}
        mistakes = dict.fromkeys(sorted(wrong), "À corriger")
        return _show(visit, number, form, mistakes)
    if number:
        return play(
            visit,
            _PAGE,
            lambda: surroundings.change_taxpayer(visit.sandbox, number, taxpayer),
        )
    return play(
        visit, _PAGE, lambda: surroundings.add_taxpayer(visit.sandbox, taxpayer)
    )


def _show(
    visit: Visit, number: int, typed: dict[str, str], mistakes: dict[str, str]
) -> HTMLResponse:
    taxpayers = surroundings.list_taxpayers(visit.sandbox)
    edited = next(
        (taxpayer for taxpayer in taxpayers if taxpayer["id"] == number), None
    )
    values = typed
    if edited and not typed:
        values = {name: edited[key] or "" for name, key in _FIELDS.items()}
    with visit.sandbox.reading() as work:
        positions = _positions(read_switches(work.session))
    return visit.show(
        "operateur/register.html",
        422 if mistakes else 200,
        taxpayers=taxpayers,
        number=number if edited else 0,
        values=values or {"pays": "99100"},
        mistakes=mistakes,
        outcomes=OUTCOMES,
        switches=SWITCHES,
        positions=positions,
    )


def _positions(switches: Switches) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in switches.model_dump().items()
    }
