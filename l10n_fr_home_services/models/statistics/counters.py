# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a company comes near to in a civil year: the financial guarantee of who uses the
avance immédiate (article D133-22 of the Code de la sécurité sociale), and the share of
other activities (article L7232-1-2 of the Code du travail).

The law counts by legal person: a company with its branches.
"""

from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ...rules.counters import crossing, is_year, share, step
from ..rates import rate_text
from .paid import paid_of_services
from .telling import COUNTER_ACTIVITY


class HomeServiceCounters(models.TransientModel):
    _name = "home.service.counters"
    _description = "Counters of the civil year"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    shown_year = fields.Integer(readonly=True)
    deposits = fields.Boolean(
        string="Deposits are declared",
        readonly=True,
        help="The guarantee is then due from the first euro (D133-22, I, 1°).",
    )
    declared = fields.Monetary(string="Declared, taxes included", readonly=True)
    declared_what = fields.Text(readonly=True)
    guarantee_due = fields.Boolean(readonly=True)
    guarantee_amount = fields.Monetary(string="Least guarantee", readonly=True)
    guarantee_note = fields.Text(readonly=True)
    guarantee_missing = fields.Boolean(readonly=True)
    next_from = fields.Monetary(string="Next step", readonly=True)
    next_amount = fields.Monetary(string="Guarantee from there", readonly=True)
    next_date = fields.Date(string="Reached about (estimate)", readonly=True)
    turnover = fields.Monetary(string="Services (excl. VAT)", readonly=True)
    other_turnover = fields.Monetary(string="Other turnover (excl. VAT)", readonly=True)
    other_share = fields.Float(
        string="Share of other turnover (%)", digits=(5, 2), readonly=True
    )
    last_share = fields.Float(
        string="Share of the year before (%)", digits=(5, 2), readonly=True
    )
    other_level = fields.Selection(
        [("fine", "Below"), ("near", "Near the limit"), ("over", "Over the limit")],
        readonly=True,
    )
    other_note = fields.Text(readonly=True)

    @api.depends("shown_year")
    def _compute_display_name(self):
        for screen in self:
            screen.display_name = self.env._("Counters of %s", screen.shown_year)

    @api.constrains("year")
    def _check_year(self):
        if any(not is_year(screen.year) for screen in self):
            raise ValidationError(
                self.env._("Please type the year with four figures, like 2026.")
            )

    # -- what is counted -----------------------------------------------------------

    @api.model
    def _legal_person(self, company):
        """The company with all its branches, as superuser: the law counts the legal
        person, of which the user may see a branch only.
        """
        root = company.sudo().root_id
        companies = root.with_context(active_test=False)
        return companies.search([("id", "child_of", root.ids)])

    @api.model
    def _takes_deposits(self, company):
        """Whether deposits are declared to Urssaf. Nothing is declared here: the add-on
        that does extends this.
        """
        return False

    @api.model
    def _declared_what(self, company):
        """What stands for the amount declared, in words."""
        return self.env._(
            "Odoo sends nothing to Urssaf for this company. So what its customers have "
            "paid of the services invoiced in the year stands here, for a company that "
            "declares them otherwise."
        )

    @api.model
    def _declared(self, company, year):
        """What is declared in the civil year by the legal person, taxes included, in
        the company's currency.

        Without an add-on that declares: the share of services in what was paid of the
        invoices of the year, see ``paid``: discounts spread as on the certificate and
        in NOVA, down payments with the invoice that takes them off.
        """
        found = paid_of_services(
            self.env,
            self._legal_person(company)._ids,
            self.env["home.service.nova"]._deposit_sql(),
            date(year, 1, 1),
            date(year, 12, 31),
        )
        return company.currency_id.round(found)

    @api.model
    def _declared_action(self, company, year):
        """The list of what the amount is made of, as far as the user may see it."""
        return self.env["home.service.nova"]._lines_action(
            [
                ("company_id", "in", self._legal_person(company).ids),
                "|",
                ("home_service_nature_id", "!=", False),
                ("product_id.home_service_nature_id", "!=", False),
                ("move_id.payment_state", "!=", "not_paid"),
            ],
            [date(year, 1, 1), date(year, 12, 1)],
            name=self.env._("Services paid, %s", year),
        )

    @api.model
    def _turnovers(self, company, year):
        """``(services, other)`` before tax of the legal person in the civil year."""
        # sudo(): see _legal_person.
        rows = (
            self.env["home.service.nova"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", self._legal_person(company).ids),
                    ("month", ">=", f"{year}-01-01"),
                    ("month", "<=", f"{year}-12-31"),
                ],
                [],
                ["turnover:sum", "other_turnover:sum"],
            )
        )
        return tuple(value or 0.0 for value in rows[0])

    # -- the figures -----------------------------------------------------------------

    @api.model
    def _guarantee(self, company, year):
        """What is due of the guarantee, and what comes next.

        :return: dict of values of this model
        """
        today = fields.Date.context_today(self)
        day = min(today, date(year, 12, 31))
        thresholds = self.env["home.service.threshold"]
        limit = thresholds._value("guarantee_from", day)
        steps = thresholds._steps("guarantee", day)
        declared = self._declared(company, year)
        deposits = self._takes_deposits(company)
        values = {"declared": declared, "deposits": deposits}
        if limit is None or not steps:
            return {**values, "guarantee_due": False}
        due = deposits or declared >= limit
        reached, ahead = step(declared, steps)
        # Below the first step, its amount: somebody may have typed steps that begin
        # above nothing, and credit notes may be more than the invoices.
        reached = reached or steps[0]
        if not due:
            ahead = (limit, (step(limit, steps)[0] or steps[0])[1])
        running = year == today.year
        return {
            **values,
            "guarantee_due": due,
            "guarantee_amount": reached[1] if due else 0.0,
            "next_from": ahead[0] if ahead else 0.0,
            "next_amount": ahead[1] if ahead else 0.0,
            "next_date": ahead and running and crossing(declared, ahead[0], today),
        }

    @api.model
    def _other(self, company, year):
        """The share of other turnover of the year and of the one before."""
        thresholds = self.env["home.service.threshold"]
        day = min(fields.Date.context_today(self), date(year, 12, 31))
        services, other = self._turnovers(company, year)
        before, other_before = self._turnovers(company, year - 1)
        part = share(other, services + other)
        limit = thresholds._value("other_limit", day)
        warning = thresholds._value("other_warning", day)
        level = "fine"
        if warning is not None and part >= warning:
            level = "near"
        if limit is not None and part > limit:
            level = "over"
        return {
            "turnover": services,
            "other_turnover": other,
            "other_share": part,
            "last_share": share(other_before, before + other_before),
            "other_level": level,
        }

    @api.model
    def _guarantee_note(self, company, values):
        """``(what is to be done, whether something is missing)``."""
        money = company.currency_id.format
        if not values["guarantee_due"]:
            if not values.get("next_from"):
                return self.env._("No threshold is known for that year."), False
            if not values["next_date"]:
                return self.env._(
                    "No guarantee is due below %(limit)s declared in a civil year, as "
                    "long as no deposit is declared.",
                    limit=money(values["next_from"]),
                ), False
            return self.env._(
                "No guarantee is due yet. At the pace of the year so far, %(limit)s "
                "declared are reached about %(day)s: an estimate, services have "
                "seasons. From there on a guarantee of at least %(amount)s is due: "
                "please ask a bank or an insurer in time.",
                limit=money(values["next_from"]),
                day=format_date(self.env, values["next_date"]),
                amount=money(values["next_amount"]),
            ), False
        documents = self.env["home.service.document"]
        found = documents._guarantee_of(self._legal_person(company))
        if found and found.amount >= values["guarantee_amount"]:
            return self.env._(
                "A guarantee of at least %(amount)s is due; the register has one of "
                "%(found)s.",
                amount=money(values["guarantee_amount"]),
                found=money(found.amount),
            ), False
        return self.env._(
            "A guarantee of at least %(amount)s is due, and the register of documents "
            "has no certificate for that amount that is still valid. Please have it "
            "made out by a bank or an insurer, add it to the register and send it to "
            "Urssaf: without it, the company is excluded from the service.",
            amount=money(values["guarantee_amount"]),
        ), True

    @api.model
    def _other_note(self, values):
        thresholds = self.env["home.service.threshold"]
        limit = thresholds._value("other_limit", fields.Date.context_today(self))
        if values["other_level"] == "fine" or limit is None:
            return ""
        return self.env._(
            "Other activities are %(share)s %% of the turnover of this year. A small "
            "company (micro, or fewer than eleven employees) stays exempt from doing "
            "nothing but services à la personne up to a share of the turnover of the "
            "year before that a decree fixes, %(limit)s %% at most (article "
            "L7232-1-2 of the Code du travail). We have not found that decree: the "
            "share may be lower. Please ask your accountant. Other companies: see "
            "whether one of the other exemptions of that article is yours.",
            share=rate_text(self.env, values["other_share"], 2),
            limit=rate_text(self.env, limit, 2),
        )

    # -- reminders -----------------------------------------------------------------

    @api.model
    def _remind(self, today):
        """Tell each company of what is missing, or near, this year: once, and again
        when it says something else or nobody has it on his list any more.
        """
        # sudo(): the scheduled action is for every company.
        companies = self.env["res.company"].sudo()
        for company in companies.search([("parent_id", "=", False)]):
            if company.home_service_sap_number:
                with self.env["home.service.telling"]._apart(company):
                    self._remind_company(company, today)

    @api.model
    def _remind_company(self, company, today):
        telling = self.env["home.service.telling"]
        contact = telling._for_reader(company, company.partner_id, COUNTER_ACTIVITY)
        lang = {"lang": contact.env.lang}
        note = self.with_context(**lang)._reminder(company.with_context(**lang), today)
        # What was marked as done long ago is another matter by now.
        start = {contact.id: max(date(today.year, 1, 1), today - timedelta(days=90))}
        if not note:
            telling._settled(contact, COUNTER_ACTIVITY)
        elif not telling._done_since(contact, COUNTER_ACTIVITY, start):
            telling._tell(company, {contact: note}, COUNTER_ACTIVITY)

    @api.model
    def _reminder(self, company, today):
        """What a person of the company has to do about its counters; else nothing."""
        values = self._guarantee(company, today.year)
        note, missing = self._guarantee_note(company, values)
        soon = values.get("next_date") and not values["guarantee_due"]
        other = self._other(company, today.year)
        return "\n\n".join(
            filter(None, [(missing or soon) and note, self._other_note(other)])
        )

    # -- buttons -----------------------------------------------------------------

    @api.model
    def action_open_screen(self):
        """What the menu opens: the year that runs."""
        return self.create({}).action_show()

    def action_show(self):
        """Count again, for the year that is on the screen.

        :raises AccessError: the company is not one of those that the user works in
        """
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Please choose one of your companies."))
        company = self.company_id
        values = {**self._guarantee(company, self.year)}
        values.update(self._other(company, self.year))
        note, missing = self._guarantee_note(company, values)
        self.write(
            {
                "next_amount": 0.0,
                "next_from": 0.0,
                "next_date": False,
                "guarantee_amount": 0.0,
                **values,
                "shown_year": self.year,
                "declared_what": self._declared_what(company),
                "guarantee_note": note,
                "guarantee_missing": missing,
                "other_note": self._other_note(values),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counters of the year"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_view_declared(self):
        self.ensure_one()
        return self._declared_action(self.company_id, self.shown_year)

    def action_view_other(self):
        """The lines of the other turnover, as far as the user may see them."""
        self.ensure_one()
        return self.env["home.service.nova"]._lines_action(
            [
                ("company_id", "in", self._legal_person(self.company_id).ids),
                *self.env["home.service.nova"]._other_domain(),
            ],
            [date(self.shown_year, 1, 1), date(self.shown_year, 12, 1)],
            name=self.env._("Other turnover, %s", self.shown_year),
        )

    def action_view_documents(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_home_services.home_service_document_action"
        )
