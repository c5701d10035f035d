# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While a demande lives, its invoice stays what Urssaf was told.

The demande is asked, never ``urssaf_state``: that one is a copy to filter on.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.rules import paris_today
from ..payment_request.payment_request import AT_URSSAF, FROZEN
from .replacing import check_outstanding, release

# What Urssaf was told, and what changes it. “invoice_line_ids” is the lines' matter.
MOVE_FIELDS = (
    "partner_id",
    "commercial_partner_id",
    "name",
    "invoice_date",
    "currency_id",
    "company_id",
    "journal_id",
    "move_type",
    "invoice_cash_rounding_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "home_service_start",
    "home_service_end",
    "urssaf_excluded",
)
# Of the lines that make the demande.
LINE_FIELDS = (
    "product_id",
    "name",
    "quantity",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "home_service_start",
    "home_service_end",
    "home_service_intervenant",
    "home_service_nature_id",
    "home_service_unit",
)
# Of every line: taxes and roundings make the total too, and a line may be carried to
# another invoice, or become one with an amount.
ANY_LINE_FIELDS = (
    "move_id",
    "display_type",
    "price_subtotal",
    "price_total",
    "balance",
    "amount_currency",
    "debit",
    "credit",
)
# Of the invoices that a sentence names.
SHOWN = 5
# Lines without an amount that Urssaf was told.
TEXTS = ("line_section", "line_subsection", "line_note")


