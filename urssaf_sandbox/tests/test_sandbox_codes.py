# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing is left out: every code has its provocation, and its line in the README."""

import re
from pathlib import Path

from ..contract.erreurs import MESSAGES
from ..contract.particulier import MAGIC_NAMES
from . import test_sandbox_enrolment, test_sandbox_payment, test_sandbox_search

# Provoked by tests of their own rather than by one changed field.
ELSEWHERE = {
    "ERREUR_REFERENCE_PARTICULIER_EXISTANTE_TYPE",
    "ERR_FACTURE_DOUBLON",
    "ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE",
    "ERR_RECHERCHE_PARTICULIER",
    "ERREUR_TECHNIQUE",
    "ERR_LIEN_TIERS_PRESTATION_PARTICULIER_EXISTE",
    "ERR_CMPT_BLOQUE",
    "ERR_MANDAT_ECHU",
    "ERR_ACOMPTE_BLOQUE",
    "ERR_PRESTATAIRE_EMETTEUR_INCONNU",
    "ERREUR_GARANTIE_FINANCIERE_NON_CONFORME",
}

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_every_code_has_a_provocation():
    provoked = {
        *test_sandbox_enrolment.PROVOCATIONS,
        *test_sandbox_payment.PROVOCATIONS,
        *test_sandbox_search.PROVOCATIONS,
    }
    assert provoked | ELSEWHERE == set(MESSAGES)
    assert not provoked & ELSEWHERE


def test_the_readme_tells_how_to_provoke_each():
    told = set(re.findall(r"`(ERR[A-Z0-9_]+)`", README))
    assert told == set(MESSAGES)


def test_the_readme_gives_the_magic_names():
    for name, code in MAGIC_NAMES.items():
        assert re.search(rf"`{name}`.*`{code}`", README), name
