# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each error code of Urssaf means to an office, and what to put right.

Codes and meanings (sources: ``docs/api.md``; CT 2026, the fullest public list; AIS,
CA, SIN-e beside it). Texts are French because our readers are; a code that is not
here is shown with Urssaf's own message.
"""

import re
from typing import NamedTuple


class ErrorHelp(NamedTuple):
    """French explanation, French advice, and the wire field to correct if any.

    ``others`` are further wire fields that may be the cause, the likeliest first;
    ``steps`` what to try next, one after the other, when the advice is not enough.
    """

    explanation: str
    hint: str
    field: str | None = None
    others: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every wire field that may be the cause."""
        return ((self.field,) if self.field else ()) + self.others


_ENROLMENT = {
    "ERR_DGFIP_R2P_INCONNU": ErrorHelp(
        "Les impôts ne reconnaissent pas cette personne.",
        "Vérifiez l'état civil tel que les impôts le connaissent : nom de naissance, "
        "tous les prénoms, date et commune de naissance, trait d'union ou espace.",
        "nomNaissance",
        (
            "prenoms",
            "dateNaissance",
            "lieuNaissance.communeNaissance.codeCommune",
            "nomUsage",
            "civilite",
        ),
        (
            "Recopiez une pièce d'identité ou l'avis d'impôt : nom de naissance (de "
            "jeune fille), tous les prénoms dans l'ordre.",
            "Essayez un trait d'union à la place de l'espace dans un prénom ou un nom "
            "composé, ou l'inverse.",
            "Prenez le code de la commune telle qu'elle existait à la naissance : une "
            "commune fusionnée ou un département ancien garde son ancien code.",
            "Si le couple déclare ensemble, essayez l'identité de l'autre conjoint.",
        ),
    ),
    "ERR_DGFIP_IMPOTPART_INCONNU": ErrorHelp(
        "La situation fiscale ne permet pas d'activer le service : aucune déclaration "
        "de revenus n'a été trouvée.",
        "Le client doit avoir déjà fait au moins une déclaration de revenus à son nom.",
        "nomNaissance",
        ("prenoms", "dateNaissance"),
        (
            "Inscrivez plutôt l'autre conjoint, si c'est lui qui déclare les revenus.",
            "Une personne rattachée au foyer de ses parents, ou arrivée en France dans "
            "l'année, doit attendre sa première déclaration.",
        ),
    ),
    "ERR_ECV_PARTICULIERS_EXISTENT": ErrorHelp(
        "Plusieurs particuliers existent déjà avec cet état civil.",
        "Complétez les prénoms et le lieu de naissance ; sinon le client doit "
        "contacter l'Urssaf.",
        "prenoms",
        ("lieuNaissance.communeNaissance.codeCommune", "dateNaissance"),
        (
            "Envoyez tous les prénoms de l'état civil, dans l'ordre.",
            "Si tout est complet, le client appelle l'Urssaf : lui seul peut faire "
            "réunir ses comptes.",
        ),
    ),
    "ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE": ErrorHelp(
        "Cette adresse mail et ce téléphone appartiennent déjà à un autre particulier.",
        "Le couple mail et téléphone doit être propre à chaque client, y compris dans "
        "un couple.",
        "adresseMail",
        ("numeroTelephonePortable",),
        (
            "Demandez au client une adresse mail ou un mobile qu'il ne partage pas.",
            "S'il a déjà un compte Urssaf, envoyez le mail et le mobile de ce compte.",
        ),
    ),
    "ERR_DATE_NAISSANCE_FUTUR": ErrorHelp(
        "La date de naissance est dans le futur.",
        "Corrigez la date de naissance.",
        "dateNaissance",
    ),
    "ERR_LIEU_NAISSANCE_OBLIGATOIRE": ErrorHelp(
        "Le nom de la commune de naissance manque.",
        "Renseignez la commune de naissance.",
        "lieuNaissance.communeNaissance.libelleCommune",
    ),
    "ERREUR_LIEU_NAISSANCE_DEPT": ErrorHelp(
        "Le département de naissance manque pour une naissance en France.",
        "Renseignez le département de naissance.",
        "lieuNaissance.departementNaissance",
        ("lieuNaissance.communeNaissance.codeCommune",),
    ),
    "ERREUR_LIEU_NAISSANCE_DEPT_FORMAT": ErrorHelp(
        "Le département de naissance n'a pas la forme attendue.",
        "Il s'écrit sur trois caractères : 069, 02B, 974.",
        "lieuNaissance.departementNaissance",
        ("lieuNaissance.communeNaissance.codeCommune",),
    ),
    "ERR_LIEU_NAISSANCE_COMN": ErrorHelp(
        "Le code de la commune de naissance manque pour une naissance en France.",
        "Renseignez la commune de naissance avec son code Insee.",
        "lieuNaissance.communeNaissance.codeCommune",
        ("lieuNaissance.communeNaissance.libelleCommune",),
    ),
    "ERREUR_LIEU_NAISSANCE_PAYS": ErrorHelp(
        "Une commune ou un département est indiqué pour une naissance à l'étranger.",
        "Pour une naissance à l'étranger, n'indiquez que le pays.",
        "lieuNaissance.codePaysNaissance",
        ("lieuNaissance.communeNaissance.codeCommune",),
    ),
    "ERREUR_LIEU_NAISSANCE_OBLIGATOIRE": ErrorHelp(
        "Le lieu de naissance manque.",
        "Renseignez le lieu de naissance.",
        "lieuNaissance.communeNaissance.codeCommune",
        ("lieuNaissance.codePaysNaissance",),
    ),
    "ERREUR_LIEU_NAISSANCE_INVALIDE": ErrorHelp(
        "Le nom de la commune de naissance contient un caractère interdit.",
        "N'utilisez que des lettres et des chiffres, sans point-virgule.",
        "lieuNaissance.communeNaissance.libelleCommune",
    ),
    "ERR_CONTACT": ErrorHelp(
        "Le téléphone, le mail ou l'adresse est incomplet, invalide, ou différent de "
        "ce qu'un autre prestataire a déjà transmis.",
        "Demandez au client les coordonnées exactes de son espace Urssaf.",
        "numeroTelephonePortable",
        ("adresseMail", "adressePostale"),
        (
            "Si un autre prestataire a déjà inscrit le client, le mail, le mobile et "
            "l'adresse doivent être exactement ceux de son espace Urssaf.",
            "Si l'adresse est en cause, envoyez toute la rue en complément.",
        ),
    ),
    "ERR_CONTACT_ADRESSE_TYPE_VOIE": ErrorHelp(
        "Le type de voie n'est pas connu de l'Urssaf.",
        "Choisissez un autre type de voie ou mettez toute la rue en complément.",
        "adressePostale.codeTypeVoie",
        ("adressePostale.complement",),
    ),
    "ERR_CONTACT_ADRESSE_TYPEVOIE": ErrorHelp(
        "Le type de voie manque alors que le nom de la voie est donné.",
        "Renseignez le type de voie ou mettez toute la rue en complément.",
        "adressePostale.codeTypeVoie",
        ("adressePostale.complement",),
    ),
    "ERR_CONTACT_ADRESSE_LETTRE_VOIE": ErrorHelp(
        "La lettre qui suit le numéro n'est pas connue de l'Urssaf.",
        "Seuls bis, ter, quater et quinquiès existent ; sinon utilisez le complément.",
        "adressePostale.lettreVoie",
        ("adressePostale.complement",),
    ),
    "ERR_CONTACT_ADRESSE_LIBELLEVOIE": ErrorHelp(
        "Le nom de la voie manque alors que son type est donné.",
        "Renseignez le nom de la voie.",
        "adressePostale.libelleVoie",
        ("adressePostale.complement",),
    ),
    "ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE": ErrorHelp(
        "L'adresse n'a ni voie, ni complément, ni lieu-dit.",
        "Renseignez la rue du client.",
        "adressePostale.libelleVoie",
        ("adressePostale.complement", "adressePostale.lieuDit"),
    ),
    "ERR_CONTACT_ADRESSE_COMMUNE": ErrorHelp(
        "La commune de l'adresse n'est pas connue de l'Urssaf.",
        "Vérifiez la commune, son code Insee et le code postal.",
        "adressePostale.codeCommune",
        ("adressePostale.libelleCommune", "adressePostale.codePostal"),
        (
            "À Paris, Lyon et Marseille, prenez le code de l'arrondissement.",
            "Dans une commune nouvelle, prenez le code d'aujourd'hui, pas celui de "
            "l'ancienne commune.",
        ),
    ),
    "ERR_COORDONNEES_BANCAIRES": ErrorHelp(
        "Le BIC ou l'IBAN n'est pas valide.",
        "Reprenez le RIB du client.",
        "coordonneeBancaire",
        (),
        ("Un compte courant au nom du client : ni livret, ni compte d'un proche.",),
    ),
    "ERR_APPEL_BACB": ErrorHelp(
        "La vérification du compte bancaire n'a pas abouti.",
        "Vérifiez le BIC et l'IBAN, puis essayez à nouveau.",
        "coordonneeBancaire",
        (),
        (
            "Le service de vérification est parfois fermé : essayez aussi plus tard.",
            "Un compte courant au nom du client : ni livret, ni compte d'un proche.",
        ),
    ),
    "ERR_COMPTE_BLOQUE": ErrorHelp(
        "Le compte de ce particulier est bloqué à l'Urssaf.",
        "L'inscription ne peut pas aboutir : le client doit contacter l'Urssaf.",
        steps=(
            "Le client appelle l'Urssaf, règle ce qui est dû, puis vous réessayez.",
        ),
    ),
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE": ErrorHelp(
        "Ce client est déjà rattaché à votre entreprise.",
        "Actualisez l'état du client : il est sans doute déjà inscrit.",
    ),
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER": ErrorHelp(
        "L'Urssaf n'a pas pu rattacher le client à votre entreprise.",
        "Essayez plus tard ; si l'erreur persiste, contactez l'Urssaf.",
    ),
    "ERREUR_VALIDATION": ErrorHelp(
        "Une donnée n'a pas la forme attendue.",
        "Le message de l'Urssaf nomme le champ à corriger.",
    ),
    "ERREUR_TECHNIQUE": ErrorHelp(
        "L'Urssaf a rencontré une erreur technique.",
        "Rien à corriger : essayez plus tard.",
    ),
    "ERR_RECHERCHE_PARTICULIER": ErrorHelp(
        "L'Urssaf ne trouve pas ce client, ou il a mis fin au rattachement.",
        "Vérifiez l'identifiant ; sinon inscrivez le client à nouveau avec son accord.",
        steps=(
            "Demandez au client s'il vous a retiré de ses intervenants à l'Urssaf.",
        ),
    ),
}

