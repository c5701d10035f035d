# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the checklist can put right by one click. Nothing changes without it."""

from odoo import models

from ...lib.rules import (
    email_proposal,
    emails_in,
    foreign_letters,
    normalise_first_names,
    spelling_oddities,
    usual_name,
)
from .warnings import NAMES

# More buttons than that are no help.
MOST = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _urssaf_fixes(self):
        """``{field of the checklist: [{"label": …, "values": {field: value}}]}``: the
        buttons beside a line. Values are texts, as the form takes them.
        """
        self.ensure_one()
        found = {
            **{name: self._urssaf_name_fixes(name) for name in NAMES},
            "email": self._urssaf_email_fixes(),
            "zip": self._urssaf_zip_fixes(),
            "urssaf_city_code": self._urssaf_commune_fixes(),
        }
        return {name: list(fixes)[:MOST] for name, fixes in found.items()}

    def _urssaf_name_fixes(self, name):
        text = self[name] or ""
        usual = usual_name(text)
        if name == "urssaf_first_names":
            usual = normalise_first_names(usual)
        if usual and spelling_oddities(text) and not foreign_letters(usual):
            yield self._urssaf_fix(usual, {name: usual})

    def _urssaf_email_fixes(self):
        emails = emails_in(self.email)
        if len(emails) > 1:
            for email in emails:
                yield {
                    "label": self.env._("Keep %s", email),
                    "values": {"email": email},
                }
            return
        meant = email_proposal(self._urssaf_email() or "")
        if meant:
            yield self._urssaf_fix(meant, {"email": meant})

    def _urssaf_zip_fixes(self):
        if self._urssaf_zip_is_of_another_commune():
            for zip_code in sorted(self.urssaf_city_commune_id._all_zips()):
                yield self._urssaf_fix(zip_code, {"zip": zip_code})

    def _urssaf_commune_fixes(self):
        commune = self.urssaf_city_commune_id
        if commune and commune._whole() != commune:
            choices = commune._whole()
        elif self.urssaf_city_code or not self._urssaf_french():
            return
        else:
            choices = commune._choices(self.zip, self.city)
        for choice in choices:
            yield {
                "label": self.env._("Choose %s", choice.name),
                "values": {"urssaf_city_code": choice.code},
            }

    def _urssaf_fix(self, text, values):
        return {"label": self.env._("Write “%s”", text), "values": values}
