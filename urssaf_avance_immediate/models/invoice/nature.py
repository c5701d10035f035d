# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class HomeServiceNature(models.Model):
    """A kind of home service as Urssaf names it (``codeNature`` of method 050).

    The list is data, not code: Urssaf extends it without notice, and an
    accountant can then add the new code without waiting for a release.
    """

    _name = "home.service.nature"
    _description = "Urssaf Service Nature"
    _order = "sequence, id"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, readonly=False)
    vat_rate = fields.Float(
        string="Usual VAT (%)",
        digits=(5, 2),
        help="Shown as a help only: the taxes of the invoice are what counts.",
    )
    eligible = fields.Boolean(
        default=True,
        help="Lines of a nature that is not eligible travel in the demande de "
        "paiement but give no tax credit.",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE(code)", "This nature code exists already.")

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

    @api.depends("code")
    def _compute_sequence(self):
        for nature in self:
            code = nature.code or ""
            nature.sequence = int(code) if code.isdecimal() else 9999

    @api.depends("code", "name")
    def _compute_display_name(self):
        for nature in self:
            nature.display_name = f"{nature.code} · {nature.name}"
