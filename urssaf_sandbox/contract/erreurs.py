# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The error codes of the API and what it says with them."""

from typing import TypedDict


class Erreur(TypedDict):
    """One error as it goes over the wire."""

    code: str
    message: str
    description: str


class Refusal(Exception):
    """A whole call is refused: HTTP 400 with an array of `Erreur`."""

    def __init__(self, erreurs: list[Erreur]) -> None:
        super().__init__(", ".join(erreur["code"] for erreur in erreurs))
        self.erreurs = erreurs


MESSAGES = {
    # Any method
    "ERREUR_VALIDATION": "Erreur de validation",
    "ERREUR_TECHNIQUE": "Erreur technique, veuillez réessayer ultérieurement",
    # 010
    "ERR_DGFIP_R2P_INCONNU": "Aucun numéro fiscal ne correspond à cet état civil",
    "ERR_DGFIP_IMPOTPART_INCONNU": "La situation fiscale ne permet pas l'activation "
    "du service : aucune déclaration de revenus trouvée",
    "ERR_ECV_PARTICULIERS_EXISTENT": "Plusieurs particuliers existent avec cet état "
    "civil",
    "ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE": "Le couple adresse mail et "
    "téléphone est déjà utilisé par un autre particulier",
    "ERR_DATE_NAISSANCE_FUTUR": "La date de naissance est dans le futur",
    "ERR_LIEU_NAISSANCE_OBLIGATOIRE": "Le libellé de la commune de naissance est "
    "obligatoire",
    "ERREUR_LIEU_NAISSANCE_DEPT": "Le département de naissance est obligatoire pour "
    "une naissance en France",
    "ERREUR_LIEU_NAISSANCE_DEPT_FORMAT": "Le format du département de naissance est "
    "incorrect",
    "ERR_LIEU_NAISSANCE_COMN": "Le code de la commune de naissance est obligatoire "
    "pour une naissance en France",
    "ERREUR_LIEU_NAISSANCE_PAYS": "Le département et la commune ne doivent pas être "
    "renseignés pour une naissance à l'étranger",
    "ERREUR_LIEU_NAISSANCE_OBLIGATOIRE": "Le lieu de naissance est obligatoire",
    "ERREUR_LIEU_NAISSANCE_INVALIDE": "Le libellé de la commune de naissance doit être "
    "alphanumérique, sans point-virgule",
    "ERR_CONTACT": "Téléphone, adresse mail ou adresse postale incomplets ou invalides",
    "ERR_CONTACT_ADRESSE_TYPE_VOIE": "Le type de voie est inconnu",
    "ERR_CONTACT_ADRESSE_TYPEVOIE": "Le type de voie est obligatoire avec le libellé",
    "ERR_CONTACT_ADRESSE_LETTRE_VOIE": "La lettre de voie est inconnue",
    "ERR_CONTACT_ADRESSE_LIBELLEVOIE": "Le type de voie est donné sans libellé de voie",
    "ERR_CONTACT_ADRESSE_INFORMATION_SUPPLEMENTAIRE": "La voie, le complément ou le "
    "lieu-dit doit être renseigné",
    "ERR_CONTACT_ADRESSE_COMMUNE": "La commune est inconnue",
    "ERR_COORDONNEES_BANCAIRES": "Le BIC ou l'IBAN est invalide",
    "ERR_APPEL_BACB": "Le contrôle du compte bancaire n'a pas abouti",
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE": "Le lien entre le prestataire et "
    "le particulier existe déjà",
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER": "L'association du prestataire et du "
    "particulier a échoué",
    "ERR_COMPTE_BLOQUE": "Le compte du particulier est bloqué",
    # 020
    "ERR_RECHERCHE_PARTICULIER": "Aucun particulier ne correspond à la recherche",
    # 050
    "ERR_DATE_FUTUR": "La période d'emploi est dans le futur",
    "ERR_DATE_PAIEMENT_AVANT_EXP": "La date de paiement précède le début du service",
    "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE": "La période d'emploi doit tenir dans un seul "
    "mois civil",
    "ERR_DATE_FIN_AVANT_DATE_DEB": "La fin de la période précède son début",
    "ERR_MONTANT_ACOMPTE": "L'acompte dépasse 50 % du montant de la facture",
    "ERR_ACOMPTE_BLOQUE": "Vous n'êtes pas autorisé à saisir un acompte",
    "ERR_TOTAL_PRESTATIONS": "La somme des prestations diffère du total de la facture",
    "ERR_MNT_PREST_TTC": "Le montant TTC de la prestation diffère de la quantité "
    "multipliée par le montant unitaire",
    "ERR_MNT_PREST_HT_TVA": "Le montant HT augmenté de la TVA diffère du montant TTC",
    "ERR_FORMAT_VALEUR": "La valeur doit avoir au plus deux décimales",
    "ERR_VALEUR_NEGATIVE": "La valeur doit être positive",
    "ERR_NBRE_PREST_MAX": "Nombre maximum dépassé (limite à 10)",
    "ERR_CODE_NATURE": "Le code nature est inconnu",
    "ERR_CODE_ACTIVITE": "Le code activité est inconnu",
    "ERR_CODE_ACTIVITE_NATURE": "Le code activité n'est pas rattaché à cette nature",
    "ERR_PARTICULIER_INCONNU": "Le particulier est inconnu ou sa date de naissance "
    "ne correspond pas",
    "ERR_PRESTATAIRE_EMETTEUR_INCONNU": "Aucun tiers de prestation ne correspond à "
    "l'émetteur",
    "ERR_PRESTATAIRE_FACTURATION_INCONNU": "Aucun tiers ne correspond à "
    "idTiersFacturation",
    "ERR_LIEN_PARTICULIER_PRESTATAIRE": "Aucun lien actif entre le particulier et le "
    "prestataire à la date de la prestation ou de la facture",
    "ERR_FACTURE_DOUBLON": "Ce numéro de facture a déjà été transmis",
    "ERR_CMPT_BLOQUE": "Le compte du particulier est bloqué après un prélèvement "
    "refusé",
    "ERR_MANDAT_ECHU": "Le mandat de prélèvement du particulier est échu",
    "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME": "La garantie financière est absente, "
    "insuffisante ou échue",
    "ERR_NUMINTERVENANT_BLOQUE": "Cet intervenant n'est pas autorisé",
    "ERR_NUMINTERVENANT_MANQUANT": "Le numéro de l'intervenant (complement2) est "
    "manquant",
    "ERR_FORMAT_NUMINTERVENANT": "Le numéro de l'intervenant (complement2) est mal "
    "formé : SAP suivi de 9 chiffres ou SIR suivi de 14 chiffres",
    # 070
    "ERR_CRITERE_RECHERCHE_VIDE": "Aucun critère de recherche n'est renseigné",
    "ERR_NBRE_MAX_RESULTAT": "Trop de résultats, veuillez affiner votre recherche",
    "ERR_RECHERCHE_VIDE": "Aucun résultat ne correspond à la recherche",
}


def erreur(code: str, description: str = "") -> Erreur:
    """Return the error of that code; `description` never holds a received value."""
    message = MESSAGES[code]
    return Erreur(code=code, message=message, description=description or message)


def champ_invalide(path: str, reason: str) -> Erreur:
    """Return the format error that names the field, as "… champ <path> : …"."""
    return Erreur(
        code="ERREUR_VALIDATION",
        message=f"Erreur de validation sur le champ {path} : {reason}",
        description=f"Le format du champ {path} est incorrect : {reason}",
    )
