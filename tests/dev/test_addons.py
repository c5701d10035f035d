# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every add-on of the repository is linted, tested, translated and watched."""

import re

from dev import i18n, lint, paths


def test_every_add_on_is_in_the_list():
    found = {path.parent.name for path in paths.ROOT.glob("*/__manifest__.py")}
    assert set(paths.EVERY_ADDON) == found
    assert len(paths.EVERY_ADDON) == len(found)
    assert paths.ADDON in paths.ADDONS


def test_an_add_on_comes_after_those_it_needs():
    for place, addon in enumerate(paths.EVERY_ADDON):
        ours = paths.depends(addon).intersection(paths.EVERY_ADDON)
        assert ours <= set(paths.EVERY_ADDON[:place])


def test_a_glue_add_on_installs_itself_when_its_module_is_there():
    for addon in paths.GLUE:
        assert paths.manifest(addon)["auto_install"]
        assert paths.depends(addon).difference(paths.ADDONS)


def test_the_checks_name_every_add_on():
    checks = lint.checks()
    for addon in paths.EVERY_ADDON:
        assert addon in checks["pylint-odoo"]
        assert f"{addon}/__manifest__.py" in checks["oca-checks-odoo-module"]
        french = str(i18n.french_file(addon).relative_to(paths.ROOT))
        assert french in checks["oca-checks-po"]


def test_the_hooks_watch_every_add_on():
    config = (paths.ROOT / ".pre-commit-config.yaml").read_text()
    watched = re.findall(r"files: (\S+)", config)
    assert len(watched) == 3
    for addon in paths.EVERY_ADDON:
        assert all(re.match(files, f"{addon}/i18n/fr.po") for files in watched)


def test_pytest_knows_every_add_on():
    options = (paths.ROOT / "pyproject.toml").read_text()
    options = options.partition("[tool.pytest.ini_options]")[2]
    for addon in paths.ADDONS:
        assert f'"{addon}/tests",' in options
    warnings = re.findall(r"'error:::(.*)',", options)
    for addon in paths.EVERY_ADDON:  # its warnings, by both names
        for name in (f"odoo.addons.{addon}.models", f"{addon}.tests"):
            assert any(re.match(warning, name) for warning in warnings), name


def test_glue_names_no_country():
    """With a new French company, Odoo installs each auto-install module of France; it
    refuses the company where a module that this one needs is not there.
    """
    named = [
        addon
        for addon in paths.EVERY_ADDON
        if paths.manifest(addon).get("auto_install")
        and paths.manifest(addon).get("countries")
    ]
    assert not named
