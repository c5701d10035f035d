# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The office reviews what the customer typed, and copies what it accepts."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..exchange.screen import notice
from .filling import PLAIN
from .line import BANK, PARTNER_FIELDS


class UrssafCustomerForm(models.Model):
    _inherit = "urssaf.customer.form"

    # -- buttons ---------------------------------------------------------------

    def action_accept_all(self):
        """Copy everything to the contact."""
        self.ensure_one()
        self._check_reviewer()
        # sudo(): for all lines at once: the right to review them was checked.
        self.sudo().line_ids.accept = True
        return self.action_accept()

    def action_accept(self):
        """Copy to the contact what is ticked, and erase the form.

        :raises UserError: somebody has reviewed it meanwhile, or Odoo refuses a value
        """
        self.ensure_one()
        self._check_reviewer()
        form = self._lock_for_review()
        accepted = form.line_ids.filtered("accept")
        left = form.line_ids - accepted
        # First: until then the form may be another company's alone.
        form._record_consent()
        form._copy_to_partner(accepted)
        form._log_review(accepted, left)
        form._close("accepted", **form._review_values())
        return self._after_review()

    def action_refuse(self):
        """Ask for the word that the customer will read."""
        self.ensure_one()
        self._check_reviewer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse the form"),
            "res_model": "urssaf.customer.form.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_form_id": self.id},
        }

    def _refuse(self, note, send_again):
        """Erase what was typed; the customer is told why in the message with a new
        link.
        """
        self._check_reviewer()
        form = self._lock_for_review()
        partner = form.partner_id
        form._close("refused", refusal_note=note, **form._review_values())
        form._log_on_partner(
            self.env._("Form of the customer refused: %(note)s", note=note)
        )
        if send_again:
            self.with_company(form.company_id)._send_to(partner, note=note)

    # -- what they do ------------------------------------------------------------

    def _lock_for_review(self):
        """The form for writing, if it still waits for a review. As superuser: only the
        code changes a form, and the right to review it was checked.
        """
        form = self.sudo().try_lock_for_update(allow_referencing=True)
        form.invalidate_recordset()
        if form.state != "submitted":
            raise UserError(
                self.env._("This form is not waiting for a review any more.")
            )
        return form

    def _review_values(self):
        return {
            "reviewed_at": fields.Datetime.now(),
            "reviewed_by_id": self.env.uid,
        }

    def _copy_to_partner(self, lines):
        """Write on the contact, with the rights of who reviews."""
        partner = self.partner_id.sudo(False)
        typed = {line.name: line for line in lines}
        values = {
            PARTNER_FIELDS[key]: typed[key].value
            for key in (*PLAIN, "birth_date")
            if key in typed
        }
        values.update(self._birth_place_values(typed))
        if {"street", "zip", "city"} & typed.keys() and not partner.country_id:
            values["country_id"] = self.env.ref("base.fr").id
        partner.write(values)
        bank = {key: typed[key].value for key in BANK if key in typed}
        if bank:
            self._copy_bank_account(partner, bank)

    def _birth_place_values(self, typed):
        """The country alone for a birth abroad; a commune that was not recognised is
        copied as text, and the checks before the enrolment ask for its code.
        """
        values = {}
        country, commune = typed.get("birth_country"), typed.get("birth_commune")
        if country:
            values["urssaf_birth_country_id"] = country.reference
        if commune and commune.reference:
            values["urssaf_birth_commune_id"] = commune.reference
        elif commune:
            values["urssaf_birth_city"] = commune.value[:50]
            values["urssaf_birth_city_code"] = False
        return values

    def _copy_bank_account(self, partner, bank):
        """Use the account of that IBAN, made if need be; a BIC or a holder alone is
        about the account that is there.
        """
        values = {}
        if bank.get("holder"):
            values["acc_holder_name"] = bank["holder"]
        if bank.get("bic"):
            values["bank_id"] = self._bank(bank["bic"]).id
        account = partner._urssaf_debited_account()
        if bank.get("iban"):
            # Archived ones too: Odoo takes an IBAN once per contact.
            account = partner.with_context(active_test=False).bank_ids.filtered(
                lambda a: a.sanitized_acc_number == bank["iban"]
            )[:1]
            if account and not account.active:
                account.active = True
            if not account:
                account = account.create(
                    {"partner_id": partner.id, "acc_number": bank["iban"], **values}
                )
        if values and account:
            account.write(values)
        if account:
            partner.urssaf_bank_account_id = account

    def _bank(self, bic):
        # sudo(): who reviews need not have the right to make banks.
        Bank = self.env["res.bank"].sudo()
        found = Bank.search([("bic", "=ilike", bic)], limit=1)
        return found or Bank.create({"name": bic, "bic": bic})

    def _record_consent(self):
        """The customer ticked the boxes: that is kept with the enrolment."""
        partner = self.partner_id.with_company(self.company_id)
        partner._urssaf_record_consent("portal")

    def _log_review(self, accepted, left):
        """Which fields, never what is in them."""
        labels = dict(self.env["urssaf.customer.form.line"]._selection_name())

        def names(lines):
            return ", ".join(labels[line.name] for line in lines) or self.env._("none")

        self._log_on_partner(
            self.env._(
                "Form of the customer accepted, consent given on %(date)s. Copied: "
                "%(accepted)s. Left out: %(left)s.",
                date=fields.Datetime.context_timestamp(
                    self, self.consented_at
                ).strftime("%d/%m/%Y %H:%M"),
                accepted=names(accepted),
                left=names(left),
            )
        )

    def _after_review(self):
        """Back to the contact, saying what still lacks before the enrolment."""
        partner = self.partner_id
        faults = partner.with_company(self.company_id)._urssaf_enrolment_faults()
        if faults:
            text = self.env._("Before enrolling %s at Urssaf:", partner.display_name)
            text = " ".join([text, *(sentence for _field, sentence in faults)])
        else:
            text = self.env._("%s can be enrolled now.", partner.display_name)
        action = notice(text, kind="warning" if faults else "success")
        on = partner._urssaf_customer_screen()
        if self.env.context.get("urssaf_from_contact"):
            # Opened from the contact: not the same contact once more behind the form.
            on = {
                "type": "ir.actions.client",
                "tag": "urssaf_back",
                "params": {"next": on},
            }
        action["params"]["next"] = on
        return action
