# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo does not clear away by itself when the add-on is uninstalled."""

from .models import jobs


def uninstall_hook(env):
    """Jobs that wait go too: without their method the job runner could not even load
    them, and would try again for ever. The scheduled actions do their work.
    """
    jobs.forget(env)
