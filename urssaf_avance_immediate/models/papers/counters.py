# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is declared in a civil year is what Urssaf has taken: the demandes."""

from datetime import datetime, timezone

from odoo import api, fields, models

from ...lib.rules import PARIS
from ..payment_request.payment_request import AT_URSSAF


class HomeServiceCounters(models.TransientModel):
    _inherit = "home.service.counters"

    @api.model
    def _takes_deposits(self, company):
        """Extends: whether one of the company's habilitations declares deposits, for
        which the guarantee is due from the first euro (D133-22, I, 1°).
        """
        holders = {one._urssaf_holder() for one in self._legal_person(company)}
        return any(holder.urssaf_declare_deposits for holder in holders)

    @api.model
    def _urssaf_declares(self, company):
        """Whether the company declares through Odoo."""
        legal_person = self._legal_person(company)
        return any(one._urssaf_holder().urssaf_configured for one in legal_person)

    @api.model
    def _declared_what(self, company):
        """Extends: where Odoo declares."""
        if not self._urssaf_declares(company):
            return super()._declared_what(company)
        return self.env._(
            "The demandes de paiement that Urssaf has taken, by the day on which they "
            "were sent, taxes included. Refused and cancelled ones are left out: this "
            "is our choice, the article does not say."
        )

    @api.model
    def _urssaf_declared_domain(self, company, year):
        """Demandes of the legal person that were sent in the civil year, in Paris."""
        start, end = (
            fields.Datetime.to_string(
                datetime(each, 1, 1, tzinfo=PARIS)
                .astimezone(timezone.utc)
                .replace(tzinfo=None)
            )
            for each in (year, year + 1)
        )
        return [
            ("company_id", "in", self._legal_person(company).ids),
            (
                "environment",
                "=",
                company._urssaf_holder().urssaf_environment,
            ),
            ("state", "in", AT_URSSAF),
            "|",
            "&",
            ("claimed_at", ">=", start),
            ("claimed_at", "<", end),
            # Taken over from Urssaf's list: it was not sent from here.
            "&",
            "&",
            ("claimed_at", "=", False),
            ("create_date", ">=", start),
            ("create_date", "<", end),
        ]

    @api.model
    def _declared(self, company, year):
        """Extends: the demandes, where Odoo declares."""
        if not self._urssaf_declares(company):
            return super()._declared(company, year)
        # sudo(): the law counts the legal person, of which the user may see a branch.
        requests = self.env["urssaf.payment.request"].sudo()
        domain = self._urssaf_declared_domain(company, year)
        total = requests._read_group(domain, [], ["amount_total:sum"])[0][0]
        return company.currency_id.round(total or 0.0)

    @api.model
    def _declared_action(self, company, year):
        """Extends: the list of the demandes that the user may see."""
        if not self._urssaf_declares(company):
            return super()._declared_action(company, year)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "urssaf_avance_immediate.urssaf_payment_request_action"
        )
        return {
            **action,
            "domain": self._urssaf_declared_domain(company, year),
            "context": {},
        }
