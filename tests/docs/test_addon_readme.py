# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The README of an add-on says what its fragments say (``python3 -m dev.readme``)."""

import pytest

from dev import readme


@pytest.mark.parametrize("addon", readme.folders(), ids=lambda addon: addon.name)
def test_readme_is_made_of_its_fragments(addon):
    assert (addon / "README.rst").read_text(encoding="utf-8") == readme.page(addon)


@pytest.mark.parametrize("addon", readme.folders(), ids=lambda addon: addon.name)
def test_each_fragment_is_known(addon):
    names = {path.stem for path in (addon / "readme").iterdir()}
    assert {"DESCRIPTION", "CONFIGURE", "USAGE"} <= names <= {*readme.FRAGMENTS}
