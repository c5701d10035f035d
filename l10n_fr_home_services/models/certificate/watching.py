# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was handed over is looked at again when a payment that it may count changes.

Every such change makes or undoes a match: a new payment, one that is cancelled or taken
back, a credit note. At that moment the certificates of the customer are only marked,
for several matches may be undone and made again in one go; then the figures of now are
held against theirs.
"""

from odoo import api, models

from .progress import keep

#: Customers per transaction.
AT_ONCE = 200
WATCHED = ("ready", "sent", "replace")


class HomeServiceCertificate(models.Model):
    _inherit = "home.service.certificate"

    @api.model
    def _mark(self, customers):
        """The certificates of these customers may not be true any more."""
        # sudo(): whoever books a payment may not see the certificates.
        here = self.sudo()
        found = here.search(
            [
                ("partner_id", "in", customers.ids),
                ("state", "in", WATCHED),
                ("to_check", "=", False),
            ]
        )
        if found:
            found.to_check = True
            # Without the scheduled action the mark stays, and payments go on.
            cron = here.env.ref(
                "l10n_fr_home_services.ir_cron_certificate_watch",
                raise_if_not_found=False,
            )
            if cron:
                cron._trigger()

    @api.model
    def _cron_watch(self):
        """Look again at what was marked, customers by the hundreds."""
        marked = self.search([("to_check", "=", True)])
        keep(self.env, remaining=len(marked))
        for (company, year), found in marked.grouped(
            lambda one: (one.company_id, one.year)
        ).items():
            for start in range(0, len(found), AT_ONCE):
                some = found[start : start + AT_ONCE]
                some._look_again(company, year)
                if not keep(self.env, len(some)):
                    return

    def _look_again(self, company, year):
        """Of one company and year: mark what is not true any more."""
        # sudo(): the daily watch writes what nobody writes by hand.
        here = self.sudo().with_context(tracking_disable=True).with_company(company)
        here._bring_up(company, self.partner_id, year, new=False)
        # Whose customer was merged with another one is looked at under his name.
        here.exists().filtered("to_check").to_check = False


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Extends account: see the module."""
        partials = super().create(vals_list)
        partials._home_service_mark()
        return partials

    def unlink(self):
        """Extends account: likewise."""
        self._home_service_mark()
        return super().unlink()

    def _home_service_mark(self):
        # sudo(): see _mark.
        lines = (self.debit_move_id | self.credit_move_id).sudo()
        moves = lines.move_id.filtered(lambda move: move.move_type != "entry")
        customers = moves.commercial_partner_id
        if not moves:
            # Money that an entry moves from one customer to another.
            owed = lines.filtered(lambda line: line.account_type == "asset_receivable")
            entries = owed.move_id.filtered(lambda move: not move.origin_payment_id)
            customers = entries.line_ids.partner_id.commercial_partner_id
        if customers:
            self.env["home.service.certificate"]._mark(customers)
