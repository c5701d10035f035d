# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The README of an add-on, put together from the fragments in its ``readme/``.

OCA's ``oca-gen-addon-readme`` does this for OCA's own repositories, with its badges and
links. It is on no package index, and ours is no repository of OCA: hence these lines,
with the same names of fragments. ``python3 -m dev.readme`` writes the files; a test
compares them.
"""

from . import paths

#: Fragment → heading, in the order of the page; the first one needs no heading.
FRAGMENTS = {
    "DESCRIPTION": "",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known issues",
    "CONTRIBUTORS": "Contributors",
    "CREDITS": "Credits",
}
_CONTENTS = "**Table of contents**\n\n.. contents::\n   :local:"


def folders():
    """The add-ons that have fragments."""
    return sorted(path.parent for path in paths.ROOT.glob("*/readme"))


def page(addon):
    """Return the text of the README of this add-on, a folder."""
    manifest = paths.manifest(addon.name)
    bar = "=" * len(manifest["name"])
    parts = [f"{bar}\n{manifest['name']}\n{bar}"]
    for name, heading in FRAGMENTS.items():
        fragment = addon / "readme" / f"{name}.rst"
        if not fragment.exists():
            continue
        text = fragment.read_text(encoding="utf-8").strip()
        if heading:
            parts += [f"{heading}\n{'=' * len(heading)}", text]
        else:
            parts += [text, _CONTENTS]
    return "\n\n".join(parts) + "\n"


def main():
    """Write the README of each add-on."""
    for addon in folders():
        (addon / "README.rst").write_text(page(addon), encoding="utf-8")


if __name__ == "__main__":
    main()
