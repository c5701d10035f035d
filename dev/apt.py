# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fetching Debian packages without root and without touching the system.

apt-get works here with its own lists, cache and sources file, all in a folder of
ours. It checks the signature of the suite's index with the Debian archive keyring,
and each package against the checksum in that index. The mirror is the one that the
machine's own apt is set up for.
"""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from . import commands
from .errors import DevError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: One line of ``apt-get --print-uris download``.
_URI_LINE = re.compile(
    r"^'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha>\S+)$"
)
_TARGET_FORMAT = "$(REPO_URI)|$(ORIGIN)|$(CODENAME)"
_PACKAGES = "Created-By: Packages"
#: Debian's main archive in ``apt-get --print-uris update``; the updates of a release
#: ("bookworm-updates") and the security archive do not match.
_ARCHIVE_URI = re.compile(
    r"^'(?P<uri>\S+/debian/)dists/(?P<release>[a-z]+)/InRelease'", re.MULTILINE
)


class Package(NamedTuple):
    """A package as the signed index describes it; ``size`` in bytes."""

    name: str
    version: str
    file: str
    size: int
    sha256: str


def available():
    """Tell whether this machine can fetch and unpack Debian packages."""
    return commands.have("apt-get") and commands.have("dpkg-deb") and KEYRING.exists()


def mirror():
    """Return (address, release name) of the Debian archive this machine uses.

    None if apt is set up for no Debian archive (on Ubuntu, for example).
    """
    what = "read apt's configuration"
    targets = ["apt-get", "indextargets", "--format", _TARGET_FORMAT, _PACKAGES]
    for line in commands.capture(what, targets).splitlines():
        uri, origin, release = line.split("|")
        if origin == "Debian" and "-" not in release:
            return uri, release
    # A machine that never ran "apt-get update" knows no origin yet. Then the usual name
    # of the archive must do; apt still checks its signature before we use anything.
    sources = commands.capture(what, ["apt-get", "--print-uris", "update"])
    if match := _ARCHIVE_URI.search(sources):
        return match["uri"], match["release"]
    return None


class Suite:
    """One Debian suite (``sid``, ``bookworm``) read through a private apt.

    ``folder`` holds its lists and is reused by the next run.
    """

    def __init__(self, folder, uri, name):
        self.folder = Path(folder)
        self.uri = uri
        self.name = name

    def update(self):
        """Fetch the signed index. Raises DevError without network."""
        for part in ("lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text(
            f"deb [signed-by={KEYRING}] {self.uri} {self.name} main\n", encoding="ascii"
        )
        commands.capture(
            f"read Debian's package index ({self.name})", self._apt_get("update")
        )

    def find(self, names):
        """Return the Package of each name. Raises DevError if one is missing."""
        output = commands.capture(
            f"find {', '.join(names)} in Debian {self.name}",
            self._apt_get("--print-uris", "download", *names),
        )
        found = {}
        for match in filter(None, map(_URI_LINE.match, output.splitlines())):
            file = match["file"]
            name, version, _arch = file.split("_")
            found[name] = Package(
                name,
                version.replace("%3a", ":"),
                file,
                int(match["size"]),
                match["sha"],
            )
        missing = [name for name in names if name not in found]
        if missing:
            raise DevError(f"Debian {self.name} does not have {', '.join(missing)}.")
        return [found[name] for name in names]

    def download(self, package, folder):
        """Put ``package`` in ``folder`` and return its path, checksum verified.

        A file left by an interrupted run is continued by apt; one that is complete
        is not fetched again; one that does not match its checksum is thrown away.
        """
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / package.file
        if target.exists() and sha256(target) == package.sha256:
            return target
        if target.exists() and target.stat().st_size >= package.size:
            target.unlink()
        commands.capture(
            f"download {package.name}",
            self._apt_get("download", f"{package.name}={package.version}"),
            cwd=folder,
        )
        if not target.exists() or sha256(target) != package.sha256:
            target.unlink(missing_ok=True)
            raise DevError(
                f"The download of {package.name} is damaged (wrong SHA-256); it was "
                "thrown away: run the same command again."
            )
        return target

    def _apt_get(self, *arguments):
        options = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": self.folder / "cache",
            # Root's apt would hand downloads to a user who cannot enter our folder.
            "APT::Sandbox::User": "",
            "APT::Update::Error-Mode": "any",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
        }
        flags = [
            part for key, value in options.items() for part in ("-o", f"{key}={value}")
        ]
        return ["apt-get", "-qq", *flags, *arguments]


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
