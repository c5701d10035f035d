# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Starting, finding and stopping servers, with a small one in place of ours."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from dev import cleaning, main_job, ports, processes, servers
from dev.errors import DevError

#: Stands in for `python -m urssaf_sandbox`: same options, answers 200 to everything.
SANDBOX = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
BROKEN = "print('Traceback'); print('ValueError: no such table'); raise SystemExit(3)"


@pytest.fixture
def sandbox(tmp_path, monkeypatch, state):
    """Put a small program in the place of the sandbox; returns how to replace it."""

    def put(code):
        package = tmp_path / "root" / "urssaf_sandbox"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(code)

    put(SANDBOX)
    monkeypatch.setattr(servers.paths, "ROOT", tmp_path / "root")
    return put


def test_a_temporary_server_lives_as_long_as_its_block(sandbox, tmp_path):
    with servers.temporary_sandbox(tmp_path / "x.sqlite") as server:
        assert urllib.request.urlopen(server.url + "/any").status == 200
        assert server.url.startswith("http://127.0.0.1:")
        assert processes.alive(server.pid)
    assert not processes.alive(server.pid)
    assert servers.running("sandbox") is None


def test_a_temporary_server_ends_when_its_block_fails(sandbox, tmp_path):
    with pytest.raises(ZeroDivisionError):
        with servers.temporary_sandbox(tmp_path / "x.sqlite") as server:
            raise ZeroDivisionError
    assert not processes.alive(server.pid)


def test_a_server_that_cannot_start_says_why_and_where(sandbox, tmp_path):
    sandbox(BROKEN)
    log = tmp_path / "sandbox.log"
    with pytest.raises(DevError) as caught:
        servers.start_sandbox(tmp_path / "x.sqlite", ports.any_free(), log=log)
    assert str(caught.value) == (
        f"sandbox ended at once (status 3): ValueError: no such table See {log}"
    )


def test_a_background_server_is_found_and_stopped_later(sandbox, tmp_path, capsys):
    server = servers.start_sandbox(tmp_path / "x", ports.any_free(), stays=True)
    with servers.temporary_sandbox(tmp_path / "y.sqlite"):
        assert servers.running("sandbox") == server
    assert servers.running("sandbox") == server
    cleaning.stop()
    assert not processes.alive(server.pid)
    assert servers.running("sandbox") is None
    assert f"Stopped sandbox (pid {server.pid})." in capsys.readouterr().out
    cleaning.stop()
    assert capsys.readouterr().out == "Nothing was running.\n"


STARTER = """
import sys
from pathlib import Path
from dev import paths, ports, servers
paths.ROOT = Path(sys.argv[1])
stays = sys.argv[2] == "stays"
server = servers.start_sandbox("x", ports.any_free(), stays=stays)
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("mode", ["stays", "goes"])
def test_only_a_server_that_stays_outlives_a_killed_command(sandbox, tmp_path, mode):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path / "root"), mode],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with starter:
        pid = int(starter.stdout.readline())
        starter.kill()
    if mode == "stays":
        assert not processes.wait_gone(pid, seconds=0.3)
        processes.terminate(pid)
    assert processes.wait_gone(pid, seconds=10)


def test_a_pid_used_again_by_another_program_is_left_alone(state):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as other:
        stale = servers.Server("odoo", "http://127.0.0.1:1", other.pid, "log")
        record = state / "run" / "odoo.json"
        record.parent.mkdir(parents=True)
        record.write_text(json.dumps(stale._asdict()))
        assert servers.running("odoo") is None
        stale.stop()
        assert processes.alive(other.pid)
        other.kill()


@pytest.mark.parametrize("record", ["", "{", "[]", json.dumps({"name": "odoo"})])
def test_a_spoiled_record_counts_as_no_server(state, record):
    path = state / "run" / "odoo.json"
    path.parent.mkdir(parents=True)
    path.write_text(record)
    assert servers.running("odoo") is None


def test_a_stubborn_process_is_ended_all_the_same():
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(1, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        processes.terminate(process.pid, seconds=0.2)
        assert not processes.alive(process.pid)


def test_children_are_found_by_the_start_of_their_command():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as child:
        assert processes.children(os.getpid(), sys.executable) == [child.pid]
        assert processes.children(os.getpid(), "postgres: odoo ") == []
        child.kill()


def test_clean_removes_the_state_and_tells_what_is_cached(state, cache, capsys):
    (state / "logs").mkdir(parents=True)
    cache.mkdir(parents=True)
    (cache / "file").write_bytes(b"x" * 100_000_000)
    cleaning.clean()
    assert not state.exists()
    said = capsys.readouterr().out
    assert f"Removed {state}." in said
    assert f"Kept {cache} (0.1 GB" in said


def test_the_demo_does_not_touch_anything_when_a_port_is_taken(
    sandbox, monkeypatch, tmp_path
):
    monkeypatch.setattr(main_job.odoo, "prepare", lambda: pytest.fail("too late"))
    with servers.temporary_sandbox(tmp_path / "x.sqlite") as other:
        monkeypatch.setenv("ODOO_PORT", other.url.rpartition(":")[2])
        with pytest.raises(DevError, match="choose another one with ODOO_PORT"):
            main_job.demo()
        assert processes.alive(other.pid)
