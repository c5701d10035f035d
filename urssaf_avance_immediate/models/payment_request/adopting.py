# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A number was found at Urssaf: is it this demande, or another one?

Two agencies with one habilitation, or a restored backup, number their invoices alike.
What Urssaf shows is this demande if the customer, the date of the invoice and the days
of the services are those that were sent. Amounts are not looked at to tell demandes
apart: ours may have arrived for another amount, which is then said.
"""

import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...lib.api.schemas import as_date
from .payment_request import OTHER_AMOUNT

# Numbers tried in a row before it is a person's matter.
MAX_NUMBERS = 5


class UrssafPaymentRequest(models.Model):
    _inherit = "urssaf.payment.request"

    taken_numbers = fields.Json(
        readonly=True,
        copy=False,
        help="Numbers that Urssaf has for other demandes: this one never had them.",
    )
    earlier_dates = fields.Json(
        readonly=True,
        copy=False,
        help="Dates under which this demande was sent before the invoice was mended.",
    )
    number_note = fields.Text(
        compute="_compute_number_note", help="Why the number is not the invoice’s."
    )

    @api.depends("name", "taken_numbers")
    def _compute_number_note(self):
        for request in self:
            request.number_note = request.taken_numbers and self.env._(
                "Urssaf has the number %(taken)s for another demande, which is not of "
                "this invoice: this one has the number %(number)s.",
                taken=", ".join(request.taken_numbers),
                number=request.name,
            )

    # -- this one, or another --------------------------------------------------

    def _other_demande(self, info):
        """Why what Urssaf shows is another demande than this one, in sentences; none
        if it can be this one.

        :param info: lib ``PaymentInfo``
        """
        self.ensure_one()
        sent = json.loads(self.sudo().payload or "{}")
        reasons = []
        customer = sent.get("idClient") or self.enrolment_id.external_id
        if info.id_client and customer and info.id_client != customer:
            reasons.append(self.env._("Customer: not the same at Urssaf and in Odoo."))
        return reasons or self._other_dates(info)

    def _other_dates(self, info):
        """The dates that Urssaf has, where it has none of those that were sent."""
        told = [
            self._date_differences(info, *map(as_date, dates))
            for dates in (self._dates(), *(self.earlier_dates or ()))
        ]
        return told[0] if all(told) else []

    def _dates(self):
        """Invoice date, first and last day of the services, as they are sent."""
        sent = json.loads(self.sudo().payload or "{}")
        return [
            sent.get("dateFacture") or self.move_id.invoice_date,
            sent.get("dateDebutEmploi") or self.service_start,
            sent.get("dateFinEmploi") or self.service_end,
        ]

    def _earlier_values(self):
        """It was sent before, and is about to be frozen anew: should the first call
        turn up after all, it is this demande, whatever its dates were.
        """
        if not self.attempt_count or not self.payload:
            return {}
        dates = [str(date) for date in self._dates()]
        return {"earlier_dates": [*(self.earlier_dates or ()), dates]}

    @api.model
    def _date_differences(self, info, invoice_date, start, end):
        """Dates that Urssaf echoes otherwise than we have them, in sentences. A date
        that one side does not tell differs from nothing.
        """
        dates = (
            (self.env._("Invoice date"), info.invoice_date, invoice_date),
            (self.env._("Services from"), info.service_start, start),
            (self.env._("Services to"), info.service_end, end),
        )
        return [
            self.env._(
                "%(date)s: %(theirs)s at Urssaf, %(ours)s in Odoo.",
                date=label,
                theirs=format_date(self.env, theirs),
                ours=format_date(self.env, ours),
            )
            for label, theirs, ours in dates
            if theirs and ours and theirs != ours
        ]

    # -- what a search has found -----------------------------------------------

    def _adopt(self, info, as_of):
        """A search has found our number: take the demande over, or another number.

        :param as_of: aware datetime of Urssaf's answer, see ``_apply_news``
        """
        if info.id_client is None:
            self._wait_and_tell()
            return
        other = self._other_demande(info)
        if other:
            self._take_another_number(other)
            return
        self.external_id = info.request_id
        self._apply_remote(info, as_of)
        self._tell_otherwise(info)

    def _tell_otherwise(self, info):
        """It is this demande, and Urssaf has it for another amount, or for the dates
        that it had before the invoice was mended.
        """
        notes = self._date_differences(info, *map(as_date, self._dates()))
        total = self.amount_total if info.total is None else float(info.total)
        if self.currency_id.compare_amounts(total, self.amount_total):
            notes.append(
                self.env._(
                    "Urssaf has this demande for %(theirs)s instead of %(ours)s: ask "
                    "Urssaf to cancel it.",
                    theirs=self.currency_id.format(total),
                    ours=self.currency_id.format(self.amount_total),
                )
            )
        elif notes:
            notes.append(
                self.env._(
                    "Urssaf has this demande as it was before the invoice was changed: "
                    "ask Urssaf to cancel it."
                )
            )
        if notes:
            note = "\n".join(notes)
            self.write({"matter": OTHER_AMOUNT, "matter_message": note})
            self._alert(note)

    def _take_another_number(self, reasons):
        """Urssaf has our number for another demande: it was searched, and seen. Ours
        is not there, and no lost call can still bring it, for Urssaf takes a number
        once. So it leaves under the next number, and says so.
        """
        self.taken_numbers = [*(self.taken_numbers or []), self.name]
        number = self._next_number(self.move_id)
        payload = {**json.loads(self.payload or "{}"), "numFactureTiers": number}
        values = {
            "name": number,
            "payload": json.dumps(payload, indent=2, ensure_ascii=False),
            "earlier_dates": False,
            "send_alone": False,
            "silent_refusals": 0,
            **self._no_error(),
            **self._no_matter(),
        }
        if len(self.taken_numbers) % MAX_NUMBERS == 0:
            values["last_error_message"] = self.env._(
                "Urssaf has the numbers %s for other demandes. Compare the last weeks "
                "with Urssaf (Cross-checks) before sending this one again.",
                ", ".join(self.taken_numbers),
            )
            self._set_state("rejected", **values)
            self._alert(values["last_error_message"])
            return
        self._set_state("queued", next_call_at=fields.Datetime.now(), **values)
        self._message_log(body="\n".join([self.number_note, *reasons]))
        self.move_id._message_log(body=self.number_note)
        self._trigger("send")

    def _send_renumbered(self, client):
        """Those of self that have just got another number leave at once. Return false
        on an outage.
        """
        again = self._due_now().filtered(
            lambda r: r.state == "queued" and r.taken_numbers
        )
        return not again or not self._time_left() or again._send_batch(client)

    def _wait_and_tell(self):
        """Only Urssaf can tell what became of it: nothing is sent meanwhile."""
        self.next_call_at = fields.Datetime.now() + timedelta(hours=1)
        self._alert(
            self.env._(
                "Urssaf does not say clearly whether it has the demande %s. Odoo asks "
                "again every hour and does not send it twice.",
                self.name,
            )
        )
