# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf writes to a particulier: one wording per event, in French.

Between braces stand the facts that `mailbox` fills in. Real wordings are not public:
these are ours.
"""

from dataclasses import dataclass

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

# Urssaf tells these by "mail or SMS" (urssaf-api §8).
BY_SMS_TOO = tuple(kind for kind, wording in WORDINGS.items() if wording.sms)
