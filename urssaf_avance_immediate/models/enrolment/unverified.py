# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Identifiers that another software had: kept at once, confirmed by method 020."""

from odoo import fields, models


class UrssafEnrolment(models.Model):
    _inherit = "urssaf.enrolment"

    to_verify = fields.Boolean(
        readonly=True,
        copy=False,
        help="The identifier comes from another software; Urssaf has not confirmed yet "
        "that it is this customer’s.",
    )

    def _adopt_unverified(self, id_client):
        """Keep an identifier that only a file vouches for. The next follow-up asks
        Urssaf who it is.
        """
        self.ensure_one()
        self.to_verify = True
        self._keep_identifier(id_client, link_sent=False)
        self._message_log(
            body=self.env._(
                "Identifier imported by %s, to be confirmed by Urssaf.",
                self.env.user.name,
            )
        )

    def _set_state(self, state, **values):
        """Extends: an identifier that Urssaf does not know was never this customer’s;
        nobody has ended anything.
        """
        unknown = self.filtered("to_verify") if state == "ended" else self.browse()
        for enrolment in unknown:
            enrolment._refuse_imported(
                self.env._("Urssaf does not know the identifier that was imported.")
            )
        return super(UrssafEnrolment, self - unknown)._set_state(state, **values)

    def _apply_remote(self, status):
        """Extends: whose identifier is it?"""
        if self.to_verify and not self.partner_id._urssaf_is(status):
            return self._refuse_imported(
                self.env._(
                    "Urssaf knows the imported identifier for somebody else: compare "
                    "the birth name and the first names."
                )
            )
        self.to_verify = False
        return super()._apply_remote(status)

    def _refuse_imported(self, note):
        # First: with an identifier, the customer would still be followed.
        self.write({"external_id": False, "to_verify": False})
        self._refuse(note)
