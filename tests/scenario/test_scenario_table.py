# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dev.scenario.table import table


def test_columns_fit_and_numbers_are_to_the_right():
    text = table("TITRE", ("Nom", "Prix"), [("Éloïse", "9"), ("Al", "10")], ("Prix",))
    assert text.splitlines() == [
        "TITRE",
        "",
        "Nom    | Prix",
        "-------+-----",
        "Éloïse |    9",
        "Al     |   10",
    ]


def test_a_cell_with_several_lines_sets_the_rows_apart():
    text = table("T", ("A", "B"), [(["1", "2"], "x"), ([], "y")])
    assert text.splitlines() == [
        "T",
        "",
        "A | B",
        "--+--",
        "1 | x",
        "2 |",
        "--+--",
        "  | y",
    ]


def test_combining_accents_take_no_column():
    text = table("T", ("Nom", "B"), [("e\u0301te\u0301", "x"), ("abc", "y")])
    assert text.splitlines()[-2] == "e\u0301te\u0301 | x"
