# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people read of a failure: Urssaf's own words, then what to do about it."""

from odoo import api, models

from ...lib.api import redact
from ...lib.api.codes import ERROR_CODES
from .connection import DOUBT

# ``last_error_kind`` of what no code was written for, see ``urssaf_exchange_each``.
UNFORESEEN = "unforeseen"


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    @api.model
    def _no_error(self):
        """Values that forget the last error. Models with more fields add theirs."""
        return self._no_call_error()

    @api.model
    def _no_call_error(self):
        return {
            "last_error_kind": False,
            "last_error_code": False,
            "last_error_message": False,
        }

    def _error_values(self, error):
        """Values that keep an UrssafError on the record. Models with more fields add
        theirs.
        """
        return self._call_error_values(error)

    def _call_error_values(self, error):
        return {
            "last_error_kind": error.kind,
            "last_error_code": error.code,
            "last_error_message": self._error_text(error),
        }

    def _error_text(self, error):
        """What people read: Urssaf's own words, then what to do about it."""
        lines = [
            " ".join(filter(None, (e.code and f"[{e.code}]", self._masked(e.message))))
            for e in error.errors
        ]
        known = ERROR_CODES.get(error.code)
        if known:
            lines.append(" ".join(filter(None, (known.explanation, known.hint))))
        return "\n".join(filter(None, lines)) or self._kind_text(error.kind)

    def _masked(self, message):
        """What Urssaf wrote, for every reader. Models mask what only they know."""
        return redact(message)

    def _kind_text(self, kind):
        return {
            "copy": self.env._("This database is a copy: nothing leaves from it."),
            "config": self.env._("The Urssaf settings of the company are incomplete."),
            "auth": self.env._("Urssaf refuses the credentials of the company."),
            "unreachable": self.env._("Urssaf cannot be reached for the moment."),
            "unavailable": self.env._("Urssaf is closed for the moment."),
            "ambiguous": self.env._(
                "Urssaf did not answer: what it did with the call is being checked."
            ),
            "rejected": self.env._("Urssaf refused without giving a reason."),
            DOUBT: self.env._(
                "Urssaf knows none of the customers that Odoo asked about, who were "
                "known before: the credentials are probably those of another "
                "habilitation. Nobody was ended. Check the client ID and the client "
                "secret in the Urssaf settings, then press Try now. If they are right "
                "and a customer has really left, press Refresh on the enrolment."
            ),
            UNFORESEEN: self.env._(
                "Odoo met an error that was not foreseen while dealing with this one. "
                "Nothing is lost, everything else went on, and Odoo tries again by "
                "itself within the day. If it comes back, tell who looks after your "
                "Odoo: the server’s log says where it happened."
            ),
        }.get(kind, self.env._("Urssaf gave an answer that could not be read."))
