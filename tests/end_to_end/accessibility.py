# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""axe-core on our screens, without what Odoo's own screens bring with them.

axe looks at the inside of a page: the menu bar, the breadcrumbs and the search bar are
Odoo's. Inside, a fault counts as Odoo's if one of Odoo's own pages has the same one on
the same kind of element (``kind`` below), and the element says nothing of ours: what is
wrong with a field, a button or a word that we have added is never put down to Odoo.
"""

from hashlib import sha256
from importlib.resources import files

# axe-core 4.12.1, in the wheel axe-playwright-python of the tests' environment: nothing
# else is downloaded. Another release judges otherwise, and is taken on purpose.
AXE = files("axe_playwright_python") / "axe.min.js"
AXE_SHA256 = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
#: ``[rule, kind of the element, whether something of ours is in it, its HTML]``
_RUN = """async ([inside, levels]) => {
    const ours = /urssaf|home_service|avance immédiate/i;
    const kind = node => [node.tagName, node.getAttribute("role") || "",
        ...[...node.classList].filter(name => !/\\d/.test(name)).sort()].join(".");
    const found = await axe.run({include: [inside]},
        {runOnly: {type: "tag", values: levels}, resultTypes: ["violations"]});
    return found.violations.flatMap(fault => fault.nodes.map(each => {
        const node = document.querySelector(each.target.join(" "));
        const html = node ? node.outerHTML : each.html;
        const field = node && node.closest("[name], [data-name]");
        const said = html.slice(0, 300) + (field ? field.getAttribute("name") : "");
        return [fault.id, node ? kind(node) : each.html, ours.test(said),
            html.slice(0, 160)];
    }));
}"""


def faults(page, inside):
    """What axe objects to within the selector, as rows of ``_RUN``.

    :raises AssertionError: axe-core is not the one that is pinned here
    """
    page.wait_for_selector(inside)
    if not page.evaluate("typeof axe === 'object'"):
        source = AXE.read_bytes()
        assert sha256(source).hexdigest() == AXE_SHA256, "not the axe-core pinned here"
        page.evaluate(source.decode())
    return [tuple(row) for row in page.evaluate(_RUN, [inside, list(LEVELS)])]


def ours(found, odoos):
    """Those of ``found`` that are not Odoo's, as ``rule: HTML``."""
    known = {(rule, kind) for rule, kind, _ours, _html in odoos}
    return sorted(
        {
            f"{rule}: {html}"
            for rule, kind, is_ours, html in found
            if is_ours or (rule, kind) not in known
        }
    )
