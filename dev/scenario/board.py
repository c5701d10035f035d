# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The board of the demo: what opens first, with a bar of what one may try.

The view of the bar is a record of the demo's database alone.
"""

from .company import ADDON

ACTION = f"{ADDON}.urssaf_board_action"
FORM = f"{ADDON}.urssaf_board_view_form"
_BAR = """
<div name="urssaf_board_demo" position="inside">
  <div class="alert alert-info d-flex flex-wrap align-items-center gap-2 mb-3"
       role="status">
    <strong>Que voulez-vous essayer ?</strong>
    {links}
  </div>
</div>
"""
_LINK = (
    '<a role="button" class="btn btn-sm btn-secondary" href="{href}"{target}'
    ' title="{title}">{label}</a>'
)


def land_on_it(odoo):
    """Let everybody of the firm land on the board; customers land on the portal."""
    staff = odoo.search("res.users", [("share", "=", False)])
    odoo.write("res.users", staff, {"action_id": odoo.ref(ACTION)})


def add_bar(odoo, sandbox_url):
    """Put the bar on the board: Odoo's side, the customers' space, mails, console."""
    new_tab = ' target="_blank"'
    links = (
        (
            f"/odoo/action-{ADDON}.urssaf_to_send_action",
            "",
            "Envoyer des factures",
            "Dans Odoo : les factures qui restent à envoyer",
        ),
        (
            f"{sandbox_url}/particulier/",
            new_tab,
            "Jouer le client",
            "L'espace du particulier : activer son compte, valider, contester",
        ),
        (
            f"{sandbox_url}/boite-aux-lettres/",
            new_tab,
            "Lire les courriels",
            "La boîte aux lettres : ce que l'Urssaf et Odoo écrivent aux clients",
        ),
        (
            f"{sandbox_url}/operateur/",
            new_tab,
            "Avancer le temps",
            "La console : horloge de l'Urssaf, événements, pannes",
        ),
    )
    bar = _BAR.format(
        links="\n    ".join(
            _LINK.format(href=href, target=target, label=label, title=title)
            for href, target, label, title in links
        )
    )
    values = {
        "name": "urssaf.board.form.demo",
        "model": "urssaf.board",
        "inherit_id": odoo.ref(FORM),
        "arch": bar,
    }
    odoo.create("ir.ui.view", values)