class AccountMove(models.Model):
    _inherit = "account.move"

    urssaf_frozen = fields.Boolean(compute="_compute_urssaf_frozen")

    @api.depends("urssaf_state")
    def _compute_urssaf_frozen(self):
        frozen = self._urssaf_with_demande(FROZEN)
        for move in self:
            move.urssaf_frozen = move in frozen

    def _urssaf_with_demande(self, states):
        """Invoices of self with a demande in one of these states, whatever the rights
        of the reader and the copies on the invoice.
        """
        # sudo(): whoever may change the invoice need not see its demandes.
        return self.filtered(
            lambda move: any(
                request.state in states for request in move.sudo().urssaf_request_ids
            )
        )

    def _urssaf_current_request(self):
        """The demande that counts: the one that is not over, else the last."""
        # sudo(): whoever sees the invoice need not see its demandes.
        requests = self.sudo().urssaf_request_ids.sorted("id")
        return requests.filtered("active_request")[:1] or requests[-1:]

    def _urssaf_check_frozen(self):
        """Nothing that Urssaf was told may change now.

        :raises UserError: an invoice of self has a live demande
        """
        frozen = self._urssaf_with_demande(FROZEN)
        if not frozen:
            return
        taken = frozen._urssaf_with_demande(AT_URSSAF)
        raise UserError(
            self.env._(
                "%s was sent to Urssaf: its customer, lines, amounts, number and "
                "dates cannot change. Cancel the demande de paiement first "
                "(“Request Cancel”).",
                taken._urssaf_names(),
            )
            if taken
            else self.env._(
                "%s is about to be sent to Urssaf. Reset it to draft to change it.",
                frozen._urssaf_names(),
            )
        )

    def _urssaf_check_card(self, owner_id):
        """Invoices that Urssaf has stay the customer's, hence the contact by itself.

        :raises UserError: an invoice of self has a live demande
        """
        taken = self._urssaf_with_demande(FROZEN)
        if taken:
            raise UserError(
                self.env._(
                    "%(customer)s cannot be put under “%(card)s”, nor taken out: "
                    "Urssaf has invoices of this customer (%(invoices)s), which would "
                    "change hands. Leave the contact as it is. For the address of the "
                    "household, write it on the contact.",
                    customer=", ".join(taken.partner_id.mapped("name")),
                    card=self.env["res.partner"].browse(owner_id).display_name,
                    invoices=taken[:SHOWN]._urssaf_names()
                    + ("…" if len(taken) > SHOWN else ""),
                )
            )

    def _urssaf_check_not_at_urssaf(self):
        """Before a reset to draft or a cancellation, of one or of many: all or none, as
        Odoo does, and the sentence names those that Urssaf has.

        :raises UserError: Urssaf has an invoice of self, or may have it
        """
        taken = self._urssaf_with_demande(AT_URSSAF)
        if taken:
            raise UserError(
                self.env._(
                    "Urssaf has these invoices: %s. They stay as they are until Urssaf "
                    "has cancelled their demande de paiement: open each one and press "
                    "“Request Cancel”. Nothing was changed; the other invoices can be "
                    "reset or cancelled without them.",
                    taken._urssaf_names(),
                )
                if len(self) > 1
                else self.env._(
                    "Urssaf has the invoice %s: it stays as it is until Urssaf has "
                    "cancelled its demande de paiement. Press “Request Cancel” to ask "
                    "for it.",
                    taken._urssaf_names(),
                )
            )

    def _urssaf_release_replacing(self):
        """The demandes of these are over: see ``replacing``."""
        release(self)

    def _urssaf_told_requests(self):
        """The demandes that say what was paid on this invoice. Overridable."""
        self.ensure_one()
        return self.urssaf_request_id

    def _urssaf_sealed(self):
        """Whether this invoice can no longer be reset to draft: its journal is sealed,
        or its period is closed. A credit note and a new invoice are the way.
        """
        self.ensure_one()
        if not self.date:
            return False
        locked = self.company_id._get_user_fiscal_lock_date(self.journal_id)
        return bool(self.inalterable_hash) or self.date <= locked

    def _urssaf_names(self):
        return ", ".join(self.mapped("display_name"))

    def write(self, vals):
        """Extends account: refuse what would change a demande that lives."""
        if any(_changes(self, vals, name) for name in MOVE_FIELDS):
            if set(vals) == {"commercial_partner_id"}:
                # Odoo does this where a contact is put under another one.
                self._urssaf_check_card(vals["commercial_partner_id"])
            self._urssaf_check_frozen()
        if "state" in vals and vals["state"] != "posted":
            self._urssaf_check_not_at_urssaf()
            # sudo(): what waits in the queue does not leave, whoever takes the invoice
            # back.
            self.sudo().urssaf_request_ids._withdraw()
        return super().write(vals)

    def js_assign_outstanding_line(self, line_id):
        """Extends account: tax credit that Urssaf advanced pays no other invoice."""
        line = self.env["account.move.line"].browse(line_id)
        if line.move_id.reversed_entry_id != self:
            check_outstanding(line)
        return super().js_assign_outstanding_line(line_id)

    def button_draft(self):
        """Extends account: its own refusal names no invoice."""
        self._urssaf_check_not_at_urssaf()
        return super().button_draft()

    def button_cancel(self):
        """Extends account: the entry of a take-back is cancelled like its payment, so
        that what Urssaf had paid is on the invoice again.
        """
        result = super().button_cancel()
        # sudo(): see account.payment.
        ours = self.sudo().origin_payment_id._urssaf_money()
        ours._urssaf_letter(paris_today())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_drafts(self):
        """A demande that never left goes with its invoice; one that did is evidence."""
        # sudo(): whoever may delete the invoice need not see its demandes.
        requests = self.sudo().urssaf_request_ids
        sent = requests.filtered("attempt_count").move_id
        if sent:
            raise UserError(
                self.env._(
                    "Sent to Urssaf, hence cancelled instead of deleted: %s.",
                    sent._urssaf_names(),
                )
            )
        requests._withdraw()
        requests.unlink()


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "urssaf.guarded"]

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: no line more on an invoice that Urssaf has."""
        lines = super().create(vals_list)
        lines._urssaf_counted().move_id._urssaf_check_frozen()
        return lines

    def write(self, vals):
        """Extends account: see the invoice."""
        shown = self._urssaf_shown() if any(n in vals for n in LINE_FIELDS) else self
        if any(_changes(shown, vals, name) for name in LINE_FIELDS) or any(
            _changes(self, vals, name) for name in ANY_LINE_FIELDS
        ):
            self.move_id._urssaf_check_frozen()
            self.env["account.move"].browse(
                vals.get("move_id") or ()
            )._urssaf_check_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_urssaf_frozen(self):
        self._urssaf_counted().move_id._urssaf_check_frozen()

    def _urssaf_shown(self):
        """The lines that make the demande; payment terms and taxes follow them."""
        return self.filtered(lambda line: line.display_type == "product")

    def _urssaf_counted(self):
        """The lines that make the total. The payment terms only share it out."""
        return self.filtered(
            lambda line: line.display_type not in (*TEXTS, "payment_term")
        )


def _changes(records, vals, name):
    """Whether writing ``vals`` gives another value to this field."""
    if name not in vals:
        return False
    field = records._fields[name]
    new = field.convert_to_cache(vals[name], records[:1], validate=False)
    return any(
        field.convert_to_cache(record[name], record, validate=False) != new
        for record in records
    )
