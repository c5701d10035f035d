# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.api.codes import PAYMENT_STATUSES
from ..exchange.screen import check_user
from ..payment_request.following import REMOTE_STATES
from ..payment_request.payment_request import FOLLOWED


class UrssafCrosscheckLine(models.Model):
    """One demande de paiement, as Urssaf has it and as Odoo has it."""

    _name = "urssaf.crosscheck.line"
    _description = "Urssaf Cross-Check: Demande de Paiement"
    _order = "kind, invoice_date, number, id"
    _rec_name = "number"

    crosscheck_id = fields.Many2one(
        "urssaf.crosscheck", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        help="Of the demande or of the invoice, which a branch may have made; else of "
        "the cross-check.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("differs", "Different"),
            ("remote", "Only at Urssaf"),
            ("local", "Only in Odoo"),
            ("matched", "Matched"),
        ],
        string="Result",
        required=True,
        readonly=True,
    )
    outcome = fields.Selection(
        [("adopted", "Adopted"), ("updated", "Updated"), ("ignored", "Ignored")],
        readonly=True,
    )
    number = fields.Char(readonly=True)
    external_id = fields.Char(string="Urssaf identifier", readonly=True)
    invoice_date = fields.Date(readonly=True)
    id_client = fields.Char(string="Customer at Urssaf", readonly=True)
    remote_code = fields.Char(string="Urssaf code", readonly=True)
    remote_label = fields.Char(string="Status at Urssaf", readonly=True)
    remote_amount = fields.Monetary(string="Amount at Urssaf", readonly=True)
    request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande in Odoo",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    request_state = fields.Selection(related="request_id.state", string="State in Odoo")
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Customer"
    )
    local_amount = fields.Monetary(
        string="Amount in Odoo", compute="_compute_local_amount"
    )
    detail = fields.Text(readonly=True)
    to_look_at = fields.Boolean(compute="_compute_to_look_at", store=True)
    adoptable = fields.Boolean(compute="_compute_adoptable")

    @api.depends("crosscheck_id", "request_id", "move_id")
    def _compute_company_id(self):
        for line in self:
            line.company_id = (
                line.request_id.company_id
                or line.move_id.company_id
                or line.crosscheck_id.company_id
            )

    @api.depends("request_id", "move_id")
    def _compute_local_amount(self):
        for line in self:
            line.local_amount = (
                line.request_id.amount_total or line.move_id.amount_total
            )

    @api.depends("kind", "outcome")
    def _compute_to_look_at(self):
        for line in self:
            line.to_look_at = line.kind != "matched" and not line.outcome

    @api.depends("kind", "outcome", "move_id.state", "another_move")
    def _compute_adoptable(self):
        for line in self:
            line.adoptable = (
                line.kind == "remote"
                and line.move_id.state == "posted"
                and not line.outcome
                and not line.another_move
            )

    # -- the comparison --------------------------------------------------------

    @api.model
    def _prepare_line(self, check, info, request):
        """Values of the line for what Urssaf shows of one demande."""
        values = {
            "crosscheck_id": check.id,
            "number": info.number,
            "external_id": info.request_id,
            "invoice_date": info.invoice_date,
            "id_client": info.id_client,
            "remote_code": info.status_code,
            "remote_label": info.status_label
            or PAYMENT_STATUSES.get(info.status_code, info.status_code),
            "remote_amount": float(info.total or 0),
            "request_id": request.id,
            "move_id": (request.move_id or self._invoice(check, info)).id,
        }
        if not request:
            return {**values, **self._prepare_remote(check, info, values["move_id"])}
        differences = self._differences(info, request)
        values["kind"] = "differs" if differences else "matched"
        return {**values, "detail": "\n".join(differences)}

    @api.model
    def _prepare_missing(self, check, request):
        return {
            "crosscheck_id": check.id,
            "kind": "local",
            "number": request.name,
            "external_id": request.external_id,
            "invoice_date": request.move_id.invoice_date,
            "request_id": request.id,
            "move_id": request.move_id.id,
            "detail": self.env._(
                "Odoo holds it for “%s”; Urssaf did not show it.", request.remote_label
            ),
        }

    @api.model
    def _invoice(self, check, info):
        """The invoice that was made again from a demande unknown to Odoo, else the
        posted one that bears its number. Two branches may number alike: then the one
        that fits.
        """
        here = [
            ("company_id", "in", check._holder()._urssaf_served().ids),
            ("move_type", "=", "out_invoice"),
        ]
        Move = self.env["account.move"]
        made = [("urssaf_rebuilt_of", "=", info.request_id), ("state", "!=", "cancel")]
        moves = Move.search([*here, *made]) or Move.search(
            [*here, ("state", "=", "posted"), ("name", "=", info.number)]
        )
        if len(moves) > 1:
            moves = moves.sorted(lambda m: len(self._adoption_faults(m, info)))
        return moves[:1]

    @api.model
    def _prepare_remote(self, check, info, move_id):
        """What only Urssaf has: is the invoice of this number that of the demande?"""
        echo = {
            key: value
            for key, value in (info.request or {}).items()
            if key != "dateNaissanceClient"
        }
        values = {"kind": "remote", "echo": echo or False}
        if not move_id:
            detail = self.env._("No posted invoice has this number.")
            return {**values, "detail": detail}
        move = self.env["account.move"].browse(move_id)
        rebuilt = move.urssaf_rebuilt_of == info.request_id
        return {
            **values,
            "rebuilt": rebuilt,
            "another_move": not rebuilt and bool(self._other_work(move, info)),
            "detail": "\n".join(self._adoption_faults(move, info)),
        }

    @api.model
    def _other_work(self, move, info):
        """Why the demande is of another invoice than this one, in sentences."""
        enrolment = move._urssaf_enrolment()
        faults = []
        if enrolment.external_id and info.id_client != enrolment.external_id:
            faults.append(self.env._("Customer: not the same at Urssaf and in Odoo."))
        return faults + self.env["urssaf.payment.request"]._date_differences(
            info, move.invoice_date, *move._home_service_period()
        )

    @api.model
    def _differences(self, info, request):
        """What Urssaf and Odoo say differently of a demande, in words."""
        found = []
        if request.external_id and request.external_id != info.request_id:
            found.append(
                self.env._(
                    "Identifier: %(theirs)s at Urssaf, %(ours)s in Odoo.",
                    theirs=info.request_id,
                    ours=request.external_id,
                )
            )
        found += request._other_demande(info)
        total = request.amount_total if info.total is None else float(info.total)
        if request.currency_id.compare_amounts(total, request.amount_total):
            found.append(
                self.env._(
                    "Amount: %(theirs)s at Urssaf, %(ours)s in Odoo.",
                    theirs=request.currency_id.format(total),
                    ours=request.currency_id.format(request.amount_total),
                )
            )
        return found + self._state_difference(info, request)

    @api.model
    def _state_difference(self, info, request):
        state = REMOTE_STATES.get(info.status_code, request.state)
        if state == request.state and request.external_id:
            return []
        if request.state in FOLLOWED and request.next_call_at:
            # It moved since Odoo asked last: that is what following is for.
            # sudo(): only the code writes it.
            request.sudo().next_call_at = fields.Datetime.now()
            return []
        states = dict(request._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "Status: “%(theirs)s” at Urssaf, “%(ours)s” in Odoo.",
                theirs=info.status_label or info.status_code,
                ours=states[request.state],
            )
        ]

    @api.model
    def _adoption_faults(self, move, info):
        """Why a demande of Urssaf cannot be that of this invoice."""
        faults = []
        if info.total is not None and move.currency_id.compare_amounts(
            float(info.total), move.amount_total
        ):
            faults.append(
                self.env._(
                    "Amount: %(theirs)s at Urssaf, %(ours)s in Odoo.",
                    theirs=move.currency_id.format(float(info.total)),
                    ours=move.currency_id.format(move.amount_total),
                )
            )
        if not move._urssaf_enrolment().external_id:
            faults.append(
                self.env._(
                    "%s has no Urssaf identifier in Odoo: use “Enrolled elsewhere” on "
                    "the customer first.",
                    move.commercial_partner_id.display_name,
                )
            )
        faults += self._other_work(move, info)
        # sudo(): of every company, whatever the reader sees.
        if move.sudo().urssaf_request_ids.filtered("active_request"):
            faults.append(
                self.env._("The invoice has another demande, which is under way.")
            )
        return faults

    # -- buttons ---------------------------------------------------------------

    def _check_buttons(self):
        check_user(self.env)
        self.check_access("read")
        self.move_id.check_access("read")
        # sudo(): whose environment it is, whatever the user may read of the company.
        for check in self.sudo().crosscheck_id:
            if check.environment != check._holder().urssaf_environment:
                raise UserError(
                    self.env._(
                        "This comparison was made in another Urssaf environment: make "
                        "a new one."
                    )
                )

    def action_ignore(self):
        """It was looked at; nothing has to be done."""
        self._check_buttons()
        # sudo(): the code alone writes lines; the user was checked above.
        lines = self.sudo().filtered("to_look_at")
        lines.outcome = "ignored"
        lines.crosscheck_id._told_done()

    def action_open(self):
        """The demande, else the invoice."""
        self.ensure_one()
        return (self.request_id or self.move_id)._get_records_action()
