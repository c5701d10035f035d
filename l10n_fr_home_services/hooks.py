# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo does not clear away by itself when an add-on is uninstalled."""

from psycopg2 import Error

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

MODULE = "l10n_fr_home_services"
#: Demo records of these models may be in use: invoices refer to them.
BUSINESS_MODELS = ("res.partner", "product.template", "product.product", "res.bank")


def uninstall_hook(env):
    """Let Odoo delete what is ours without an error in its log."""
    _forget_natures(env)
    _forget_activities(env)
    let_go_of_demo_records(env, MODULE)


def _forget_natures(env):
    """What refers to natures and activities restricts their deletion; the columns go
    anyway.
    """
    lists = ("home.service.nature", "home.service.activity")
    for field in env["ir.model.fields"].search(
        [("relation", "in", lists), ("ttype", "=", "many2one")]
    ):
        model = env[field.model]
        described = model._fields[field.name]
        if model._auto and described.store and not described.required:
            env.cr.execute(f'UPDATE "{model._table}" SET "{field.name}" = NULL')
    env.invalidate_all()


def _forget_activities(env):
    """What somebody has to do restricts the deletion of its kind: all kinds are ours
    that the add-on brought.
    """
    ours = env["ir.model.data"].search(
        [("module", "=", MODULE), ("model", "=", "mail.activity.type")]
    )
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("activity_type_id", "in", ours.mapped("res_id"))]).unlink()


def let_go_of_demo_records(env, module):
    """Delete the demo records of ``module`` that nobody uses, keep the others: a
    customer with invoices stays a customer.
    """
    data = env["ir.model.data"].search(
        [("module", "=", module), ("model", "in", BUSINESS_MODELS)]
    )
    for known in data.sorted("id", reverse=True):
        try:
            with env.cr.savepoint(), mute_logger("odoo.sql_db"):
                env[known.model].browse(known.res_id).exists().unlink()
        except (Error, UserError, ValidationError):
            known.unlink()
