# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Method 070 by periods: everything that Urssaf shows, ten demandes at a time."""

from datetime import timedelta

from odoo import fields, models
from odoo.tools import split_every

from ..lib.api import UrssafConfigError, UrssafError, UrssafRejected
from ..lib.api.codes import MAX_SEARCH
from .urssaf_payment_request import CLOSED, FOLLOWED

TOO_MANY = "ERR_NBRE_MAX_RESULTAT"


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
                "last_error_message": False,
            }
        )

    def _run(self, calls=None):
        """Search what is left to search, and compare.

        :param calls: about how many calls to make at most; as time allows by default
        """
        exchange = self.env["urssaf.exchange"]
        service = self.env["urssaf.service"]._of(self.company_id)
        if service._paused():
            self.last_error_message = service._notice()
            return
        limit = calls and self.call_count + calls
        try:
            with self.company_id._urssaf_get_client() as client:
                while self.pending and exchange._time_left():
                    if limit and self.call_count >= limit:
                        return
                    if not self.try_lock_for_update(allow_referencing=True):
                        return
                    self.invalidate_recordset(["pending", "state"])
                    self._step(client)
                    service._answered()
                    exchange._checkpoint()
        except (UrssafConfigError, UrssafError) as error:
            # What was compared stays; the scheduled action goes on later.
            service._failed(error)
            self.last_error_message = exchange._error_text(error)
            return exchange._checkpoint()
        if not self.pending and self.state == "running":
            self._finish()
            exchange._checkpoint()

    def _step(self, client):
        """One period: asked, cut in two, or asked number by number."""
        todo = self.pending
        if not todo:
            return
        start, end = map(fields.Date.to_date, todo.pop(0))
        items = None
        if self._known_count(start, end) <= MAX_SEARCH:
            items = self._search_period(client, start, end)
        if items is not None:
            self._compare(items)
        elif start == end:
            self._compare(self._search_numbers(client, start))
            self.crowded_days = [*(self.crowded_days or []), str(start)]
        else:
            middle = start + (end - start) // 2
            after = middle + timedelta(days=1)
            todo[:0] = [[str(start), str(middle)], [str(after), str(end)]]
        self.write({"pending": todo, "last_error_message": False})

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

    def _search_numbers(self, client, day):
        """The demandes of a day under the numbers that Odoo knows."""
        numbers = set(self._requests(day, day).mapped("name"))
        numbers.update(self._candidates(day).mapped("name"))
        items = []
        for ten in split_every(MAX_SEARCH, sorted(numbers)):
            items += self._ask(client, numbers=ten)
        return items

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
        """Posted invoices of enrolled customers that could be at Urssaf unknown to "
        "us."""
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
        known = set(self.line_ids.mapped("external_id"))
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
            self._alert()
