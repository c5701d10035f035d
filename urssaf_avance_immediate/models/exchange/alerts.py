# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one way to tell people that something waits for them: one activity per record and
subject, written for many records at once, and remembered.

Odoo deletes the activities of a user who is archived, and nothing would tell his
successor. So what was said is kept until it is settled, and the daily watch says it
again, to somebody who is there.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import plaintext2html, split_every

from . import work

ACTIVITY_TYPE = "urssaf_avance_immediate.activity_type_to_handle"
CALL_ACTIVITY = "urssaf_avance_immediate.activity_type_call_customer"
REVIEW_ACTIVITY = "urssaf_avance_immediate.activity_type_review_form"
REPLY_ACTIVITY = "urssaf_avance_immediate.activity_type_reply"
TRANSIT_ACTIVITY = "urssaf_avance_immediate.activity_type_transit"
LATE_TRANSFER_ACTIVITY = "urssaf_avance_immediate.activity_type_late_transfer"
NOT_TOLD_ACTIVITY = "urssaf_avance_immediate.activity_type_not_told"

# Activities written in one go, between two commits of the daily watch.
SLICE = 200
# From so many new activities of one person on, one e-mail tells of all of them.
MANY = 5


class UrssafAlerted(models.AbstractModel):
    """Records of which people are told: whose matter it is, and until when."""

    _name = "urssaf.alerted"
    _description = "Urssaf: what people are told of"

    def _urssaf_alert_candidates(self):
        """Whose matter this record is, the best choice first. The people in charge of
        the company come after them.
        """
        self.ensure_one()
        return self.env["res.users"]

    def _urssaf_alert_matter(self):
        """What it is about now, a word that no screen shows: when that changes, the
        activity goes to the person whose matter it is, also from somebody to whom it
        was handed on. Of one matter it only leaves whom the add-on has chosen. Empty:
        whoever has it keeps it, whatever it says.
        """
        self.ensure_one()
        return ""

    def _urssaf_alert_deadline(self):
        """Until when it has to be done, where Urssaf sets a delay."""
        self.ensure_one()
        return False


