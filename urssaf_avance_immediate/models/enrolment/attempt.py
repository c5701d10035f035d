# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each call of method 010: evidence for years, personal data for weeks."""

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ...lib.rules import shown_iban
from ..exchange import work
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
    the details are those of that day, and nothing else.
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
        help="What the contact has now and had not then.",
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
        now, iban_digest = self._sent_values(self.enrolment_id)
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
            self.env._("On the contact now"),
        )
        line = Markup('<tr class="%s"><td>%s</td><td>%s</td><td>%s</td></tr>')
        body = Markup().join(
            line % ("table-warning" if differs else "", label, then, now)
            for label, then, now, differs in self._rows
        )
        return Markup('<table class="table table-sm">%s%s</table>') % (head, body)

    # -- kept with each change of state of the enrolment -------------------------

    @api.model
    def _open(self, enrolment):
        """Write down what is about to leave for this customer."""
        values, iban_digest = self._sent_values(enrolment)
        self.create(
            {
                "enrolment_id": enrolment.id,
                "date": enrolment.claimed_at,
                "user_id": enrolment.requester_id.id,
                "environment": enrolment.environment,
                "digest": enrolment._digest(),
                "values": values,
                "iban_digest": iban_digest,
            }
        )

    def _close(self):
        """What became of it, as the state of the enrolment says; nothing, if that was
        told already.
        """
        if self.outcome not in OPEN:
            return
        enrolment = self.enrolment_id
        refused = enrolment.state == "error" or enrolment.resend_refused
        outcome = {"unknown": "lost", "queued": "outage", "draft": "lost"}.get(
            enrolment.state, "refused" if refused else "enrolled"
        )
        if self.outcome == "lost" and outcome == "outage":
            # Its answer was lost, and Urssaf has nobody: it goes out once more.
            return
        self.write(
            {
                "outcome": outcome,
                "code": enrolment.last_error_code,
                "message": enrolment.last_error_message,
            }
        )

    @api.model
    def _sent_values(self, enrolment):
        """What method 010 sends for this customer, flat, by dotted wire path, without
        what is empty and with the IBAN masked; and the keyed digest of the IBAN.
        """
        flat = dict(_flatten(enrolment.partner_id._urssaf_prepare_enrolment()))
        iban = flat.get(IBAN)
        if not iban:
            return flat, False
        digest = tools.hmac(self.env(su=True), "urssaf_enrolment_iban", iban)
        return {**flat, IBAN: shown_iban(iban)}, digest

    # -- how long it is kept -----------------------------------------------------

    def _purge(self):
        """Forget what was sent; that it was sent remains."""
        full = self.filtered(lambda attempt: not attempt.purged_at)
        full.write(
            {"values": False, "iban_digest": False, "purged_at": fields.Datetime.now()}
        )

    @api.model
    def _purge_old(self, company):
        """What was sent is not kept longer than the company wants."""
        limit = fields.Datetime.now() - timedelta(days=company.urssaf_attempt_days)
        old = self.search(
            [
                ("company_id", "=", company.id),
                ("purged_at", "=", False),
                ("date", "<", limit),
            ]
        )
        work.take_each(
            old,
            lambda attempts: attempts._purge(),
            size=PURGED_AT_ONCE,
            put_off=lambda attempt, error: attempt.enrolment_id._tell_put_off(),
        )


def _flatten(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        elif value:
            yield f"{prefix}{key}", str(value)