_PAYMENT = {
    "ERR_DATE_FUTUR": ErrorHelp(
        "La période d'intervention est dans le futur.",
        "Attendez que les prestations soient effectuées ou corrigez la période.",
        "dateFinEmploi",
    ),
    "ERR_DATE_PAIEMENT_AVANT_EXP": ErrorHelp(
        "La date est antérieure à l'ouverture du service de l'Urssaf.",
        "Corrigez la période ou la date de la facture.",
        "dateDebutEmploi",
    ),
    "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE": ErrorHelp(
        "La période d'intervention couvre deux mois.",
        "Faites une facture par mois civil.",
        "dateDebutEmploi",
    ),
    "ERR_DATE_FIN_AVANT_DATE_DEB": ErrorHelp(
        "La fin de la période précède son début.",
        "Corrigez la période d'intervention.",
        "dateFinEmploi",
    ),
    "ERR_MONTANT_ACOMPTE": ErrorHelp(
        "L'acompte dépasse la moitié du total de la facture.",
        "Corrigez l'acompte.",
        "mntAcompte",
    ),
    "ERR_ACOMPTE_BLOQUE": ErrorHelp(
        "Votre entreprise n'est pas autorisée à déclarer un acompte.",
        "Retirez l'acompte ou demandez l'autorisation à l'Urssaf.",
        "mntAcompte",
    ),
    "ERR_TOTAL_PRESTATIONS": ErrorHelp(
        "La somme des prestations n'est pas égale au total de la facture.",
        "Vérifiez les lignes et les arrondis de la facture.",
        "mntFactureTTC",
    ),
    "ERR_MNT_PREST_TTC": ErrorHelp(
        "Une prestation n'est pas égale à sa quantité multipliée par son prix.",
        "Vérifiez la quantité et le prix TTC de la ligne.",
        "inputPrestations.mntPrestationTTC",
    ),
    "ERR_MNT_PREST_HT_TVA": ErrorHelp(
        "Le montant hors taxe et la TVA d'une prestation ne font pas son montant TTC.",
        "Vérifiez les taxes de la ligne.",
        "inputPrestations.mntPrestationHT",
    ),
    "ERR_FORMAT_VALEUR": ErrorHelp(
        "Une quantité ou un montant a plus de deux décimales.",
        "Arrondissez les quantités et les montants à deux décimales.",
        "inputPrestations.quantite",
    ),
    "ERR_VALEUR_NEGATIVE": ErrorHelp(
        "Une quantité ou un montant n'est pas positif.",
        "Les remises et les avoirs ne passent pas par ce service : déduisez la remise "
        "du prix de la ligne.",
        "inputPrestations.mntPrestationTTC",
    ),
    "ERR_NBRE_PREST_MAX": ErrorHelp(
        "Plus de dix éléments ont été envoyés à la fois.",
        "Regroupez les lignes de la facture ou faites-en deux.",
        "inputPrestations",
    ),
    "ERR_CODE_NATURE": ErrorHelp(
        "La nature d'une prestation n'est pas connue de l'Urssaf.",
        "Corrigez la nature sur l'article.",
        "inputPrestations.codeNature",
    ),
    "ERR_CODE_ACTIVITE": ErrorHelp(
        "L'activité d'une prestation n'est pas connue de l'Urssaf.",
        "Retirez le code activité de l'article.",
        "inputPrestations.codeActivite",
    ),
    "ERR_CODE_ACTIVITE_NATURE": ErrorHelp(
        "L'activité ne correspond pas à la nature de la prestation.",
        "Retirez le code activité de l'article.",
        "inputPrestations.codeActivite",
    ),
    "ERR_PARTICULIER_INCONNU": ErrorHelp(
        "L'Urssaf ne connaît pas ce client, ou sa date de naissance est différente.",
        "Vérifiez l'identifiant et la date de naissance du client.",
        "dateNaissanceClient",
    ),
    "ERR_PRESTATAIRE_EMETTEUR_INCONNU": ErrorHelp(
        "L'Urssaf ne reconnaît pas votre entreprise.",
        "Vérifiez votre habilitation auprès de l'Urssaf.",
    ),
    "ERR_PRESTATAIRE_FACTURATION_INCONNU": ErrorHelp(
        "L'identifiant de facturation n'est pas connu de l'Urssaf.",
        "Corrigez l'identifiant de facturation dans la configuration.",
        "idTiersFacturation",
    ),
    "ERR_LIEN_PARTICULIER_PRESTATAIRE": ErrorHelp(
        "Le compte du client n'est pas activé, ou la facture ou ses prestations sont "
        "d'avant son activation.",
        "Attendez l'activation du compte ; n'envoyez que des prestations postérieures, "
        "sur une facture datée du jour de l'activation ou d'après.",
        "dateDebutEmploi",
        ("dateFacture",),
    ),
    "ERR_FACTURE_DOUBLON": ErrorHelp(
        "Une demande de paiement porte déjà ce numéro.",
        "Ne renvoyez rien : recherchez d'abord la demande existante.",
        "numFactureTiers",
    ),
    "ERR_CMPT_BLOQUE": ErrorHelp(
        "Le compte du client est bloqué après un prélèvement refusé.",
        "Le client doit régulariser auprès de l'Urssaf ; le déblocage peut prendre "
        "quatre semaines.",
    ),
    "ERR_MANDAT_ECHU": ErrorHelp(
        "Le mandat de prélèvement du client est échu.",
        "Le client doit le renouveler dans son espace Urssaf.",
    ),
    "ERR_NUMINTERVENANT_MANQUANT": ErrorHelp(
        "L'identifiant de l'intervenant manque.",
        "Renseignez le numéro SAP ou le SIRET de l'intervenant.",
        "inputPrestations.complement2",
    ),
    "ERR_FORMAT_NUMINTERVENANT": ErrorHelp(
        "L'identifiant de l'intervenant n'a pas la forme attendue.",
        "Il s'écrit SAP suivi de 9 chiffres, ou SIR suivi de 14 chiffres.",
        "inputPrestations.complement2",
    ),
    "ERR_NUMINTERVENANT_BLOQUE": ErrorHelp(
        "L'Urssaf n'autorise pas cet intervenant.",
        "Vérifiez son SIRET ou contactez l'Urssaf.",
        "inputPrestations.complement2",
    ),
    "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME": ErrorHelp(
        "Votre garantie financière est absente, insuffisante ou échue.",
        "Transmettez une attestation à jour à l'Urssaf.",
    ),
}

_SEARCH = {
    "ERR_CRITERE_RECHERCHE_VIDE": ErrorHelp(
        "La recherche n'avait aucun critère.",
        "Signalez cette erreur : elle vient du logiciel.",
    ),
    "ERR_NBRE_MAX_RESULTAT": ErrorHelp(
        "La recherche donne trop de résultats.",
        "Réduisez la période ou le nombre de demandes recherchées.",
    ),
    "ERR_RECHERCHE_VIDE": ErrorHelp(
        "Aucune demande de paiement ne correspond.",
        "Vérifiez le numéro recherché.",
    ),
}


def _typeset(text: str) -> str:
    """With French spaces that do not break: no line begins with a colon."""
    return re.sub(" (?=[:;?!»])|(?<=«) ", "\N{NO-BREAK SPACE}", text)


#: Every code, by code.
ERROR_CODES: dict[str, ErrorHelp] = {
    code: about._replace(
        explanation=_typeset(about.explanation),
        hint=_typeset(about.hint),
        steps=tuple(_typeset(step) for step in about.steps),
    )
    for code, about in {**_ENROLMENT, **_PAYMENT, **_SEARCH}.items()
}
