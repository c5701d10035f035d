# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is due by the electronic invoice, as the PDF says it."""


def amount_due(invoice):
    """What the customer is asked for (BT-115), euros. Nothing once Urssaf says that it
    has paid: what it transferred less is between Urssaf and the company (article
    L133-8-8 of the code de la sécurité sociale). The paid amount (BT-113) is the rest
    of the total (rule BR-CO-16 of EN 16931).
    """
    # sudo(): whoever exports the invoice need not see its demande.
    if "paid" in invoice.sudo().urssaf_request_ids.mapped("state"):
        return 0.0
    return invoice.amount_residual
