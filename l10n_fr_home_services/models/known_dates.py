# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents that know when a service was done, held against what the invoice says."""

from datetime import date
from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date


class KnownDates(NamedTuple):
    """What a document says of the days of a service.

    :param document: what is said, and where, in words that go on with “says”
    :param around: whether the service lies within these days; else they lie within
        the service
    """

    document: str
    first: date
    last: date
    around: bool = False

    def fits(self, first, last):
        """Whether these days and those of the service may both be true."""
        if self.around:
            return self.first <= first and last <= self.last
        return first <= self.first and self.last <= last


class AccountMove(models.Model):
    _inherit = "account.move"

    def _home_service_check_known_dates(self):
        """An invoice is about the days that timesheets and the like know.

        :raises UserError: one of them says other days, with both in the sentence
        """
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        lines = invoices._home_service_lines().filtered(
            lambda line: line._home_service_nature()[0]
        )
        faults = [fault for line in lines for fault in line._home_service_date_faults()]
        if faults:
            raise UserError("\n".join(faults))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _home_service_known_dates(self):
        """What other documents know of the days of this service, as KnownDates; modules
        that bring such documents extend it.
        """
        self.ensure_one()
        return []

    def _home_service_date_faults(self):
        """What is known and contradicts the line, each as a sentence."""
        self.ensure_one()
        first, last = self._home_service_days()
        if not first:
            return []
        last = last or first
        return [
            self.env._(
                "“%(line)s”: the invoice says that the service was done %(said)s, but "
                "%(document)s says %(known)s. Correct the one that is wrong, then post "
                "the invoice again.",
                line=self.name or self.product_id.display_name,
                said=self._home_service_days_text(first, last),
                document=known.document,
                known=self._home_service_days_text(known.first, known.last),
            )
            for known in self._home_service_known_dates()
            if not known.fits(first, last)
        ]

    def _home_service_days_text(self, first, last):
        """“on 2 March” or “from 2 March to 9 March”, in the user's language."""
        start, end = format_date(self.env, first), format_date(self.env, last)
        if first == last:
            return self.env._("on %(day)s", day=start)
        return self.env._("from %(start)s to %(end)s", start=start, end=end)
