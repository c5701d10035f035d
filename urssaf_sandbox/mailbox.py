# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The e-mails and SMS that Urssaf would send, kept for whoever plays the particulier.

First what they say, one wording per event, in French: between braces stand the facts
that are filled in below. Real wordings are not public: these are ours. `delivery` may
hand the e-mails to a real mail server besides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .contract.references import MOTIFS_REFUS
from .life.work import Work
from .space.access import FORGOTTEN, OPENING, add_link
from .space.wording import day, euros, moment
from .switches import EMAIL, SMS, read_switches
from .tables import Appareillage, Demande, Message, Particulier

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

_PAYMENT = "/particulier/paiements/{id}"


@dataclass(frozen=True)
class Wording:
    """The e-mail, and the SMS where Urssaf sends one too.

    `action` is what the link says, `path` where it leads. Paragraphs of `text` are
    separated by an empty line.
    """

    subject: str
    text: str
    action: str = "Ouvrir mon espace"
    path: str = "/particulier/"
    sms: str = ""


WORDINGS = {
    ACTIVATION: Wording(
        "Activez votre compte Avance immédiate",
        "{provider} a demandé votre inscription au service Avance immédiate de "
        "l'Urssaf.\n\nCréez votre mot de passe et activez votre compte avant le "
        "{until} : ce lien est valable {days} jours.\n\nLe service est facultatif. Si "
        "vous n'en voulez pas, ignorez ce courriel.",
        "Activer mon compte",
    ),
    ASSOCIATION: Wording(
        "Une mise en relation vous est proposée",
        "{provider} souhaite être ajouté à votre liste d'intervenants.\n\n"
        "Connectez-vous à votre espace, menu Intervenants, pour accepter avant le "
        "{until}.",
        "Voir mes intervenants",
        "/particulier/intervenants",
        "{provider} souhaite être ajouté à votre liste d'intervenants. Répondez avant "
        "le {until}",
    ),
    DEMANDE: Wording(
        "Une demande de paiement est à valider",
        "{provider} a transmis la demande de paiement {number} d'un montant de {total}."
        "\n\nReste à payer : {due}, après {aid} de crédit d'impôt avancé par l'Urssaf."
        "\n\nValidez-la, ou refusez-la en indiquant un motif, avant le {next_moment}. "
        "Sans réponse de votre part sous {hours} heures, elle est validée "
        "automatiquement.",
        "Voir la demande",
        _PAYMENT,
        "{provider} a transmis une demande de paiement de {total}, reste à payer {due}."
        " Sans réponse avant le {next_moment}, elle est validée",
    ),
    PRELEVEMENT: Wording(
        "Votre prélèvement à venir",
        "La demande de paiement {number} de {provider} est validée.\n\nVotre reste à "
        "payer de {due} sera prélevé le {next_day}.",
        "Voir la demande",
        _PAYMENT,
    ),
    REFUS: Wording(
        "Votre refus est enregistré",
        "Vous avez refusé la demande de paiement {number} de {provider}.\n\nMotif : "
        "{reason}\n\nRien ne sera prélevé. Votre intervenant en est informé.",
        "Voir la demande",
        _PAYMENT,
    ),
    PAIEMENT: Wording(
        "Votre paiement est effectué",
        "Votre reste à payer de {due} pour la demande de paiement {number} a été "
        "prélevé et {provider} a été payé.\n\nCrédit d'impôt avancé par l'Urssaf : "
        "{aid}.",
        "Voir le paiement",
        _PAYMENT,
    ),
    IMPAYE: Wording(
        "Votre prélèvement a été refusé",
        "Le prélèvement de {due} pour la demande de paiement {number} a été refusé par "
        "votre banque.\n\nVotre compte est bloqué jusqu'au règlement de cette somme.",
        "Contacter l'Urssaf",
        "/particulier/contact",
    ),
    ANNULATION: Wording(
        "Une demande de paiement est annulée",
        "La demande de paiement {number} de {provider} est annulée.",
        "Voir la demande",
        _PAYMENT,
    ),
    MOT_DE_PASSE: Wording(
        "Choisissez un nouveau mot de passe",
        "Un nouveau mot de passe a été demandé pour votre espace Avance immédiate. Ce "
        "lien est valable jusqu'au {until}.\n\nSi vous n'avez rien demandé, ignorez ce "
        "courriel.",
        "Choisir un mot de passe",
    ),
    QUESTION: Wording(
        "Nous avons bien reçu votre question",
        "Un conseiller vous répondrait ici sous deux jours ouvrés ; dans cette "
        "simulation, personne ne la lit.\n\nVotre question :\n{question}",
    ),
}

