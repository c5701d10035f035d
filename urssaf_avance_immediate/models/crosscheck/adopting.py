# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Taken over from Urssaf: a demande that Odoo did not know, or a later status."""

import json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...lib.api import UrssafError
from ...lib.api.codes import MAX_SEARCH
from ..exchange import work
from ..exchange.screen import notice
from ..exchange.words import error_text
from ..payment_request.payment_request import CLOSED, FOLLOWED

# Demandes adopted by one click: a call takes ten.
ADOPT_AT_ONCE = 300


class UrssafCrosscheckLine(models.Model):
    _inherit = "urssaf.crosscheck.line"

    def action_adopt(self):
        """Take over at the invoice what Urssaf has under its number.

        Urssaf is asked once more, so that what is taken over is what it has now.

        :raises UserError: a single one that does not fit, or Urssaf cannot be asked
        """
        self._check_buttons()
        # sudo(): the code alone writes lines and demandes; the user was checked above.
        lines = self.sudo().filtered("adoptable")
        for company, theirs in lines.grouped("company_id").items():
            theirs._asked_again(
                company,
                lambda batch, infos, as_of: batch._adopt_batch(infos, as_of),
            )
        adopted = lines.filtered(lambda line: line.outcome == "adopted")
        if len(self) == 1 and not adopted:
            raise UserError(self.detail or self.env._("Urssaf shows it no more."))
        lines.crosscheck_id._told_done()
        return notice(
            self.env._(
                "%(count)s demandes de paiement adopted, %(left)s left.",
                count=len(adopted),
                left=len(lines - adopted),
            )
        )

    def action_update(self):
        """Take over Urssaf's status of a demande that Odoo follows no more, or that it
        does not know to be there.
        """
        self._check_buttons()
        # sudo(): see action_adopt.
        lines = self.sudo().filtered(lambda line: line.request_id and line.external_id)
        for company, theirs in lines.grouped("company_id").items():
            theirs._asked_again(
                company,
                lambda batch, infos, as_of: batch._update_batch(infos, as_of),
            )
        lines.crosscheck_id._told_done()

    def _asked_again(self, company, take):
        """Ask Urssaf what it has of these demandes now, ten per call, and commit what
        was taken over after each call.

        :param take: called with the lines of a call, ``{identifier: info}`` of what
            Urssaf shows, and the time of its answer
        :raises UserError: Urssaf cannot be asked
        """
        lines = self[:ADOPT_AT_ONCE]
        try:
            with company._urssaf_get_client() as client:
                for ids in split_every(MAX_SEARCH, lines.ids):
                    batch = self.browse(ids)
                    found = client.search_payment_requests(
                        ids=batch.mapped("external_id")
                    )
                    infos = {info.request_id: info for info in found.items}
                    take(batch, infos, found.server_time)
                    work.checkpoint(self.env)
        except UrssafError as error:
            raise UserError(error_text(self.env, error)) from error

    def _adopt_batch(self, infos, as_of):
        for line in self:
            info = infos.get(line.external_id)
            if not info:
                continue
            faults = self._adoption_faults(line.move_id, info)
            line.detail = "\n".join(faults)
            if not faults:
                line.request_id = line._adopt(info, as_of)
                line.outcome = "adopted"

    def _adopt(self, info, as_of):
        """A demande of this invoice, as if Odoo had sent it."""
        move = self.move_id
        request = (
            self.env["urssaf.payment.request"]
            .with_company(move.company_id)
            ._create_once([self._prepare_request(info)])
        )
        request._set_state("unknown")
        request._apply_remote(info, as_of)
        self.env["urssaf.ceiling.use"]._freeze(request)
        if not move.amount_residual:
            # Paid or credited already, by whoever had the demande before.
            request.transfer_settled = True
        request._message_log(
            body=self.env._("Found at Urssaf and taken over by %s.", self.env.user.name)
        )
        return request

    def _prepare_request(self, info):
        move, echo, now = self.move_id, info.request or {}, fields.Datetime.now()
        payload = {k: v for k, v in echo.items() if k != "dateNaissanceClient"}
        return {
            "name": info.number,
            "move_id": move.id,
            "partner_id": move.commercial_partner_id.id,
            "company_id": move.company_id.id,
            "currency_id": move.currency_id.id,
            "environment": self.crosscheck_id.environment,
            "enrolment_id": move._urssaf_enrolment().id,
            "external_id": info.request_id,
            "payload": json.dumps(payload, indent=2, ensure_ascii=False),
            "service_start": info.service_start,
            "service_end": info.service_end,
            "amount_total": move.amount_total,
            "amount_untaxed": move.amount_untaxed,
            # The customer heard of it from elsewhere, long ago.
            "mailed_sent_at": now,
            "mailed_refused_at": now,
            "mailed_paid_at": now,
        }

    def _update_batch(self, infos, as_of):
        for line in self:
            info, request = infos.get(line.external_id), line.request_id._lock()
            if not info or not request:
                continue
            # Another demande under the same number changes nothing of this one.
            if not request._other_demande(info):
                line._take_status(info, as_of)
            line.detail = "\n".join(self._differences(info, request))
            line.outcome = False if line.detail else "updated"

    def _take_status(self, info, as_of):
        request = self.request_id
        if request.external_id and request.state in FOLLOWED + CLOSED:
            request._apply_remote(info, as_of)
        else:
            # Odoo thought that Urssaf did not have it.
            request._set_state("unknown")
            request._adopt(info, as_of)
