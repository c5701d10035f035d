# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A client as the public ones are written (CAERP, AIS, CT, AR, DF).

It knows nothing of the sandbox, only what those sources tell of the service: one
demande per call, names in capitals without accents, the street in `complement`,
`codeNature` as a number, and a way out of each oddity they report.
"""

import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx

_CHUNK = 10
_PAUSES = (0.02, 0.04, 0.08)  # 200, 400 and 800 ms in AIS; shorter in tests
_ATTEMPTS = 1 + len(_PAUSES)
_SINCE = re.compile(r"(\d{2}/\d{2}/\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?")


class UrssafRefusal(Exception):
    """The service says no; `codes` may be a code of our own when it says nothing."""

    def __init__(self, codes):
        super().__init__(", ".join(codes))
        self.codes = codes


class Lost(Exception):
    """No answer, in spite of all the attempts."""


def plain(text):
    """Capitals without accents, as CAERP and AT send names."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).upper()


def birth_place(insee, label):
    """Cut an INSEE commune code: overseas, the last two digits are padded to three."""
    if insee.startswith(("97", "98")):
        department, commune = insee[:3], insee[3:].zfill(3)
    else:
        department, commune = "0" + insee[:2], insee[2:]
    return {
        "codePaysNaissance": "99100",
        "departementNaissance": department,
        "communeNaissance": {"codeCommune": commune, "libelleCommune": plain(label)},
    }


def moment(day):
    """Midnight UTC of the civil date, with milliseconds as AIS writes them."""
    return f"{day:%Y-%m-%d}T00:00:00.000Z"


