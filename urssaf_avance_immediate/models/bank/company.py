# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company’s money on its way: its transit account, and what is late on it."""

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ...lib.rules import older_than, paris_today
from ..exchange.alerts import LATE_TRANSFER_ACTIVITY, TRANSIT_ACTIVITY
from .transit import Transit

# Items that the reminder names: the screen has them all.
NAMED = 10


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_transit_days = fields.Integer(
        string="Late at the bank after (working days)",
        default=5,
        help="Transfers, and money taken back, that the bank does not show this number "
        "of French working days after Urssaf’s date are told every morning; 0: never.",
    )

    _urssaf_transit_days_positive = models.Constraint(
        "CHECK(urssaf_transit_days >= 0)",
        "Late at the bank after (working days): zero, or a number of days.",
    )

    def _urssaf_transit(self):
        """The transit account of this company, that of the company above it where it is
        paid through that one, with all the companies that are paid through it.

        :raises AccessError: the user does not work in the company whose account it is
        """
        self.ensure_one()
        owner = self._urssaf_transfers_owner()
        if not self.env.su and owner not in self.env.companies:
            raise AccessError(
                self.env._(
                    "%(company)s is paid through the account of %(owner)s: switch to "
                    "%(owner)s to see it.",
                    company=self.name,
                    # sudo(): the user may not open it, and needs its name.
                    owner=owner.sudo().name,
                )
            )
        return owner._urssaf_transit_of(owner._urssaf_transit_account())

    def _urssaf_transit_of(self, account):
        """The same, for an account that may be a former one of this company."""
        # sudo(): branches that the user may not open are paid through it too.
        below = self.sudo().search(
            [("id", "child_of", self.id), ("active", "in", (True, False))]
        )
        here = below.filtered(
            lambda company: company == self
            or (
                company._urssaf_transfers_owner() == self
                and company._urssaf_holder() == self._urssaf_holder()
            )
        )
        return Transit(self, account, below, here)

    # -- the morning's list ------------------------------------------------------

    def _urssaf_watch_transfers(self):
        """Money on its way that is late, as one activity on the company's contact: it
        is written anew every morning, and goes away by itself.
        """
        for company in self._urssaf_served():
            if company._urssaf_transfers_owner() != company:
                continue
            if not company._urssaf_transit_missing():
                company._urssaf_told_done(TRANSIT_ACTIVITY)
            note = company._urssaf_late_transfers()
            if note:
                company._urssaf_tell(note, LATE_TRANSFER_ACTIVITY)
            else:
                company._urssaf_told_done(LATE_TRANSFER_ACTIVITY)

    def _urssaf_late_transfers(self):
        """What is late, in words; nothing if all is in order."""
        transit = self._urssaf_transit()
        days = self._urssaf_own("urssaf_transit_days")
        if not (transit.account and days):
            return ""
        today = paris_today()
        late = transit.oldest(today, older_than(days, today), NAMED)
        if not late:
            return ""
        kinds = dict(
            self.env["urssaf.transit.item"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        lines = [
            self.env._(
                "%(number)s of %(date)s: %(amount)s (%(kind)s)",
                number=item["number"] or item["label"] or "-",
                date=format_date(self.env, item["origin_date"]),
                amount=self.currency_id.format(item["open_amount"]),
                kind=kinds[item["kind"]],
            )
            for item in late
        ]
        head = self.env._(
            "The bank does not show these, more than %(days)s working days after the "
            "date of Urssaf: %(count)s amounts. Look in the bank statement, reconcile "
            "what is there, and ask Urssaf about the rest. All of them are under "
            "Avance immédiate > Transfers expected and waiting.",
            days=days,
            count=late[0]["count"],
        )
        more = ["…"] if late[0]["count"] > len(late) else []
        return "\n".join([head, *lines, *more])
