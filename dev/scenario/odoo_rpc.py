# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's external API, JSON-2: the XML-RPC one is deprecated since Odoo 19.

JSON-2 wants an API key. It is made the way a user makes one: log in, ask for a new
key, type the password again. It is kept in memory and expires within a day.
"""

import http.cookiejar
import time
import urllib.request

from .errors import ScenarioError
from .http_json import HttpError, JsonHttp

CONTEXT = {"lang": "fr_FR", "tz": "Europe/Paris"}
KEY_NAME = "dev.scenario"
#: Of an API key: longer than the story, for PostgreSQL compares with the real present.
KEY_DAYS = "90"
#: The scheduled actions that the story waits for, where nothing else starts them.
ACTIONS = (
    "mail.ir_cron_mail_scheduler_action",
    *(
        f"urssaf_avance_immediate.cron_{name}"
        for name in ("send", "follow", "companion")
    ),
)
POLL_SECONDS = 0.2
PATIENCE_SECONDS = 60


class Odoo:
    """One Odoo database, seen by one user, in French and in Paris time.

    ``runs_actions``: nothing else starts its scheduled actions, so we do.
    """

    def __init__(self, url, database, login, password, runs_actions=False):
        self.runs_actions = runs_actions
        self._http = JsonHttp(url)
        self._refs = {}
        session = _WebSession(url)
        self.uid = session.log_in(database, login, password)
        self._http.headers = {
            "Authorization": f"bearer {session.make_api_key(password)}",
            "X-Odoo-Database": database,
        }

    def call(self, model, method, ids=(), context=None, **arguments):
        """Call a public method on the records ``ids`` and return what it returns.

        Raises ScenarioError with the sentence that the user would read.
        """
        body = {"ids": list(ids)} if ids else {}
        body |= {"context": {**CONTEXT, **(context or {})}, **arguments}
        try:
            return self._http.post(f"/json/2/{model}/{method}", body)
        except HttpError as error:
            raise ScenarioError(
                f"Odoo, {model}.{method} : {error.sentence()}"
            ) from None

    def create(self, model, values, context=None):
        """Create one record and return its id."""
        created = self.call(model, "create", context=context, vals_list=[values])
        return created[0]

    def read(self, model, ids, fields):
        """Return one dictionary per id, in the order of ``ids``."""
        ids = list(ids)
        if not ids:
            return []
        found = self.call(model, "read", ids, fields=list(fields))
        by_id = {record["id"]: record for record in found}
        return [by_id[record_id] for record_id in ids]

    def read_one(self, model, record_id, fields):
        """Return the fields of one record."""
        return self.read(model, [record_id], fields)[0]

    def write(self, model, ids, values):
        """Change records."""
        self.call(model, "write", ids, vals=values)

    def search(self, model, domain, context=None, **options):
        """Return the ids found."""
        return self.call(model, "search", context=context, domain=domain, **options)

    def find(self, model, domain, what, context=None):
        """Return the first id found.

        Raises ScenarioError naming ``what`` when there is none.
        """
        found = self.search(model, domain, context=context, limit=1)
        if not found:
            raise ScenarioError(f"Odoo ne contient pas : {what}")
        return found[0]

    def ref(self, xml_id):
        """Return the database id behind an XML id.

        Raises ScenarioError when there is none.
        """
        if xml_id not in self._refs:
            module, name = xml_id.split(".")
            found = self.call(
                "ir.model.data",
                "search_read",
                domain=[("module", "=", module), ("name", "=", name)],
                fields=["res_id"],
            )
            if not found:
                raise ScenarioError(f"Odoo ne contient pas : {xml_id}")
            self._refs[xml_id] = found[0]["res_id"]
        return self._refs[xml_id]

    def run_actions(self):
        """Start the scheduled actions of ``ACTIONS``, if nothing else does."""
        for action in ACTIONS if self.runs_actions else ():
            self.call("ir.cron", "method_direct_trigger", [self.ref(action)])

    def wait(self, model, expected, field, what):
        """Wait until ``field`` has, on each record, the value ``{id: value}`` wants.

        For what scheduled actions do in their own time. Raises ScenarioError after a
        minute, with the values seen last.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.run_actions()
            records = self.read(model, expected, [field])
            seen = {record["id"]: record[field] for record in records}
            if seen == expected:
                return
            if time.monotonic() > deadline:
                raise ScenarioError(
                    f"{what} : après {PATIENCE_SECONDS} s, {model}.{field} vaut {seen} "
                    f"au lieu de {expected}"
                )
            time.sleep(POLL_SECONDS)


class _WebSession:
    """The few calls of the web client that lead to an API key."""

    def __init__(self, url):
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._http = JsonHttp(
            url,
            urllib.request.build_opener(urllib.request.ProxyHandler({}), jar),
        )

    def log_in(self, database, login, password):
        """Open a session and return the user's id."""
        answer = self._rpc(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        return answer["uid"]

    def make_api_key(self, password):
        """Return a new API key, after the password is typed again as Odoo asks."""
        description = self._kw(
            "res.users.apikeys.description",
            "create",
            [{"name": KEY_NAME, "duration": KEY_DAYS}],
        )
        action = self._kw("res.users.apikeys.description", "make_key", [description])
        if action["res_model"] == "res.users.identitycheck":
            check = [action["res_id"]]
            action = self._kw(
                "res.users.identitycheck", "run_check", [check], {"password": password}
            )
        return action["context"]["default_key"]

    def _kw(self, model, method, args, context=None):
        kwargs = {"context": {**CONTEXT, **(context or {})}}
        body = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._rpc("/web/dataset/call_kw", body)

    def _rpc(self, path, params):
        try:
            answer = self._http.post(path, {"jsonrpc": "2.0", "params": params})
        except HttpError as error:
            raise ScenarioError(f"Odoo, {path} : {error.sentence()}") from None
        if "error" in answer:
            raise ScenarioError(f"Odoo, {path} : {answer['error']['data']['message']}")
        return answer["result"]
