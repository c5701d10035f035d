# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070 by periods: everything that Urssaf shows, ten demandes at a time."""

import time
from datetime import timedelta

from odoo import fields, models

from ...lib.api import UrssafConfigError, UrssafError, UrssafRejected
from ...lib.api.codes import MAX_SEARCH
from ..exchange import work
from ..exchange.connection import ANSWERS
from ..exchange.words import error_text
from ..payment_request.payment_request import CLOSED, FOLLOWED

TOO_MANY = "ERR_NBRE_MAX_RESULTAT"
# What is left to search: periods, days with numbers, and numbers beyond the last one.
FOLLOWING = "following"
# Refusals in a row of the same search.
PATIENCE = 3


class UrssafCrosscheck(models.Model):
    _inherit = "urssaf.crosscheck"

    # -- run -------------------------------------------------------------------

    def _begin(self):
        self.line_ids.unlink()
        self.write(
            {
                "state": "running",
                "environment": self._holder().urssaf_environment,
                "pending": [[str(self.date_from), str(self.date_to)]],
                "crowded_days": [],
                "unreadable_count": 0,
                "call_count": 0,
                "refused_count": 0,
                "last_error_message": False,
            }
        )

    def _connection(self):
        return self.env["urssaf.connection"]._of(self.company_id)

    def _run(self, calls, seconds=None):
        """Search what is left to search, and compare: one call per step, each step
        committed with what is left.

        :param calls: how many calls to make at most
        :param seconds: how long at most; as the scheduled action allows by default
        """
        connection = self._connection()
        if connection._paused():
            self.last_error_message = connection._notice()
            return
        limit = self.call_count + calls
        end = time.monotonic() + seconds if seconds else None
        try:
            with self.company_id._urssaf_get_client() as client:
                while self.pending and work.time_left(self.env):
                    if self.call_count >= limit or (end and time.monotonic() > end):
                        return
                    if not self.try_lock_for_update(allow_referencing=True):
                        return
                    self.invalidate_recordset(["pending", "state"])
                    if self.state == "running":
                        self._step(client)
                    connection._answered()
                    work.checkpoint(self.env, 1)
        except (UrssafConfigError, UrssafError) as error:
            # What was compared stays; the scheduled action goes on later.
            self._not_searched(connection, error)
            return work.checkpoint(self.env)
        if not self.pending and self.state == "running":
            self._finish()
            work.checkpoint(self.env)

    def _not_searched(self, connection, error):
        """An outage passes. A search that Urssaf refuses may be a fault of the moment:
        it is tried some times, then a person decides.
        """
        self.last_error_message = error_text(self.env, error)
        if error.kind not in ANSWERS:
            connection._failed(error)
            return
        connection._answered()
        self.refused_count += 1
        if self.refused_count >= PATIENCE:
            self._give_up(self.last_error_message)

    def _step(self, client):
        """The next thing to do, with one call at most: a period; ten numbers of a day
        of which Urssaf lists too many; or, if there is such a day, the numbers that
        follow the last one: a restored backup does not know them.
        """
        todo = self.pending
        if not todo:
            return
        first, last, *numbers = todo.pop(0)
        if first == FOLLOWING:
            more = self._step_following(client, last, *numbers)
        elif numbers:
            more = self._step_numbers(client, first, *numbers)
        else:
            crowded = bool(self.crowded_days)
            more = self._step_period(client, *map(fields.Date.to_date, (first, last)))
            if self.crowded_days and not crowded:
                todo += self._following()
        self.write(
            {
                "pending": more + todo,
                "last_error_message": False,
                "refused_count": 0,
            }
        )

    def _step_period(self, client, start, end):
        """Ask about a period. Return what is to be asked instead, if it is too full."""
        items = None
        if self._known_count(start, end) <= MAX_SEARCH:
            items = self._search_period(client, start, end)
        if items is not None:
            self._compare(items)
            return []
        if start == end:
            self.crowded_days = [*(self.crowded_days or []), str(start)]
            numbers = self._known_numbers(start)
            return [[str(start), str(end), numbers]] if numbers else []
        middle = start + (end - start) // 2
        after = middle + timedelta(days=1)
        return [[str(start), str(middle)], [str(after), str(end)]]

    def _step_numbers(self, client, day, numbers):
        """Ask about ten numbers of a day. Return what is left of them."""
        self._compare(self._ask(client, numbers=numbers[:MAX_SEARCH]))
        left = numbers[MAX_SEARCH:]
        return [[day, day, left]] if left else []

    def _following(self):
        """What to ask beyond the last number of each journal: its prefix, how many
        digits its numbers have, and the next one.
        """
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ]
        )
        todo = []
        for journal in journals:
            last = self.env["account.move"].search(
                [
                    ("journal_id", "=", journal.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                order="sequence_prefix desc, sequence_number desc",
                limit=1,
            )
            prefix = last.sequence_prefix or ""
            digits = (last.name or "")[len(prefix) :]
            if digits.isdecimal():
                todo.append([FOLLOWING, prefix, len(digits), last.sequence_number + 1])
        return todo

    def _step_following(self, client, prefix, digits, number):
        """Ask about ten numbers that Odoo has not given yet, and go on while Urssaf
        has some of them.
        """
        after = number + MAX_SEARCH
        names = [f"{prefix}{rank:0{digits}d}" for rank in range(number, after)]
        found = self._ask(client, numbers=names)
        self._compare(found)
        return [[FOLLOWING, prefix, digits, after]] if found else []

    def _ask(self, client, **criteria):
        self.call_count += 1
        found = client.search_payment_requests(**criteria)
        self.unreadable_count += found.malformed
        return found.items

    def _search_period(self, client, start, end):
        """The demandes of a period, ``None`` when Urssaf has too many to list."""
        try:
            return self._ask(client, start=start, end=end)
        except UrssafRejected as error:
            if error.code != TOO_MANY:
                raise
            return None

    def _known_numbers(self, day):
        """The numbers that Odoo knows for a day."""
        numbers = set(self._requests(day, day).mapped("name"))
        numbers.update(self._candidates(day).mapped("name"))
        return sorted(numbers)

    # -- what Odoo has ---------------------------------------------------------

    def _holder(self):
        """Whose habilitation is searched: Urssaf shows all that is under it, and so all
        the companies that it serves are compared.
        """
        return self.company_id._urssaf_holder()

    def _here(self):
        return [
            ("holder_id", "=", self._holder().id),
            ("environment", "=", self.environment),
        ]

    def _requests(self, start, end):
        return self.env["urssaf.payment.request"].search(
            [
                *self._here(),
                ("move_id.invoice_date", ">=", start),
                ("move_id.invoice_date", "<=", end),
            ]
        )

    def _known_count(self, start, end):
        return self.env["urssaf.payment.request"].search_count(
            [
                *self._here(),
                ("state", "in", FOLLOWED + CLOSED),
                ("move_id.invoice_date", ">=", start),
                ("move_id.invoice_date", "<=", end),
            ],
            limit=MAX_SEARCH + 1,
        )

    def _candidates(self, day):
        """Posted invoices of enrolled customers that could be at Urssaf unknown to
        us.
        """
        return self.env["account.move"].search(
            [
                ("company_id", "in", self._holder()._urssaf_served().ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("invoice_date", "=", day),
                ("commercial_partner_id.urssaf_enrolment_ids", "!=", False),
            ]
        )

    # -- compare ---------------------------------------------------------------

    def _compare(self, items):
        """One line per demande of Urssaf that has none yet."""
        ids = [info.request_id for info in items]
        known = set(
            self.env["urssaf.crosscheck.line"]
            .search([("crosscheck_id", "=", self.id), ("external_id", "in", ids)])
            .mapped("external_id")
        )
        items = [info for info in items if info.request_id not in known]
        requests = self.env["urssaf.payment.request"].search(
            [
                *self._here(),
                "|",
                ("external_id", "in", [info.request_id for info in items]),
                ("name", "in", [info.number for info in items if info.number]),
            ]
        )
        by_id = {r.external_id: r for r in requests if r.external_id}
        by_name = {r.name: r for r in requests}
        self.env["urssaf.crosscheck.line"].create(
            [
                self.line_ids._prepare_line(
                    self,
                    info,
                    by_id.get(info.request_id)
                    or by_name.get(info.number)
                    or requests.browse(),
                )
                for info in items
            ]
        )

    def _finish(self):
        """What Odoo believes to be at Urssaf and Urssaf did not show."""
        missing = self._requests(self.date_from, self.date_to).filtered(
            lambda r: r.external_id and r.state in FOLLOWED + CLOSED
        )
        missing -= self.line_ids.request_id
        self.env["urssaf.crosscheck.line"].create(
            [self.line_ids._prepare_missing(self, request) for request in missing]
        )
        self.write({"state": "done", "finished_at": fields.Datetime.now()})
        if self.automatic and self.open_count:
            self._tell()
