# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Urssaf in memory for the tests: token, 010, 020, 050, 070 and faults on demand.

It stands where HTTP would leave: give it the prepared request, it gives a real
``requests.Response`` or raises what ``requests`` would. It checks how we call, not what
an invoice should be: the sandbox does that.
"""

import itertools
import json
import random
import re
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from .fake_urssaf_faults import AFTER, Fault, answer
from .fake_urssaf_numbers import NEVER_TAKEN, UNREADABLE, PostedNumbers

BASE_PATH = "/atp/v1/tiersPrestations"
TOKEN_PATH = "/api/oauth/v1/token"
METHODS = {
    ("POST", TOKEN_PATH): "token",
    ("POST", f"{BASE_PATH}/particulier"): "010",
    ("GET", f"{BASE_PATH}/particulier"): "020",
    ("POST", f"{BASE_PATH}/demandePaiement"): "050",
    ("POST", f"{BASE_PATH}/demandePaiement/rechercher"): "070",
}
LIMIT = 10
_REJECT = re.compile(r"(reject|reject_400)\((\w+)\)")


@dataclass
class Customer:
    """A particulier. Change the attributes to move the account."""

    id_client: str
    email: str = ""
    birth_date: str | None = None  # wire form; None: anything is accepted in 050
    status_code: str = "APPAREILLAGE_EC"
    etat: str = "KO"
    description: str = "Transmission DP impossible, appareillage en cours de traitement"
    payload: dict = field(default_factory=dict)

    def activate(self, since: str = "01/01/2020 00:00"):
        """The customer accepted; ``since`` is ``dd/MM/yyyy HH:mm``, Paris time."""
        self.status_code, self.etat = "APPAREILLAGE_VALIDE", "OK"
        self.description = f"Transmission DP possible depuis le {since}"

    def close(self, code: str, description: str = ""):
        """No demande is taken for this customer, for the reason ``code``."""
        self.status_code, self.etat, self.description = code, "KO", description


@dataclass
class Demande:
    """A demande de paiement. Change the attributes to move it."""

    request_id: str
    payload: dict
    status: str = "10"
    label: str = "Intégrée"
    rejection: dict | None = None  # {"code": …, "commentaire": …}
    transfer: dict | None = None  # {"mntVirement": …, "dateVirement": …}

    @property
    def number(self) -> str:
        return self.payload["numFactureTiers"]

    def move(self, status: str, label: str = "", **values):
        """Change the status, and whatever attribute is named."""
        self.status, self.label = status, label
        for name, value in values.items():
            setattr(self, name, value)

    def as_wire(self) -> dict:
        return {
            "idDemandePaiement": self.request_id,
            "demandePaiement": self.payload,
            "statut": {"code": self.status, "libelle": self.label},
            "infoRejet": self.rejection,
            "infoVirement": self.transfer,
        }


@dataclass
class Call:
    """What we were asked: ``method`` is token, 010, 020, 050 or 070."""

    method: str
    verb: str
    host: str
    path: str
    json: object
    query: dict
    headers: dict


class FakeUrssaf:
    """See the module. ``calls``, ``customers``, ``demandes`` and ``numbers`` are there
    to read.
    """

    def __init__(self):
        self.reset()

    def reset(self):
        """Forget everything, programmed faults included."""
        self.calls: list[Call] = []
        self.customers: dict[str, Customer] = {}
        self.demandes: dict[str, Demande] = {}
        self.numbers = PostedNumbers()
        self.tokens: set[str] = set()
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._storm = None
        self.clock = None  # aware datetime: Urssaf's own clock, told with each answer
        self.spoilt = 0
        self._ids = itertools.count(11000000000101)

    # -- set up and look -------------------------------------------------------

    def add_customer(self, id_client: str | None = None, active=True, **values):
        """Put a customer there directly; active unless said otherwise."""
        customer = Customer(id_client or str(uuid.uuid4()), **values)
        if active:
            customer.activate()
        self.customers[customer.id_client] = customer
        return customer

    def by_number(self, number: str) -> Demande | None:
        """The demande recorded under this invoice number."""
        found = [item for item in self.demandes.values() if item.number == number]
        return found[0] if found else None

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def fail(self, method: str, kind: str, count: int = 1, *, code="", number=None):
        """Spoil the next ``count`` calls of ``method``.

        :param kind: see ``fake_urssaf_faults``; the refusals take their code as
            ``code=`` or as ``reject(ERR_CMPT_BLOQUE)``
        :param number: only this demande of a batch is rejected
        """
        match = _REJECT.fullmatch(kind)
        if match:
            kind, code = match[1], match[2]
        if kind == "reject" and method != "050":
            kind = "reject_400"  # only 050 refuses inside a success
        fault = Fault(kind, code=code, number=number)
        self._faults[method].extend([fault] * count)

    def storm(self, rate: float, kinds: list[str], seed=0):
        """Spoil a share of all calls, each by one of ``kinds``; 0 ends it."""
        chance = random.Random(seed)
        self._storm = lambda: chance.random() < rate and Fault(chance.choice(kinds))

    def reset_faults(self):
        """Nothing goes wrong any more."""
        self._faults.clear()
        self._storm = None

    def revoke_tokens(self):
        """Make every token issued so far be answered by 401."""
        self.tokens.clear()

    # -- the wire --------------------------------------------------------------

    def handle(self, request, **kw):
        """Answer a prepared request as Urssaf would.

        :raises AssertionError: a call that our client must never make
        """
        call = self._read(request, kw)
        self.calls.append(call)
        queue = self._faults[call.method]
        fault = queue.popleft() if queue else self._storm and self._storm()
        self.spoilt += bool(fault)
        sent = call.json if call.method == "050" else []
        self.numbers.posted(sent)
        if fault and fault.kind not in AFTER:
            alone = fault.kind == "reject_400" and len(sent) == 1
            if alone or fault.kind in NEVER_TAKEN:
                self.numbers.not_taken(sent)
            return fault.apply(request)
        if call.method != "token" and not self._authorised(call):
            self.numbers.not_taken(sent)
            return answer(request, 401)
        status, payload = getattr(self, f"_method_{call.method}")(call, fault)
        if fault and fault.loses_answer:
            return fault.apply(request)
        if not (fault and fault.kind in UNREADABLE):
            self._remember(call, status, payload)
        if fault:
            return fault.spoil(request, status, payload)
        headers = {"Date": format_datetime(self.clock, True)} if self.clock else {}
        return answer(request, status, payload, headers=headers)

    def _remember(self, call: Call, status, payload):
        """The caller reads this answer, unless a test has made it unreadable."""
        if call.method == "050" and status == 200 and isinstance(payload, list):
            self.numbers.answered(payload)
        elif call.method == "050" and status == 400 and isinstance(payload, list):
            self.numbers.not_taken(call.json)
        elif call.method == "070" and status == 200 and isinstance(payload, dict):
            self.numbers.searched(call.json, payload["infoDemandePaiements"])
        elif call.method == "070" and payload == [_error("ERR_RECHERCHE_VIDE")]:
            self.numbers.searched(call.json, [])

    def _read(self, request, kw) -> Call:
        url = urlsplit(request.url)
        method = METHODS.get((request.method, url.path))
        assert method, f"unknown to Urssaf: {request.method} {url.path}"
        assert isinstance(kw.get("timeout"), (int, float)), "a scalar timeout is needed"
        assert not kw.get("allow_redirects"), "a redirect would leak the token"
        headers = request.headers
        content = None
        if method == "token":
            expected = "application/x-www-form-urlencoded"
            assert headers["Content-Type"] == expected, "the token wants a form"
            assert "Authorization" not in headers, "no bearer to get a token"
            content = {
                name: values[0] for name, values in parse_qs(request.body).items()
            }
            assert "client_secret" in content, "no client_secret"
        else:
            bearer = headers.get("Authorization", "")
            assert bearer.startswith("Bearer "), "no bearer token"
            assert headers.get("Accept") == "application/json", "JSON is not accepted"
        if request.method == "POST" and method != "token":
            assert headers.get("Content-Type") == "application/json", "not JSON"
            try:
                content = json.loads(request.body)
            except (TypeError, ValueError):
                raise AssertionError("the body is not JSON") from None
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        return Call(
            method, request.method, url.netloc, url.path, content, query, dict(headers)
        )

    def _authorised(self, call: Call) -> bool:
        return call.headers["Authorization"].removeprefix("Bearer ") in self.tokens

    # -- the methods: (call, fault) to (status, body) --------------------------

    def _method_token(self, call, fault):
        token = f"token-{uuid.uuid4()}"
        self.tokens.add(token)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        return 200, body

    def _method_010(self, call, fault):
        sent = call.json
        for customer in self.customers.values():
            if customer.email == sent["adresseMail"]:
                # Known already: the link is renewed, the id stays (DIAG).
                customer.payload = sent
                return 200, {"idClient": customer.id_client}
        customer = self.add_customer(
            active=False,
            email=sent["adresseMail"],
            birth_date=sent["dateNaissance"],
            payload=sent,
        )
        return 200, {"idClient": customer.id_client}

    def _method_020(self, call, fault):
        asked = call.query
        found = [
            customer
            for customer in self.customers.values()
            if asked.get("idClient", customer.id_client) == customer.id_client
            and asked.get("adresseMail", customer.email) == customer.email
        ]
        if not found:
            return 400, [_error("ERR_RECHERCHE_PARTICULIER")]
        if len(found) > 1:
            # A couple with one e-mail: an array, as AR says that there may be.
            return 200, [_account(customer) for customer in found]
        return 200, _account(found[0])

    def _method_050(self, call, fault):
        if len(call.json) > LIMIT:
            return 400, [_error("ERR_NBRE_PREST_MAX")]
        results = [self.record(demande, fault) for demande in call.json]
        if fault and fault.kind == "missing_item":
            results.pop()
        return 200, results

    def record(self, sent: dict, fault=None) -> dict:
        """Take one demande as method 050 does, and give its answer."""
        echo = {
            "idClient": sent["idClient"],
            "numFactureTiers": sent["numFactureTiers"],
        }
        code = self._refusal(sent)
        if fault and fault.rejects(sent["numFactureTiers"]):
            code = fault.code
        if code:
            return {**echo, "errors": [_error(code)]}
        demande = Demande(str(next(self._ids)), sent)
        self.demandes[demande.request_id] = demande
        return {**echo, "idDemandePaiement": demande.request_id, "statut": "10"}

    def _refusal(self, sent: dict) -> str:
        customer = self.customers.get(sent["idClient"])
        if not customer or customer.birth_date not in (
            None,
            sent["dateNaissanceClient"],
        ):
            return "ERR_PARTICULIER_INCONNU"
        if customer.etat != "OK":
            return "ERR_LIEN_PARTICULIER_PRESTATAIRE"
        return "ERR_FACTURE_DOUBLON" if self.by_number(sent["numFactureTiers"]) else ""

    def _method_070(self, call, fault):
        found = self._search(call.json)
        if found is None:
            return 400, [_error("ERR_CRITERE_RECHERCHE_VIDE")]
        if len(found) > LIMIT:
            return 400, [_error("ERR_NBRE_MAX_RESULTAT")]
        items = [demande.as_wire() for demande in found]
        if fault and fault.kind == "missing_item":
            items = items[:-1]
        if not items:
            return 400, [_error("ERR_RECHERCHE_VIDE")]
        return 200, {"errors": [], "infoDemandePaiements": items}

    def _search(self, asked: dict) -> list[Demande] | None:
        everything = list(self.demandes.values())
        for key, attribute in (
            ("idDemandePaiements", "request_id"),
            ("numFactureTiers", "number"),
        ):
            if asked.get(key):
                wanted = asked[key]
                return [d for d in everything if getattr(d, attribute) in wanted]
        start, end = asked.get("dateDebut"), asked.get("dateFin")
        if not (start or end):
            return None
        return [
            demande
            for demande in everything
            if (start or "") <= demande.payload["dateFacture"] <= (end or "9")
        ]


def _account(customer: Customer) -> dict:
    sent = customer.payload
    return {
        "idClient": customer.id_client,
        "nomNaissance": sent.get("nomNaissance"),
        "nomUsage": sent.get("nomUsage"),
        "prenoms": sent.get("prenoms"),
        "statut": {
            "code": customer.status_code,
            "description": customer.description,
            "etat": customer.etat,
        },
    }


def _error(code: str) -> dict:
    return {"code": code, "message": f"Message de {code}", "description": ""}
