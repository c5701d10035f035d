# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo.tests import BaseCase, tagged

from ..lib.rules import CustomerListError, read_customers


@tagged("post_install", "-at_install")
class TestCustomerList(BaseCase):
    def test_titles_are_recognised_whatever_their_spelling(self):
        content = (
            "Identifiant client Urssaf;Adresse e-mail;Nom de Naissance;Nom d’usage;"
            "Prénom(s);Né(e) le;Ville\r\n"
            "af0be430;j@example.com;Durand;Martin;Jeanne  Marie;29/03/1980;Lyon\r\n"
        )
        [row] = read_customers(content.encode("utf-8-sig"))
        self.assertEqual(row.number, 2)
        self.assertEqual(row.id_client, "af0be430")
        self.assertEqual(row.email, "j@example.com")
        self.assertEqual(row.first_names, "Jeanne Marie")
        self.assertEqual(row.birth_date, date(1980, 3, 29))
        self.assertEqual(row.label, "Jeanne Marie Martin")
        self.assertFalse(row.fault)

    def test_separators_and_encodings(self):
        for separator in ";,\t|":
            for encoding in ("utf-8", "utf-8-sig", "cp1252"):
                with self.subTest(separator=separator, encoding=encoding):
                    text = f"idClient{separator}nomNaissance\nabc{separator}Lefèvre\n"
                    [row] = read_customers(text.encode(encoding))
                    self.assertEqual(row.birth_name, "Lefèvre")

    def test_quotes_blank_lines_and_short_lines(self):
        text = (
            'prenoms,idClient,mail\n\n"Anne, Marie",abc,a@example.com\n , ,\nZoé,xyz\n'
        )
        first, second = read_customers(text.encode())
        self.assertEqual((first.number, first.first_names), (3, "Anne, Marie"))
        self.assertEqual((second.number, second.email), (5, ""))

    def test_any_end_of_line(self):
        for end in ("\n", "\r\n", "\r"):
            with self.subTest(end=end):
                rows = read_customers(f"idClient;nom{end}a;Durand{end}b;Roy".encode())
                self.assertEqual([row.birth_name for row in rows], ["Durand", "Roy"])

    def test_dates(self):
        for written in (
            "1980-03-29",
            "1980-03-29T00:00:00Z",
            "29-03-1980",
            "29.03.1980",
        ):
            [row] = read_customers(f"idClient;naissance\nabc;{written}\n".encode())
            self.assertEqual(row.birth_date, date(1980, 3, 29), written)

    def test_a_bad_line_says_what_is_wrong_and_spoils_nothing(self):
        rows = read_customers(
            b"idClient;naissance\n;29/03/1980\nabc;31/02/1980\nxyz;\n" + b"y" * 101
        )
        faults = [row.fault for row in rows]
        self.assertEqual(faults, ["identifier", "birth_date", "", "identifier"])

    def test_files_that_are_no_list(self):
        for content, reason in (
            (b"", "empty"),
            (b"idClient;mail\n", "empty"),
            (b"nom;mail\nDurand;d@example.com\n", "no_identifier"),
            (b"PK\x03\x04\0\0 a spreadsheet", "encoding"),
            (b"idClient\n" + b"x\n" * 20_001, "too_long"),
            # A quotation mark without its pair; what would take all the memory.
            (b'idClient;nom\nabc;"Durand\n' + b"x;y\n" * 40_000, "endless_cell"),
            (b"idClient;nom\n" + b";" * 11_000_000, "too_long"),
        ):
            with self.subTest(reason=reason):
                with self.assertRaises(CustomerListError) as caught:
                    read_customers(content)
                self.assertEqual(caught.exception.reason, reason)
