# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is printed on an invoice of services besides what Odoo prints (articles D7233-1
and D7233-2 of the Code du travail, arrêté of 17 March 2015), in the language of the
context: that of the customer.
"""

from datetime import time

from odoo import api, fields, models
from odoo.tools import format_date, format_time, formatLang

from ..rules import hours_text
from ..rules.certificate import NOT_HIS
from .company import MODES
from .rates import rate_text
from .taxes import EXEMPT

# Digits of a unit price with VAT: as few as its total needs.
DIGITS = range(2, 7)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _home_service_paper(self):
        """What the template prints around the lines, as plain values; nothing where
        this is no invoice of services.
        """
        self.ensure_one()
        if not self._home_service_is_paper():
            return {}
        # sudo(): what every customer reads on the paper.
        declarant = self.sudo().company_id._home_service_declarant()
        rows = self._home_service_interventions()
        return {
            "identity": self._home_service_identity(declarant),
            "logotype": declarant.home_service_logotype,
            "where": self._home_service_where(),
            "interventions": rows,
            "hours": _hours(sum(row["duration"] for row in rows)),
            "places": len({row["place"] for row in rows if row["place"]}) > 1,
            "small": self._home_service_small_print(declarant),
        }

    def _home_service_exempt(self):
        """Whether the company charges no VAT: then it has no option to pay it on
        debits either.
        """
        return self.company_id._home_service_regime() in EXEMPT

    def _home_service_identity(self, declarant):
        """Who provides the services and how, as ``(label, text)``."""
        number = declarant.home_service_sap_number
        approval = declarant.home_service_approval_number
        siren = self.sudo().company_id._home_service_siren()  # sudo(): printed
        modes = self._home_service_modes()
        pairs = [
            (
                self.env._("SAP declaration"),
                self._home_service_of(number, declarant.home_service_declaration_date),
            ),
            (
                self.env._("Agrément"),
                self._home_service_of(approval, declarant.home_service_approval_date),
            ),
            (self.env._("SIREN"), f"{siren[:3]} {siren[3:6]} {siren[6:]}".strip()),
            (
                self.env._("Mode of work"),
                ", ".join(
                    text
                    for mode, text in self._home_service_mode_texts()
                    if mode in modes
                ),
            ),
        ]
        return [(label, text) for label, text in pairs if text]

    def _home_service_of(self, number, day):
        if not number or not day:
            return number or ""
        return self.env._(
            "%(number)s of %(date)s", number=number, date=format_date(self.env, day)
        )

    def _home_service_modes(self):
        return {line._home_service_mode() for line in self._home_service_services()}

    def _home_service_mode_texts(self):
        """How each mode is called to a customer (article L7232-6 of the Code du travail
        and arrêté of 17 March 2015).
        """
        texts = {
            "provider": self.env._("provider"),
            "agent": self.env._("agent: you are the employer"),
            "lending": self.env._("lending of staff"),
        }
        return list(texts.items())

    def _home_service_where(self):
        """Where and when, as ``(label, text)``."""
        start, end = self._home_service_period()
        pairs = [
            (self.env._("Place of the services"), self._home_service_place()),
            (self.env._("Services"), self._home_service_printed_days(start, end)),
        ]
        return [(label, text) for label, text in pairs if text]

    def _home_service_place(self):
        """Where the customer has services done, one line of text."""
        # sudo(): whoever reads the invoice; the customer may be another company's.
        move = self.sudo()
        where = move.partner_shipping_id or move.partner_id
        return " ".join((where.contact_address_inline or "").split())

    def _home_service_printed_days(self, start, end):
        if not start or not end:
            return ""
        first = format_date(self.env, start)
        if start == end:
            return first
        return self.env._(
            "from %(first)s to %(last)s", first=first, last=format_date(self.env, end)
        )

    def _home_service_services(self):
        return self._home_service_lines().filtered(
            lambda line: line._home_service_nature()[0]
        )

    def _home_service_interventions(self):
        """The interventions of all lines, with their words, by day and hour."""
        rows = []
        for line in self._home_service_lines():
            title = line._home_service_title()
            rows += [
                {**row, "service": self._home_service_added(title, row["added"])}
                for row in line._home_service_intervention_rows()
            ]
        rows.sort(key=lambda row: (row["date"], row["start"] or 0))
        return [
            row
            | {
                "day": format_date(self.env, row["date"]),
                "time": self._home_service_times(row["start"], row["end"]),
                "hours": _hours(row["duration"]),
            }
            for row in rows
        ]

    def _home_service_added(self, title, day):
        """The service of an intervention; an invoice that is printed again says what
        the one that was handed over did not.
        """
        if not day:
            return title
        return self.env._(
            "%(service)s (added on %(date)s)",
            service=title,
            date=format_date(self.env, day),
        )

    def _home_service_times(self, start, end):
        if start is False:
            return ""
        return " – ".join(
            format_time(self.env, _clock(hours), time_format="short")
            for hours in (start, end)
        )

    def _home_service_small_print(self, declarant):
        """The tax advantage, apart from the prices and in smaller type (article 5 of
        the arrêté of 17 March 2015); that there is none, for who has an agrément and no
        declaration (article D7233-1). Only to a person: the tax credit is one of income
        tax (article 199 sexdecies of the CGI); a credit note promises nothing.
        """
        # sudo(): see _home_service_place.
        if (
            self.move_type == "out_refund"
            or self.sudo().commercial_partner_id.is_company
        ):
            return ""
        if declarant.home_service_sap_number:
            services = self._home_service_services()
            if any(line._home_service_nature()[0].eligible for line in services):
                return self.env._(
                    "Under conditions and within yearly ceilings, half of what is paid "
                    "for services à la personne, other than in cash, is a tax credit "
                    "(article 199 sexdecies of the CGI)."
                )
            return ""
        if declarant.home_service_approval_number:
            return self.env._(
                "The services of this invoice do not give right to the tax advantages "
                "of article L7233-2 of the Code du travail."
            )
        return ""

    def _home_service_rounding_gap(self):
        """By how much the total is more than the sum of the lines: less than a cent
        for each of them, else it is no rounding.
        """
        entries = self.line_ids.filtered(lambda line: line.display_type == "rounding")
        printed = sum(self.invoice_line_ids.mapped("price_total"))
        cash = self.direction_sign * sum(entries.mapped("amount_currency"))
        gap = self.currency_id.round(self.amount_total - printed - cash)
        most = len(self.invoice_line_ids) * self.currency_id.rounding
        return gap if abs(gap) <= most else 0.0

    def _home_service_payer(self, payment):
        """Who paid, after “Paid on …”, and by which means if it was not his own money;
        of a credit note, who got it back.

        :param payment: one of Odoo's ``invoice_payments_widget``
        """
        if payment["is_refund"]:
            return ""
        # sudo(): the customer reads who paid his invoice.
        env = self.sudo().env
        entry = env["account.move"].browse(payment["move_id"])
        payer = entry.partner_id.name
        if not payer:
            return ""
        if self.move_type == "out_refund":
            return self.env._("to %s", payer)
        method = entry.origin_payment_id.payment_method_line_id
        other = entry.commercial_partner_id - self.sudo().commercial_partner_id
        kinds = [one.home_service_kind for one in (other, method, entry.journal_id)]
        kind = next(filter(None, kinds), "")
        if kind not in NOT_HIS:
            return self.env._("by %s", payer)
        labels = dict(
            method._fields["home_service_kind"]._description_selection(self.env)
        )
        return self.env._("by %(payer)s, %(means)s", payer=payer, means=labels[kind])

    def _home_service_set_off(self, payment):
        """What a credit note was taken off, in the place of “Paid on …”: nobody has
        paid it.

        :param payment: see ``_home_service_payer``
        """
        # sudo(): see there.
        settled = self.env["account.move"].sudo().browse(payment["move_id"])
        if self.move_type != "out_refund" or not settled.is_sale_document():
            return ""
        return self.env._("Taken off %s", settled.name)


def _hours(hours):
    """Kept on one line."""
    return hours_text(hours).replace(" ", "\N{NO-BREAK SPACE}")


def _clock(hours):
    """The hour of the day, 9.5 as 9:30."""
    minutes = round(hours * 60) % (24 * 60)
    return time(*divmod(minutes, 60))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    home_service_mode = fields.Selection(
        MODES,
        string="Mode of this service",
        compute="_compute_home_service_mode",
        store=True,
        help="As the product, else the company, had it when the invoice was posted.",
    )

    @api.depends("product_id", "move_id.state")
    def _compute_home_service_mode(self):
        """Kept at posting, like the nature."""
        for line in self:
            nature = line.product_id.home_service_nature_id
            line.home_service_mode = nature and line._home_service_mode_now()

    def _home_service_mode(self):
        """How this service is done, ``provider``, ``agent`` or ``lending`` (article
        L7232-6 of the Code du travail): what was kept at posting; before, what the
        product says, else the company.
        """
        self.ensure_one()
        if self.parent_state == "posted" and self.home_service_mode:
            return self.home_service_mode
        return self._home_service_mode_now()

    def _home_service_mode_now(self):
        declarant = self.company_id._home_service_declarant()
        return self.product_id.home_service_mode or declarant.home_service_mode

    # -- printed ---------------------------------------------------------------------

    def _home_service_note(self):
        """What is printed below the text of the line: the exact nature, by the hour or
        a flat price, days of its own, hours (article D7233-1).
        """
        self.ensure_one()
        nature, unit = self._home_service_nature()
        if not nature:
            return ""
        move = self.move_id
        travel = self.product_id.home_service_travel
        hours = not travel and self._home_service_hours()
        modes = dict(move._home_service_mode_texts())
        days = self._home_service_days()
        several = len(move._home_service_modes()) > 1
        parts = [
            self.env._("travel costs") if travel else "",
            nature.name,
            self.env._("flat price") if unit == "flat" else self.env._("hourly price"),
            several and modes[self._home_service_mode()],
            # Those of the whole invoice are printed once, at its head.
            days != move._home_service_period()
            and move._home_service_printed_days(*days),
            _hours(hours) if hours else "",
        ]
        return ", ".join(filter(None, parts))

    def _home_service_printed_taxes(self):
        """The rates of the line, in one wording in each language: the labels of the
        French chart mix “VAT 10%” and “TVA 20%”. Taxes that are no rate keep theirs.
        """
        self.ensure_one()
        return ", ".join(
            filter(None, (self._home_service_rate(tax) for tax in self.tax_ids))
        )

    def _home_service_rate(self, tax):
        if tax.amount_type != "percent":
            return tax.tax_label
        if not tax.amount:
            return self.env._("No VAT")
        return self.env._("VAT %s%%", rate_text(self.env, tax.amount))

    def _home_service_printed_total(self):
        """The total of the line with VAT. Odoo rounds the VAT of the invoice as a
        whole, so the cents by which the lines miss its total are printed with the
        largest of them (article D7233-2): what is printed adds up.
        """
        self.ensure_one()
        lines = self.move_id._home_service_lines()
        if self != max(lines, key=lambda line: abs(line.price_total), default=self):
            return self.price_total
        gap = self.move_id._home_service_rounding_gap()
        return self.currency_id.round(self.price_total + gap)

    def _home_service_unit_price(self):
        """The price of one, with VAT and before the discount, as text: with as many
        digits as it takes to give the total of the line (article D7233-2).
        """
        self.ensure_one()
        printed = self._home_service_printed_total()
        count = self.quantity * (1 - self.discount / 100)
        if not count:
            taxes = self.tax_ids.compute_all(
                self.price_unit, self.currency_id, 1.0, self.product_id, self.partner_id
            )
            return formatLang(self.env, taxes["total_included"])
        price = printed / count
        for digits in DIGITS:
            total = self.currency_id.round(round(price, digits) * count)
            if not self.currency_id.compare_amounts(total, printed):
                return formatLang(self.env, price, digits=digits)
        return formatLang(self.env, price)
