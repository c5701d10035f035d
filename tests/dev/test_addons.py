# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every add-on of the repository is linted, tested, translated and watched."""

import ast
import re

from dev import i18n, lint, paths


def test_every_add_on_is_in_the_list():
    found = {path.parent.name for path in paths.ROOT.glob("*/__manifest__.py")}
    assert set(paths.ADDONS) == found
    assert paths.ADDON in paths.ADDONS


def test_an_add_on_comes_after_those_it_needs():
    for place, addon in enumerate(paths.ADDONS):
        manifest = (paths.ROOT / addon / "__manifest__.py").read_text()
        depends = set(ast.literal_eval(manifest)["depends"])
        assert depends & set(paths.ADDONS) <= set(paths.ADDONS[:place])


def test_the_checks_name_every_add_on():
    checks = lint.checks()
    for addon in paths.ADDONS:
        assert addon in checks["pylint-odoo"]
        assert f"{addon}/__manifest__.py" in checks["oca-checks-odoo-module"]
        french = str(i18n.french_file(addon).relative_to(paths.ROOT))
        assert french in checks["oca-checks-po"]


def test_the_hooks_watch_every_add_on():
    config = (paths.ROOT / ".pre-commit-config.yaml").read_text()
    watched = re.findall(r"files: (\S+)", config)
    assert len(watched) == 3
    for addon in paths.ADDONS:
        assert all(re.match(files, f"{addon}/i18n/fr.po") for files in watched)


def test_pytest_knows_every_add_on():
    options = (paths.ROOT / "pyproject.toml").read_text()
    options = options.partition("[tool.pytest.ini_options]")[2]
    for addon in paths.ADDONS:
        assert f'"{addon}/tests",' in options
        assert options.count(addon) == 3  # its tests, and its warnings by both names
