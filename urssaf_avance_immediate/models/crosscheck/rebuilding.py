# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invoices that a restored backup has lost, made again from what Urssaf echoes.

Urssaf has of each: the customer, the number, the dates, the amounts with and without
tax, and of each line the nature, the quantity, the price, who worked, and a text of
fifty characters. It does not have the wording of the lines, the payment terms, nor the
journal. So drafts are made, which say this, and a person confirms them.
"""

import re

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import escape_psql

from ...lib.api import PaymentInfo
from ...lib.api.schemas import as_date, as_decimal, as_text
from ..exchange.screen import notice
from ..invoice.payload import TRADE_UNITS

# Invoices made or confirmed by one click.
AT_ONCE = 200
# How far the tax of a line may be from its rate, in euros: each was rounded.
TAX_ROUNDING = 0.011


class UrssafCrosscheckLine(models.Model):
    _inherit = "urssaf.crosscheck.line"

    echo = fields.Json(
        readonly=True, help="What Urssaf has of the demande, without the birth date."
    )
    another_move = fields.Boolean(
        readonly=True,
        help="The invoice of this number in Odoo is for other work: the one of the "
        "demande was lost.",
    )
    rebuilt = fields.Boolean(
        string="Made again",
        readonly=True,
        help="The invoice was made again from what Urssaf has of it.",
    )
    rebuildable = fields.Boolean(compute="_compute_rebuildable")
    to_confirm = fields.Boolean(compute="_compute_rebuildable")

    @api.depends("kind", "outcome", "move_id.state", "another_move", "rebuilt", "echo")
    def _compute_rebuildable(self):
        for line in self:
            open_line = line.kind == "remote" and not line.outcome
            line.rebuildable = bool(
                open_line
                and line.echo
                and not line.rebuilt
                and (not line.move_id or line.another_move)
            )
            line.to_confirm = (
                open_line and line.rebuilt and line.move_id.state == "draft"
            )

    # -- make again ------------------------------------------------------------

    def action_rebuild(self):
        """Make the invoices of these lines again, as drafts under their numbers.

        :raises UserError: a single one cannot be made
        """
        lines = self.filtered("rebuildable")
        notice = lines._rebuild_each()
        if len(self) == 1 and not self.rebuilt:
            raise UserError(self.detail or self.env._("There is nothing to make."))
        return notice

    def _rebuild_each(self):
        self._check_buttons()
        lines = self[:AT_ONCE]
        for line in lines:
            line._rebuild()
        made = lines.filtered("rebuilt")
        return notice(
            self.env._(
                "%(count)s draft invoices made again, %(left)s not. Look at them, then "
                "confirm them.",
                count=len(made),
                left=len(self - made),
            )
        )

    def _rebuild(self):
        """One draft; what stands in the way is said on the line."""
        partner = self._customer()
        if not partner:
            self._say(
                self.env._(
                    "No customer of Odoo has this identifier at Urssaf: make the "
                    "contact, then use “Enrolled elsewhere”."
                )
            )
            return
        try:
            with self.env.cr.savepoint():
                move = self._make_draft(partner)
        except (UserError, RedirectWarning) as error:
            self._say(str(error.args[0]))
            return
        # sudo(): the code alone writes lines; the draft is made as the user.
        line = self.sudo()
        line.write({"move_id": move.id, "rebuilt": True, "another_move": False})
        line._say("\n".join(line._doubts(move)))

    def _say(self, text):
        """What stands in the way, or has to be looked at, on the line."""
        # sudo(): the code alone writes lines.
        self.sudo().detail = text

    def _customer(self):
        # sudo(): whoever makes invoices need not see the enrolments.
        enrolment = (
            self.env["urssaf.enrolment"]
            .sudo()
            .search(
                [
                    *self.company_id._urssaf_here(),
                    ("external_id", "=", self.id_client),
                ],
                limit=1,
            )
        )
        return self.env["res.partner"].browse(enrolment.partner_id.id)

    def _make_draft(self, partner):
        """In the name of the user, with his rights on invoices."""
        Move = self.env["account.move"].with_company(self.company_id)
        move = Move.create(self._prepare_invoice(partner))
        # sudo(): only the code writes this mark; the draft was made with the user's
        # rights.
        move.sudo().urssaf_rebuilt_of = self.external_id
        self._exact(move)
        move._message_log(
            body=self.env._(
                "Made again by %(user)s from what Urssaf has of %(number)s: dates, "
                "amounts, natures, quantities and prices. The wording of the lines and "
                "the payment terms are not known there: complete them before "
                "confirming.",
                user=self.env.user.name,
                number=self.number,
            )
        )
        return move

    def _prepare_invoice(self, partner):
        info = self._info()
        values = {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": info.invoice_date,
            "home_service_start": info.service_start,
            "home_service_end": info.service_end,
            "invoice_line_ids": [
                fields.Command.create(self._prepare_invoice_line(prestation))
                for prestation in self._prestations()
            ],
        }
        journal = self._journal()
        if journal:
            values["journal_id"] = journal.id
        if not self._number_is_used():
            values["name"] = self.number
        return values

    def _prepare_invoice_line(self, prestation):
        quantity = _number(prestation.get("quantite")) or 1
        product = self._product(prestation)
        tax = self._tax(prestation, product)
        return {
            "product_id": product.id,
            "name": as_text(prestation.get("complement1"))
            or product.name
            or self.number,
            "quantity": quantity,
            "price_unit": _price(prestation, tax) / quantity,
            "tax_ids": [fields.Command.set(tax.ids)],
            "home_service_intervenant": as_text(prestation.get("complement2")),
            "home_service_start": as_date(prestation.get("dateDebutEmploi")),
            "home_service_end": as_date(prestation.get("dateFinEmploi")),
        }

    def _exact(self, move):
        """Where no unit price gives the amount of the line to the cent, the line says
        quantity and price in words and has the amount as its price.
        """
        lines = zip(move.invoice_line_ids, self._prestations(), strict=True)
        for line, prestation in lines:
            theirs = _number(prestation.get("mntPrestationTTC"))
            if not move.currency_id.compare_amounts(line.price_total, theirs):
                continue
            line.write(
                {
                    "name": self.env._(
                        "%(text)s (%(quantity)s × %(price)s)",
                        text=line.name,
                        quantity=prestation.get("quantite"),
                        price=move.currency_id.format(
                            _number(prestation.get("mntUnitaireTTC"))
                        ),
                    ),
                    "quantity": 1,
                    "price_unit": _price(prestation, line.tax_ids),
                }
            )

    def _prestations(self):
        """The lines of the demande, those that can be read."""
        listed = self.echo.get("inputPrestations")
        listed = listed if isinstance(listed, list) else []
        return [prestation for prestation in listed if isinstance(prestation, dict)]

    def _info(self):
        """What Urssaf has, as method 070 gave it."""
        return PaymentInfo.model_validate(
            {"idDemandePaiement": self.external_id, "demandePaiement": self.echo}
        )

    def _doubts(self, move):
        """What a person has to look at before confirming."""
        doubts = self._adoption_faults(move, self._info())
        if move.name != self.number:
            doubts.append(
                self.env._(
                    "The number %s is another invoice’s in Odoo: this one gets a new "
                    "number when it is confirmed.",
                    self.number,
                )
            )
        if self.echo.get("mntAcompte"):
            doubts.append(
                self.env._("A deposit was declared with it: register its payment.")
            )
        return doubts

    # -- where things come from -------------------------------------------------

    def _number_is_used(self):
        # sudo(): a number is used whoever may see its invoice.
        return bool(
            self.env["account.move"]
            .sudo()
            .search_count(
                [("company_id", "=", self.company_id.id), ("name", "=", self.number)],
                limit=1,
            )
        )

    def _journal(self):
        """The journal whose invoices are numbered like this one."""
        prefix = re.sub(r"\d+$", "", self.number or "")
        neighbour = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("name", "=like", f"{escape_psql(prefix)}%"),
            ],
            order="id desc",
            limit=1,
        )
        return prefix and neighbour.journal_id

    def _product(self, prestation):
        """The product of the line: of its nature, and of its unit if there is one."""
        Product = self.env["product.product"].with_company(self.company_id)
        code = str(prestation.get("codeNature"))
        products = Product.search(
            [
                ("home_service_nature_id.urssaf_code", "=", code),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            order="id",
        )
        unit = TRADE_UNITS.get(str(prestation.get("unite")))
        return (products.filtered(lambda p: p.home_service_unit == unit) or products)[
            :1
        ]

    def _tax(self, prestation, product):
        """The sale tax that gives the tax of the line to the cent, the product's own
        first; none when the line has none, or no tax fits.
        """
        untaxed = _number(prestation.get("mntPrestationHT"))
        amount = _number(prestation.get("mntPrestationTVA"))
        Tax = self.env["account.tax"]
        if not amount:
            return Tax
        taxes = Tax.search(
            [
                *Tax._check_company_domain(self.company_id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ]
        )
        fitting = taxes.filtered(
            lambda tax: abs(untaxed * tax.amount / 100 - amount) < TAX_ROUNDING
        )
        return ((product.taxes_id & fitting) or fitting)[:1]

    # -- confirm ---------------------------------------------------------------

    def _confirm_and_adopt(self):
        lines = self[:AT_ONCE]
        lines._check_buttons()
        lines._confirm_each()
        return lines.action_adopt() if lines.filtered("adoptable") else False

    def _confirm_each(self):
        """Confirm the drafts that say what Urssaf has; the others say why not."""
        for line in self:
            move = line.move_id
            # sudo(): demandes and enrolments, whatever the user sees.
            faults = line.sudo()._adoption_faults(move, line._info())
            if not faults:
                try:
                    with self.env.cr.savepoint():
                        move.action_post()
                except (UserError, RedirectWarning) as error:
                    faults = [str(error.args[0])]
            line._say("\n".join(faults))


def _price(prestation, tax):
    """The amount of a line as Odoo wants it with this tax."""
    key = "mntPrestationTTC" if tax[:1].price_include else "mntPrestationHT"
    return _number(prestation.get(key))


def _number(value):
    """A number as Urssaf may write it; 0 for what is none, as the draft then shows."""
    return float(as_decimal(value) or 0)
