# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sandbox as a wheel of its own, in an environment without this checkout.

Nothing is downloaded: the builder is there already, and the packages that the sandbox
needs are lent by the environment of these tests.
"""

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest

from .client import Caller, Steering
from .test_sandbox_process import free_port, wait_until_it_answers

HERE = Path(__file__).parents[1]
pytest.importorskip("hatchling", reason="hatchling is not installed: no wheel")


def pip(*arguments):
    """Run pip without a network."""
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True, timeout=120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from here."""
    folder = tmp_path_factory.mktemp("wheel")
    quick = ("--no-deps", "--no-build-isolation", "--no-index")
    pip("wheel", *quick, "--wheel-dir", str(folder), str(HERE))
    (built,) = folder.glob("urssaf_sandbox-*.whl")
    return built


def test_everything_is_in_it_but_the_tests(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {
            name for name in archive.namelist() if not re.search(r"\.dist-info/", name)
        }
    kinds = ("*.py", "templates/**/*.*", "static/*")
    expected = {
        f"urssaf_sandbox/{path.relative_to(HERE).as_posix()}"
        for kind in kinds
        for path in HERE.rglob(kind)
        if "tests" not in path.relative_to(HERE).parts
    }
    assert packed == expected | {"urssaf_sandbox/README.md"}


def names(requirements):
    """Return the names of the packages, in small letters."""
    return {re.match(r"[\w.-]+", one)[0].lower() for one in requirements}


def test_it_asks_for_what_the_workspace_pins(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        said = archive.read(path).decode()
    asked = names(re.findall(r"^Requires-Dist: (.*)$", said, re.M))
    group = re.search(
        r"^sandbox = \[(.*?)^\]",
        (HERE.parent / "pyproject.toml").read_text(encoding="utf-8"),
        re.S | re.M,
    )
    pinned = names(re.findall(r'"(.*?)"', group[1]))
    # pydantic comes with FastAPI there; tzdata is for systems without time zones.
    assert asked == pinned | {"pydantic", "tzdata"}


def test_it_runs_in_a_fresh_environment_without_odoo(wheel, tmp_path):
    fresh = tmp_path / "fresh"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", fresh], check=True, timeout=60
    )
    python = next(
        path
        for path in (fresh / "bin" / "python", fresh / "Scripts" / "python.exe")
        if path.exists()
    )
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (site,) = fresh.rglob("site-packages")
    lent = site / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    # -I: neither this folder nor PYTHONPATH may help.
    isolated = [python, "-I"]
    where = "import urssaf_sandbox, importlib.util as u; print(urssaf_sandbox.__file__)"
    said = subprocess.run(
        [*isolated, "-c", f"{where}; print(u.find_spec('odoo'))"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.splitlines()
    assert said[0].startswith(str(site))
    assert said[1] == "None"
    port = free_port()
    options = ["--port", str(port), "--database", ":memory:"]
    process = subprocess.Popen(
        [*isolated, "-m", "urssaf_sandbox", *options],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
            wait_until_it_answers(client, process)
            Steering(client).set_clock("2026-06-10T10:00:00+02:00")
            assert Caller(client).sent().isdigit()
            assert "simulation" in client.get("/").text
            assert client.get("/static/sandbox.css").status_code == 200
            assert client.get("/particulier/connexion").status_code == 200
    finally:
        process.terminate()
        process.wait(15)
