# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A page of another site, open in a browser of the same machine."""

import anyio
import httpx
import pytest

from ..__main__ import _parser, _settings
from ..app import create_app
from ..settings import Settings
from ..wire.guarded import Guarded
from .client import ATP, JSON, STEERING, TOKEN
from .data import particulier

EVIL = {"Origin": "http://evil.example"}
ORDERS = ["/reset", "/demandes/1/validate", "/particuliers/1/activate"]


def _own(http):
    return f"http://{http.base_url.netloc.decode()}"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        # What a browser sends to another site without asking it first.
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"{}=", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({}, b"", 415),
        ({}, b"{}", 415),
        ({**EVIL, "Content-Type": "text/plain"}, b"{}", 403),
        ({**EVIL, **JSON}, b"{}", 403),
        ({"Origin": "null", **JSON}, b"", 403),
        # Another server of the same machine is another site.
        ({"Origin": "http://127.0.0.1:1", **JSON}, b"", 403),
        ({"Origin": "http://[", **JSON}, b"", 403),
    ],
)
def test_another_site_cannot_steer(caller, order, headers, content, status):
    caller.active_client()
    path = f"{STEERING}{order}"
    answer = caller.http.post(path, headers=headers, content=content)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert len(caller.http.get(f"{STEERING}/particuliers").json()) == 1


def test_another_site_cannot_forget_faults(http):
    order = {"method": "050", "kind": "unavailable"}
    http.post(f"{STEERING}/faults", json=order)
    assert http.delete(f"{STEERING}/faults", headers=EVIL).status_code == 403
    assert len(http.get(f"{STEERING}/faults").json()) == 1


def test_no_site_is_allowed_to_ask(http):
    """The question before a JSON call (CORS) is never answered by a yes."""
    asked = {**EVIL, "Access-Control-Request-Method": "POST"}
    answer = http.options(f"{STEERING}/reset", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    answer = http.get(f"{STEERING}/mailbox", headers=EVIL)
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_documentation_can_steer(http):
    """`/docs` says no type where there is no body, but where it comes from."""
    assert http.post(f"{STEERING}/reset", headers={"Origin": _own(http)}).is_success
    ours = {"Origin": _own(http), "Content-Type": "text/plain"}
    answer = http.post(f"{STEERING}/reset", headers=ours, content=b"{}")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/operateur/reinitialiser", 303), ("/particulier/connexion", 401)],
)
def test_another_site_cannot_post_a_form(http, path, taken):
    """Not even with a token that it has somehow read."""
    page = http.get("/operateur/").text
    token = page.partition('name="jeton_formulaire" value="')[2].partition('"')[0]
    assert token
    form = {"jeton_formulaire": token, "certain": "oui"}
    assert http.post(path, data=form, headers=EVIL).status_code == 403
    assert http.post(path, data={"certain": "oui"}).status_code == 403
    own = {"Origin": _own(http)}
    assert http.post(path, data=form, headers=own).status_code == taken


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:8090", "127.0.0.1.evil.example", "", "["]
)
@pytest.mark.parametrize("path", [f"{STEERING}/mailbox", "/", "/docs", f"{ATP}/x"])
def test_a_name_that_leads_here_is_not_ours(http, name, path):
    """DNS rebinding: the browser believes that we are the other site."""
    answer = http.get(path, headers={"Host": name})
    assert answer.status_code in (400, 421)  # 400: the server's own, not even a name
    assert "particuliers" not in answer.text


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST:8090", "[::1]:8090", "[::1]"])
def test_names_of_this_machine(http, name):
    answer = http.get(f"{STEERING}/health", headers={"Host": name})
    assert answer.status_code == 200


def test_the_api_is_left_alone(caller):
    """A client may say whatever it likes about itself, as it may to Urssaf."""
    http, body = caller.http, particulier()
    answer = http.post(TOKEN, data=caller.credentials, headers=EVIL)
    assert answer.status_code == 200
    headers = {**caller.headers, **EVIL}
    assert http.post(f"{ATP}/particulier", json=body, headers=headers).is_success
    named = {**caller.headers, "Host": "api.urssaf.fr"}
    answer = http.post(f"{ATP}/particulier", json=body, headers=named)
    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("options", "known", "unknown"),
    [
        ([], ["localhost:1", "127.0.0.1", "[::1]"], ["sandbox", "192.168.1.2"]),
        (["--host", "192.168.1.2"], ["192.168.1.2:8090"], ["192.168.1.3"]),
        (["--host", "0.0.0.0"], ["192.168.1.3", "[fe80::1]:1"], ["sandbox"]),
        (["--known-host", "a", "--known-host", "B"], ["a", "b:8090"], ["c"]),
        (["--public-url", "https://bac.example"], ["bac.example"], ["example"]),
    ],
)
def test_names_from_the_command_line(options, known, unknown):
    settings = _settings(_parser().parse_args([*options, "--database", ":memory:"]))
    guard = Guarded(create_app(settings), settings)
    for name in known:
        assert guard._is_known(name), name
    for name in unknown:
        assert not guard._is_known(name), name


def test_known_names_from_the_environment(monkeypatch):
    monkeypatch.setenv("URSSAF_SANDBOX_KNOWN_HOSTS", "sandbox bac.local")
    settings = _settings(_parser().parse_args([]))
    assert settings.known_hosts == ("sandbox", "bac.local")


def test_behind_a_relay_that_keeps_its_own_name():
    """The relay calls us 127.0.0.1; the browser knows the public address."""
    settings = Settings(database=":memory:", public_url="https://bac.example")
    transport = httpx.ASGITransport(create_app(settings))

    async def reset(origin):
        url = "http://127.0.0.1:8090"
        async with httpx.AsyncClient(transport=transport, base_url=url) as http:
            headers = {**JSON, "Origin": origin}
            return (await http.post(f"{STEERING}/reset", headers=headers)).status_code

    assert anyio.run(reset, "https://bac.example") == 200
    assert anyio.run(reset, "https://autre.example") == 403
