# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo does not clear away by itself when the add-on is uninstalled."""

from odoo.addons.l10n_fr_home_services.hooks import let_go_of_demo_records

MODULE = "urssaf_avance_immediate"
TRADE = "l10n_fr_home_services"
#: The trade’s menus stand in our application while we are here: where they belong.
MENUS = {
    "account.menu_finance_configuration": (
        "nature",
        "official_amount",
        "activity",
        "wording",
        "threshold",
    ),
    f"{TRADE}.menu_home_service": (
        "certificate",
        "certificate_run",
        "nova_table",
        "nova",
        "counters",
        "document",
        "person",
    ),
}


def uninstall_hook(env):
    """Leave no mark, and let Odoo delete the rest without an error in its log."""
    _take_up_reminders(env)
    marks = env["ir.config_parameter"].sudo()
    marks.search([("key", "=like", f"{MODULE}.%")]).unlink()
    let_go_of_demo_records(env, MODULE)
    give_back_menus(env)


def give_back_menus(env):
    """The trade’s menus stand under *Accounting* again."""
    for parent, names in MENUS.items():
        for name in names:
            menu = env.ref(f"{TRADE}.menu_home_service_{name}", False)
            if menu:
                menu.parent_id = env.ref(parent)


def _take_up_reminders(env):
    """What only we had kept from being reminded of is asked for again."""
    paused = env["account.move"].search([("urssaf_reminders_paused", "=", True)])
    terms = paused.line_ids.filtered(lambda line: line.display_type == "payment_term")
    terms.no_followup = False
