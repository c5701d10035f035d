# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fetching Odoo: in which order, checked how, and what an interruption leaves."""

import hashlib
import shutil
from pathlib import Path

import pytest

from dev import apt, commands, odoo_source
from dev.errors import CommandFailed, DevError

PACKAGE = b"not a real package"
KNOWN = hashlib.sha256(PACKAGE).hexdigest()


def make_tree(home, release="(19, 0, 0, 'final', 0, '')", unpacked=False):
    """Make what looks like an Odoo source tree."""
    packages = home / "usr/lib/python3/dist-packages" if unpacked else home
    (packages / "odoo/addons").mkdir(parents=True)
    (packages / "addons").mkdir()
    (packages / "odoo/release.py").write_text(f"version_info = {release}\n")
    command = home / ("usr/bin/odoo" if unpacked else "odoo-bin")
    command.parent.mkdir(parents=True, exist_ok=True)
    command.touch()
    return home


class FakeDebian:
    """A mirror with every package; ``dpkg-deb`` unpacks to an Odoo tree."""

    def __init__(self, monkeypatch):
        self.damaged = False
        self.offline = False
        self.downloads = []
        self.version = odoo_source.KNOWN_VERSION
        monkeypatch.setattr(apt, "available", lambda: True)
        monkeypatch.setattr(apt, "KEYRING", Path("/keyring.gpg"))
        monkeypatch.setattr(odoo_source, "KNOWN_SHA256", KNOWN)
        monkeypatch.setattr(commands, "capture", self.run)

    def run(self, what, command, env=None, cwd=None):
        if command[0] == "dpkg-deb":
            return self.unpack(Path(command[2]), Path(command[3]))
        if "indextargets" in command:
            return "mirror://debian/|Debian|bookworm\n"
        if "--print-uris" in command:
            return "".join(map(self.describe, command[command.index("download") + 1 :]))
        if "update" in command and self.offline:
            raise DevError("No network: could not update.")
        if "download" in command:
            self.download(command[-1].partition("=")[0], cwd)
        return ""

    def describe(self, name):
        file = f"{name}_{self.version}_all.deb"
        return f"'mirror://debian/pool/{file}' {file} {len(PACKAGE)} SHA256:{KNOWN}\n"

    def download(self, name, folder):
        self.downloads.append(name)
        content = b"x" * len(PACKAGE) if self.damaged else PACKAGE
        (folder / f"{name}_{self.version}_all.deb").write_bytes(content)

    def unpack(self, file, folder):
        if file.name.startswith("odoo-19"):
            make_tree(folder, unpacked=True)
        return ""


@pytest.fixture
def debian(cache, monkeypatch):
    return FakeDebian(monkeypatch)


def test_odoo_home_wins(tmp_path, monkeypatch, debian):
    home = make_tree(tmp_path / "mine")
    monkeypatch.setenv("ODOO_HOME", str(home))
    source = odoo_source.ensure()
    assert source.odoo_bin == home / "odoo-bin"
    assert source.python_path == home
    assert source.addons == (home / "addons", home / "odoo/addons")
    assert not debian.downloads


def test_odoo_home_of_another_series_is_refused(tmp_path, monkeypatch):
    home = make_tree(tmp_path / "mine", release="(18, 0, 0, 'final', 0, '')")
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(DevError, match="is not Odoo 19.0"):
        odoo_source.ensure()


def test_the_package_is_unpacked_once(debian, cache):
    source = odoo_source.ensure()
    tree = cache / "odoo" / debian.version
    assert source.odoo_bin == tree / "usr/bin/odoo"
    assert source.version == debian.version
    assert debian.downloads[0] == "odoo-19"
    assert set(debian.downloads[1:]) == {
        *odoo_source.COMPANIONS,
        *odoo_source.STABLE_COMPANIONS,
    }
    script = source.python_path / "odoo/addons" / odoo_source._REMOVED_SCRIPT
    assert script.is_file()
    before = list(debian.downloads)
    assert odoo_source.ensure() == source
    assert debian.downloads == before
    assert sorted(p.name for p in (cache / "odoo").iterdir()) == [tree.name, "lock"]


def test_a_tree_without_its_marker_is_made_again(debian, cache):
    half = cache / "odoo" / debian.version
    make_tree(half, unpacked=True)
    (half / "rubbish").touch()
    odoo_source.ensure()
    assert not (half / "rubbish").exists()
    assert (half / odoo_source.MARKER).exists()


