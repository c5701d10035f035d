# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the buttons of this add-on have in common: whose they are, what they answer."""

from odoo.exceptions import AccessError

from ..groups import USER


def check_user(env):
    """Buttons that make Odoo talk to Urssaf are for its users.

    :raises AccessError: the user is not in the group
    """
    if not env.su and not env.user.has_group(USER):
        raise AccessError(
            env._("Only users of “Urssaf avance immédiate” can exchange with Urssaf.")
        )


def notice(message, kind="success", title=None):
    """Action: a short notice, then the screen is read again."""
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "title": title or "Urssaf",
            "message": message,
            "sticky": kind == "danger",
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
