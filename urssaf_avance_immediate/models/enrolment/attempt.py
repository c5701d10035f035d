# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each call of method 010: evidence for years, personal data for weeks."""

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ...lib.rules import shown_iban
from ..groups import PERSONAL

IBAN = "coordonneeBancaire.iban"
OUTCOMES = [
    ("sent", "No answer yet"),
    ("enrolled", "Enrolled"),
    ("refused", "Refused"),
    ("outage", "Not delivered"),
    ("lost", "Answer lost"),
]
# Per transaction of the daily action.
PURGED_AT_ONCE = 500
# Still to be told by Urssaf.
OPEN = ("sent", "lost")


class UrssafEnrolmentAttempt(models.Model):
    """One call of method 010, written by the sending itself, before it leaves.

    What was sent is kept for those who may see it, IBAN masked, until the customer is
    active or the company's delay is over. The keyed digest stays: it tells whether
    the sheet is the one of that day, and nothing else.
    """

    _name = "urssaf.enrolment.attempt"
    _description = "Urssaf Enrolment Attempt"
    _order = "date desc, id desc"
    _rec_name = "date"

    enrolment_id = fields.Many2one(
        "urssaf.enrolment", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="enrolment_id.company_id", store=True, index=True
    )
    date = fields.Datetime(string="Sent on", required=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Asked by",
        index="btree_not_null",
    )
    environment = fields.Selection(
        related="enrolment_id.environment", store=True, depends=()
    )
    outcome = fields.Selection(OUTCOMES, required=True, default="sent")
    code = fields.Char()
    message = fields.Text(string="What Urssaf said")
    digest = fields.Char()
    values = fields.Json(groups=PERSONAL)
    iban_digest = fields.Char(groups=PERSONAL)
    purged_at = fields.Datetime(string="Personal data erased on")
    difference = fields.Char(
        string="Different now",
        compute="_compute_difference",
        compute_sudo=True,
        groups=PERSONAL,
        help="What the sheet has now and had not then.",
    )
    comparison = fields.Html(
        compute="_compute_comparison",
        compute_sudo=True,
        groups=PERSONAL,
        sanitize=False,
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What was exchanged with Urssaf is kept: it is evidence.")
        )

    @api.depends("digest", "values")
    def _compute_difference(self):
        for attempt in self:
            if attempt.digest == attempt.enrolment_id._digest():
                attempt.difference = attempt.env._("Nothing")
            elif not attempt.values:
                attempt.difference = attempt.env._("Something")
            else:
                changed = [label for label, _t, _n, differs in attempt._rows if differs]
                attempt.difference = ", ".join(dict.fromkeys(changed))

    @api.depends("digest", "values")
    def _compute_comparison(self):
        for attempt in self:
            attempt.comparison = attempt.values and attempt._as_table()

    @property
    def _rows(self):
        """``[(label, then, now, differs)]`` in the order of what is sent."""
        now, iban_digest = self.enrolment_id._sent_values()
        then = self.values or {}
        rows = []
        for path in dict.fromkeys([*now, *then]):
            differs = then.get(path) != now.get(path)
            if path == IBAN:
                differs = self.iban_digest != iban_digest
            partner = self.enrolment_id.partner_id
            rows.append(
                (
                    partner._urssaf_label_of(path),
                    partner._urssaf_text_of(path, then.get(path)),
                    partner._urssaf_text_of(path, now.get(path)),
                    differs,
                )
            )
        return rows

    def _as_table(self):
        head = Markup("<tr><th></th><th>%s</th><th>%s</th></tr>") % (
            self.env._("Sent then"),
            self.env._("On the sheet now"),
        )
        line = Markup('<tr class="%s"><td>%s</td><td>%s</td><td>%s</td></tr>')
        body = Markup().join(
            line % ("table-warning" if differs else "", label, then, now)
            for label, then, now, differs in self._rows
        )
        return Markup('<table class="table table-sm">%s%s</table>') % (head, body)

    def _purge(self):
        """Forget what was sent; that it was sent remains."""
        full = self.filtered(lambda attempt: not attempt.purged_at)
        full.write(
            {"values": False, "iban_digest": False, "purged_at": fields.Datetime.now()}
        )


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    attempt_ids = fields.One2many(
        "urssaf.enrolment.attempt", "enrolment_id", string="Attempts made"
    )

    def _set_state(self, state, **values):
        """Extends: a claim opens an attempt, in the same commit; what follows closes
        it; a customer who is active needs no trace of what was sent.
        """
        result = super()._set_state(state, **values)
        for enrolment in self:
            if state == "sending":
                enrolment._open_attempt()
            else:
                enrolment._close_attempt()
            if state == "active":
                enrolment.attempt_ids._purge()
        return result

    def _open_attempt(self):
        values, iban_digest = self._sent_values()
        self.env["urssaf.enrolment.attempt"].create(
            {
                "enrolment_id": self.id,
                "date": self.claimed_at,
                "user_id": self.requester_id.id,
                "environment": self.environment,
                "digest": self._digest(),
                "values": values,
                "iban_digest": iban_digest,
            }
        )

    def _close_attempt(self):
        attempt = self.attempt_ids[:1]
        if attempt.outcome not in OPEN:
            return
        refused = self.state == "error" or self.resend_refused
        outcome = {"unknown": "lost", "queued": "outage", "draft": "lost"}.get(
            self.state, "refused" if refused else "enrolled"
        )
        if attempt.outcome == "lost" and outcome == "outage":
            # Its answer was lost, and Urssaf has nobody: it goes out once more.
            return
        attempt.write(
            {
                "outcome": outcome,
                "code": self.last_error_code,
                "message": self.last_error_message,
            }
        )

    def _sent_values(self):
        """What method 010 sends for this customer, flat, by dotted wire path, without
        what is empty and with the IBAN masked; and the keyed digest of the IBAN.
        """
        flat = dict(_flatten(self.partner_id._urssaf_prepare_enrolment()))
        iban = flat.get(IBAN)
        if not iban:
            return flat, False
        digest = tools.hmac(self.env(su=True), "urssaf_enrolment_iban", iban)
        return {**flat, IBAN: shown_iban(iban)}, digest

    @api.model
    def _cron_digest(self, company):
        """Extends: what was sent is not kept longer than the company wants."""
        result = super()._cron_digest(company)
        limit = fields.Datetime.now() - timedelta(days=company.urssaf_attempt_days)
        old = self.env["urssaf.enrolment.attempt"].search(
            [
                ("company_id", "=", company.id),
                ("purged_at", "=", False),
                ("date", "<", limit),
            ]
        )
        self._take_each(
            old,
            lambda attempts: attempts._purge(),
            size=PURGED_AT_ONCE,
            put_off=lambda attempt, error: attempt.enrolment_id._tell_put_off(),
        )
        return result


def _flatten(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        elif value:
            yield f"{prefix}{key}", str(value)
