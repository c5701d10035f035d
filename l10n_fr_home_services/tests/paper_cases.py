# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company whose invoices of services lack nothing."""

import base64

from odoo import Command

from odoo.addons.mail.tests.common import mail_new_test_user

from .cases import HomeServiceCase

# A dot: the logotype is the company's own image.
IMAGE = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        "AABJRU5ErkJggg=="
    )
)


class PaperCase(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US").write(
            {
                "date_format": "%m/%d/%Y",
                "time_format": "%H:%M:%S",
                "decimal_point": ".",
                "thousands_sep": ",",
            }
        )
        cls.company.currency_id.write({"symbol": "€", "position": "after"})
        cls.company.write(
            {
                "street": "9 rue Haute",
                "zip": "75002",
                "city": "Paris",
                "vat": "FR44732829320",
                "home_service_declaration_date": "2024-01-12",
                "home_service_approval_number": "A-75-42",
                "home_service_approval_date": "2025-02-01",
                "home_service_logotype": IMAGE,
            }
        )
        cls.partner_a.write(
            {
                "street": "1 rue des Lilas",
                "zip": "75011",
                "city": "Paris",
                "country_id": cls.env.ref("base.fr").id,
                "lang": "en_US",
                "property_payment_term_id": False,
            }
        )
        persons = cls.env["home.service.person"]
        cls.zoe = persons.create({"name": "Zoé Petit", "number": "0042"})
        cls.ali = persons.create({"name": "Ali Roux", "number": "0043"})

    @staticmethod
    def _no_line():
        """A section has neither product nor price."""
        return {"product_id": False, "tax_ids": [Command.clear()], "price_unit": 0}

    def _complete(self, *lines, rows=True, **values):
        """A draft that says when, and, with ``rows``, who came to its first line."""
        move = self._draft(*(lines or ({},)), **values)
        if rows:
            move._home_service_lines()[:1].home_service_intervention_ids = [
                Command.create(
                    {
                        "date": "2026-03-02",
                        "start": 9,
                        "end": 11,
                        "person_id": self.zoe.id,
                    }
                ),
                Command.create(
                    {
                        "date": "2026-03-09",
                        "duration": 1.5,
                        "person_id": self.ali.id,
                    }
                ),
            ]
        if not move.home_service_start and not values.get("undated"):
            move.write(
                {"home_service_start": "2026-03-02", "home_service_end": "2026-03-09"}
            )
        return move

    def _posted(self, *lines, **values):
        move = self._complete(*lines, **values)
        move.action_post()
        return move

    def _make_user(self, login, company, groups="account.group_account_invoice"):
        return mail_new_test_user(
            self.env,
            login=f"paper_{login}",
            groups=f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
