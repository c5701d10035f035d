# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Under which habilitation, and in which environment, an exchange means something; and
made once, however many people click.
"""

from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError


class UrssafExchange(models.AbstractModel):
    _inherit = "urssaf.exchange"

    holder_id = fields.Many2one(
        "res.company",
        string="Habilitation of",
        compute="_compute_holder_id",
        store=True,
        precompute=True,
        required=True,
        index=True,
        help="The company whose credentials Urssaf knows this by: the company itself, "
        "or one above it. It stays the same, whatever credentials are changed later.",
    )

    @api.depends("company_id")
    def _compute_holder_id(self):
        for record in self:
            record.holder_id = record.company_id._urssaf_holder()

    # -- where identifiers mean something --------------------------------------

    def _is_here(self):
        """Those of self that are of the environment in which their habilitation is now:
        elsewhere an identifier means nothing, and an amount is not money.
        """
        # As superuser: a branch’s user may not open the company above it.
        return self.filtered(
            lambda r: r.environment == r.sudo().holder_id.urssaf_environment
        )

    def _check_real(self):
        """:raises UserError: this database is a copy, in which nothing is asked"""
        for company in self.sudo().holder_id:
            company._urssaf_check_real()

    def _check_here(self):
        """Buttons that book, send or ask are for the present environment, and not for
        a copy of the database.

        :raises UserError: one of self belongs to another environment, or this is a copy
        """
        self._check_real()
        labels = dict(self._fields["environment"]._description_selection(self.env))
        for record in self - self._is_here():
            holder = record.sudo().holder_id
            raise UserError(
                self.env._(
                    "%(record)s belongs to “%(there)s”, and %(company)s is in "
                    "“%(here)s” now: nothing of it is sent, asked or booked any more.",
                    record=record.display_name,
                    there=labels.get(record.environment) or "-",
                    company=holder.name,
                    here=labels[holder.urssaf_environment],
                )
            )

    # -- once ------------------------------------------------------------------

    @api.model
    def _create_once(self, vals_list):
        """Create what was searched for and not found: see :meth:`_once`.

        :raises ConcurrencyError: somebody else has just made one of these
        """
        with self._once():
            return self.create(vals_list)

    @contextmanager
    def _once(self):
        """Around the writing of what must be there once.

        Somebody may be making the same at this moment. His transaction commits first:
        ours is played again by Odoo, finds what he made, and goes on from there. What
        the user reads is then said about that, never the constraint of the database.

        :raises ConcurrencyError: somebody else has just made one of these
        """
        try:
            with self.env.cr.savepoint():
                yield
        except UniqueViolation as error:
            raise ConcurrencyError(
                self.env._(
                    "Somebody else was working on the same record at this moment. Look "
                    "at what was done, then try again if need be."
                )
            ) from error
