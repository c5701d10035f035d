# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people read of a failure: what to do about it, then Urssaf's own words."""

from ...lib.api import redact
from ...lib.api.codes import ERROR_CODES

# ``last_error_kind`` of what no code was written for, see ``work.py``.
UNFORESEEN = "unforeseen"
# Urssaf knows none of the customers that it knew, see ``_in_doubt`` of an enrolment.
DOUBT = "habilitation"


class Unforeseen:
    """Any exception, in the shape of an UrssafError. Its text is left out: it may quote
    a customer, or what a column would not take."""

    kind = UNFORESEEN
    http_status = None
    retry_after = None
    errors = ()

    def __init__(self, error):
        self.code = type(error).__name__


class Refusal:
    """Errors inside an HTTP 200, in the shape of an UrssafError."""

    kind = "rejected"

    def __init__(self, errors):
        self.errors = errors
        self.code = next((error.code for error in errors if error.code), None)


def error_text(env, error, mask=redact):
    """What people read of an UrssafError.

    :param mask: takes personal data out of what Urssaf wrote
    """
    lines = [
        " ".join(filter(None, (mask(e.message), e.code and f"[{e.code}]")))
        for e in error.errors
    ]
    known = ERROR_CODES.get(error.code)
    if known:
        # What it means comes first; what Urssaf wrote, and its code, behind.
        lines.insert(0, " ".join(filter(None, (known.explanation, known.hint))))
    return "\n".join(filter(None, lines)) or kind_text(env, error.kind)


def kind_text(env, kind):
    """The kind of a failure, in a sentence."""
    return {
        "copy": env._("This database is a copy: nothing leaves from it."),
        "config": env._("The Urssaf settings of the company are incomplete."),
        "vault": env._(
            "The credentials of the company are kept outside of Odoo and cannot be "
            "read for the moment: tell who looks after your Odoo."
        ),
        "auth": env._("Urssaf refuses the credentials of the company."),
        "unreachable": env._("Urssaf cannot be reached for the moment."),
        "unavailable": env._("Urssaf is closed for the moment."),
        "ambiguous": env._(
            "Urssaf did not answer: what it did with the call is being checked."
        ),
        "rejected": env._("Urssaf refused without giving a reason."),
        DOUBT: env._(
            "Urssaf knows none of the customers that Odoo asked about, who were "
            "known before: the credentials are probably those of another "
            "habilitation. Nobody was ended. Check the client ID and the client "
            "secret in the Urssaf settings, then press Try now. If they are right "
            "and a customer has really left, press Refresh on the enrolment."
        ),
        UNFORESEEN: env._(
            "Odoo met an error that was not foreseen while dealing with this one. "
            "Nothing is lost, everything else went on, and Odoo tries again by "
            "itself within the day. If it comes back, tell who looks after your "
            "Odoo: the server’s log says where it happened."
        ),
    }.get(kind, env._("Urssaf gave an answer that could not be read."))
