# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf's side of the bookkeeper's year: what the sandbox's people and banks do."""

import urllib.parse
from datetime import datetime
from decimal import Decimal

from dev.scenario.sandbox import Sandbox


class UrssafOffice(Sandbox):
    """The sandbox, steered. Demandes are named by their ids, since two companies may
    use the same numbers; amounts are euros.
    """

    def set_clock(self, moment):
        """Go to ``moment`` (aware): what falls due on the way happens."""
        self._post("clock/set", {"now": moment.isoformat()})

    def add_provider(self, client_id, secret, trade_name, siret):
        """Another company that has its own habilitation."""
        body = {"client_id": client_id, "client_secret": secret}
        self._post("providers", {**body, "trade_name": trade_name, "siret": siret})

    def opens_account(self, id_client, since):
        """The customer activates the account, which counts from a day before."""
        self._post(f"particuliers/{id_client}/activate", {"since": since.isoformat()})

    def groups_transfers(self, grouped):
        """Whether one line of the bank holds all transfers of a day and company."""
        self._post("switches", {"transfers": "grouped" if grouped else "single"})

    def takes_back_all(self, whole):
        """What a refused debit costs: the whole transfer, or the customer's share."""
        recovery = "total" if whole else "reste_a_payer"
        self._post("switches", {"recovery": recovery})

    def agrees(self, demande):
        """The customer accepts, before the end of his delay."""
        self._demande(demande, "validate")

    def refuses(self, demande, code, comment):
        """The customer contests, for a reason and with a comment."""
        self._demande(demande, "contest", {"code": code, "commentaire": comment})

    def will_transfer(self, demande, amount):
        """Another amount than the demande's: less if Urssaf sets off, or too much."""
        self._demande(demande, "transfer", {"amount": amount})

    def debit_is_refused(self, demande):
        """The customer's bank refuses the debit of his share, or sends it back."""
        self._demande(demande, "reject-debit")

    def recovers(self, demande):
        """Urssaf takes back from the company what the customer did not pay."""
        self._demande(demande, "recover")

    def cancels(self, demande):
        """Urssaf cancels, since the company asked for it."""
        self._demande(demande, "cancel")

    def bank_lines(self, client_id, start, end):
        """The lines of the company's bank statement over these days."""
        return self._bank(client_id, start, end)["lines"]

    def bank_balance(self, client_id, day):
        """What the account holds at the end of the day, in euros."""
        closing = self._bank(client_id, day, day)["closing"]
        return Decimal(str(closing)).quantize(Decimal("0.01"))

    def transfers(self):
        """``{id: (day, euros)}`` of what Urssaf has transferred so far."""
        return {
            one["id"]: (
                datetime.fromisoformat(one["transfer_date"]).date(),
                Decimal(str(one["transfer_amount"])).quantize(Decimal("0.01")),
            )
            for one in self.demandes()
            if one["transfer_amount"] is not None
        }

    def _bank(self, client_id, start, end):
        query = urllib.parse.urlencode({"start": start, "end": end})
        return self._get(f"bank/{client_id}?{query}")

    def _demande(self, demande, order, body=None):
        self._post(f"demandes/{demande}/{order}", body)
