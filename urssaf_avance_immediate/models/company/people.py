# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who in a company is told what waits, and what concerns the company as a whole."""

from collections import defaultdict

from odoo import SUPERUSER_ID, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from odoo.addons.l10n_fr_home_services.rules import some_names

from ...lib.rules import PARIS
from ..exchange.alerts import ACTIVITY_TYPE, NOT_TOLD_ACTIVITY, REPLY_ACTIVITY
from ..exchange.messages import NOT_TOLD
from ..groups import MANAGER

# Forms whose link may not have left: an e-mail that has is deleted.
FORMS = Domain("state", "=", "sent") & Domain("mail_id", "!=", False)
# Customers that a line names: the lists have a filter for all of them.
NAMES = 10


class ResCompany(models.Model):
    _inherit = "res.company"

    # -- who is told -------------------------------------------------------------

    def _urssaf_responsibles(self):
        """Who may receive the alerts of this company, the best choice first: the person
        in charge, then the managers of the service; nobody who was archived or has
        left the company.
        """
        self.ensure_one()
        # sudo(): users and groups that whoever causes the alert may not read.
        managers = self.env.ref(MANAGER).sudo()
        responsible = self._urssaf_own("urssaf_responsible_id")
        people = responsible.sudo() | managers.all_user_ids
        return people.filtered(
            lambda user: user.active and self in user.company_ids
        ).with_env(self.env)

    def _urssaf_reader_of(self, record, candidates):
        """Who is given an activity on this record: the first of the candidates, then of
        the people in charge, who can open it in this company. Not somebody who left,
        nor the machine, whom Odoo names on what a scheduled action has posted.
        """
        return self._urssaf_readers({record: candidates})[record]

    def _urssaf_readers(self, wanted):
        """The same for many records, in a few queries.

        :param wanted: ``{record: candidates}``, the best choice first
        :return: ``{record: user}``; the root user where nobody else can open it
        """
        self.ensure_one()
        # sudo(): users are compared as superuser: he who causes the alert may not read
        # them.
        responsibles = self._urssaf_responsibles()
        alike = defaultdict(list)
        for record, candidates in wanted.items():
            alike[(candidates.sudo() | responsibles)._ids].append(record)
        # sudo(): as the users above.
        robot = self.env.ref("base.user_root").sudo()
        readers = dict.fromkeys(wanted, robot)
        for user_ids, records in alike.items():
            users = self.env["res.users"].sudo().browse(user_ids) - robot
            left = records[0].union(*records)
            for user in users.filtered(
                lambda user: user.active and self in user.company_ids
            ):
                # Odoo refuses an activity for somebody who cannot open the record.
                env = left.with_user(user).with_context(allowed_company_ids=self.ids)
                theirs = env._filtered_access("read")
                readers.update(dict.fromkeys(theirs, user))
                left -= theirs
                if not left:
                    break
        return readers

    def _urssaf_tell(self, note, activity_type=ACTIVITY_TYPE):
        """What concerns the whole company: one activity on its own contact, for each
        type of activity.
        """
        for company in self:
            notes = {company.partner_id: note}
            self.env["urssaf.alert"]._tell(company, notes, activity_type)

    def _urssaf_told_done(self, activity_type=ACTIVITY_TYPE):
        """The matter is settled: close its activities."""
        self.env["urssaf.alert"]._settled(self.partner_id, activity_type)

    # -- customers whom a message did not reach ----------------------------------

    def _urssaf_tell_not_told(self):
        """One activity on the company's contact: who was not told, and why. It goes
        away by itself, and comes back once a day.
        """
        self.ensure_one()
        note = self._urssaf_not_told_note()
        if not note:
            self._urssaf_told_done(NOT_TOLD_ACTIVITY)
            return
        connection = self.env["urssaf.connection"]._of(self)
        today = fields.Date.context_today(self)
        said = self.env["urssaf.alert"]._told(self.partner_id, NOT_TOLD_ACTIVITY)
        if said or connection.not_told_on != today:
            connection.not_told_on = today
            self._urssaf_tell(note, NOT_TOLD_ACTIVITY)

    def _urssaf_not_told_note(self):
        """The customers by reason, or nothing."""
        named = {}
        for record in self._urssaf_not_told():
            names = named.setdefault(record.not_told_reason, [])
            names.append(record.partner_id.display_name)
        # sudo(): the watch sees all the forms and exchanges of the habilitation.
        forms = self.env["urssaf.customer.form"].sudo()
        served = Domain("company_id", "in", self._urssaf_served().ids)
        for form in forms.search(served & FORMS).filtered("mail_failed"):
            reason = self.env._("the form to fill in did not leave, send it again")
            named.setdefault(reason, []).append(form.partner_id.display_name)
        if not named:
            return ""
        head = self.env._(
            "A message did not reach these customers. Mend what stands below, then "
            "press “Send again” on the enrolment or demande (filter “Customer not "
            "told”)."
        )
        lines = [
            self.env._(
                "%(count)s: %(names)s (%(reason)s)",
                count=len(names),
                names=some_names(names, NAMES),
                reason=reason,
            )
            for reason, names in named.items()
        ]
        return "\n".join([head, *lines])

    def _urssaf_not_told(self):
        """Enrolments, then demandes, whose last message did not leave."""
        found = []
        for model in ("urssaf.enrolment", "urssaf.payment.request"):
            # sudo(): the watch sees all the exchanges of the habilitation.
            domain = Domain("holder_id", "=", self.id) & NOT_TOLD
            found += self.env[model].sudo().search(domain)
        return found

    def _urssaf_with_not_told(self):
        """Those of these habilitations to which ``_urssaf_tell_not_told`` has anything
        to say, or to take back.
        """
        found = self.env["urssaf.enrolment"]._with_not_told(self)
        found |= self.env["urssaf.payment.request"]._with_not_told(self - found)
        # sudo(): the watch sees all the forms of the habilitations.
        forms = self.env["urssaf.customer.form"].sudo().search(FORMS)
        found |= self & forms.filtered("mail_failed").company_id.urssaf_holder_id
        # sudo(): nobody else reads what was said.
        said = self.env["urssaf.alert"].sudo()
        told = said._of(self.partner_id, NOT_TOLD_ACTIVITY).mapped("res_id")
        return found | self.filtered(lambda company: company.partner_id.id in told)

    # -- a customer answers ------------------------------------------------------

    def _urssaf_customer_wrote(self, record, partner):
        """One activity on the record, for a person: answer, and until when.

        :param record: where the message arrived
        :param partner: the customer
        """
        self.ensure_one()
        # sudo(): the machine writes it: a visitor of the portal may not, and the office
        # reads.
        company = self.with_user(SUPERUSER_ID)
        record = record.with_user(SUPERUSER_ID).with_company(company)
        candidates = record.sudo()._urssaf_alert_candidates()
        reader = company._urssaf_reader_of(record, candidates)
        record = record.with_context(lang=reader.lang or self.env.lang)
        notes = {record: company._urssaf_reply_note(record, partner)}
        record.env["urssaf.alert"]._tell(company, notes, REPLY_ACTIVITY)

    def _urssaf_reply_note(self, record, partner):
        """What the reader is told, with the customer's delay if one runs."""
        urgent = record.env["urssaf.payment.request"].search(
            [
                ("company_id", "=", self.id),
                ("partner_id", "=", partner.id),
                ("state", "=", "waiting"),
                ("answer_until", ">", fields.Datetime.now()),
            ],
            order="answer_until",
            limit=1,
        )
        if not urgent:
            return record.env._(
                "%s has written: the message is below. Please answer.",
                partner.display_name,
            )
        return record.env._(
            "%(customer)s has written: the message is below. The demande %(number)s "
            "(%(amount)s) may still be refused until %(date)s: please answer before.",
            customer=partner.display_name,
            number=urgent.name,
            amount=urgent.currency_id.format(urgent.amount_total),
            date=format_datetime(
                record.env, urgent.answer_until, tz=PARIS.key, dt_format="short"
            ),
        )
