# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""*Remind all*: the customers who have not activated their account, in one click."""

from datetime import timedelta

from odoo import fields

#: Nobody is written to twice within so long, however often somebody clicks.
AT_MOST = timedelta(days=1)


def remind(enrolments):
    """Remind those that can be, and say in words what was done.

    Whoever calls has checked the rights of the user; links that have expired are left
    out, since only Urssaf can send a new one.
    """
    env = enrolments.env
    # sudo(): people only read exchanges.
    waiting = enrolments.sudo().filtered(lambda e: e.state == "pending")._is_here()
    waiting._check_real()
    locked = waiting._lock().filtered(lambda e: e.state == "pending")
    limit = fields.Datetime.now() - AT_MOST
    recent = locked.filtered(
        lambda e: e.companion_told_at and e.companion_told_at > limit
    )
    reached = (locked - recent).filtered(
        lambda e: not e.partner_id.urssaf_no_companion and e.partner_id._urssaf_email()
    )
    told = [enrolment for enrolment in reached if enrolment._companion_tell("remind")]
    left = len(enrolments) - len(told) - len(recent)
    return " ".join(
        filter(
            None,
            (
                env._("Reminded: %s.", len(told)),
                recent and env._("Written to within a day already: %s.", len(recent)),
                left
                and env._(
                    "To call or to send again: %s (no e-mail, no message wanted, or "
                    "a link that has expired).",
                    left,
                ),
            ),
        )
    )
