# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""axe-core on our screens, without what Odoo's own components bring with them.

axe looks at the inside of a page: the menu bar, the breadcrumbs and the search bar are
Odoo's, and so is the chatter. What is left of Odoo's is listed below, by rule and
element; each of them was seen on one of Odoo's own screens too.
"""

from hashlib import sha256
from importlib.resources import files

# axe-core 4.12.1, in the wheel axe-playwright-python of the tests' environment: nothing
# else is downloaded. Another release judges otherwise, and is taken on purpose.
AXE = files("axe_playwright_python") / "axe.min.js"
AXE_SHA256 = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
CHATTER = (".o-mail-Form-chatter", ".o-mail-ChatterContainer", ".o-mail-Chatter")
#: Rule of axe, element of Odoo's, and what it is.
ODOOS = (
    ("aria-allowed-attr", ".o-dropdown", "the box of a selection (SelectMenu)"),
    ("autocomplete-valid", ".o_select_menu_input", "the box of a selection"),
    ("aria-allowed-attr", ".o-autocomplete--input", "the box of a many2one"),
    ("aria-allowed-attr", ".o_tag", "the tags of a many2many"),
    ("aria-allowed-attr", ".o_progress", "the progress bar"),
    ("aria-prohibited-attr", ".fa-long-arrow-right", "the arrow of a range of dates"),
    ("aria-required-parent", ".o_notebook a.nav-link", "the tabs of a form"),
    ("aria-required-parent", ".settings_tab .tab", "the tabs of the settings"),
    ("button-name", ":has(> .o_optional_columns_dropdown_toggle)", "more columns"),
    ("button-name", ".o_clipboard_button", "the button “copy” of a field"),
    ("color-contrast", ".badge[class*='text-bg-']", "colours of badges"),
    ("color-contrast", ".alert a.fw-bold > span", "the link of an invoice's banner"),
    ("color-contrast", ".o_data_row.text-muted *", "rows that a list greys out"),
    ("color-contrast", ".o_pivot_measure_row", "the heads of a pivot"),
    ("frame-title", "#invoice_html", "the paper on the page of an invoice"),
    ("label", ".o_list_record_selector input", "the box before a row of a list"),
    ("label", ".o_field_code textarea", "the editor of the field “code”"),
    ("role-img-alt", ".o-mail-ActivityButton i", "the clock of the activities"),
    ("role-img-alt", ".o_field_many2one .fa-user", "the card of a contact"),
    ("target-size", ".o_field_phone a", "a phone number, and “SMS” beside it"),
    ("target-size", ".o_field_phone_sms", "the link “SMS” beside a phone number"),
    ("scrollable-region-focusable", ".o_list_renderer", "a list wider than its place"),
)
#: ``[rule, HTML]``
_RUN = """async ([inside, without, levels, odoos]) => {
    const found = await axe.run({include: [inside], exclude: without},
        {runOnly: {type: "tag", values: levels}, resultTypes: ["violations"]});
    return found.violations.flatMap(fault => fault.nodes.flatMap(each => {
        const node = document.querySelector(each.target.join(" "));
        const known = node && odoos.some(
            ([rule, element]) => rule === fault.id && node.matches(element));
        return known ? [] : [[fault.id, (node ? node.outerHTML : each.html)]];
    }));
}"""


def faults(page, inside):
    """What axe objects to within the selector, as ``rule: HTML``, sorted.

    :raises AssertionError: axe-core is not the one that is pinned here
    """
    page.wait_for_selector(inside)
    if not page.evaluate("typeof axe === 'object'"):
        source = AXE.read_bytes()
        assert sha256(source).hexdigest() == AXE_SHA256, "not the axe-core pinned here"
        page.evaluate(source.decode())
    # axe objects to an exclusion that is not on the page.
    without = [css for css in CHATTER if page.locator(css).count()]
    odoos = [list(row) for row in ODOOS]
    rows = page.evaluate(_RUN, [inside, without, list(LEVELS), odoos])
    return sorted({f"{rule}: {html[:160]}" for rule, html in rows})
