# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an empty list teaches: the next step that is really possible here."""

from markupsafe import Markup

from odoo.fields import Domain

from ..groups import ADMINISTRATOR, USER

BOARD = "urssaf_avance_immediate.urssaf_board_action"
CUSTOMERS = "urssaf_avance_immediate.urssaf_enrolment_action"
TO_SEND = "urssaf_avance_immediate.urssaf_to_send_action"
NEW_CUSTOMER = "urssaf_avance_immediate.urssaf_customer_new_action"

# An enrolment in one of these has not reached Urssaf yet.
NOT_ENROLLED = ("draft", "error")


def next_customer(env, otherwise):
    """HTML of the next step towards a first customer."""
    company = env.company
    if not company.urssaf_configured:
        return _no_credentials(env, company)
    # sudo(): a fact about the habilitation, whoever looks at the list.
    enrolments = env["urssaf.enrolment"].sudo()
    known = company._urssaf_here() & Domain("state", "not in", NOT_ENROLLED)
    return otherwise if enrolments.search(known, limit=1) else _no_customer(env)


def next_form(env, otherwise):
    """HTML of what the form to fill in needs: that e-mails leave."""
    # sudo(): a fact about the company, whoever looks at the list.
    if env.company.sudo()._urssaf_mail_leaves():
        return otherwise
    return _help(
        env._("No e-mail has left Odoo yet"),
        env._(
            "The form is sent by e-mail: set up the server for outgoing e-mails first, "
            "in the steps of the board."
        ),
        BOARD,
        env._("Board"),
    )


def next_demande(env, otherwise):
    """HTML of the next step towards a first demande de paiement.

    :param otherwise: help of the action, once customers are active and nothing waits
        to be sent
    """
    first = next_customer(env, None)
    if first:
        return first
    # sudo(): a fact about the habilitation, whoever looks at the list.
    enrolments = env["urssaf.enrolment"].sudo()
    active = env.company._urssaf_here() & Domain("state", "=", "active")
    if not enrolments.search(active, limit=1):
        return _help(
            env._("No customer is active yet"),
            env._(
                "Urssaf has written to those whom you enrolled: each accepts on its "
                "site. Remind them, or call them; their invoices can be sent then."
            ),
            CUSTOMERS,
            env._("See who has not answered"),
        )
    count = env["account.move"].search_count(
        env["account.move"]._urssaf_to_send_domain(), limit=100
    )
    if count:
        return _help(
            env._("Your invoices wait to be sent"),
            env._(
                "Invoices of active customers are posted and can leave. Their "
                "demandes de paiement are followed here from then on."
            ),
            TO_SEND,
            env._("Invoices to send"),
        )
    return otherwise


def _no_customer(env):
    """Urssaf answers, and nobody is enrolled."""
    may = env.user.has_group(USER)
    return _help(
        env._("No customer is enrolled yet"),
        env._(
            "Enrol the first one: name, e-mail and mobile are enough to begin, he may "
            "fill in the rest himself."
        )
        if may
        else env._("Users of “Urssaf avance immédiate” enrol customers."),
        NEW_CUSTOMER if may else None,
        env._("New customer"),
    )


def _no_credentials(env, company):
    title = env._("Connect Odoo to Urssaf first")
    if env.user.has_group(ADMINISTRATOR):
        text = env._(
            "The board shows what is left to set up, step by step, beginning with the "
            "credentials that Urssaf gave you."
        )
    else:
        text = company._urssaf_who_can(ADMINISTRATOR)
    return _help(title, text, BOARD, env._("Board"))


def _help(title, text, action=None, label=""):
    """A title, a sentence, and a link to an action."""
    link = action and Markup(
        '<p><a type="action" class="btn btn-primary" name="%s">%s</a></p>'
    ) % (
        action,
        label,
    )
    return Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>%s') % (
        title,
        text,
        link or "",
    )
