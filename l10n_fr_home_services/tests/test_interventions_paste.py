# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interventions that are pasted from a sheet."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import BaseCase, Form, tagged
from odoo.tests.common import freeze_time

from ..rules import (
    days_later,
    hours_fault,
    hours_text,
    plain_name,
    read_day,
    read_hours,
    read_sheet,
)
from .cases import NOW, HomeServiceCase


@tagged("post_install", "-at_install")
class TestSheet(BaseCase):
    def test_days(self):
        for text in (
            "02/03/2026",
            "2/3/26",
            "2.3.2026",
            "02-03-2026",
            "2026-03-02",
            "lundi 2 mars 2026",
            "lun. 02/03/2026",
            " 2 mars 2026 ",
            "02/03/2026 00:00:00",
        ):
            self.assertEqual(read_day(text), date(2026, 3, 2), text)
        self.assertEqual(read_day("1er août 2026"), date(2026, 8, 1))
        self.assertEqual(read_day("3 DÉC. 2026"), date(2026, 12, 3))
        for text in ("", "31/02/2026", "02/03", "2 mars", "3/15/2026", "hier", "2026"):
            self.assertIsNone(read_day(text), text)

    def test_hours(self):
        for text in (
            "9h30",
            "9 h 30",
            "9:30",
            "09:30:00",
            "9.5",
            "9,5",
            "9,50",
            "9H30",
        ):
            self.assertEqual(read_hours(text), 9.5, text)
        self.assertEqual(read_hours("9h"), 9)
        self.assertEqual(read_hours("9"), 9)
        self.assertEqual(read_hours("45 min"), 0.75)
        self.assertEqual(read_hours("2,25 heures"), 2.25)
        for text in ("9h75", "midi", "9.30", "9,45", "-2", "1e3", "9:30:10", "٣"):
            self.assertIsNone(read_hours(text), text)

    def test_sheet(self):
        title, rows = read_sheet(
            "\ufeff02/03/2026\t9h30\t12h\tMarie\u00a0Petit\t42\tLyon\r\n"
            "\r\n"
            '09/03/2026\t\t2h30\t"Zoé; Anne"\n'
        )
        self.assertFalse(title)
        self.assertEqual(
            [row.values for row in rows],
            [
                {
                    "date": date(2026, 3, 2),
                    "start": 9.5,
                    "end": 12.0,
                    "name": "Marie Petit",
                    "number": "42",
                    "place": "Lyon",
                },
                {"date": date(2026, 3, 9), "duration": 2.5, "name": "Zoé; Anne"},
            ],
        )
        self.assertEqual([row.position for row in rows], [1, 3])

    def test_titles_give_the_order(self):
        title, [row] = read_sheet(
            "Nom;Date;Début;Fin;Durée;Ville\nZoé;02/03/2026;21h;7h;10h;Lyon"
        )
        self.assertEqual(title, "Nom;Date;Début;Fin;Durée;Ville")
        self.assertEqual(
            row.values,
            {
                "name": "Zoé",
                "date": date(2026, 3, 2),
                "start": 21.0,
                "end": 7.0,
                "duration": 10.0,
            },
        )

    def test_hostile_text_names_the_cell(self):
        for text, fault in (
            ("hier;9h;10h", ("date", "hier")),
            (";9h;10h", ("date", "")),
            ("02/03/2026;9h;x", ("end", "x")),
            ("02/03/2026;;x", ("duration", "x")),
            ("02/03/2026;neuf;x", ("start", "neuf")),
            ("02/03/2026;9h;10h;a;b;c;d", ("columns", "d")),
            ("02/03/2026;9h;10h;" + "a" * 300, ("name", "a" * 250)),
            ("\x00\u202e", None),
            ('"', None),
            ("'; DROP TABLE x; --", ("date", "'")),
            ("<b>1</b>;1;1", ("date", "<b>1</b>")),
        ):
            _title, rows = read_sheet(text)
            self.assertEqual([row.fault for row in rows], [fault] if fault else [])

    def test_names(self):
        self.assertEqual(plain_name("  ÉLISE  Martin-Dupont"), "elise martin dupont")

    def test_hours_fault(self):
        self.assertEqual(hours_fault(9, 12, 3), "")
        self.assertEqual(hours_fault(9, 10 + 1 / 3, 1.33), "", "less than a minute")
        self.assertEqual(hours_fault(21, 7, 10), "")
        self.assertEqual(hours_fault(21, 7, 9), "backwards")
        self.assertEqual(hours_text(2.5), "2 h 30")
        self.assertEqual(hours_text(1.999999), "2 h")

    def test_days_of_the_next_invoice(self):
        for start, end, months, whole, expected in (
            ((2026, 2, 1), (2026, 2, 28), 1, False, ((2026, 3, 1), (2026, 3, 31))),
            ((2026, 1, 1), (2026, 1, 31), 1, False, ((2026, 2, 1), (2026, 2, 28))),
            ((2026, 2, 28), (2026, 2, 28), 1, False, ((2026, 3, 28), (2026, 3, 28))),
            ((2026, 12, 5), (2026, 12, 20), 1, False, ((2027, 1, 5), (2027, 1, 20))),
            ((2026, 3, 4), (2026, 3, 25), 3, True, ((2026, 6, 1), (2026, 6, 30))),
            ((2024, 2, 29), (2024, 2, 29), 12, False, ((2025, 2, 28), (2025, 2, 28))),
        ):
            self.assertEqual(
                days_later(date(*start), date(*end), months, whole),
                tuple(date(*day) for day in expected),
            )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPaste(HomeServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["home.service.person"].create(
            [
                {"name": "Marie Petit", "number": "42", "company_id": cls.company.id},
                {"name": "Zoé Martin", "company_id": cls.company.id},
                {"name": "Élise Roux", "number": "7", "company_id": False},
            ]
        )
        cls.move = cls._draft(cls, {})

    def _paste(self, text, move=None):
        paste = self.env["home.service.intervention.paste"]
        form = Form(paste.with_context(default_move_id=(move or self.move).id))
        form.text = text
        wizard = form.save()
        self.assertEqual(wizard.line_id, (move or self.move).invoice_line_ids)
        return wizard, wizard.action_paste()

    def test_good_rows_are_on_the_invoice(self):
        _wizard, action = self._paste(
            "02/03/2026\t9h30\t12h\tmarie petit\t\tLyon\n"
            "09/03/2026\t\t2,5\tZoe  Martin\t12\n"
            "10/03/2026\t14h\t16h\t\t7\n"
            "11/03/2026\t14h\t16h\tAnne Bon\t99\n"
        )
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        marie, zoe, elise = self.people
        rows = self.move.home_service_intervention_ids
        self.assertEqual(
            [(row.person_id, row.person_name, row.person_number) for row in rows],
            [
                (marie, "Marie Petit", "42"),
                (zoe, "Zoé Martin", "12"),
                (elise, "Élise Roux", "7"),
                (marie.browse(), "Anne Bon", "99"),
            ],
        )
        self.assertEqual(rows.mapped("duration"), [2.5, 2.5, 2, 2])
        self.assertEqual(self.move.home_service_end, date(2026, 3, 11))

    def test_bad_rows_stay_each_with_what_to_mend(self):
        text = [
            "Date;Début;Fin;Nom;Numéro",
            "02/03/2026;9h;10h;Marie Petit;42",
            "31/02/2026;9h;10h;Marie Petit",
            "03/03/2026;9h;8h;Marie Petit",
            "04/03/2026;9h;10h;Marie Petit;43",
            "05/03/2026;9h;10h;Anne Bon;42",
            "06/03/2026;9h;10h;Zoé Martin",
        ]
        wizard, action = self._paste("\n".join(text))
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(len(self.move.home_service_intervention_ids), 2)
        self.assertEqual(wizard.text.split("\n"), [text[0], *text[2:6]])
        first, *said = wizard.result.split("\n")
        self.assertIn("on the invoice now: 2.", first)
        self.assertIn("to be mended there: 4.", first)
        for sentence, expected in zip(
            said,
            (
                "Row 2: “31/02/2026” is not a date",
                "Row 3: .*ends before it starts",
                "Row 4: in the register, Marie Petit has the number 42",
                "Row 5: in the register, Marie Petit has the number 42",
            ),
            strict=True,
        ):
            self.assertRegex(sentence, expected)
        wizard.text = wizard.text.replace("31/02", "28/02").replace("8h", "11h")
        wizard.action_paste()
        self.assertEqual(len(self.move.home_service_intervention_ids), 4)

    def test_pasted_twice(self):
        text = "02/03/2026;9h;10h;Marie Petit\n03/03/2026;;1h;Marie Petit"
        self._paste(text)
        wizard, _action = self._paste(text)
        self.assertIn("on the invoice already", wizard.result)
        self.assertEqual(
            len(self.move.home_service_intervention_ids), 3, "no hours: it may be two"
        )

    def test_too_much_nothing_or_posted(self):
        for text, said in (("", "Paste the rows"), ("x\n" * 2001, "2000")):
            with self.assertRaisesRegex(UserError, said):
                self._paste(text)
        move = self._draft({})
        self._paste("02/03/2026;9h;10h", move)
        move.action_post()
        with self.assertRaisesRegex(UserError, "kept as they were"):
            self._paste("03/03/2026;9h;10h", move)
        other = self._draft({})
        wizard, _action = self._paste("x")
        wizard.line_id = other.invoice_line_ids
        with self.assertRaisesRegex(UserError, "of this invoice"):
            wizard.action_paste()

    def test_a_posted_invoice_is_completed(self):
        move = self._draft({}, home_service_start="2026-03-02")
        move.action_post()
        self._paste("02/03/2026;9h;10h;Marie Petit\n02/03/2026;14h;15h;Zoé", move)
        self.assertEqual(move.invoice_line_ids._home_service_hours(), 2)

    def test_petit_bricolage_too_long(self):
        handyman = self._make_service("Bricolage", 40.0, "80")
        move = self._draft({"product_id": handyman.id})
        wizard, _action = self._paste("02/03/2026;9h;12h\n03/03/2026;9h;11h", move)
        self.assertIn("D7233-5", wizard.result)
        self.assertEqual(wizard.text, "02/03/2026;9h;12h")
        self.assertEqual(len(move.home_service_intervention_ids), 1)
