# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-ons' translations: the template of their terms, and French brought up to it.

Run it after a change of strings, then fill the gaps that it names in ``fr.po``. A term
that moves to another add-on takes its French along.

Runs in the virtual environment.
"""

import sys
import tempfile
from pathlib import Path

from . import commands, console, databases, odoo, odoo_wheels, paths

DATABASE = "urssaf_i18n"
GLUE_DATABASE = "urssaf_i18n_glue"

_HEADER = {
    "Language-Team": "French",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


def template_file(addon):
    """Where the terms of ``addon`` are kept."""
    return paths.ROOT / addon / "i18n" / f"{addon}.pot"


def french_file(addon):
    """Where the French of ``addon`` is kept."""
    return paths.ROOT / addon / "i18n" / "fr.po"


def run():
    """Write each template and ``fr.po``, and name the terms still without French."""
    instance = odoo.prepare()
    with tempfile.TemporaryDirectory() as folder:
        with console.step("Exporting the terms of the add-ons"):
            exported = _export(instance, Path(folder))
    before = {addon: _read(french_file(addon)) for addon in paths.EVERY_ADDON}
    after = {}
    for addon in paths.EVERY_ADDON:
        template = _template(addon, exported[addon])
        others = [before[other] for other in paths.EVERY_ADDON if other != addon]
        after[addon] = merge(template, before[addon], *others)
        if str(after[addon]) != str(before[addon]):
            after[addon].save(str(french_file(addon)))
    _report(before, after)


def merge(template, translated, *others):
    """Return the translations of ``translated`` for the terms of ``template``.

    The order and the references are the template's. A term that is no longer in it
    is left out. A new term has the translation that one of ``others`` gives, or none.
    """
    import polib

    merged = polib.POFile()
    merged.header = template.header
    names = ("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date")
    merged.metadata = {name: template.metadata.get(name, "") for name in names}
    merged.metadata.update(_HEADER)
    known = {}
    for catalogue in (*reversed(others), translated):
        known |= {
            entry.msgid: entry.msgstr
            for entry in catalogue
            if entry.msgstr and "fuzzy" not in entry.flags
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


def _export(instance, folder):
    """Have Odoo write each template into ``folder``; return the catalogues by add-on.

    From a database without demo data: their names are in French already, and not to be
    translated. Each add-on is exported before the next is installed, which may give
    another label to a field of the first. A glue add-on has a copy of its own: the
    modules that two of them are for may not go together.
    """
    databases.create(instance, DATABASE)
    exported = {}
    try:
        for addon in paths.ADDONS:
            exported[addon] = _export_one(instance, folder, addon, DATABASE)
        for addon in paths.GLUE:
            databases.copy(instance, DATABASE, GLUE_DATABASE)
            exported[addon] = _export_one(instance, folder, addon, GLUE_DATABASE)
    finally:
        databases.drop(instance, GLUE_DATABASE)
        databases.drop(instance, DATABASE)
    return exported


def _export_one(instance, folder, addon, database):
    import polib

    path = folder / f"{addon}.pot"
    wheels = odoo_wheels.folders(paths.GLUE.get(addon))
    databases.install(instance, database, modules=(addon,), wheels=wheels)
    # Not instance.command(): Odoo wants the sub-command before the options.
    command = [sys.executable, instance.source.odoo_bin, "i18n", "export"]
    command += ["--config", instance.config_file, "--database", database]
    command += ["--output", path, addon]
    commands.capture("export the terms", command, env=instance.environment())
    return polib.pofile(str(path))


def _template(addon, exported):
    """Write the template of ``addon`` if its terms have changed; return it."""
    path = template_file(addon)
    old = _read(path)
    if _terms(exported) == _terms(old):
        return old  # only the date of the export would change
    path.parent.mkdir(exist_ok=True)
    exported.save(str(path))
    return exported


def _read(path):
    import polib

    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def _terms(catalogue):
    return [(entry.msgid, entry.comment, entry.occurrences) for entry in catalogue]


def _report(before, after):
    """Say what is gone from all add-ons, and what each still has to translate."""
    terms = {entry.msgid for catalogue in after.values() for entry in catalogue}
    for catalogue in before.values():
        for entry in catalogue.translated_entries():
            if entry.msgid not in terms:
                console.say(f"  gone: {entry.msgid!r}, was {entry.msgstr!r}")
    for addon, catalogue in after.items():
        gaps = catalogue.untranslated_entries()
        for entry in gaps:
            console.say(f"  to translate: {entry.msgid!r}")
        name = french_file(addon).relative_to(paths.ROOT)
        console.say(f"  {name}: {len(catalogue)} terms, {len(gaps)} to translate.")
