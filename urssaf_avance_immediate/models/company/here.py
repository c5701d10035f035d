# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What several habilitations can speak of, in one domain however many there are."""

from odoo.fields import Domain


def here(companies):
    """Domain of the exchanges that the habilitations of these companies can speak of,
    see ``_urssaf_here``.
    """
    holders = companies._urssaf_holder()
    return Domain.OR(
        Domain("holder_id", "in", found.ids) & Domain("environment", "=", environment)
        for environment, found in holders.grouped("urssaf_environment").items()
    )
