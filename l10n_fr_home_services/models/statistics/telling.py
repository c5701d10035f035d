# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the trade tells a person that something waits for him: one activity per record
and subject. An add-on that has a way of its own extends it.
"""

import logging
import traceback
from contextlib import contextmanager

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)

DOCUMENT_ACTIVITY = "l10n_fr_home_services.activity_type_document"
COUNTER_ACTIVITY = "l10n_fr_home_services.activity_type_counter"
MANAGER = "l10n_fr_home_services.group_manager"


class HomeServiceTelling(models.AbstractModel):
    _name = "home.service.telling"
    _description = "Telling people of home services"

    @contextmanager
    def _apart(self, company):
        """What fails for one company stands in the log, and stops no other one."""
        try:
            with self.env.cr.savepoint():
                yield
        except OperationalError:
            # The database is to try again, the whole of it.
            raise
        except Exception as error:
            # Never the text of the error: it may quote personal data.
            _logger.error(
                "A reminder of company %s was not written: %s.\n%s",
                company.id,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )

    @api.model
    def _for_reader(self, company, record, activity_type):
        """The record in the language of the person who is told of it: a scheduled
        action has none, and what he reads is built from this record.
        """
        reader = self._reader(company, record, activity_type)
        # sudo(): the language of another person.
        return record.with_context(lang=reader.sudo().lang or self.env.lang)

    @api.model
    def _reader(self, company, record, activity_type):
        """Who has the matter on his list, else who will have it."""
        known = self._activities(record, activity_type).user_id
        return known.filtered("active")[:1] or self._person(company, record)

    @api.model
    def _tell(self, company, notes, activity_type):
        """Say what somebody has to do: one activity per record, whose text follows.

        :param notes: ``{record: plain text}``, all of one model and company
        """
        if not notes:
            return
        records = next(iter(notes)).union(*notes)
        known = self._activities(records, activity_type).grouped("res_id")
        for record, note in notes.items():
            html = plaintext2html(note)
            activity = known.get(record.id)
            if activity and activity[0].user_id.active:
                if activity[0].note != html:
                    activity[0].note = html
                continue
            if activity:
                activity.unlink()
            # sudo(): whoever finds the matter may not write an activity for another
            # one.
            record.sudo().activity_schedule(
                activity_type,
                note=html,
                user_id=self._person(company, record).id,
                automated=True,
            )

    @api.model
    def _settled(self, records, activity_type):
        """The matter is over: what was said of it goes away."""
        if records:
            self._activities(records, activity_type).unlink()

    @api.model
    def _done_since(self, records, activity_type, since):
        """Those of the records whose activity somebody has marked as done: that is his
        decision. Odoo keeps these, archived.

        :param since: ``{id: day}``, what was done before is another matter
        """
        activities = self._activities(records, activity_type, done=True)
        done = activities.filtered(
            lambda activity: not activity.active
            and (activity.date_done or fields.Date.today()) >= since[activity.res_id]
        )
        return records.browse(done.mapped("res_id"))

    @api.model
    def _activities(self, records, activity_type, done=False):
        # sudo(): activities of everybody, whoever settles the matter.
        activities = self.env["mail.activity"].sudo()
        return activities.with_context(active_test=not done).search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                (
                    "activity_type_id",
                    "=",
                    self.env["ir.model.data"]._xmlid_to_res_id(activity_type),
                ),
                ("automated", "=", True),
            ]
        )

    @api.model
    def _person(self, company, record):
        """Who is told: the responsible person of the record, else a manager of services
        à la personne, who is there and can open it in this company.
        """
        # sudo(): groups and users that whoever finds the matter may not read.
        managers = self.env.ref(MANAGER).sudo().all_user_ids.sorted("id")
        robot = self.env.ref("base.user_root")
        candidates = self._candidates(record) | managers
        for user in (candidates - robot).filtered(
            lambda user: user.active and company in user.company_ids
        ):
            theirs = record.with_user(user).with_context(
                allowed_company_ids=company.ids
            )
            if theirs.has_access("read"):
                return user
        return robot

    @api.model
    def _candidates(self, record):
        """Whose matter a record is, the best choice first.

        As superuser: users of every company, see :meth:`_person`.
        """
        if record._name == "home.service.document":
            return record.sudo().user_id
        return self.env["res.users"].sudo()
