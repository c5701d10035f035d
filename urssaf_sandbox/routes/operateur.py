# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`/operateur/`: the operator's console, in tabs: what there is, and what to play.

It does nothing of its own: each button calls what `/sandbox/v1/` offers to scripts, or
says in French why it cannot.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from ..clock import ClockRangeError
from ..contract.references import MOTIFS_ANNULATION, MOTIFS_REFUS, STATUT_LABELS
from ..life.work import Impossible, Work
from ..space.pages import PageError, Visit
from ..space.wording import moment
from ..tables import Demande, Particulier, key_of
from ..wire.faults import KINDS
from . import overview, steering, surroundings
from .orders import ClockMove, NewProvider, ProviderState
from .overview import DEMANDE_EVENTS, PARTICULIER_EVENTS, Event, possible
from .visits import Form, VisitHere


def play(
    visit: Visit, page: str, step: Callable[[], Any], wrong: str = "Ordre mal formé."
) -> RedirectResponse:
    """Do the step and go back to the page.

    The step makes its order of what was typed: `wrong` is shown if that makes no sense.
    """
    try:
        step()
    except ValidationError:
        raise PageError(422, wrong) from None
    except Impossible as error:
        raise PageError(409, str(error)) from None
    except ClockRangeError as error:
        raise PageError(422, f"L'horloge va de {error}") from None
    except HTTPException as error:
        raise PageError(error.status_code, str(error.detail)) from None
    return visit.go(page, "joue")


def play_here(
    visit: Visit, tab: str, step: Callable[[], Any], done: str, **more: str
) -> RedirectResponse:
    """Do the step and go back to its tab, which says what was done.

    `done` and `sur`, on which record, are names; the page has the words (`_done`).
    """
    told = {"onglet": tab, "fait": "joue", "geste": done}
    wrong = more.pop("wrong", "Ordre mal formé.")
    play(visit, _CONSOLE, step, wrong)
    return visit.go(f"{_CONSOLE}?{urlencode(told | more)}")


router = APIRouter(prefix="/operateur", include_in_schema=False)

_CONSOLE = "/operateur/"
TABS = {
    "temps": "Temps",
    "demandes": "Demandes",
    "particuliers": "Particuliers",
    "pannes": "Pannes",
    "appels": "Appels",
    "prestataires": "Prestataires",
}

# What a fault is, for who does not know its name; a new one is shown by its name.
FAULT_LABELS = {
    "unavailable": "service indisponible (503)",
    "too_many_requests": "trop d'appels (429)",
    "empty_400": "refus sans explication (400 vide)",
    "forbidden": "interdit (403)",
    "technical_error": "erreur technique (500)",
    "bad_gateway": "page HTML d'un relais (502)",
    "refused_secret": "secret refusé (401, jeton)",
    "slow": "réponse lente",
    "cut_before": "connexion coupée avant traitement",
    "cut_after": "connexion coupée après enregistrement",
    "malformed_json": "réponse JSON tronquée",
    "token_expired": "jeton expiré (401)",
    "errors_spelling": "clé « Errors » au lieu de « errors »",
    "missing_keys": "clés facultatives absentes",
    "null_keys": "clés facultatives nulles",
    "unknown_status": "statut inconnu",
}


@router.get("/")
def console(
    visit: VisitHere,
    onglet: str = "temps",
    statut: str = "",
    q: str = "",
    geste: str = "",
    sur: str = "",
) -> HTMLResponse:
    """Show one tab: what there is, and what may be played on it."""
    tab = onglet if onglet in TABS else "temps"
    with visit.sandbox.reading() as work:
        people = overview.particuliers(work, q) if tab == "particuliers" else []
        demandes = overview.demandes(work, statut, q) if tab == "demandes" else []
        return visit.show(
            "operateur/console.html",
            now=work.now,
            today=work.today,
            tab=tab,
            tabs=TABS,
            statut=statut,
            wanted=q,
            done=_done(work, geste, sur),
            particuliers=[
                (each, possible(PARTICULIER_EVENTS, each)) for each in people
            ],
            demandes=[(each, possible(DEMANDE_EVENTS, each)) for each in demandes],
            faults=visit.sandbox.faults.waiting(),
            kinds={kind: FAULT_LABELS.get(kind, "") for kind in KINDS},
            motifs={"contest": MOTIFS_REFUS, "cancel": MOTIFS_ANNULATION},
            **overview.around(work),
        )


# What was done, beside what is said of records.
_DONE = {
    "panne": "La panne attend les prochains appels.",
    "effacer": "Plus aucune panne n'attend.",
    "prestataire": "Le prestataire est ajouté.",
    "situation": "La situation du prestataire est changée.",
    "reinitialiser": "Les particuliers, les demandes et les messages sont oubliés.",
}


