# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import remove_accents

from .official_amount import CEILING_GROUPS


class HomeServiceNature(models.Model):
    """A kind of home service.

    The list is data, not code: it grows without notice, and an accountant can then add
    to it without waiting for a release.
    """

    _name = "home.service.nature"
    _description = "Home Service Nature"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=9999)
    vat_rate = fields.Float(
        string="Usual VAT (%)",
        digits=(5, 2),
        help="Shown as a help only: the taxes of the invoice are what counts.",
    )
    eligible = fields.Boolean(
        default=True,
        help="Whether these services give a tax credit to the customer.",
    )
    ceiling_group = fields.Selection(
        CEILING_GROUPS,
        string="Yearly ceiling",
        help="These expenses have a yearly ceiling of their own (article D7233-5 of "
        "the Code du travail).",
    )
    activity_id = fields.Many2one(
        "home.service.activity",
        ondelete="restrict",
        index="btree_not_null",
        help="What these services are in the list of article D7231-1 of the Code du "
        "travail: the annual certificate and the NOVA figures are cut by it.",
    )
    active = fields.Boolean(default=True)

    @api.model
    def _search_display_name(self, operator, value):
        """Extends core: found without the accents too, “menage” for “Ménage”."""
        found = super()._search_display_name(operator, value)
        if operator != "ilike" or not isinstance(value, str):
            return found
        bare = remove_accents(value).casefold()
        # There are some thirty natures.
        # pylint: disable-next=no-search-all
        alike = self.with_context(active_test=False).search([])
        alike = alike.filtered(
            lambda nature: bare in remove_accents(nature.display_name).casefold()
        )
        return Domain(found) | Domain("id", "in", alike.ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        """Invoices must stay readable: what was used is archived.

        :raises UserError: products or invoices have one of these natures
        """
        # sudo(): products and invoices of every company count.
        products = (
            self.env["product.template"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("home_service_nature_id", "in", self.ids)])
        )
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search_count([("home_service_nature_id", "in", self.ids)])
        )
        if products or lines:
            raise UserError(
                self.env._(
                    "%(natures)s: in use (products: %(products)s, invoice lines: "
                    "%(lines)s), hence kept. Archive it instead (Actions, Archive): it "
                    "is then no longer proposed, and the invoices stay as they are.",
                    natures=", ".join(self.mapped("display_name")),
                    products=products,
                    lines=lines,
                )
            )
