# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a company sets up before its first demande de paiement, step by step.

A step is done because the thing is there, never because somebody clicked: what is
undone later, a person in charge who leaves or a database that was copied, comes back by
itself. Odoo's own ``onboarding`` keeps a click per step and company, so it is not used
(docs/decisions.md).
"""

from odoo import models
from odoo.fields import Domain
from odoo.tools import config

from odoo.addons.l10n_fr_home_services.models.taxes import EXEMPT
from odoo.addons.l10n_fr_home_services.rules import some_names

from ..exchange.connection import FOR_A_PERSON
from ..groups import ACCOUNTING_MANAGER, ADMINISTRATOR, USER
from .empty_lists import NOT_ENROLLED

PRODUCT_MANAGER = "product.group_product_manager"
# States of a form whose customer is not enrolled yet.
ON_THE_WAY = ("sent", "submitted", "accepted")
# People or services that a step names.
NAMES = 3


class ResCompany(models.Model):
    _inherit = "res.company"

    def _urssaf_setup_steps(self):
        """What is to be set up, in the order in which it is done.

        :return: list of ``{"key", "title", "text", "done", "action"}``: ``done`` by
            facts, ``action`` the window that does it or its external id, None where
            this user may not, or nothing is left to do; ``text`` then says who may
        """
        self.ensure_one()
        return [
            self._urssaf_step_credentials(),
            self._urssaf_step_declaration(),
            self._urssaf_step_transfers(),
            self._urssaf_step_vat(),
            self._urssaf_step_natures(),
            self._urssaf_step_responsible(),
            self._urssaf_step_mail(),
            self._urssaf_step_customer(),
        ]

    # -- who may, and through which window ---------------------------------------

    def _urssaf_step(self, key, title, text, done, action, group):
        """:param group: who may do it; for everybody else the text says who they are"""
        may = self.env.user.has_group(group) and self in self.env.companies
        if not may and not done:
            text = f"{text} {self._urssaf_who_can(group)}"
        return {
            "key": key,
            "title": title,
            "text": text,
            "done": bool(done),
            "action": action if may else None,
        }

    def _urssaf_who_can(self, group):
        """A sentence that names those who may, of this company."""
        # sudo(): users and groups that the reader may not open; names only.
        people = self.env.ref(group).sudo().all_user_ids
        people = people.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        if not people:
            return self.env._("Nobody in this company may do it yet.")
        # Any of them may do it: no sign that there are more.
        names = ", ".join(people[:NAMES].mapped("name"))
        return self.env._("Ask %s to do it.", names)

    def _urssaf_setup_action(self, view, title, model="urssaf.setup"):
        """The dialogue of one step, in which this company is set up."""
        # Looked up without a query: the steps are asked for at each look of the board.
        view_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"urssaf_avance_immediate.{view}"
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "views": [[view_id, "form"]],
            "target": "new",
            "context": {"default_company_id": self.id},
        }

    # -- the steps ---------------------------------------------------------------

    def _urssaf_step_credentials(self):
        title = self.env._("Connection to Urssaf")
        # sudo(): a branch's user may not open the company above it.
        holder = self._urssaf_holder().sudo()
        connection = holder.urssaf_connection_ids
        copied = self._urssaf_copy_notice()
        refused = connection.failure_kind in FOR_A_PERSON
        there = holder._urssaf_seems_to_have_credentials()
        done = there and connection.accepted and not copied and not refused
        if copied:
            text = copied
        elif done:
            text = self.env._("Urssaf accepts the credentials of %s.", holder.name)
        elif there and refused:
            text = self.env._("Urssaf does not accept these credentials any more.")
        elif there:
            text = self.env._("The credentials are there, and were not tried yet.")
        else:
            text = self.env._("The client ID and the secret that Urssaf gave you.")
        own = holder.with_env(self.env)
        action = own._urssaf_setup_action(
            "urssaf_setup_credentials_view_form", title, "urssaf.setup.credentials"
        )
        return own._urssaf_step("credentials", title, text, done, action, ADMINISTRATOR)

    def _urssaf_step_declaration(self):
        title = self.env._("SAP number and declaration")
        # sudo(): a branch's user may not open the company above it.
        company = self._home_service_declarant().with_env(self.env)
        declarant = company.sudo()
        number = declarant.home_service_sap_number
        done = number and declarant.home_service_declaration_date
        if done:
            text = self.env._("%s, printed on your invoices.", number)
        else:
            text = self.env._(
                "The number of your declaration and its date: Urssaf knows you by the "
                "one, and both are printed on your invoices."
            )
        action = company._urssaf_setup_action(
            "urssaf_setup_declaration_view_form", title
        )
        return company._urssaf_step(
            "declaration", title, text, done, action, ADMINISTRATOR
        )

    def _urssaf_step_transfers(self):
        title = self.env._("Transfers of Urssaf")
        missing = self._urssaf_transit_missing()
        if missing:
            text = self.env._(
                "On which bank account Urssaf pays, and the account on which its "
                "transfers wait until the bank shows them."
            )
        else:
            # sudo(): a branch is paid through the accounts of the company above it.
            account = self._urssaf_transit_account().sudo().with_company(self)
            name = " ".join(filter(None, (account.code, account.name)))
            text = self.env._("They wait for the bank on %s.", name)
        action = self._urssaf_setup_action("urssaf_setup_transfers_view_form", title)
        return self._urssaf_step(
            "transfers", title, text, not missing, action, ACCOUNTING_MANAGER
        )

    def _urssaf_step_vat(self):
        title = self.env._("VAT of the services")
        # sudo(): taxes are those of the company, whoever looks at the step.
        company = self.sudo()
        wrong = company._home_service_wrong_products()
        regime = company._home_service_regime()
        there = company._urssaf_has_tax(regime)
        label = dict(
            company._fields["home_service_vat"]._description_selection(self.env)
        )[regime]
        if wrong:
            names = some_names(wrong.mapped("name"), NAMES)
            text = self.env._(
                "The tax of these services is not the right one: %s.", names
            )
        elif there:
            text = label
        else:
            text = self.env._(
                "When VAT is due on your services, and the taxes that they bear."
            )
        done = not wrong and there
        # A branch bears the VAT of the company above it, which whoever works in the
        # branch alone may not open.
        payer = company.root_id.with_env(self.env)
        action = payer._urssaf_setup_action("urssaf_setup_vat_view_form", title)
        return payer._urssaf_step("vat", title, text, done, action, ACCOUNTING_MANAGER)

    def _urssaf_has_tax(self, regime):
        """Whether a tax suits the services of this company; an exempt one gets its own
        at its first service.
        """
        if regime in EXEMPT:
            return True
        taxes = self.env["account.tax"]
        found = taxes.search(
            [
                *taxes._check_company_domain(self),
                ("type_tax_use", "=", "sale"),
                ("amount", ">", 0),
            ]
        )
        return any(not tax._home_service_fault(regime) for tax in found)

    def _urssaf_step_natures(self):
        title = self.env._("Your services")
        products = self.env["product.template"]
        # sudo(): a fact about the company, whoever looks at the step.
        found = products.sudo().search(
            [
                *products._check_company_domain(self),
                ("home_service_nature_id.urssaf_code", "!=", False),
            ],
            limit=NAMES,
        )
        if found:
            text = ", ".join(found.mapped("name"))
        else:
            text = self.env._(
                "A product for each service that you invoice, with its nature for "
                "Urssaf and its unit."
            )
        action = "urssaf_avance_immediate.urssaf_setup_services_action"
        return self._urssaf_step("natures", title, text, found, action, PRODUCT_MANAGER)

    def _urssaf_step_responsible(self):
        title = self.env._("Person in charge")
        # sudo(): a user of another company alone may not be read.
        person = self._urssaf_own("urssaf_responsible_id").sudo()
        done = person.active and self in person.company_ids
        if done:
            text = self.env._("%s is told what needs a person.", person.name)
        elif person:
            text = self.env._("%s does not work here any more.", person.name)
        else:
            text = self.env._("Who is told when Urssaf refuses something or is late.")
        action = self._urssaf_setup_action("urssaf_setup_people_view_form", title)
        return self._urssaf_step(
            "responsible", title, text, done, action, ADMINISTRATOR
        )

    def _urssaf_step_mail(self):
        title = self.env._("Outgoing e-mail")
        # sudo(): a fact about the company, whoever looks at the step.
        company = self.sudo()
        leaves = company._urssaf_mail_leaves()
        if not company.email:
            text = self.env._(
                "The e-mail address of your company: customers answer it."
            )
        elif leaves:
            text = self.env._("Customers are written to from %s.", company.email)
        else:
            text = self.env._(
                "Odoo has no server for outgoing e-mails: your customers would receive "
                "neither the form to fill in nor their invoices."
            )
        action = self._urssaf_setup_action("urssaf_setup_mail_view_form", title)
        return self._urssaf_step(
            "mail", title, text, leaves and company.email, action, ADMINISTRATOR
        )

    def _urssaf_mail_leaves(self):
        """Whether a server for e-mails is set up, here or in Odoo's own settings file,
        or an e-mail has left already: one of the machine itself is set up nowhere.
        """
        if self.env["ir.mail_server"].search([], limit=1):
            return True
        if config["smtp_server"] not in (False, "", "localhost"):
            return True
        sent = self.env["mail.notification"].search(
            [("notification_type", "=", "email"), ("notification_status", "=", "sent")],
            limit=1,
        )
        return bool(sent)

    def _urssaf_step_customer(self):
        title = self.env._("First customer")
        # sudo(): a fact about the habilitation, whoever looks at the step.
        enrolments = self.env["urssaf.enrolment"].sudo()
        known = self._urssaf_here() & Domain("state", "not in", NOT_ENROLLED)
        if enrolments.search(known, limit=1):
            text, action = self.env._("Your first customer is enrolled."), None
            return self._urssaf_step("customer", title, text, True, action, USER)
        text, action = self._urssaf_customer_on_the_way()
        return self._urssaf_step("customer", title, text, False, action, USER)

    def _urssaf_customer_on_the_way(self):
        """``(text, action)`` of the customer who comes first: to be made, or already
        here and to be brought to the enrolment.
        """
        # sudo(): a fact about the company, whoever looks at the step.
        forms = self.env["urssaf.customer.form"].sudo()
        form = forms.search(
            [
                ("company_id", "in", (self | self._urssaf_holder()).ids),
                ("state", "in", list(ON_THE_WAY)),
            ],
            limit=1,
        ).with_env(self.env)
        if not form:
            action = "urssaf_avance_immediate.urssaf_customer_new_action"
            return self.env._(
                "Enrol a customer: Urssaf writes to him, and once he has agreed his "
                "invoices can be sent."
            ), action
        partner = form.sudo().partner_id.with_env(self.env)
        action = partner.action_urssaf_open_customer()
        name = form.sudo().partner_id.name
        if form.sudo().state == "submitted":
            text = self.env._("%s has filled in the form: check it.", name)
            action = form._get_records_action()
        elif form.sudo().state == "accepted":
            text = self.env._("All of %s is there: press “Enrol at Urssaf”.", name)
        else:
            text = self.env._("%s has the form, and is to fill it in.", name)
        return text, action