class UrssafAlert(models.Model):
    """What was said to a person and is not settled; the code alone reads it."""

    _name = "urssaf.alert"
    _description = "Urssaf Alert"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    activity_type = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Told to",
        index="btree_not_null",
        help="Whom the add-on chose: if another has the activity, a person gave it to "
        "him.",
    )
    matter = fields.Char()  # what it was about, see _urssaf_alert_matter
    note = fields.Text()
    told_at = fields.Datetime(required=True)

    _record_unique = models.UniqueIndex(
        "(res_id, res_model, activity_type)",
        "What waits for a person is said once for each record.",
    )

    # -- say, and take back ----------------------------------------------------

    @api.model
    def _tell(self, company, notes, activity_type=ACTIVITY_TYPE):
        """Say what somebody has to do now: one activity per record.

        Who has it keeps it as long as he is active, in the company and may read the
        record; unless the matter is another person's now (see
        ``_urssaf_alert_matter``) and nobody has handed this matter on to him.

        :param notes: ``{record: plain text}``, all of one model and company
        """
        if not notes:
            return
        records = next(iter(notes)).union(*notes)
        known = self._activities(records, activity_type).grouped("res_id")
        alerts = {alert.res_id: alert for alert in self._of(records, activity_type)}
        none = self.env["mail.activity"].sudo()  # sudo(): as _activities
        activities = {record: known.get(record.id, none)[:1] for record in records}
        kept = self._kept(activities, alerts)
        users = company._urssaf_readers(
            {
                record: kept[record] | record._urssaf_alert_candidates()
                # sudo(): whoever finds the matter may not read whose it is.
                for record in records.sudo()
            }
        )
        new = []
        for record, note in notes.items():
            values = {
                "note": note and plaintext2html(note),
                "user_id": users[record].id,
            }
            deadline = record._urssaf_alert_deadline()
            if deadline:
                values["date_deadline"] = deadline
            if activities[record]:
                _write_changes(activities[record], values)
            else:
                new.append((record, values))
        self._schedule(company, new, activity_type)
        chosen = {record: u for record, u in users.items() if u != kept[record]}
        self._remember(company, notes, activity_type, alerts, chosen)

    @api.model
    def _kept(self, activities, alerts):
        """``{record: user}`` who has its activity and keeps it, if he can; see
        ``_tell``.
        """
        kept = {}
        for record, activity in activities.items():
            alert = alerts.get(record.id, self.browse())
            # sudo(): whoever finds the matter may not read all that it is about.
            matter = record.sudo()._urssaf_alert_matter()
            stays = not matter or alert._handed_on(activity, matter)
            kept[record] = activity.user_id if stays else activity.user_id.browse()
        return kept

    def _handed_on(self, activity, matter):
        """Whether a person gave this activity to another than the add-on had chosen,
        for this very matter.
        """
        chosen = self.user_id and activity and activity.user_id != self.user_id
        # What was told before matters were kept says none.
        return bool(chosen and self.matter in (False, matter))

    @api.model
    def _settled(self, records, activity_type=ACTIVITY_TYPE):
        """The matter is over: close what was said of these records."""
        told = self._of(records, activity_type)
        if told:
            self._activities(records, activity_type).unlink()
            told.unlink()

    @api.model
    def _told(self, records, activity_type=ACTIVITY_TYPE):
        """Those of the records of which something is said now."""
        ids = self._activities(records, activity_type).mapped("res_id")
        return records.browse(ids)

    # -- in batches ------------------------------------------------------------

    @api.model
    def _activities(self, records, activity_type):
        kind = self.env["ir.model.data"]._xmlid_to_res_id(activity_type)
        # sudo(): activities of everybody, whoever settles the matter.
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", records._name),
                    ("res_id", "in", records.ids),
                    ("activity_type_id", "=", kind),
                    ("automated", "=", True),
                ]
            )
        )

    @api.model
    def _of(self, records, activity_type):
        # sudo(): nobody else reads or writes these.
        return self.sudo().search(
            [
                ("res_id", "in", records.ids),
                ("res_model", "=", records._name),
                ("activity_type", "=", activity_type),
            ]
        )

    @api.model
    def _schedule(self, company, new, activity_type):
        """Create the activities; a person who gets many reads of them in one e-mail.

        :param new: pairs of a record and the values of its activity
        """
        if not new:
            return
        # sudo(): whoever finds the matter may not read the types.
        kind = self.env.ref(activity_type).sudo()
        model = self.env["ir.model"]._get(new[0][0]._name)
        # Odoo reads the name of each one by itself: now they are there.
        new[0][0].union(*(record for record, _values in new)).mapped("display_name")
        theirs = defaultdict(list)
        for record, values in new:
            theirs[values["user_id"]].append(
                {
                    "activity_type_id": kind.id,
                    "summary": kind.summary,
                    "automated": True,
                    "date_deadline": fields.Date.context_today(self),
                    "res_model_id": model.id,
                    "res_id": record.id,
                    **values,
                }
            )
        # A customer, or somebody of another company, as the author of an activity
        # would keep the office from reading it.
        author = self.env.user
        if not author._is_internal() or company not in author.sudo().company_ids:
            author = self.env.ref("base.user_root")
        Activity = self.env["mail.activity"].with_user(author).sudo()
        for user_id, activities in theirs.items():
            many = len(activities) >= MANY
            Activity.with_context(mail_activity_quick_update=many).create(activities)
            if many:
                # sudo(): an e-mail address, whoever works here.
                user = self.env["res.users"].sudo().browse(user_id)
                self._mail_of_many(company, user, len(activities))

    @api.model
    def _mail_of_many(self, company, user, count):
        # The root user, who takes what has no other reader, has no mailbox.
        if not user.email:
            return
        # sudo(): the company's contact may be of another company.
        company.partner_id.sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.env._("Urssaf: %s matters are waiting for you", count),
            body=self.env._(
                "Odoo has put %(count)s activities about Urssaf on your list, for "
                "%(company)s. Each one says what is to be done.",
                count=count,
                company=company.name,
            ),
            email_layout_xmlid="mail.mail_notification_light",
        )

    @api.model
    def _remember(self, company, notes, activity_type, alerts, chosen):
        """:param alerts: ``{id of a record: what was said of it before}``
        :param chosen: ``{record: user}`` whom the add-on, not a person, has chosen
        """
        now = fields.Datetime.now()
        # sudo(): as in _kept.
        matters = {record: record.sudo()._urssaf_alert_matter() for record in notes}
        for record, note in notes.items():
            if record.id in alerts:
                values = {"note": note, "told_at": now, "matter": matters[record]}
                if record in chosen:
                    values["user_id"] = chosen[record].id
                alerts[record.id].write(values)
        # sudo(): nobody else reads or writes these.
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "activity_type": activity_type,
                    "user_id": chosen[record].id if record in chosen else False,
                    "matter": matters[record],
                    "note": note,
                    "told_at": now,
                }
                for record, note in notes.items()
                if record.id not in alerts
            ]
        )

    # -- the daily watch -------------------------------------------------------

    @api.model
    def _watch(self, company):
        """Say again what nobody has on his list any more: its user was archived, has
        left the company or may not read the record any more. What somebody has marked
        as done is his decision.
        """
        # sudo(): the daily watch, of all that the company serves.
        alerts = self.sudo().search(
            [("company_id", "in", company._urssaf_served().ids)], order="id"
        )
        kinds = alerts.grouped(
            lambda alert: (alert.company_id, alert.res_model, alert.activity_type)
        )
        for (branch, model, activity_type), theirs in kinds.items():
            for ids in split_every(SLICE, theirs.ids):
                if not work.time_left(self.env):
                    return
                self.sudo().browse(ids)._say_again(branch, model, activity_type)
                work.checkpoint(self.env)

    def _say_again(self, company, model, activity_type):
        """These alerts are all of one model and subject."""
        if model not in self.env:
            return self.unlink()
        # sudo(): the daily watch sees all.
        records = self.env[model].sudo().browse(self.mapped("res_id")).exists()
        self.filtered(lambda alert: alert.res_id not in records.ids).unlink()
        alerts = self.exists()
        done = alerts._marked_as_done(records, activity_type)
        done.unlink()
        holders = {
            records.browse(activity.res_id): activity.user_id
            for activity in self._activities(records, activity_type)
        }
        readers = company._urssaf_readers(holders)
        on_a_list = {r.id for r, user in holders.items() if readers[r] == user}
        notes = {
            records.browse(alert.res_id): alert.note
            for alert in alerts - done
            if alert.res_id not in on_a_list
        }
        return self._tell(company, notes, activity_type)

    def _marked_as_done(self, records, activity_type):
        """Odoo keeps, archived, what a person has marked as done."""
        kind = self.env["ir.model.data"]._xmlid_to_res_id(activity_type)
        # sudo(): what anybody has marked as done.
        closed = self.env["mail.activity"].with_context(active_test=False).sudo()
        moments = dict(
            closed._read_group(
                [
                    ("res_model", "=", records._name),
                    ("res_id", "in", records.ids),
                    ("activity_type_id", "=", kind),
                    ("active", "=", False),
                ],
                ["res_id"],
                ["write_date:max"],
            )
        )
        return self.filtered(
            lambda alert: moments.get(alert.res_id, alert.told_at) > alert.told_at
        )


def _write_changes(activity, values):
    """Write what is not so already."""
    changed = {
        name: value
        for name, value in values.items()
        if activity._fields[name].convert_to_write(activity[name], activity) != value
    }
    if changed:
        activity.write(changed)