class PublicClient:
    """One provider. `basic` identifies by HTTP Basic, otherwise in the form."""

    def __init__(self, url, identity, basic):
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self.identity, self.basic = identity, basic
        self.token, self.token_ends = None, 0.0
        self.tokens_asked = self.calls = 0

    def _log_in(self):
        form = {
            "grant_type": "client_credentials",
            "scope": "homeplus.tiersprestations",
        }
        auth = self.identity if self.basic else None
        if not self.basic:
            form["client_id"], form["client_secret"] = self.identity
        answer = self.http.post("/api/oauth/v1/token", data=form, auth=auth)
        self.tokens_asked += 1
        body = answer.json()
        if answer.status_code != 200:
            raise UrssafRefusal([body["error"]])
        assert body["token_type"].lower() == "bearer"
        self.token = body["access_token"]
        self.token_ends = time.monotonic() + body.get("expires_in", 3600) - 60

    def call(self, verb, path, **more):
        """Call until there is an answer; log in anew once when the token is refused."""
        renewed = False
        for pause in (*_PAUSES, None):
            if time.monotonic() >= self.token_ends:
                self._log_in()
            headers = {"Authorization": f"Bearer {self.token}"}
            headers["Accept"] = "application/json"
            path_here = f"/atp/v1/tiersPrestations{path}"
            self.calls += 1
            try:
                answer = self.http.request(verb, path_here, headers=headers, **more)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 401 and not renewed:
                renewed, self.token_ends = True, 0.0
                continue
            if answer is not None and answer.status_code not in (429, 500, 503):
                return self._read(answer)
            if pause is not None:
                asked = answer.headers.get("Retry-After") if answer is not None else 0
                time.sleep(max(pause, float(asked or 0)))
        raise Lost

    @staticmethod
    def _read(answer):
        if answer.is_success:
            return answer.json()
        try:
            raise UrssafRefusal([erreur["code"] for erreur in answer.json()])
        except ValueError:
            # CAERP: a 400 may have no body at all, whatever the Swagger says.
            raise UrssafRefusal([f"HTTP_{answer.status_code}"]) from None

    def is_up(self):
        """CAERP's health check: a search that finds nothing, in the year 2053."""
        try:
            search = {"dateDebut": "2053-01-01T00:00:00Z"}
            self.call("POST", "/demandePaiement/rechercher", json=search)
        except UrssafRefusal as refusal:
            return refusal.codes == ["ERR_RECHERCHE_VIDE"]
        return True

    def enrol(self, particulier):
        """Enrol somebody, and believe it once 020 knows him (AIS); return the id."""
        body = {
            "civilite": particulier["civilite"],
            "nomNaissance": plain(particulier["nom"]),
            "prenoms": plain(particulier["prenoms"]),
            "dateNaissance": moment(particulier["naissance"]),
            "lieuNaissance": birth_place(*particulier["lieu"]),
            "numeroTelephonePortable": particulier["telephone"],
            "adresseMail": particulier["mail"],
            "adressePostale": {
                "complement": plain(particulier["rue"])[:38],
                "libelleCommune": plain(particulier["commune"][1]),
                "codeCommune": particulier["commune"][0],
                "codePostal": particulier["commune"][2],
                "codePays": "99100",
            },
            "coordonneeBancaire": {
                "bic": particulier["bic"],
                "iban": particulier["iban"].replace(" ", ""),
                "titulaire": plain(particulier["titulaire"]),
            },
        }
        id_client = self.call("POST", "/particulier", json=body)["idClient"]
        assert self.account(id_client, particulier["mail"])["idClient"] == id_client
        return id_client

    def account(self, id_client, mail=None):
        """Ask 020, with both criteria as AR does, or with the id alone."""
        query = {"idClient": id_client, **({"adresseMail": mail} if mail else {})}
        answer = self.call("GET", "/particulier", params=query)
        return answer[0] if isinstance(answer, list) else answer

    def accepted_since(self, id_client):
        """Return (date, time) from which demandes are taken, or None (AIS, CT)."""
        statut = self.account(id_client)["statut"]
        if statut["etat"] != "OK":
            return None
        return _SINCE.search(statut["description"]).groups()

    def bill(self, id_client, invoice):
        """Send one demande by itself; return its id, adopted if it was there."""
        hours, price = invoice["heures"], invoice["prix"]
        ttc = (hours * price).quantize(Decimal("0.01"))
        ht = (ttc / Decimal("1.1")).quantize(Decimal("0.01"))
        body = {
            "idTiersFacturation": "sap.fr",
            "idClient": id_client,
            "dateNaissanceClient": moment(invoice["naissance"]),
            "numFactureTiers": invoice["numero"],
            "dateFacture": moment(invoice["fin"]),
            "dateDebutEmploi": moment(invoice["debut"]),
            "dateFinEmploi": moment(invoice["fin"]),
            "mntAcompte": 0,
            "mntFactureTTC": float(ttc),
            "mntFactureHT": float(ht),
            "inputPrestations": [
                {
                    "codeActivite": "",
                    "codeNature": 60,
                    "quantite": float(hours),
                    "unite": "HEURE",
                    "mntUnitaireTTC": float(price),
                    "mntPrestationTTC": float(ttc),
                    "mntPrestationHT": float(ht),
                    "mntPrestationTVA": float(ttc - ht),
                    "complement2": "SAP123456789",
                }
            ],
        }
        (item,) = self.call("POST", "/demandePaiement", json=[body])
        codes = [erreur["code"] for erreur in item.get("errors") or []]
        if codes == ["ERR_FACTURE_DOUBLON"]:
            return self._adopt(body)
        if codes or str(item.get("statut", "")).startswith("ERR"):
            raise UrssafRefusal(codes or [item["statut"]])
        assert item["statut"] == "10"
        return item["idDemandePaiement"]

    def _adopt(self, body):
        """AIS: the duplicate is ours if client and amount are the same."""
        (info,) = self.search({"numFactureTiers": [body["numFactureTiers"]]})
        there = info["demandePaiement"]
        same = all(there[key] == body[key] for key in ("idClient", "mntFactureTTC"))
        if not same:
            raise UrssafRefusal(["ERR_FACTURE_DOUBLON"])
        return info["idDemandePaiement"]

    def search(self, criteria):
        """Ask 070; nothing found is no error."""
        try:
            answer = self.call("POST", "/demandePaiement/rechercher", json=criteria)
        except UrssafRefusal as refusal:
            if refusal.codes == ["ERR_RECHERCHE_VIDE"]:
                return []
            raise
        assert not (answer.get("errors") or answer.get("Errors"))
        return answer["infoDemandePaiements"]

    def poll(self, ids):
        """Follow many demandes, ten by ten, at once as AIS does; return id → info."""
        chunks = [ids[n : n + _CHUNK] for n in range(0, len(ids), _CHUNK)]
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(
                lambda chunk: self.search({"idDemandePaiements": chunk}), chunks
            )
            return {info["idDemandePaiement"]: info for part in found for info in part}
