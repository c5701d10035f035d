# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“1 lignes”: a sentence with a number before a plural is for two and more."""

import re

import polib
import pytest

from dev import paths

#: A placeholder, then what is counted, in French.
COUNTED = re.compile(
    r"%(?:\(\w+\))?[sd][  ](?:autres )?(?:activités|attestations|brouillons|clients"
    r"|demandes|documents|factures|informations|interventions|lignes|minutes|montants"
    r"|personnes|points|réponses|solutions|virements)\b"
)
#: Beginning of the English sentence → why the number is never one there.
SEVERAL = {
    "%(count)s customers, %(day)s": "one has a sentence of its own",
    "%(count)s lines put together": "of two or more",
    "%(count)s rows: paste": "there are more than the most",
    "%(count)s transfers of": "one transfer has a sentence of its own",
    "%(leaving)s At the pace": "it takes more than a minute",
    "%s answers of this kind": "a single one has a sentence of its own",
    "%s details are missing": "one has a sentence of its own",
    "%s interventions": "one has a sentence of its own",
    "%s invoices stay": "one has a sentence of its own",
    "More than %s answers": "several were found",
    "Split for Urssaf": "into two drafts or more",
    "Urssaf: %s matters": "only many are told together",
}


@pytest.mark.parametrize("addon", paths.EVERY_ADDON)
def test_a_number_before_a_plural_is_never_one(addon):
    file = paths.ROOT / addon / "i18n" / "fr.po"
    found = [
        entry.msgid
        for entry in (polib.pofile(str(file)) if file.exists() else ())
        if not entry.obsolete
        and COUNTED.search(entry.msgstr)
        and not entry.msgid.startswith(tuple(SEVERAL))
    ]
    assert not found, f"Write it so that it fits one: {found}"
