# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The commands of the README, typed as they stand there."""

import json
import re
import shutil
import subprocess

import pytest

from .test_sandbox_process import ROOT, free_port, running

README = (ROOT / "urssaf_sandbox" / "README.md").read_text(encoding="utf-8")
# The first one starts the sandbox: `test_sandbox_process` does.
_, FIRST_STEPS, *OTHERS = re.findall(r"^```sh\n(.*?)^```", README, re.S | re.M)
# Said after each answer of the other commands.
TELLING = "curl() { command curl -w '\\nHTTP %{http_code}\\n' \"$@\"; }\n"
# Done, or not possible any more after what was done before.
FINE = {"200", "201", "204", "409"}

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")),
    reason="the README's commands are written for bash and curl",
)


def typed(script, url, folder):
    """Return what the terminal shows."""
    script = script.replace("http://127.0.0.1:8090", url)
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A sandbox of its own, at real time, as a newcomer has it."""
    folder = tmp_path_factory.mktemp("readme")
    port = free_port()
    with running(port, folder / "sandbox.sqlite3", folder / "log"):
        yield f"http://127.0.0.1:{port}"


def test_the_first_steps_lead_to_a_payment(url, tmp_path):
    shown = typed(FIRST_STEPS, url, tmp_path)
    pending, active = re.findall(r"APPAREILLAGE_EC|APPAREILLAGE_VALIDE", shown)[:2]
    assert (pending, active) == ("APPAREILLAGE_EC", "APPAREILLAGE_VALIDE")
    decoder, place = json.JSONDecoder(), shown.rindex('{"errors":[]')
    (info,) = decoder.raw_decode(shown, place)[0]["infoDemandePaiements"]
    assert info["statut"] == {"code": "70", "libelle": "Payée"}
    assert info["infoVirement"]["mntVirement"] == 60


def test_every_other_command_is_understood(url, tmp_path):
    commands = "".join(OTHERS)
    for name in ("ID_CLIENT", "ID_DEMANDE"):
        commands = commands.replace(f"/{name}", f"/${name}")
    started = FIRST_STEPS.replace("FAC/2026/0001", "FAC/2026/0002")
    shown = typed(started + TELLING + commands, url, tmp_path)
    codes = re.findall(r"^HTTP (\d+)$", shown, re.M)
    assert len(codes) >= commands.count("curl -s")
    assert set(codes) <= FINE, shown
    assert (tmp_path / "trace-api.txt").is_file()
