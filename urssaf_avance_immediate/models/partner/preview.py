# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What method 010 would send of a customer, for people to read."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ...lib.api.codes import STREET_LETTERS, STREET_TYPES
from ..geography.country import FRANCE
from ..groups import PERSONAL
from .checks import CHECKED

_ROW = Markup('<tr><td class="text-muted pe-3">%s</td><td>%s</td></tr>')
_TABLE = Markup('<table class="table table-sm table-borderless mb-0">%s</table>')
_BREAK = Markup("<br/>")


class ResPartner(models.Model):
    _inherit = "res.partner"

    urssaf_preview = fields.Html(
        string="What will be sent",
        compute="_compute_urssaf_preview",
        sanitize=False,
        groups=PERSONAL,
    )

    @api.depends(*CHECKED)
    # Also of who reads: to whom the sheet is hidden, this is too.
    @api.depends_context("lang", "uid")
    def _compute_urssaf_preview(self):
        for partner in self:
            body = partner._urssaf_prepare_enrolment()
            rows = [
                (label, value) for label, value in partner._urssaf_shown(body) if value
            ]
            partner.urssaf_preview = _TABLE % Markup("").join(
                _ROW % (label, value) for label, value in rows
            )

    def _urssaf_shown(self, body):
        """Label and value of each line of the preview; the IBAN by its ends only."""
        civility = dict(
            self._fields["urssaf_civility"]._description_selection(self.env)
        )
        born = body["dateNaissance"]
        bank = body["coordonneeBancaire"]
        iban = bank["iban"] or ""
        yield self.env._("Civility"), civility.get(body["civilite"])
        yield self.env._("Birth name"), body["nomNaissance"]
        yield self.env._("Usage name"), body["nomUsage"]
        yield self.env._("First names"), body["prenoms"]
        yield self.env._("Born on"), format_date(self.env, born) if born else None
        yield self.env._("Born in"), self._urssaf_shown_birth_place(body)
        yield self.env._("Mobile phone"), body["numeroTelephonePortable"]
        yield self.env._("Email"), body["adresseMail"]
        yield self.env._("Address"), self._urssaf_shown_address(body["adressePostale"])
        yield self.env._("Account"), iban and f"{iban[:4]} … {iban[-4:]}"
        yield self.env._("BIC"), bank["bic"]
        yield self.env._("Holder"), bank["titulaire"]

    def _urssaf_shown_birth_place(self, body):
        place = body["lieuNaissance"]
        if place["codePaysNaissance"] != FRANCE:
            country = self.urssaf_birth_country_id.name or ""
            return f"{country} · {place['codePaysNaissance'] or '?'}"
        commune = place["communeNaissance"]
        codes = (place["departementNaissance"], commune["codeCommune"])
        name = commune["libelleCommune"]
        return f"{name or '?'} · {' / '.join(code or '?' for code in codes)}"

    def _urssaf_shown_address(self, address):
        street = " ".join(
            filter(
                None,
                (
                    address["numeroVoie"],
                    STREET_LETTERS.get(address["lettreVoie"], "").lower(),
                    STREET_TYPES.get(address["codeTypeVoie"]),
                    address["libelleVoie"],
                ),
            )
        )
        city = " ".join(
            filter(None, (address["codePostal"], address["libelleCommune"]))
        )
        lines = [address["complement"], street, address["lieuDit"]]
        lines.append(f"{city} · {address['codeCommune'] or '?'}" if city else None)
        return _BREAK.join(line for line in lines if line)
