# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19's source: the user's own tree, Debian's package, or a git clone.

Debian's package is unpacked, never installed: its dependencies would drag Debian's
unstable suite into the system.
"""

import contextlib
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from . import apt, commands, console, locking, paths
from .errors import DevError, disk_full

SERIES = "19.0"
#: Written last, so that a folder without it is known to be unfinished.
MARKER = ".complete"
#: The package this project was tried with, and its SHA-256. apt checks any version
#: against Debian's signed index; this one is checked against our own record too.
KNOWN_VERSION = "19.0.0+dfsg-1"
KNOWN_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
#: Files that Debian moved out of Odoo's package; Odoo links to them by relative path.
COMPANIONS = (
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
#: Unstable's no longer holds the files Odoo links to; the stable release's does.
STABLE_COMPANIONS = ("fonts-font-awesome",)
#: Removed from Debian's package, yet named in an asset bundle: its absence is logged
#: as an error in every browser test.
_REMOVED_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
_NEEDED_BYTES = 2_000_000_000


class OdooSource(NamedTuple):
    """Where Odoo is: the command, the import folder (or None) and add-on folders."""

    odoo_bin: Path
    python_path: Path
    addons: tuple
    version: str


def ensure():
    """Return the OdooSource, fetching it if need be (about a minute, once)."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return from_checkout(Path(home).expanduser())
    ready = _ready_package()
    if ready:
        return ready
    if apt.available() and (archive := apt.mirror()):
        return _unpack_debian_package(*archive)
    return _clone()


def from_checkout(home):
    """Return the OdooSource of a tree with ``odoo-bin``, or of an unpacked package.

    Raises DevError unless it holds Odoo 19.
    """
    packages = home / "usr/lib/python3/dist-packages"
    unpacked = packages.is_dir()
    python_path = packages if unpacked else home
    odoo_bin = home / ("usr/bin/odoo" if unpacked else "odoo-bin")
    release = python_path / "odoo/release.py"
    if not odoo_bin.is_file() or not release.is_file():
        raise DevError(
            f"ODOO_HOME={home} is not an Odoo source tree (no {odoo_bin.name} there)."
        )
    if "version_info = (19, 0" not in release.read_text(encoding="utf-8"):
        raise DevError(f"ODOO_HOME={home} is not Odoo 19.0, which this project needs.")
    addons = (python_path / "addons", python_path / "odoo/addons")
    return OdooSource(
        odoo_bin, python_path, tuple(p for p in addons if p.is_dir()), SERIES
    )


def _odoo_folder():
    return paths.cache() / "odoo"


def _ready_package():
    """Return the newest complete tree in the cache, or None."""
    trees = sorted(p.parent for p in _odoo_folder().glob(f"*/{MARKER}"))
    if not trees:
        return None
    source = from_checkout(trees[-1])
    return source._replace(version=trees[-1].name)


def _unpack_debian_package(uri, release):
    with locking.exclusive(_odoo_folder() / "lock", "fetching Odoo"):
        ready = _ready_package()  # the process we waited for may have made it
        if ready:
            return ready
        _check_room(_odoo_folder())
        downloads = _odoo_folder() / "downloads"
        title = "Reading Debian's signed package indexes"
        with console.step(title, console.nothing_more):
            unstable = apt.Suite(_odoo_folder() / "apt/sid", uri, "sid")
            stable = apt.Suite(_odoo_folder() / f"apt/{release}", uri, release)
            unstable.update()
            stable.update()
            odoo = unstable.find(["odoo-19"])[0]
            others = [(unstable, p) for p in unstable.find(COMPANIONS)]
            others += [(stable, p) for p in stable.find(STABLE_COMPANIONS)]
        _check_known(odoo)
        wanted = [(unstable, odoo), *others]
        total = sum(package.size for _suite, package in wanted)
        with console.step(
            f"Downloading Odoo {odoo.version} ({total // 10**6} MB)",
            lambda: f"{_bytes(downloads) // 10**6} of {total // 10**6} MB",
        ):
            files = [suite.download(package, downloads) for suite, package in wanted]
        tree = _odoo_folder() / odoo.version
        with console.step("Unpacking Odoo (1.2 GB)", console.nothing_more):
            _unpack(files, tree)
        shutil.rmtree(downloads)
        shutil.rmtree(_odoo_folder() / "apt")
        return _ready_package()


def _check_known(odoo):
    if odoo.version != KNOWN_VERSION:
        console.say(
            f"  Debian now has Odoo {odoo.version}; this project was last tried with "
            f"{KNOWN_VERSION}."
        )
    elif odoo.sha256 != KNOWN_SHA256:
        raise DevError(
            f"Odoo {odoo.version} on this mirror is not the package this project knows "
            "(its SHA-256 differs): use another mirror, or set ODOO_HOME."
        )


def _bytes(folder):
    """What has arrived there by now."""
    arrived = 0
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
            arrived += path.stat().st_size
    return arrived


def _check_room(folder):
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < _NEEDED_BYTES:
        raise disk_full("unpack Odoo", folder)


def _unpack(files, tree):
    """Unpack into a folder beside ``tree``, then rename: all of it or nothing."""
    partial = tree.with_name(tree.name + ".partial")
    for leftover in (partial, tree):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True)
    for file in files:
        commands.capture(f"unpack {file.name}", ["dpkg-deb", "-x", file, partial])
    script = partial / "usr/lib/python3/dist-packages/odoo/addons" / _REMOVED_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("/* Not in Debian's package. */\n", encoding="ascii")
    partial.rename(tree)
    (tree / MARKER).touch()


def _clone():
    """Return the OdooSource of a shallow clone of Odoo's own repository."""
    if not commands.have("git"):
        raise DevError(
            "Odoo 19 cannot be fetched: this machine has neither apt-get nor git. "
            "Install git, or set ODOO_HOME to an Odoo 19 source tree."
        )
    tree = _odoo_folder() / f"git-{SERIES}"
    with locking.exclusive(_odoo_folder() / "lock", "fetching Odoo"):
        if not (tree / MARKER).exists():
            _check_room(_odoo_folder())
            shutil.rmtree(tree, ignore_errors=True)
            command = ["git", "clone", "--quiet", "--depth=1", f"--branch={SERIES}"]
            repository = "https://github.com/odoo/odoo"
            with console.step(f"Cloning Odoo {SERIES}", console.nothing_more):
                commands.capture("clone Odoo", [*command, repository, tree])
            (tree / MARKER).touch()
    return from_checkout(tree)
