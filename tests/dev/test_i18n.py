# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French is kept for the terms that stay, and follows those that move."""

import polib

from dev import i18n


def catalogue(**terms):
    made = polib.POFile()
    for msgid, msgstr in terms.items():
        made.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    return made


def french(merged):
    return {entry.msgid: entry.msgstr for entry in merged}


def test_terms_that_stay_keep_their_french():
    template = catalogue(Invoice="", Customer="")
    merged = i18n.merge(template, catalogue(Gone="Parti", Invoice="Facture"))
    assert french(merged) == {"Invoice": "Facture", "Customer": ""}
    assert merged.metadata["Language"] == "fr"


def test_the_french_of_a_term_that_moved_comes_from_the_other_add_on():
    template = catalogue(Nature="", Unit="")
    others = catalogue(Nature="Nature"), catalogue(Nature="Sorte", Unit="Unité")
    merged = i18n.merge(template, polib.POFile(), *others)
    assert french(merged) == {"Nature": "Nature", "Unit": "Unité"}


def test_the_add_ons_own_french_comes_first():
    own, other = catalogue(Service="Prestation"), catalogue(Service="Service")
    assert french(i18n.merge(catalogue(Service=""), own, other)) == {
        "Service": "Prestation"
    }
    untranslated = catalogue(Service="")
    assert french(i18n.merge(catalogue(Service=""), untranslated, other)) == {
        "Service": "Service"
    }


def test_a_doubtful_translation_is_none():
    doubtful = catalogue(Service="Feuille")
    doubtful[0].flags.append("fuzzy")
    assert french(i18n.merge(catalogue(Service=""), doubtful)) == {"Service": ""}