def _done(work: Work, gesture: str, record: str) -> str:
    """Say what a button has changed, from the names in the address alone."""
    if gesture == "horloge":
        return f"L'horloge marque le {moment(work.now)}."
    if gesture in DEMANDE_EVENTS:
        demande = work.session.get(Demande, key_of(record))
        return demande and (
            f"{DEMANDE_EVENTS[gesture].label} : la demande {demande.num_facture} est "
            f"« {STATUT_LABELS[demande.statut]} »."
        )
    if gesture in PARTICULIER_EVENTS:
        person = work.session.get(Particulier, record)
        return person and (
            f"{PARTICULIER_EVENTS[gesture].label} : {person.first_names} "
            f"{person.birth_name}."
        )
    return _DONE.get(gesture, "")


@router.post("/horloge")
def move_clock(visit: VisitHere, form: Form) -> RedirectResponse:
    """Advance by hours or by working days."""

    def step() -> None:
        hours, days = form.get("heures") or None, form.get("jours") or None
        steering.advance_clock(visit.sandbox, ClockMove(hours=hours, working_days=days))

    wrong = "Indiquez un nombre d'heures ou de jours ouvrés."
    return play_here(visit, "temps", step, "horloge", wrong=wrong)


@router.post("/demandes/{number}/{event}")
def demande_event(
    visit: VisitHere, number: str, event: str, form: Form
) -> RedirectResponse:
    """Play an event on one demande."""
    act = _known(DEMANDE_EVENTS, event).act
    wrong = "Choisissez un motif, et 1 000 caractères au plus pour le commentaire."

    def step() -> None:
        act(visit.sandbox, number, form)

    return play_here(visit, "demandes", step, event, sur=number, wrong=wrong)


@router.post("/particuliers/{id_client}/{event}")
def particulier_event(
    visit: VisitHere, id_client: str, event: str, form: Form
) -> RedirectResponse:
    """Play an event on one particulier."""
    act = _known(PARTICULIER_EVENTS, event).act
    wrong = "Le montant utilisé ailleurs est en euros, de 0 à 100 000."

    def step() -> None:
        act(visit.sandbox, id_client, form)

    return play_here(visit, "particuliers", step, event, sur=id_client, wrong=wrong)


@router.post("/pannes")
def order_fault(visit: VisitHere, form: Form) -> RedirectResponse:
    """Make the next calls go wrong."""

    def step() -> None:
        share = form.get("part") or "100"
        fault = surroundings.NewFault(
            method=form.get("methode", ""),
            kind=form.get("panne", ""),
            count=form.get("nombre") or None,
            rate=float(share) / 100 if share.isdecimal() else share,
            provider=form.get("de") or None,
            value=form.get("valeur") or None,
        )
        surroundings.order_fault(visit.sandbox, fault)

    wrong = "Cette panne est mal décrite."
    return play_here(visit, "pannes", step, "panne", wrong=wrong)


@router.post("/pannes/effacer")
def wipe_faults(visit: VisitHere, _form: Form) -> RedirectResponse:
    """Forget the faults that wait."""

    def step() -> None:
        surroundings.wipe_faults(visit.sandbox)

    return play_here(visit, "pannes", step, "effacer")


@router.post("/prestataires")
def add_prestataire(visit: VisitHere, form: Form) -> RedirectResponse:
    """Add a tiers de prestation."""

    def step() -> None:
        order = NewProvider(
            client_id=form.get("client_id", ""),
            client_secret=form.get("client_secret", ""),
            trade_name=form.get("raison_sociale", ""),
            siret="".join(form.get("siret", "").split()),
        )
        surroundings.create_provider(visit.sandbox, order)

    wrong = "Remplissez les quatre champs ; le SIRET a 14 chiffres."
    return play_here(visit, "prestataires", step, "prestataire", wrong=wrong)


@router.post("/prestataires/{client_id:path}/situation")
def change_provider(visit: VisitHere, client_id: str, form: Form) -> RedirectResponse:
    """Change what Urssaf holds for or against a prestataire."""

    def step() -> None:
        order = ProviderState(
            known=form.get("connu"),
            deposits=form.get("acomptes"),
            guarantee=form.get("garantie"),
            calls_per_second=form.get("rythme") or None,
        )
        surroundings.change_provider(visit.sandbox, client_id, order)

    return play_here(visit, "prestataires", step, "situation")


@router.post("/reinitialiser")
def reset(visit: VisitHere, form: Form) -> RedirectResponse:
    """Forget the world, if the box is ticked."""
    if form.get("certain") != "oui":
        raise PageError(422, "Cochez la case pour confirmer : tout sera oublié.")

    def step() -> None:
        steering.reset(visit.sandbox)

    return play_here(visit, "temps", step, "reinitialiser")


def _known(events: dict[str, Event], name: str) -> Event:
    if name not in events:
        raise PageError(404, "Cet événement n'existe pas.")
    return events[name]
