# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was invoiced, as NOVA counts it: customers, hours and turnover before tax, by
establishment, mode and activity.

Read from the invoices by one query. Which month an invoice belongs to is written
nowhere: NOVA asks for what was *invoiced*, so it is that of the invoice date. Credit
notes subtract, in the month of their own date.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules.nova import after

KINDS = [
    ("service", "Services à la personne"),
    ("unknown", "Services without activity"),
    ("other", "Other turnover"),
]
SALES = ("out_invoice", "out_refund", "out_receipt")
SIGN = SQL("CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END")
# What takes something off the whole: a discount.
REDUCTION = SQL("(nature.id IS NULL AND -line.balance * %s < 0)", SIGN)


class HomeServiceNova(models.Model):
    """One customer, in one month, for one activity and mode of one establishment."""

    _name = "home.service.nova"
    _description = "Home services as NOVA counts them"
    _auto = False
    _rec_name = "activity_id"
    _order = "month desc, company_id, activity_id, id"
    _depends = {
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "move_type",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": [
            "balance",
            "company_id",
            "display_type",
            "home_service_mode",
            "home_service_nature_id",
            "home_service_unit",
            "move_id",
            "price_unit",
            "product_id",
            "product_uom_id",
            "quantity",
        ],
        "home.service.activity": ["nova_code"],
        "home.service.intervention": ["duration", "line_id"],
        "home.service.nature": ["activity_id", "eligible"],
        "product.product": ["product_tmpl_id"],
        "product.template": [
            "home_service_mode",
            "home_service_nature_id",
            "home_service_travel",
            "home_service_unit",
        ],
        "uom.uom": ["factor", "parent_path"],
    }

    month = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", string="Establishment", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, readonly=True)
    mode = fields.Selection(selection=lambda self: self._modes(), readonly=True)
    activity_id = fields.Many2one("home.service.activity", readonly=True)
    nova_code = fields.Char(string="NOVA code", readonly=True)
    nature_id = fields.Many2one(
        "home.service.nature", string="Service nature", readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    customer_id = fields.Many2one(
        "res.partner",
        string="Customers",
        readonly=True,
        aggregator="count_distinct",
        help="Who had services in that month; nobody whose services were all taken "
        "back by a credit note.",
    )
    hours = fields.Float(
        string="Hours invoiced",
        readonly=True,
        digits=(16, 2),
        help="Of the interventions; where there are none, the quantity of what is "
        "priced by the hour. Travel costs are none, unless the settings say so.",
    )
    turnover = fields.Monetary(string="Turnover (excl. VAT)", readonly=True)
    other_turnover = fields.Monetary(
        string="Other turnover (excl. VAT)",
        readonly=True,
        help="What was invoiced besides services à la personne.",
    )

    @api.model
    def _modes(self):
        companies = self.env["res.company"]
        return companies._fields["home_service_mode"]._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, month, company_id, kind, mode, activity_id, nova_code,
                   nature_id, partner_id,
                   CASE WHEN kind != 'other' AND SUM(amount) > 0 THEN partner_id END
                   AS customer_id,
                   SUM(hours) AS hours,
                   COALESCE(SUM(amount) FILTER (WHERE kind != 'other'), 0) AS turnover,
                   COALESCE(SUM(amount) FILTER (WHERE kind = 'other'), 0)
                   AS other_turnover
              FROM (%s) AS sold
          GROUP BY month, company_id, kind, mode, activity_id, nova_code, nature_id,
                   partner_id
            """,
            self._lines_query(),
        )

    @api.model
    def _lines_query(self):
        """One row per line of a posted customer invoice; what takes something off the
        whole, a discount, is spread over the other lines as on the certificate.

        Of a credit note the hours are those that it takes back: all of those of the
        invoice with the whole price; with a part of it, no more than its share, and
        none where the price of the hour alone is lowered.
        """
        tables, hours = self._tables_sql(), self._hours_sql()
        return SQL(
            """
            SELECT sold.*,
                   CASE WHEN sold.spread
                        THEN sold.price
                             * (1 + COALESCE(sold.reductions / sold.others, 0))
                        ELSE sold.price END AS amount,
                   CASE WHEN NOT sold.refund THEN sold.own_hours
                        WHEN COALESCE(origin.price, 0) = 0 THEN -sold.own_hours
                        WHEN ABS(sold.price) >= origin.price THEN -origin.hours
                        WHEN sold.done OR origin.same_price
                        THEN -LEAST(sold.own_hours,
                                    origin.hours * ABS(sold.price) / origin.price)
                        ELSE 0 END AS hours
              FROM (SELECT kept.*,
                           COALESCE(kept.others * kept.sign > 0, FALSE) AS spread
                      FROM (%(kept)s) AS kept) AS sold
 LEFT JOIN LATERAL (SELECT SUM(ABS(line.balance)) AS price, SUM(%(hours)s) AS hours,
                           BOOL_OR(line.price_unit = sold.price_unit) AS same_price
                      FROM %(tables)s
                     WHERE line.move_id = sold.origin_id
                       AND line.product_id = sold.product_id
                       AND line.display_type = 'product') AS origin ON sold.refund
             WHERE NOT (sold.reduction AND sold.spread)
            """,
            kept=self._kept_query(tables, hours),
            hours=hours,
            tables=tables,
        )

    @api.model
    def _kept_query(self, tables, hours):
        """The lines as they stand on the invoices.

        A nature is the one that was kept at posting, else the product's, as in
        ``account.move.line._home_service_nature``; hours are those of
        ``_home_service_hours``, the mode that of ``_home_service_mode``.
        """
        return SQL(
            """
            SELECT line.id, line.company_id, move.commercial_partner_id AS partner_id,
                   move.id AS move_id, line.product_id, line.price_unit,
                   DATE_TRUNC('month', move.invoice_date)::date AS month,
                   CASE WHEN activity.id IS NOT NULL THEN 'service'
                        WHEN nature.eligible THEN 'unknown'
                        ELSE 'other' END AS kind,
                   CASE WHEN activity.id IS NOT NULL OR nature.eligible
                        THEN COALESCE(line.home_service_mode,
                                      template.home_service_mode, company.mode)
                   END AS mode,
                   activity.id AS activity_id, activity.nova_code,
                   nature.id AS nature_id,
                   COALESCE(template.home_service_travel, FALSE) AS travel,
                   move.move_type = 'out_refund' AS refund,
                   move.reversed_entry_id AS origin_id,
                   done.duration IS NOT NULL AS done,
                   -line.balance AS price, %(sign)s AS sign, %(hours)s AS own_hours,
                   %(reduction)s AS reduction,
                   SUM(-line.balance) FILTER (WHERE %(reduction)s) OVER whole
                   AS reductions,
                   SUM(-line.balance) FILTER (WHERE NOT %(reduction)s) OVER whole
                   AS others
              FROM %(posted)s
            """,
            sign=SIGN,
            hours=hours,
            reduction=REDUCTION,
            posted=self._posted_sql(tables),
        )

    @api.model
    def _posted_sql(self, tables):
        """Which lines count; the month is named for those who ask for some only."""
        return SQL(
            """
            %s
             WHERE move.state = 'posted' AND move.move_type IN %s
               AND line.display_type = 'product' AND NOT %s
            WINDOW whole AS (PARTITION BY line.company_id, move.id,
                             DATE_TRUNC('month', move.invoice_date)::date)
            """,
            tables,
            SALES,
            self._deposit_sql(),
        )

    @api.model
    def _deposit_sql(self):
        """Sale’s down payments, and what a final invoice takes off for them: it bears
        the services as a whole.
        """
        if "is_downpayment" in self.env["account.move.line"]._fields:
            return SQL("COALESCE(line.is_downpayment, FALSE)")
        return SQL("FALSE")

    @api.model
    def _tables_sql(self):
        return SQL(
            """
            account_move_line AS line
              JOIN account_move AS move ON move.id = line.move_id
              JOIN (%s) AS company (id, mode, travel) ON company.id = line.company_id
         LEFT JOIN product_product AS product ON product.id = line.product_id
         LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
         LEFT JOIN home_service_nature AS nature
                ON nature.id = COALESCE(line.home_service_nature_id,
                                        template.home_service_nature_id)
         LEFT JOIN home_service_activity AS activity ON activity.id = nature.activity_id
         LEFT JOIN uom_uom AS uom ON uom.id = line.product_uom_id
         LEFT JOIN (SELECT line_id, SUM(duration) AS duration
                      FROM home_service_intervention
                  GROUP BY line_id) AS done ON done.line_id = line.id
            """,
            self._companies_sql(),
        )

    @api.model
    def _hours_sql(self):
        """See ``account.move.line._home_service_hours``; of travel none, unless the
        company says so (article D7233-1 of the Code du travail: time and travel apart).
        """
        # sudo(): who reads figures need not read units.
        hour = self.env["product.template"]._home_service_hour().sudo()
        return SQL(
            """
            CASE WHEN nature.id IS NULL THEN 0
                 WHEN done.duration IS NOT NULL THEN done.duration
                 WHEN template.home_service_travel AND NOT company.travel THEN 0
                 WHEN COALESCE(CASE WHEN line.home_service_nature_id IS NULL
                                    THEN template.home_service_unit
                                    ELSE line.home_service_unit END, '') != 'hour'
                 THEN 0
                 WHEN SPLIT_PART(uom.parent_path, '/', 1) = %(reference)s
                 THEN line.quantity * uom.factor / %(factor)s
                 ELSE line.quantity
            END
            """,
            reference=(hour.parent_path or "").split("/")[0],
            factor=hour.factor or 1.0,
        )

    @api.model
    def _companies_sql(self):
        """Each company with the choices of the one whose declaration covers it."""
        # sudo(): a branch does not open the company above it; who reads what is decided
        # by the rule on this model.
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        rows = []
        for company in companies.search([]):  # pylint: disable=no-search-all
            said = company._home_service_declarant()
            chosen = said.home_service_mode or None, said.home_service_travel_hours
            rows.append(SQL("(%s, %s::varchar, %s)", company.id, *chosen))
        return SQL("VALUES %s", SQL(", ").join(rows))

    @api.model
    def _hours_taken_back(self, refunds):
        """``{id of a line of these credit notes: hours that it takes off}``."""
        if not refunds:
            return {}
        self.env.flush_all()
        query = SQL(
            "SELECT id, -hours FROM (%s) AS sold WHERE move_id IN %s AND hours < 0",
            self._lines_query(),
            refunds._ids,
        )
        return {line: float(hours) for line, hours in self.env.execute_query(query)}

    @api.model
    def _silent_lines(self, companies, days):
        """Lines of services without hours in these months.

        :param companies: those that the user may see, a record set
        :return: ``[(nature id, turnover, ids of the lines)]``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT nature_id, SUM(amount), ARRAY_AGG(id ORDER BY id)
                  FROM (%s) AS sold
                 WHERE company_id IN %s AND month >= %s AND month < %s
                   AND kind != 'other' AND hours = 0 AND amount != 0 AND NOT travel
                   AND NOT refund
              GROUP BY nature_id
              ORDER BY nature_id
                """,
                self._lines_query(),
                companies._ids or (0,),
                days[0],
                after(days),
            )
        )
        return self.env.cr.fetchall()

    # -- buttons -----------------------------------------------------------------

    def action_open_lines(self):
        """The lines of invoices that these rows are made of."""
        days = sorted(set(self.mapped("month")))
        none = any(not row.nature_id for row in self)
        return self._lines_action(
            [
                ("company_id", "in", self.company_id.ids),
                ("move_id.commercial_partner_id", "in", self.partner_id.ids),
                *self._nature_domain(self.nature_id, none),
            ],
            days,
        )

    @api.model
    def _nature_domain(self, natures, none=False):
        """Lines of these natures: kept at posting, else of the product."""
        ids = [*natures.ids, *([False] if none else [])]
        return [
            "|",
            ("home_service_nature_id", "in", natures.ids),
            "&",
            ("home_service_nature_id", "=", False),
            ("product_id.home_service_nature_id", "in", ids),
        ]

    @api.model
    def _other_domain(self):
        """Lines that are no service: no nature, or one that is neither eligible nor an
        activity; neither discounts of the whole nor down payments.
        """
        plain = [("eligible", "=", False), ("activity_id", "=", False)]
        natures = self.env["home.service.nature"].with_context(active_test=False)
        domain = Domain(self._nature_domain(natures.search(plain), none=True))
        spread = (
            Domain("price_subtotal", "<", 0)
            & Domain("home_service_nature_id", "=", False)
            & Domain("product_id.home_service_nature_id", "=", False)
        )
        if "is_downpayment" in self.env["account.move.line"]._fields:
            spread |= Domain("is_downpayment", "=", True)
        return list(domain & ~spread)

    @api.model
    def _lines_action(self, domain, days, name=None):
        """A list of the posted lines of these months that the domain leaves.

        :param days: first days of the months, sorted
        """
        return {
            "type": "ir.actions.act_window",
            "name": name or self.env._("Invoice lines"),
            "res_model": "account.move.line",
            "view_mode": "list",
            "views": [
                (
                    self.env.ref("l10n_fr_home_services.nova_line_view_list").id,
                    "list",
                )
            ],
            "domain": [
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", list(SALES)),
                ("display_type", "=", "product"),
                ("move_id.invoice_date", ">=", fields.Date.to_string(days[0])),
                ("move_id.invoice_date", "<", fields.Date.to_string(after(days))),
                *domain,
            ],
            "context": {"create": False},
        }
