# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The e-mails Urssaf would send, kept for whoever plays the particulier."""

from datetime import datetime

from .space.links import FORGOTTEN, OPENING, add_link
from .tables import Demande, Message, Particulier, Provider
from .working_days import PARIS

ACTIVATION = "activation"
ASSOCIATION = "association"
DEMANDE = "demande"
PRELEVEMENT = "prelevement"
REFUS = "refus"
PAIEMENT = "paiement"
IMPAYE = "impaye"
ANNULATION = "annulation"
MOT_DE_PASSE = "mot_de_passe"
QUESTION = "question"


def activation_mail(
    at: datetime, person: Particulier, provider: Provider, until: datetime
) -> Message:
    """Invite a person who is new to Urssaf to activate the account, until then."""
    message = _mail(
        at,
        ACTIVATION,
        person,
        "Activez votre compte Avance immédiate",
        f"{provider.trade_name} vous a inscrit au service Avance immédiate de "
        "l'Urssaf. Créez votre mot de passe et activez votre compte avant le "
        f"{_moment(until)} : le lien ci-dessous est valable 7 jours.",
    )
    add_link(message, person, OPENING, until)
    return message


def association_mail(
    at: datetime, person: Particulier, provider: Provider, until: datetime
) -> Message:
    """Ask somebody who has an account to accept one more provider, until then."""
    return _mail(
        at,
        ASSOCIATION,
        person,
        "Une mise en relation vous est proposée",
        f"{provider.trade_name} souhaite être ajouté à votre liste d'intervenants. "
        "Connectez-vous à votre espace, menu Intervenants, pour accepter avant le "
        f"{_moment(until)}.",
    )


def demande_mail(at: datetime, demande: Demande, silence_hours: float) -> Message:
    """Announce a demande that waits for its answer."""
    return _mail(
        at,
        DEMANDE,
        demande.particulier,
        "Une demande de paiement est à valider",
        f"{demande.provider.trade_name} a transmis la demande de paiement "
        f"{demande.number} d'un montant de {_euros(demande.total_cents)}. Sans réponse "
        f"de votre part sous {silence_hours:g} heures, elle est validée "
        "automatiquement.",
        demande,
    )


def debit_mail(at: datetime, demande: Demande, debit_at: datetime) -> Message:
    """Announce the direct debit that follows a validation."""
    day = debit_at.astimezone(PARIS)
    return _mail(
        at,
        PRELEVEMENT,
        demande.particulier,
        "Votre prélèvement à venir",
        f"La demande de paiement {demande.number} est validée. Votre reste à payer "
        f"sera prélevé le {day:%d/%m/%Y}.",
        demande,
    )


def refusal_mail(at: datetime, demande: Demande) -> Message:
    """Confirm that the particulier's refusal was recorded."""
    return _mail(
        at,
        REFUS,
        demande.particulier,
        "Votre refus est enregistré",
        f"Vous avez refusé la demande de paiement {demande.number}. Rien ne sera "
        "prélevé.",
        demande,
    )


def password_mail(at: datetime, person: Particulier, until: datetime) -> Message:
    """Let the person choose a new password, until then."""
    message = _mail(
        at,
        MOT_DE_PASSE,
        person,
        "Choisissez un nouveau mot de passe",
        "Vous avez demandé un nouveau mot de passe pour votre espace Avance immédiate. "
        f"Ouvrez le lien ci-dessous avant le {_moment(until)}. Si vous n'avez rien "
        "demandé, ignorez ce courriel.",
    )
    add_link(message, person, FORGOTTEN, until)
    return message


def question_mail(at: datetime, person: Particulier, question: str) -> Message:
    """Acknowledge a question put to Urssaf."""
    return _mail(
        at,
        QUESTION,
        person,
        "Nous avons bien reçu votre question",
        "Un conseiller vous répondrait ici sous deux jours ouvrés ; dans cette "
        f"simulation, personne ne la lit.\n\nVotre question :\n{question}",
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%d/%m/%Y à %H:%M}"


def payment_mail(at: datetime, demande: Demande) -> Message:
    """Tell that the debit was made and the provider paid."""
    return _mail(
        at,
        PAIEMENT,
        demande.particulier,
        "Votre paiement est effectué",
        f"Votre reste à payer de {_euros(demande.due_cents)} pour la demande de "
        f"paiement {demande.number} a été prélevé et {demande.provider.trade_name} a "
        f"été payé. Avance immédiate : {_euros(demande.aid_cents)}.",
        demande,
    )


def unpaid_mail(at: datetime, demande: Demande) -> Message:
    """Tell that the bank refused the debit, and what follows from it."""
    return _mail(
        at,
        IMPAYE,
        demande.particulier,
        "Votre prélèvement a été refusé",
        f"Le prélèvement de {_euros(demande.due_cents)} pour la demande de paiement "
        f"{demande.number} a été refusé par votre banque. Votre compte est bloqué "
        "jusqu'au règlement de cette somme.",
        demande,
    )


def cancellation_mail(at: datetime, demande: Demande) -> Message:
    """Tell that Urssaf cancelled the demande."""
    return _mail(
        at,
        ANNULATION,
        demande.particulier,
        "Une demande de paiement est annulée",
        f"La demande de paiement {demande.number} de {demande.provider.trade_name} "
        "est annulée.",
        demande,
    )


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"


def _mail(
    at: datetime,
    kind: str,
    person: Particulier,
    subject: str,
    body: str,
    demande: Demande | None = None,
) -> Message:
    return Message(
        at=at,
        kind=kind,
        recipient=person.email,
        subject=subject,
        body=body,
        particulier_id=person.id,
        demande_id=demande.id if demande else None,
    )
