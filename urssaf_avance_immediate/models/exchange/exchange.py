# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an enrolment and a demande de paiement are: identity, state, error, and who is
told. How they are sent is in ``calling.py``.
"""

from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ...lib.api import redact
from ..groups import MANAGER
from .words import UNFORESEEN, error_text, kind_text

# Nothing was done at Urssaf: the exchange waits in the queue as it was.
OUTAGE_KINDS = ("copy", "config", "vault", "auth", "unreachable", "unavailable")

# A worker commits its claim and takes the row lock again in the next statement.
# The repair stays away for this long, so that it never steps in between.
CLAIM_GRACE = timedelta(minutes=1)

# Times that an answer is written again when somebody edits the invoice meanwhile.
RECORD_TRIES = 4

# Refusals without a word, before it is a person's matter: an empty 400
# may be a fault of the moment.
SILENT_REFUSALS = 3

# Answers lost in a row after which it is sent less and less often, and after which a
# person is told: it may always be the same fault.
LOST_BEFORE_WAITING, LOST_BEFORE_TELLING = 3, 5

# Claims of dead workers, and records that somebody is told of, per transaction.
SETTLED_AT_ONCE = TOLD_AT_ONCE = 100


class UrssafExchange(models.AbstractModel):
    """What an enrolment and a demande de paiement have in common.

    Both are sent once, followed for weeks and shown to people. The sending
    protocol lives here:

    1. *claim*: lock the row, ``queued`` becomes ``sending``, commit;
    2. hold the row lock again, so that the database itself tells that a worker is
       alive: if Odoo is killed the lock goes with its connection;
    3. call Urssaf;
    4. record the answer, commit.

    Odoo replays a whole request when a transaction conflicts. The replay finds the
    committed claim and stops, hence one call. A claim whose row is not locked is a
    dead worker's: its outcome is looked up at Urssaf, never sent again blindly.

    People only read these records. Buttons check the rights of the user, then
    write with ``sudo()``.
    """

    _name = "urssaf.exchange"
    _description = "Exchange with Urssaf"
    _inherit = ["urssaf.followed"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
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
    environment = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["urssaf_environment"]
        ._description_selection(self.env),
        readonly=True,
        help="Where Urssaf’s identifiers were issued; elsewhere they mean nothing.",
    )
    external_id = fields.Char(
        string="Urssaf identifier", readonly=True, copy=False, index="btree_not_null"
    )
    state_since = fields.Datetime(
        readonly=True, copy=False, help="When the present state began."
    )
    told_at = fields.Datetime(
        readonly=True, copy=False, help="When somebody was last told that it is stuck."
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, copy=False)
    silent_refusals = fields.Integer(
        readonly=True,
        copy=False,
        help="Times in a row that Urssaf refused it without saying why.",
    )
    lost_count = fields.Integer(
        readonly=True,
        copy=False,
        help="Times in a row that the answer was lost and Urssaf had nothing of it.",
    )
    claimed_at = fields.Datetime(string="Last sent", readonly=True, copy=False)
    next_call_at = fields.Datetime(
        string="Next call",
        readonly=True,
        copy=False,
        help="When Odoo will next talk to Urssaf about this, at the earliest.",
    )
    last_error_kind = fields.Char(readonly=True, copy=False)
    last_error_code = fields.Char(string="Error code", readonly=True, copy=False)
    last_error_message = fields.Text(string="Last error", readonly=True, copy=False)
    last_response = fields.Text(
        string="Last answer",
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="As Urssaf sent it, personal data masked.",
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
        # sudo(): a branch’s user may not open the company above it.
        return self.filtered(
            lambda r: r.environment == r.sudo().holder_id.urssaf_environment
        )

    def _check_real(self):
        """:raises UserError: this database is a copy, in which nothing is asked"""
        # sudo(): a branch’s user may not open the company above it, here and below.
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
            # sudo(): a branch’s user may not open the company above it.
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

    # -- made once, however many people click ----------------------------------

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

    # -- state and errors ------------------------------------------------------

    def _set_state(self, state, **values):
        """Change the state. Each model has its own transition, in its first file: the
        only place that may call :meth:`_write_state`.
        """
        self._write_state(state, values)

    def _write_state(self, state, values):
        """Write the state with these values, and when it began if it is another one."""
        # Each try goes through "sending": what waits in the queue waits all along.
        queue = {"queued", "sending"}
        if any(
            record.state != state and {record.state, state} - queue for record in self
        ):
            values = {"state_since": fields.Datetime.now(), **values}
        if any(record.state != state for record in self):
            # Written anew, all that hangs on it would be: the invoice too.
            values = {"state": state, **values}
        self.write(values)

    def _write_each(self, name, values):
        """Write a value of its own on each record, in one statement at the next flush.
        ``write`` would check, mark and look for followers once for each.

        :param name: a field on which nothing depends
        :param values: ``{record: value}``
        """
        with self.env.protecting([self._fields[name]], self):
            for record in self:
                record[name] = values[record]

    @api.model
    def _no_error(self):
        """Values that forget the last error. Models with more fields add theirs."""
        return self._no_call_error()

    @api.model
    def _no_call_error(self):
        return {
            "last_error_kind": False,
            "last_error_code": False,
            "last_error_message": False,
        }

    def _error_values(self, error):
        """Values that keep an UrssafError on the record. Models with more fields add
        theirs.
        """
        return self._call_error_values(error)

    def _call_error_values(self, error):
        return {
            "last_error_kind": error.kind,
            "last_error_code": error.code,
            "last_error_message": self._error_text(error),
        }

    def _error_text(self, error):
        """What people read: Urssaf's own words, then what to do about it."""
        return error_text(self.env, error, self._masked)

    def _masked(self, message):
        """What Urssaf wrote, for every reader. Models mask what only they know."""
        return redact(message)

    # -- who is told what ------------------------------------------------------

    def _tell(self, note):
        """One activity per record says what somebody has to do now."""
        self._tell_each({record: note for record in self})

    @api.model
    def _tell_each(self, notes):
        """The same, with a sentence for each.

        :param notes: ``{record: plain text}``
        """
        records = self.browse().union(*notes)
        for company, theirs in records.grouped("company_id").items():
            said = {record: notes[record] for record in theirs}
            self.env["urssaf.alert"]._tell(company, said)

    def _tell_stuck(self, say):
        """Say once per state that nothing has happened for too long; while scheduled
        actions do not run, that is the reason, and each company is told of it once.

        :param say: the sentence for one record
        """
        # sudo(): people do not read scheduled actions
        cron = self.env["ir.cron"].sudo()
        if self and cron._urssaf_notice(essential=True):
            cron._urssaf_watch()
            return
        silent = self - self.env["urssaf.alert"]._told(self)
        silent = silent.filtered(
            lambda r: not r.told_at or not r.state_since or r.told_at <= r.state_since
        )
        silent._tell_each({record: say(record) for record in silent})
        silent.told_at = fields.Datetime.now()

    def _told_done(self):
        """The matter is settled: close its activities."""
        self.env["urssaf.alert"]._settled(self)

    def _tell_put_off(self, error=None):
        """A person looks at it; nothing is to be put off."""
        self._tell(kind_text(self.env, UNFORESEEN))

    def _creation_message(self):
        """Extends mail: Odoo’s own sentence has a gender that French does not fit."""
        return self.env._("Opened")
