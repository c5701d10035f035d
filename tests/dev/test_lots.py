# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cut into lots, the whole is still the whole."""

import pytest

from dev import lots, paths

TRADE = "l10n_fr_home_services"


def files_in(*names):
    """The test files below some files or folders."""
    found = [paths.ROOT / name for name in names]
    return [
        file
        for path in found
        for file in ([path] if path.is_file() else path.rglob("test_*.py"))
    ]


def test_every_test_file_is_in_one_lot():
    """But what of the trade runs beside the product too: in two."""
    in_lots = [file for lot in lots.all_lots() for file in files_in(*lot.files)]
    addons = [f"{addon}/tests" for addon in paths.ADDONS]
    expected = files_in(*addons, "urssaf_sandbox/tests", "tests")
    # Another command's, with a database of its own: see dev/coexistence.py.
    expected = set(expected) - set(files_in("tests/coexistence"))
    twice = [paths.ROOT / TRADE / "tests" / name for name in lots.BESIDE_THE_PRODUCT]
    assert len(in_lots) > 100
    assert sorted(in_lots) == sorted([*expected, *twice])


def test_the_trade_has_a_lot_without_the_product():
    [lot] = [lot for lot in lots.all_lots() if lot.alone]
    assert lot.alone == TRADE
    assert files_in(*lot.files) == sorted(files_in(f"{TRADE}/tests"))


def test_lots_are_of_about_the_same_length():
    seconds = [
        sum(lots._seconds(paths.ROOT / name) for name in lot.files)
        for lot in lots.all_lots()
        if lot.odoo and not lot.alone
    ]
    assert len(seconds) == lots.LOTS
    assert max(seconds) < 1.5 * min(seconds)


def test_every_glue_add_on_is_in_one_database():
    together = [addon for addons in lots.GLUE_TOGETHER for addon in addons]
    assert sorted(together) == sorted(paths.GLUE)


def test_odoos_runner_gets_no_test_over_http():
    """For one of them it makes every bundle of assets first: more than a minute."""
    assert [
        file.name
        for file in files_in(*(f"{addon}/tests" for addon in paths.ADDONS))
        if file.name in lots.UNDER_ODOO
        and "HttpCase" in file.read_text(encoding="utf-8")
    ] == []


def test_the_tables_name_files_that_exist():
    present = {file.name for file in files_in(*(f"{a}/tests" for a in paths.ADDONS))}
    assert set(lots.SLOW) - present == {"end_to_end"}
    assert set(lots.UNDER_ODOO) <= present
    assert all(lots.UNDER_ODOO.values()), "each has its reason"
    assert all(lots.BESIDE_THE_PRODUCT.values()), "each has its reason"


def test_odoos_runner_is_told_files_of_the_add_ons():
    tags = lots.odoo_tags().split(",")
    assert f"/{paths.ADDON}/tests/test_security.py" in tags
    assert len(tags) >= len(lots.UNDER_ODOO)
    assert not [tag for tag in tags if "test_lib_" in tag]


def test_the_glue_whose_tests_are_named_is_installed(monkeypatch):
    monkeypatch.setattr(paths, "GLUE", {"glue_a": None, "glue_b": "wheels"})
    assert lots.glue(["glue_b/tests/test_x.py::test_y", "-x"]) == ("glue_b",)
    assert lots.glue(["glue_a", "glue_b/tests"]) == ("glue_a", "glue_b")
    assert lots.glue(["tests/glue_a", "-k", "glue"]) == ()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["tests/dev", "-k", "port"], False),
        (["tests/dev/test_lots.py::test_x"], False),
        (["urssaf_sandbox/tests/test_sandbox_aid.py", "-x"], False),
        (["tests/end_to_end"], True),
        (["tests"], True),
        (["-k", "port"], True),
        (["urssaf_avance_immediate/tests/test_cron.py"], True),
        (["tests/dev", "urssaf_avance_immediate/tests/test_cron.py"], True),
        (["."], True),
    ],
)
def test_which_arguments_need_odoo(arguments, needed):
    assert lots.needs_odoo(arguments) is needed
