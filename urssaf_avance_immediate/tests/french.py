# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents in French: what is shipped, and what stayed English on a page."""

import functools
import re

import polib
from lxml import etree, html

from odoo.tools import file_path

ADDON = "urssaf_avance_immediate"
FRENCH = "fr_FR"
#: What fills a sentence: a placeholder of Python, an expression or a tag of QWeb.
_FILLED = re.compile(r"%\(\w+\)\w|%[sd]|\{\{.*?\}\}|<[^>]*>")
#: Shorter ones may stand in a longer French sentence.
_SENTENCE = 3


def shipped(name):
    """The translation file ``name`` of the add-on."""
    return polib.pofile(file_path(f"{ADDON}/i18n/{name}"))


def speak_french(env):
    """Install French, with the translations as they are shipped."""
    env["res.lang"]._activate_lang(FRENCH)
    env["ir.module.module"]._get(ADDON)._update_translations([FRENCH], overwrite=True)


@functools.cache
def _pieces():
    """``(sentences, words)`` of ours that read otherwise in French, as they stand on a
    page: each piece between two values or tags.
    """
    entries = [e for e in shipped("fr.po") if e.msgstr and e.msgid != e.msgstr]
    french = {piece for entry in entries for piece in _cut(entry.msgstr)}
    english = {piece for entry in entries for piece in _cut(entry.msgid)} - french
    sentences = {piece for piece in english if piece.count(" ") >= _SENTENCE}
    return sentences, english - sentences


def _cut(text):
    pieces = (" ".join(piece.split()) for piece in _FILLED.split(text))
    return [piece for piece in pieces if re.search(r"[^\W\d_]{2}", piece)]


def english_left(page):
    """What of ours is English in a page or a mail: sentences anywhere in a text, words
    where they are a whole text, or what is read of a field.
    """
    root = html.fromstring(f"<div>{page}</div>")
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    texts = [" ".join(text.split()) for text in root.itertext()]
    for name in ("placeholder", "title", "aria-label", "alt"):
        texts += [node.get(name).strip() for node in root.iterfind(f".//*[@{name}]")]
    sentences, words = _pieces()
    return sorted(
        {text for text in texts if text in words}
        | {said for said in sentences if any(said in text for text in texts)}
    )