# Urssaf tells these by "mail or SMS".
BY_SMS_TOO = tuple(kind for kind, wording in WORDINGS.items() if wording.sms)


# What became of an e-mail for the mail server: see `delivery`.
WAITING = "waiting"

_FORGOTTEN_VALID = timedelta(hours=24)


def invite(work: Work, appareillage: Appareillage) -> None:
    """Ask the person to activate the account or, if it is open, to accept one more.

    `appareillage` waits until `next_at`.
    """
    assert appareillage.next_at is not None, "the appareillage does not wait"
    particulier = appareillage.particulier
    facts = {
        "provider": appareillage.prestataire.trade_name,
        "until": moment(appareillage.next_at),
        "days": str(work.settings.activation_days),
    }
    if particulier.activated_at:
        _write(work, work.now, ASSOCIATION, particulier, facts)
        return
    for message in _write(work, work.now, ACTIVATION, particulier, facts):
        add_link(work, message, OPENING, appareillage.next_at)


def announce(work: Work, at: datetime, kind: str, demande: Demande) -> None:
    """Tell what has become of a demande, as it stands."""
    code = demande.rejet_code or ""
    motif = MOTIFS_REFUS.get(code, code)
    if demande.rejet_commentaire:
        motif += f" ({demande.rejet_commentaire})"
    facts = {
        "id": demande.public_id,
        "provider": demande.prestataire.trade_name,
        "number": demande.num_facture,
        "total": _euros(demande.total_cents),
        "due": _euros(demande.reste_a_payer_cents),
        "aid": _euros(demande.aide_cents),
        "reason": motif,
        "hours": f"{work.settings.silence_hours:g}",
        "next_moment": moment(demande.next_at) if demande.next_at else "",
        "next_day": day(demande.next_at) if demande.next_at else "",
    }
    _write(work, at, kind, demande.particulier, facts, demande)


def send_password_link(work: Work, particulier: Particulier) -> None:
    """Let the person choose a new password within 24 hours of the sandbox's clock."""
    until = work.now + _FORGOTTEN_VALID
    for message in _write(
        work, work.now, MOT_DE_PASSE, particulier, {"until": moment(until)}
    ):
        add_link(work, message, FORGOTTEN, until)


def acknowledge(work: Work, particulier: Particulier, question: str) -> None:
    """Acknowledge a question put to Urssaf."""
    _write(work, work.now, QUESTION, particulier, {"question": question})


def _write(
    work: Work,
    at: datetime,
    kind: str,
    particulier: Particulier,
    facts: dict[str, str],
    demande: Demande | None = None,
) -> list[Message]:
    """Record the messages of this event, one per channel that is on."""
    wording = WORDINGS[kind]
    messages = [
        Message(
            at=at,
            kind=kind,
            channel=channel,
            recipient=particulier.phone if channel == SMS else particulier.email,
            subject=wording.subject,
            body=(wording.sms if channel == SMS else wording.text).format(**facts),
            action=wording.action,
            link=wording.path.format(**facts),
            delivery=WAITING if channel == EMAIL and work.settings.smtp else None,
            particulier_id=particulier.id,
            demande_id=demande.id if demande else None,
        )
        for channel in _channels(work, wording)
    ]
    work.session.add_all(messages)
    return messages


def _euros(cents: int) -> str:
    # A no-break space is no character of an SMS: it would halve what fits into one.
    return euros(cents).replace("\N{NO-BREAK SPACE}", " ")


def _channels(work: Work, wording: Wording) -> tuple[str, ...]:
    if not wording.sms:
        return (EMAIL,)
    wanted = read_switches(work.session).notifications
    return (EMAIL, SMS) if wanted == "both" else (wanted,)


def address_of(message: Message, public_url: str) -> str:
    """Return the full address of the link in a message."""
    return f"{public_url}{message.link}" if message.link else ""


def text_of(message: Message, public_url: str) -> str:
    """Return the whole text as it is received; the link comes last, on its own."""
    address = address_of(message, public_url)
    if message.channel == SMS:
        return f"Urssaf (simulation) : {message.body} : {address}"
    return "\n\n".join(filter(None, (message.body, address)))
