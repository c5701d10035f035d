# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf says that it does not know a customer: has he left, or are the credentials
those of another habilitation, which knows none of ours?

One customer who is known settles it. While nobody is, nobody is ended.
"""

from odoo import api, fields, models

from ...lib.api import UrssafError
from ..exchange.connection import DOUBT
from .calling import NOT_FOUND
from .enrolment import FOLLOWED
from .following import HOUR

# Customers unknown in a row, and nobody known, before the credentials are in doubt.
# Two may well leave together: a couple, or all that a small company had.
SUSPECT = 3


class OtherHabilitation(UrssafError):
    """Urssaf knows none of the customers that it knew."""

    kind = DOUBT

    def __init__(self):
        super().__init__("Urssaf knows none of the customers that it knew.")


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    def _not_known(self, client, error, by_hand):
        """Method 020 does not know this customer. Return false if everybody is in
        doubt; a person who asks about this very customer has decided.
        """
        if self.state == "ended":
            self._call_answered()
            self.write(
                {
                    "next_call_at": self._next_question(),
                    "answered_at": fields.Datetime.now(),
                }
            )
            return True
        if not by_hand and self._in_doubt(client):
            doubt = OtherHabilitation()
            self.write(
                {
                    "next_call_at": fields.Datetime.now() + HOUR,
                    **self._error_values(doubt),
                }
            )
            return self._call_failed(doubt)
        self._call_answered()
        self._set_state(
            "ended",
            answered_at=fields.Datetime.now(),
            next_call_at=False,
            **self._error_values(error),
        )
        if self.state == "ended":
            self.next_call_at = self._next_question()
        self._alert(self._error_text(error))
        return True

    def _in_doubt(self, client):
        """Whether Urssaf knows nobody, as far as this client has asked and asks now.

        An outage while asking settles nothing: nobody is ended on half a proof.
        """
        if client.found_customers:
            return False
        unknown = 1
        for other in self._witnesses(self.company_id) - self:
            if unknown >= SUSPECT:
                break
            try:
                client.get_customer(id_client=other.external_id)
            except UrssafError as error:
                if error.code != NOT_FOUND:
                    return True
                unknown += 1
            else:
                return False
        return unknown >= SUSPECT

    @api.model
    def _witnesses(self, company):
        """Some customers whom Urssaf knew at its last answer, active ones first."""
        known = [
            ("company_id", "=", company.id),
            ("environment", "=", company.urssaf_environment),
            ("external_id", "!=", False),
            ("state", "in", FOLLOWED),
            ("to_verify", "=", False),
            ("remote_status", "!=", False),
        ]
        active = self.sudo().search(
            [*known, ("state", "=", "active")],
            order="answered_at DESC, id",
            limit=SUSPECT,
        )
        others = self.sudo().search(known, order="answered_at DESC, id", limit=SUSPECT)
        return active | others

    @api.model
    def _check_known(self, company, client):
        """Ask about some customers whom Urssaf knew: one who is known is enough.

        :raises OtherHabilitation: Urssaf knows none of them
        :raises UrssafError: it does not say
        """
        witnesses = self._witnesses(company)[:SUSPECT]
        for enrolment in witnesses:
            try:
                client.get_customer(id_client=enrolment.external_id)
            except UrssafError as error:
                if error.code != NOT_FOUND:
                    raise
            else:
                return
        if witnesses:
            raise OtherHabilitation
