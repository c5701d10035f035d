# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sheets of the tax credits that were paid in advance."""

from odoo.tests import BaseCase, tagged

from ..lib.rules.advance_list import read_advances
from ..lib.rules.customer_list import CustomerListError


@tagged("post_install", "-at_install")
class TestAdvanceList(BaseCase):
    def _read(self, text):
        return [(row.who, row.cents) for row in read_advances(text.encode())]

    def test_separators_and_titles(self):
        wanted = [("a@example.com", 123456), ("b@example.com", 1200)]
        for text in (
            "qui;combien\na@example.com;1 234,56 €\nb@example.com;12\n",
            "a@example.com,1234.56\nb@example.com,12.00\n",
            "who\tamount\r\na@example.com\t1\u00a0234,56\r\n\r\nb@example.com\t12,0\r\n",
            'a@example.com,"1234,56"\nb@example.com,"12,00"\n',
        ):
            self.assertEqual(self._read(text), wanted, text)

    def test_the_amount_is_the_last_column(self):
        self.assertEqual(self._read("C1;Durand;Camille;80,10\n"), [("C1", 8010)])

    def test_what_cannot_be_read(self):
        self.assertEqual(
            self._read("a;12\nb;douze\nc;-3\nd;1,234\n"),
            [("a", 1200), ("b", None), ("c", None), ("d", None)],
        )
        for text in ("", "rien", "qui;combien\n"):
            with self.assertRaises(CustomerListError):
                self._read(text)
