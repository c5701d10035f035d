# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The guides in French call everything as the screen does: what stands in italics is a
term of ours, of Odoo, or of the sandbox, word for word.
"""

import functools
import re

import polib
import pytest

from dev import odoo_source, paths

GUIDE = sorted((paths.ROOT / "docs" / "guide").glob("*.md"))
ITALIC = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
#: What Odoo writes of a value in a sentence.
VALUE = re.compile(r"%(?:\(\w+\))?[sd]")
#: Odoo's own modules whose screens the guides name.
OF_ODOO = ("account", "base", "web")
#: Neither term nor template: a record that is there, or what the page speaks of.
NAMES = {
    "60 · Ménage - repassage",  # a nature that the trade brings, with its code
    "10% S",  # a tax of Odoo's French accounts
    "en italique",
    "italique",
}


def plain(text):
    """Without what differs only for the eye: spaces that do not break, apostrophes."""
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text)
    return text.replace("’", "'").strip()


@functools.cache
def our_terms():
    files = [paths.ROOT / a / "i18n" / "fr.po" for a in paths.EVERY_ADDON]
    return {plain(e.msgstr) for file in files for e in polib.pofile(str(file))}


@functools.cache
def odoo_text():
    """Odoo's French files as they are: parsing them would take seconds."""
    source = odoo_source.ensure().python_path
    found = [
        path for module in OF_ODOO for path in source.rglob(f"{module}/i18n/fr.po")
    ]
    assert len(found) == len(OF_ODOO)
    return plain("\n".join(path.read_text(encoding="utf-8") for path in found))


@functools.cache
def sandbox_text():
    folder = paths.ROOT / "urssaf_sandbox"
    files = [*folder.rglob("*.html"), *folder.glob("*.py")]
    return plain("\n".join(path.read_text(encoding="utf-8") for path in files))


def shown(name):
    """Whether a screen shows ``name``; with “…”, a part of a sentence."""
    if name in NAMES or name in our_terms():
        return True
    if f'msgstr "{name}"' in odoo_text():
        return True
    if re.search(rf"[\"'>]{re.escape(name)}[\"'<]", sandbox_text()):
        return True
    if "…" in name:
        part = name.replace("…", "").strip()
        return any(part in term for term in our_terms())
    return any(_may_say(term, name) for term in our_terms())


def _may_say(term, name):
    """Whether a sentence with values can be ``name``."""
    parts = VALUE.split(term)
    return len(parts) > 1 and bool(
        re.fullmatch(".+".join(map(re.escape, parts)), name)
        and sum(map(len, parts)) > 4
    )


def names(page):
    """What stands in italics, each step of a way through the menus by itself."""
    text = PICTURE.sub("", page.read_text(encoding="utf-8"))
    for found in ITALIC.findall(text):
        yield from plain(found).split(" > ")


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_the_names_are_those_of_the_screen(page):
    found = set(names(page))
    assert found
    assert sorted(name for name in found if not shown(name)) == []


def test_a_name_that_no_screen_shows_is_found():
    assert not shown("Envoyer tout de suite au client")
    assert shown("Inscrire à l'Urssaf")
    assert shown("Envoyer 11 · 1 440,00 €")


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_pictures_say_what_one_sees(page):
    """Who cannot see it reads a sentence, and the file is light: GUIDE_MAX_BYTES."""
    pictures = PICTURE.findall(page.read_text(encoding="utf-8"))
    for said, file in pictures:
        assert len(said.split()) >= 6, file
        assert (page.parent / file).stat().st_size < 150_000
