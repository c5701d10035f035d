# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a company decides about the messages and forms for its customers."""

import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

DAYS_PATTERN = re.compile(r"\s*\d{1,3}\s*(,\s*\d{1,3}\s*)*", re.ASCII)
MAX_DAYS = 60


class ResCompany(models.Model):
    _inherit = "res.company"

    urssaf_companion = fields.Boolean(
        string="Accompany the activation",
        default=True,
        help="Tell customers by e-mail what Urssaf is about to ask from them, and "
        "remind those who are not active yet.",
    )
    urssaf_companion_days = fields.Char(
        string="Reminders after (days)",
        default="3, 6",
        help="Days after the enrolment, separated by commas; empty for no reminder. "
        "Then somebody is asked to call the customer.",
    )
    urssaf_companion_confirm = fields.Boolean(
        string="Confirm the activation", default=True
    )
    urssaf_companion_sms = fields.Boolean(string="Also by SMS")
    urssaf_form_link_days = fields.Integer(
        string="Form for the customer: link valid for (days)", default=14
    )

    _urssaf_form_link_days_range = models.Constraint(
        "CHECK(urssaf_form_link_days BETWEEN 1 AND 60)",
        "Form for the customer: the link is valid from 1 to 60 days.",
    )

    @api.constrains("urssaf_companion_days")
    def _check_urssaf_companion_days(self):
        for company in self:
            text = company.urssaf_companion_days
            if not text:
                continue
            days = (
                company._urssaf_companion_days() if DAYS_PATTERN.fullmatch(text) else []
            )
            rising = all(a < b for a, b in zip(days, days[1:], strict=False))
            if not days or not rising or days[0] < 1 or days[-1] > MAX_DAYS:
                raise ValidationError(
                    self.env._(
                        "Reminders after (days): “%(days)s” should be rising numbers "
                        "from 1 to %(most)s, separated by commas, such as 3, 6.",
                        days=text,
                        most=MAX_DAYS,
                    )
                )

    def _urssaf_companion_days(self):
        """Days after the enrolment on which a customer is reminded, rising."""
        self.ensure_one()
        return [
            int(day) for day in re.findall(r"\d+", self.urssaf_companion_days or "")
        ]

    def _urssaf_reader_of(self, record, candidates):
        """Who is given an activity on this record: the first of the candidates, then of
        the people in charge, who can open it in this company. Not somebody who left,
        nor the machine, whom Odoo names on what a scheduled action has posted.
        """
        return self._urssaf_readers({record: candidates})[record]

    def _urssaf_readers(self, wanted):
        """The same for many records, in a few queries.

        :param wanted: ``{record: candidates}``, the best choice first
        :return: ``{record: user}``; the root user where nobody else can open it
        """
        self.ensure_one()
        responsibles = self._urssaf_responsibles()
        alike = defaultdict(list)
        for record, candidates in wanted.items():
            alike[(candidates.sudo() | responsibles)._ids].append(record)
        robot = self.env.ref("base.user_root").sudo()
        readers = dict.fromkeys(wanted, robot)
        for user_ids, records in alike.items():
            users = self.env["res.users"].sudo().browse(user_ids) - robot
            left = records[0].union(*records)
            for user in users.filtered(
                lambda user: user.active and self in user.company_ids
            ):
                # Odoo refuses an activity for somebody who cannot open the record.
                env = left.with_user(user).with_context(allowed_company_ids=self.ids)
                theirs = env._filtered_access("read")
                readers.update(dict.fromkeys(theirs, user))
                left -= theirs
                if not left:
                    break
        return readers
