# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-on's translations: the template of its terms, and French brought up to it.

Run it after a change of strings, then fill the gaps that it names in ``fr.po``.
Runs in the virtual environment.
"""

import sys
import tempfile
from pathlib import Path

from . import commands, console, databases, odoo, paths

DATABASE = "urssaf_i18n"
FOLDER = paths.ROOT / paths.ADDON / "i18n"
TEMPLATE = FOLDER / f"{paths.ADDON}.pot"
FRENCH = FOLDER / "fr.po"

_HEADER = {
    "Language-Team": "French",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


def run():
    """Write the template and ``fr.po``, and name the terms still without French."""
    import polib

    instance = odoo.prepare()
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / TEMPLATE.name
        with console.step("Exporting the terms of the add-on"):
            _export(instance, exported)
        template = polib.pofile(str(exported))
    old = polib.pofile(str(TEMPLATE)) if TEMPLATE.exists() else polib.POFile()
    if _terms(template) != _terms(old):
        # Else the file is left alone: only the date of the export would change.
        template.save(str(TEMPLATE))
        old = template
    french = polib.pofile(str(FRENCH)) if FRENCH.exists() else polib.POFile()
    merged = merge(old, french)
    if str(merged) != str(french):
        merged.save(str(FRENCH))
    _report(french, merged)


def merge(template, translated):
    """Return the translations of ``translated`` for the terms of ``template``.

    The order and the references are the template's. A term that is no longer in it
    is left out, and a new term has an empty translation.
    """
    import polib

    merged = polib.POFile()
    merged.header = template.header
    names = ("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date")
    merged.metadata = {name: template.metadata.get(name, "") for name in names}
    merged.metadata.update(_HEADER)
    known = {
        entry.msgid: entry.msgstr for entry in translated if "fuzzy" not in entry.flags
    }
    for entry in template:
        merged.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=known.get(entry.msgid, ""),
                comment=entry.comment,
                occurrences=entry.occurrences,
            )
        )
    return merged


def _export(instance, path):
    """Have Odoo write the template to ``path``, from a database without demo data.

    The names of the demo data are in French already; they are not to be translated.
    """
    databases.create(instance, DATABASE)
    try:
        databases.install(instance, DATABASE)
        # Not instance.command(): Odoo wants the sub-command before the options.
        command = [sys.executable, instance.source.odoo_bin, "i18n", "export"]
        command += ["--config", instance.config_file, "--database", DATABASE]
        command += ["--output", path, paths.ADDON]
        commands.capture("export the terms", command, env=instance.environment())
    finally:
        databases.drop(instance, DATABASE)


def _terms(catalogue):
    return [(entry.msgid, entry.comment, entry.occurrences) for entry in catalogue]


def _report(before, after):
    terms = {entry.msgid for entry in after}
    for entry in before.translated_entries():
        if entry.msgid not in terms:
            console.say(f"  gone: {entry.msgid!r}, was {entry.msgstr!r}")
    gaps = after.untranslated_entries()
    for entry in gaps:
        console.say(f"  to translate: {entry.msgid!r}")
    console.say(f"  {FRENCH.name}: {len(after)} terms, {len(gaps)} to translate.")