def test_an_interrupted_download_goes_on(debian, cache):
    downloads = cache / "odoo/downloads"
    downloads.mkdir(parents=True)
    (downloads / f"odoo-19_{debian.version}_all.deb").write_bytes(PACKAGE)
    partial = downloads / f"libjs-jquery_{debian.version}_all.deb"
    partial.write_bytes(PACKAGE[:5])
    odoo_source.ensure()
    assert "odoo-19" not in debian.downloads
    assert "libjs-jquery" in debian.downloads


def test_a_damaged_download_is_thrown_away(debian, cache):
    debian.damaged = True
    with pytest.raises(DevError, match="wrong SHA-256"):
        odoo_source.ensure()
    assert list((cache / "odoo/downloads").iterdir()) == []
    debian.damaged = False
    assert odoo_source.ensure().version == debian.version


def test_a_mirror_that_changed_the_known_package_is_refused(debian, monkeypatch):
    monkeypatch.setattr(odoo_source, "KNOWN_SHA256", "0" * 64)
    with pytest.raises(DevError, match="its SHA-256 differs"):
        odoo_source.ensure()


def test_a_newer_package_is_taken_and_said(debian, capsys):
    debian.version = "19.0.0+dfsg-2"
    assert odoo_source.ensure().version == debian.version
    assert f"Debian now has Odoo {debian.version}" in capsys.readouterr().out


def test_no_network(debian):
    debian.offline = True
    with pytest.raises(DevError, match="No network"):
        odoo_source.ensure()


def test_disk_full_before_anything_is_fetched(debian, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=odoo_source._NEEDED_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DevError, match="Disk full: could not unpack Odoo"):
        odoo_source.ensure()
    assert not debian.downloads


def test_a_failed_unpacking_leaves_nothing_that_looks_complete(
    debian, cache, monkeypatch
):
    def fail(file, folder):
        raise CommandFailed("Disk full")

    monkeypatch.setattr(debian, "unpack", fail)
    with pytest.raises(CommandFailed):
        odoo_source.ensure()
    assert not (cache / "odoo" / debian.version).exists()


def test_without_apt_or_git_the_person_is_told(cache, programs):
    with pytest.raises(DevError, match="neither apt-get nor git"):
        odoo_source.ensure()


@pytest.mark.parametrize("apt_is_there", [False, True])
def test_without_a_debian_archive_odoo_is_cloned(
    cache, programs, monkeypatch, apt_is_there
):
    monkeypatch.setattr(apt, "available", lambda: apt_is_there)
    monkeypatch.setattr(apt, "mirror", lambda: None)
    tree = cache / "odoo/git-19.0"
    programs(
        "git",
        f"/bin/mkdir -p {tree}/odoo/addons {tree}/addons; : > {tree}/odoo-bin; "
        f"echo 'version_info = (19, 0, 0)' > {tree}/odoo/release.py",
    )
    assert odoo_source.ensure().odoo_bin == tree / "odoo-bin"


UPDATED = """\
m://other/|Other|x
m://debian-security/|Debian|bookworm-security
m://debian/|Debian|bookworm-updates
m://debian/|Debian|bookworm
"""
NEVER_UPDATED = """\
'm://mine/tools/dists/trixie/InRelease' mine_tools_dists_trixie_InRelease 0
'm://mine/debian/dists/trixie-updates/InRelease' mine_debian_x_InRelease 0
'm://mine/debian-security/dists/trixie/InRelease' mine_debian_y_InRelease 0
'm://mine/debian/dists/trixie/InRelease' mine_debian_dists_trixie_InRelease 0
"""


@pytest.mark.parametrize(
    ("targets", "sources", "expected"),
    [
        (UPDATED, NEVER_UPDATED, ("m://debian/", "bookworm")),
        ("", NEVER_UPDATED, ("m://mine/debian/", "trixie")),
        ("m://other/|Other|x\n", "'m://ubuntu/dists/noble/InRelease' x 0\n", None),
    ],
)
def test_the_mirror_is_the_machines_own(monkeypatch, targets, sources, expected):
    def capture(what, command):
        return targets if "indextargets" in command else sources

    monkeypatch.setattr(commands, "capture", capture)
    assert apt.mirror() == expected


def test_apt_checks_signatures_and_stays_out_of_the_system(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(commands, "capture", lambda what, c, **k: seen.append(c))
    apt.Suite(tmp_path, "mirror://debian/", "sid").update()
    line = (tmp_path / "sources.list").read_text()
    assert line == f"deb [signed-by={apt.KEYRING}] mirror://debian/ sid main\n"
    assert f"Dir::State::lists={tmp_path / 'lists'}" in seen[0]
    assert "Dir::Etc::sourceparts=-" in seen[0]
    assert not [part for part in seen[0] if "unauthenticated" in str(part).lower()]
