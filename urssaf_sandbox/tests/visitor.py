# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A person at the particulier's space over plain HTTP: cookies, forms, links."""

import re
from html import unescape

import httpx

PASSWORD = "Soleil levant, 8 rue"
BOXES = {"conditions": "oui", "mandat": "oui"}
_FIELD = re.compile(r'<input[^>]*?id="(\w+)"[^>]*?type="\w+"[^>]*?value="([^"]*)"')
_CHOSEN = re.compile(
    r'<select id="(\w+)".*?(?:<option value="(\w*)" selected>|</select>)', re.DOTALL
)
_TOKEN = re.compile(r'name="jeton_formulaire" value="(\w+)"')


class Visitor:
    """One browser, without the browser."""

    def __init__(self, url: str) -> None:
        # Nothing is encrypted here: reading all certificates would take its time.
        self.http = httpx.Client(base_url=url, verify=False, timeout=30)

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(path)

    def post(self, path: str, page: str | None = None, **fields: str) -> httpx.Response:
        """Send the form found on `page` (the same path by default)."""
        token = _TOKEN.search(self.get(page or path).text)
        assert token, "the page has no form of ours"
        return self.http.post(path, data={"jeton_formulaire": token[1], **fields})

    def typed(self, path: str) -> dict[str, str]:
        """Return what a form already holds."""
        text = self.get(path).text
        fields = {name: unescape(value) for name, value in _FIELD.findall(text)}
        fields.update({name: value or "" for name, value in _CHOSEN.findall(text)})
        return fields

    def mail_link(self, kind: str, to: str = "jeanne.durand@contact.fr") -> str:
        """Return the path of the link in the last mail of that kind."""
        query = {"to": to, "kind": kind}
        mails = self.http.get("/sandbox/v1/mailbox", params=query).json()
        base, path, rest = mails[-1]["link"].partition("/particulier/")
        assert base == str(self.http.base_url).rstrip("/")
        return path + rest

    def activate(self, link: str, **changes: str) -> httpx.Response:
        """Send the activation form as it stands, but for `changes`."""
        fields = {"mot_de_passe": PASSWORD, "confirmation": PASSWORD, **BOXES}
        fields["jeton"] = link.partition("jeton=")[2]
        return self.post(
            "/particulier/activation",
            link,
            **{**self.typed(link), **fields, **changes},
        )

    def log_in(
        self,
        mail: str = "jeanne.durand@contact.fr",
        password: str = PASSWORD,
        suite: str = "",
    ) -> httpx.Response:
        """Send the login form."""
        return self.post(
            "/particulier/connexion", mail=mail, mot_de_passe=password, suite=suite
        )
