# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an invoice of services lacks of what article D7233-1 of the Code du travail
asks.

It is said at the head of the invoice, each with what to open; a company may choose that
such an invoice is not posted.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.mail import plaintext2html

from ..rules import some_names
from .account_move import ACTIVITY
from .taxes import EXEMPT

# Services that one sentence names.
NAMES = 5
# Nobody mends what is paid, nor the invoices of the years before.
OPEN = ("not_paid", "partial")
# How the names of its banners begin, at the head of the invoice.
BANNER = "home_service_paper_"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _home_service_is_paper(self):
        """Whether this is an invoice, or a credit note, of services: a line has a
        nature, or days when it was done. The others stay as Odoo prints them.
        """
        self.ensure_one()
        return (
            self.move_type in ("out_invoice", "out_refund")
            and self.home_service_shown
            and not self._is_downpayment()
            and any(
                line._home_service_nature()[0] or all(line._home_service_days())
                for line in self._home_service_lines()
            )
        )

    def _home_service_paper_faults(self):
        """What the invoice lacks: ``[(sentence, record to open)]``, empty if nothing.
        The record is the invoice where it is mended there.
        """
        self.ensure_one()
        if self.move_type != "out_invoice" or not self._home_service_is_paper():
            return []
        return [
            *self._home_service_company_faults(),
            *self._home_service_customer_faults(),
            *self._home_service_nature_faults(),
            *self._home_service_line_faults(),
        ]

    def _home_service_company_faults(self):
        """Name, address, declaration and agrément (article D7233-1), VAT number
        (article 242 nonies A of annex II of the CGI).
        """
        # sudo(): what every customer reads on the paper.
        company = self.sudo().company_id
        declarant = company._home_service_declarant()
        number = declarant.home_service_sap_number
        approval = declarant.home_service_approval_number
        sentences = []
        if not number and not approval:
            sentences.append(
                self.env._("%s has no SAP declaration number.", declarant.name)
            )
        if number and not declarant.home_service_declaration_date:
            sentences.append(
                self.env._("The date of the declaration %s is missing.", number)
            )
        if approval and not declarant.home_service_approval_date:
            sentences.append(
                self.env._("The date of the agrément %s is missing.", approval)
            )
        if not has_address(company.partner_id):
            sentences.append(self.env._("The address of %s is missing.", company.name))
        exempt = company._home_service_regime() in EXEMPT
        # A branch is the same legal person as the company above it.
        vat = company.vat or company.root_id.vat
        if self.amount_tax and not exempt and not vat:
            sentences.append(
                self.env._("The VAT number of %s is missing.", company.name)
            )
        return [(sentence, declarant) for sentence in sentences]

    def _home_service_customer_faults(self):
        """Name and address of the beneficiary, and where the services were done."""
        customer, place = self.partner_id, self.partner_shipping_id
        faults = []
        if not has_address(customer):
            faults.append(
                (self.env._("The address of %s is missing.", customer.name), customer)
            )
        if place and place != customer and not has_address(place):
            sentence = self.env._(
                "Where the services were done is missing: “%s” has no address.",
                place.display_name,
            )
            faults.append((sentence, place))
        return faults

    def _home_service_nature_faults(self):
        """Each line of a service says its nature. Lines that are no service need none:
        goods, and what is taken off, such as a rebate or a deposit.
        """
        faults = []
        for line in self._home_service_lines():
            if (
                line._home_service_nature()[0]
                or line.product_id.type not in (False, "service")
                or line.currency_id.compare_amounts(line.price_total, 0) <= 0
            ):
                continue
            sentence = self.env._(
                "“%s” has no nature: which service it is is missing.",
                line._home_service_title(),
            )
            # sudo(): Odoo’s own rules say who may open the product.
            product = line.sudo().product_id.product_tmpl_id
            faults.append((sentence, product or self))
        return list(dict.fromkeys(faults))

    def _home_service_line_faults(self):
        """The days of each service, who came and when (articles D7233-1, 6°, and
        D7233-2), nothing hidden.
        """
        services = self._home_service_services().filtered("price_total")
        undated = services.filtered(lambda line: not all(line._home_service_days()))
        # The employer is the customer where the company is only his agent; nobody does
        # the way there alone.
        done = services.filtered(
            lambda line: line._home_service_mode() != "agent"
            and not line.product_id.home_service_travel
        )
        unknown = done.filtered(lambda line: not line.home_service_intervention_ids)
        hidden = self.invoice_line_ids.filtered(
            lambda line: line.collapse_prices or line.collapse_composition
        ).filtered(lambda section: section._get_section_lines() & services)
        faults = []
        if undated:
            sentence = self.env._(
                "When it was done is missing: %s.", undated._home_service_titles()
            )
            faults.append((sentence, self))
        if unknown:
            sentence = self.env._(
                "Who came, when and how long (the interventions) is missing: %s.",
                unknown._home_service_titles(),
            )
            faults.append((sentence, self))
        if hidden:
            sentence = self.env._(
                "A section hides the price or the lines of services: %s.",
                hidden._home_service_titles(),
            )
            faults.append((sentence, self))
        return faults + done._home_service_person_faults()

    # -- at posting ----------------------------------------------------------------

    def _home_service_stopped(self):
        """``{invoice: faults}`` of those of self that their company does not want to
        post as they are.
        """
        found = {}
        for move in self:
            declarant = move.company_id._home_service_declarant()
            if declarant.home_service_paper_check == "block":
                if faults := move._home_service_paper_faults():
                    found[move] = faults
        return found

    def _home_service_impossible(self):
        """``{invoice: sentence}`` of those of self that cannot be posted, whatever
        their company wants: their days or their interventions cannot be.
        """
        found = {}
        for move in self:
            try:
                move._home_service_check_known_dates()
                move._home_service_check_interventions()
            except UserError as error:
                found[move] = str(error)
        return found

    def _home_service_check_papers(self):
        """Before posting. Odoo’s scheduled action of automatic posting writes a
        UserError on the invoice, and goes on with the next one.

        :raises UserError: a company wants complete invoices, and one of self is not
        """
        if stopped := self._home_service_stopped():
            raise UserError(self._home_service_stop_text(stopped))

    def _home_service_stop_text(self, stopped):
        blocks = []
        for move, faults in stopped.items():
            name = move.name if move.name not in (False, "/") else ""
            title = " ".join(filter(None, (name, move.partner_id.name or "")))
            sentences = "\n".join(f"- {sentence}" for sentence, _record in faults)
            blocks.append(f"{title}\n{sentences}" if len(stopped) > 1 else sentences)
        return "\n\n".join(
            [
                self.env._(
                    "Not posted: an invoice of services must say more, and your "
                    "company has chosen not to post it before it does (article D7233-1 "
                    "of the Code du travail)."
                ),
                *blocks,
            ]
        )

    def _home_service_tell_stopped(self):
        """What should have been posted by itself and was not is somebody's matter: an
        activity, closed at posting.
        """
        due = self.search(
            [
                ("state", "=", "draft"),
                ("move_type", "=", "out_invoice"),
                ("auto_post", "!=", "no"),
                ("date", "<=", fields.Date.context_today(self)),
            ]
        )
        for move in due._home_service_stopped():
            if not move.activity_search([ACTIVITY]):
                clerk = move._home_service_clerk()
                # In the language of who reads it: the scheduled action has none.
                # sudo(): the user may not read another one.
                told = move.with_context(lang=clerk.sudo().lang)
                text = told._home_service_stop_text(told._home_service_stopped())
                told.activity_schedule(
                    ACTIVITY, user_id=clerk.id, note=plaintext2html(text)
                )

    def _home_service_clerk(self):
        """Who looks after the invoice, else who made it, else somebody who invoices."""
        people = self.invoice_user_id + self.create_uid
        people = people.filtered(lambda user: user.active and not user.share)
        if people:
            return people[:1]
        # sudo(): who may do it, whoever runs the scheduled action.
        group = self.env.ref("account.group_account_invoice").sudo()
        here = group.all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return here.sorted("id")[:1]

    def _autopost_draft_entries(self, batch_size=100):
        """Extends account: somebody is told of those that could not be posted."""
        result = super()._autopost_draft_entries(batch_size)
        self._home_service_tell_stopped()
        return result

    def action_post(self):
        """Extends account: the button leads to the first thing to mend.

        :raises RedirectWarning: see :meth:`_home_service_check_papers`
        """
        if len(self) == 1 and (stopped := self._home_service_stopped()):
            actions = (
                self._home_service_mend_action(record)
                for _sentence, record in stopped[self]
            )
            if action := next(filter(None, actions), None):
                text = self._home_service_stop_text(stopped)
                raise RedirectWarning(text, action, self.env._("Mend it"))
        return super().action_post()

    # -- at the head of the invoice --------------------------------------------------

    @api.depends(
        "payment_state",
        "partner_shipping_id",
        "home_service_start",
        "home_service_end",
        "invoice_line_ids.product_id",
        "invoice_line_ids.home_service_start",
        "home_service_intervention_ids.person_number",
    )
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        """Extends account: what the invoice lacks, once it is posted and until it is
        paid; before, where its company would not post it.
        """
        banners = super()._get_alerts()
        if not self.env.user.has_group("account.group_account_invoice"):
            return banners
        if self.state == "posted" and self.payment_state in OPEN:
            banners |= self._home_service_paper_banners()
        elif self.state == "draft" and self.id and self._home_service_stopped():
            banners |= self._home_service_paper_banners()
        return banners

    def _home_service_paper_banners(self):
        """One per record to mend, each under a name that begins with ``BANNER``."""
        sentences = defaultdict(list)
        for sentence, record in self._home_service_paper_faults():
            sentences[record].append(sentence)
        banners = {}
        for number, (record, said) in enumerate(sentences.items()):
            banner = {"level": "warning", "message": "\n".join(said)}
            if number == 0:
                intro = self.env._("The law asks more of an invoice of services:")
                banner["message"] = f"{intro}\n{banner['message']}"
            if action := self._home_service_mend_action(record):
                banner |= {
                    "action": action,
                    "action_text": self.env._("Open %s", record.display_name),
                }
            banners[f"{BANNER}{number}"] = banner
        return banners

    def _home_service_mend_action(self, record):
        """What opens this record for the user; nothing for the invoice, where he is,
        and for what he may not open.
        """
        if record._name == "res.company":
            if not self.env.user.has_group("base.group_system"):
                return None
            return self.env["ir.actions.actions"]._for_xml_id(
                "account.action_account_config"
            )
        record = record.with_env(self.env)
        if record == self or not record.has_access("write"):
            return None
        return record._get_records_action()


def has_address(partner):
    """Whether a letter would arrive: a street, or what stands for it, and a city."""
    return bool((partner.street or partner.street2) and partner.city)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _home_service_title(self):
        """The line in a sentence: the first line of its text."""
        self.ensure_one()
        text = (self.name or "").strip() or self.product_id.display_name or ""
        return text.splitlines()[0] if text else self.env._("a line")

    def _home_service_person_faults(self):
        """Each person has a number in the register of the employees."""
        faults = []
        for row in self.home_service_intervention_ids:
            if row.person_number:
                continue
            move = row.move_id
            if not row.person_name:
                sentence = self.env._(
                    "Who did the intervention of %s is missing.", row.display_name
                )
                faults.append((sentence, move))
                continue
            sentence = self.env._(
                "The number of %s in the register of your employees is missing.",
                row.person_name,
            )
            # A posted invoice keeps what the register said that day.
            draft = move.state == "draft"
            faults.append((sentence, draft and row.person_id or move))
        return list(dict.fromkeys(faults))

    def _home_service_titles(self):
        """Several of them, not too many."""
        titles = list(dict.fromkeys(line._home_service_title() for line in self))
        return some_names(titles, NAMES)
