# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tables agree with each other and with the schemas."""

import re

from odoo.tests import BaseCase, tagged

from ..lib.api import EnrolmentRequest, PaymentRequest, codes
from ..lib.api.schemas_base import WireRequest


def wire_paths(model, prefix=""):
    """Every dotted wire path of a request, items of a list without their index."""
    for info in model.model_fields.values():
        path = prefix + info.alias
        yield path
        for inner in WireRequest.__subclasses__():
            if inner.__name__ in str(info.annotation):
                yield from wire_paths(inner, f"{path}.")


@tagged("post_install", "-at_install")
class TestCodes(BaseCase):
    def test_fields_of_the_hints_exist(self):
        known = {*wire_paths(EnrolmentRequest), *wire_paths(PaymentRequest)}
        self.assertIn("lieuNaissance.communeNaissance.codeCommune", known)
        self.assertIn("inputPrestations.complement2", known)
        named = {help_.field for help_ in codes.ERROR_CODES.values()} - {None}
        self.assertGreater(len(named), 20)
        self.assertEqual(named - known, set())

    def test_each_error_is_explained(self):
        self.assertEqual(len(codes.ERROR_CODES), 56)
        for code, help_ in codes.ERROR_CODES.items():
            self.assertTrue(re.fullmatch(r"ERR(EUR)?_[A-Z0-9_]+", code), code)
            for text in (help_.explanation, help_.hint):
                self.assertTrue(text[0].isupper() and text.endswith("."), code)
            self.assertNotEqual(help_.explanation, help_.hint)

    def test_statuses(self):
        self.assertEqual(codes.PAYMENT_STATUSES["30"], "Validée")
        self.assertEqual(len(codes.PAYMENT_STATUSES), 18)
        self.assertEqual(len(codes.REJECTION_REASONS), 11)

    def test_streets(self):
        self.assertEqual(len(codes.STREET_TYPES), 33)
        self.assertTrue(all(len(code) <= 4 for code in codes.STREET_TYPES))
        self.assertEqual(set(codes.STREET_LETTERS), {"B", "T", "Q", "C"})

    def test_limits(self):
        self.assertEqual(
            (codes.MAX_BATCH, codes.MAX_SEARCH, codes.MAX_PRESTATIONS), (10, 10, 10)
        )
