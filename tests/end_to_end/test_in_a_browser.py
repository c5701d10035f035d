# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An enrolment as people live it: an office at its desk, a customer with a phone.

The customer fills in the form behind the link; the office accepts it, enrols, is
refused, follows the advice to the field, mends, and enrols again.
"""

import re
import resource
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

from dev import servers
from dev.screenshots import CHROMIUM, FLAGS, SETTLED

from . import accessibility
from .office import DATABASE, REQUEST, invoices, log_in

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1400, "height": 1000}
LINK = re.compile(r"/urssaf/fiche/[\w-]+")
# The tax office of the sandbox knows nobody whose birth name begins so.
UNKNOWN, KNOWN = "Inconnu", "Perrin"
DETAILS = {
    "birth_name": UNKNOWN,
    "first_names": "Lucie Anne",
    "birth_date": "1985-06-14",
    "birth_commune": "Annecy",
    "birth_department": "74",
    "mobile": "06 39 98 44 04",
    "street": "12 bis rue du Soleil",
    "zip": "74000",
    "city": "Annecy",
    "iban": "FR7630004000031234567890143",
}


@contextmanager
def browser_page(browser, url, viewport):
    """A person of one's own: no cookie is shared. Broken scripts are told."""
    context = browser.new_context(
        base_url=url, viewport=viewport, locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = context.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.set_default_timeout(20_000)
    try:
        yield page
    finally:
        context.close()
    assert not broken


@pytest.fixture(scope="module")
def browser():
    # Chromium reserves more addresses than Odoo, in this process, allows itself.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(instance, customer):
    """Odoo of the firm that ``customer`` has set up."""
    with servers.temporary_odoo(instance, DATABASE) as server:
        yield server


def enter(page, login="admin"):
    page.goto("/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("form.oe_login_form button[type=submit]")
    # The first screen of a new database: its scripts are put together.
    page.wait_for_url(lambda url: "/web/login" not in url, timeout=180_000)
    page.wait_for_selector(".o_web_client, #wrap", timeout=180_000)


def open_details(page, partner):
    """The tab of the customer."""
    page.goto(f"/odoo/action-account.res_partner_action_customer/{partner}")
    page.click(".o_notebook a[name=urssaf]")
    return page.locator(".tab-pane.active")


def head(page):
    """Where the buttons of the customer are."""
    return page.locator(".o_form_statusbar")


def field(tab, name):
    return tab.locator(f".o_field_widget[name={name}] input").first


def fill_in_the_form(page, link):
    page.goto(link)
    parts = page.locator("#urssaf_form fieldset")
    for number in range(parts.count()):
        # One part after the other, on a phone.
        expect(page.locator("#urssaf_form fieldset:visible")).to_have_count(1)
        # No room to the right.
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        if number == 0:
            # What is missing is said, and the part stays.
            page.click("#urssaf_next")
            expect(page.locator("[name=civility]")).to_be_focused()
            expect(page.locator("#e_civility")).not_to_be_empty()
            page.select_option("[name=civility]", "2")
        for name, value in DETAILS.items():
            if parts.nth(number).locator(f"[name={name}]").count():
                page.fill(f"[name={name}]", value)
        if number + 1 < parts.count():
            page.click("#urssaf_next")
    # The button “back” of the phone loses nothing; a wrong IBAN is told at once.
    page.go_back()
    iban = page.locator("[name=iban]")
    expect(iban).to_have_value(DETAILS["iban"])
    iban.fill("<b>FR7600000000000000000000000</b>")
    iban.blur()
    expect(page.locator("#e_iban")).not_to_be_empty()
    iban.fill(DETAILS["iban"])
    expect(page.locator("#e_iban")).to_be_empty()
    page.click("#urssaf_next")
    page.check("[name=consent_enrolment]")
    page.check("[name=consent_data]")
    page.click("#urssaf_send")
    page.wait_for_url("**/urssaf/fiche/merci")


def one_primary_button(tab):
    primary = tab.locator("button.btn-primary:visible")
    expect(primary).to_have_count(1)
    return primary


def test_from_the_form_to_a_mended_refusal(browser, server):
    rpc = log_in(server)
    partner = rpc.create(
        "res.partner", {"name": "Lucie Perrin", "email": "lucie.perrin@example.com"}
    )
    with (
        browser_page(browser, server.url, DESK) as page,
        browser_page(browser, server.url, PHONE) as phone,
    ):
        enter(page)

        # What is missing leads to its field.
        tab = open_details(page, partner)
        # Untouched, nothing is red.
        expect(tab.locator(".alert-danger:visible")).to_have_count(0)
        tab.locator("summary").click()
        tab.locator("a[data-field=urssaf_birth_name]").click()
        expect(field(tab, "urssaf_birth_name")).to_be_focused()

        # The customer fills in the rest, behind the link that the office hands over.
        head(page).locator("button[name=action_urssaf_send_form]").click()
        link = page.locator(".modal-dialog [name=link]")
        expect(link).to_be_visible()
        fill_in_the_form(phone, LINK.search(link.inner_text()).group())
        tab = open_details(page, partner)
        review = one_primary_button(head(page))
        expect(review).to_have_attribute("name", "action_urssaf_review_form")
        review.click()
        page.click("button[name=action_accept_all]")

        # The tax office does not know the person.
        tab = open_details(page, partner)
        expect(tab.locator(".alert-danger a[data-field]")).to_have_count(0)
        enrol = one_primary_button(head(page))
        expect(enrol).to_have_attribute("name", "action_urssaf_confirm_enrol")
        enrol.click()
        page.click(".modal-dialog footer button[name=action_enrol]:visible")
        stage = tab.locator("[name=urssaf_stage]")
        expect(stage.locator(".text-bg-danger")).to_be_visible()
        links = tab.locator("[name=urssaf_to_mend] a")
        expect(links.first).to_have_attribute("data-field", "urssaf_birth_name")
        links.first.click()
        expect(field(tab, "urssaf_birth_name")).to_be_focused()

        # Mended in the dialog, and accepted.
        one_primary_button(head(page)).click()
        dialog = page.locator(".modal-dialog")
        field(dialog, "urssaf_birth_name").fill(KNOWN)
        dialog.locator("footer button[name=action_enrol]:visible").click()
        expect(dialog).to_have_count(0)
        tab = open_details(page, partner)
        expect(tab.locator("[name=urssaf_stage] .text-bg-info")).to_be_visible()
    [enrolment] = rpc.search("urssaf.enrolment", [("partner_id", "=", partner)])
    told = ["state", "consent_origin"]
    values = rpc.read_one("urssaf.enrolment", enrolment, told)
    assert [values[name] for name in told] == ["pending", "portal"]


# -- everybody can use our screens ----------------------------------------------------

ADDON = "urssaf_avance_immediate"
TRADE = "l10n_fr_home_services"
PORTAL = "customer-of-the-portal"
#: Ours: the action, with a record, and the tabs to open. ``{move}`` is an invoice that
#: Urssaf has.
OURS = {
    f"{ADDON}.urssaf_board_action": (),
    f"{ADDON}.urssaf_customer_action": (),
    f"{ADDON}.urssaf_customer_action/{{partner}}": ("urssaf",),
    f"{ADDON}.urssaf_to_send_action": (),
    "account.action_move_out_invoice_type/{move}": ("home_service_interventions",),
    "account.action_move_out_invoice_type/{other}": (),
    f"{ADDON}.urssaf_payment_request_action": (),
    f"{ADDON}.urssaf_payment_request_action/{{request}}": ("exchange",),
    f"{ADDON}.urssaf_payment_request_action_transfer": (),
    f"{ADDON}.urssaf_transit_action": (),
    f"{TRADE}.home_service_nova_table_action": (),
    f"{TRADE}.home_service_counters_action": (),
}


def looked_at(page, path, inside, tabs=()):
    """What axe objects to on this page, and on each of these tabs."""
    page.goto(path)
    page.wait_for_selector(inside)
    if path.startswith("/odoo/"):
        page.wait_for_function(SETTLED)
    found = accessibility.faults(page, inside)
    for tab in tabs:
        page.click(f".o_notebook a[name={tab}]")
        found += accessibility.faults(page, f"{inside} .o_notebook")
    # Owl writes null as an attribute, and “open” is then open.
    assert not page.locator("[open=null], [aria-current=null]").count()
    return found


def of_the_office(page, records):
    """``{page: what axe objects to}`` of our back office."""
    found = {}
    for action, tabs in OURS.items():
        path = f"/odoo/action-{action.format(**records)}"
        found[action] = looked_at(page, path, ".o_action_manager .o_content", tabs)
    # Dialogues, opened by their buttons.
    for action, button in (
        (
            f"{ADDON}.urssaf_board_action",
            "[name=urssaf_board_to_send] [name=action_send]",
        ),
        (f"{ADDON}.urssaf_customer_new_action", None),
    ):
        page.goto(f"/odoo/action-{action}")
        if button:
            page.click(button)
        found[f"dialogue of {action}"] = accessibility.faults(page, ".modal-content")
    # Of the settings, our blocks: the rest of the page is Odoo's.
    page.goto("/odoo/action-account.action_account_config")
    ours = ", ".join(f".o_setting_box[id^={x}]" for x in ("urssaf", "home_service"))
    found["settings"] = accessibility.faults(page, ours)
    return found


def of_the_customer(browser, server, records, link):
    """The same of the portal and of the form that he fills in, on his phone."""
    found = {}
    with browser_page(browser, server.url, PHONE) as page:
        enter(page, PORTAL)
        for path in (
            "/my/invoices",
            f"/my/invoices/{records['move']}",
            "/my/certificates",
        ):
            found[path] = looked_at(page, path, "#wrap")
    with browser_page(browser, server.url, DESK) as page:
        found["form"] = looked_at(page, link, "#wrap")
    # On a phone it comes in parts: with a mistake.
    with browser_page(browser, server.url, PHONE) as page:
        page.goto(link)
        page.click("#urssaf_next")
        expect(page.locator("#e_civility")).not_to_be_empty()
        found["form, mistakes"] = accessibility.faults(page, "#wrap")
    return found


def link_in_the_mail(rpc, email):
    about = [("email_to", "=", email), ("body_html", "ilike", "/urssaf/fiche/")]
    [mail] = rpc.search("mail.mail", about)
    body = rpc.read_one("mail.mail", mail, ["body_html"])["body_html"]
    return LINK.search(body).group()


def prepare(rpc, partner):
    """An invoice that Urssaf has, one that it may have, a customer of the portal, and
    a link to the form: what the pages are about.
    """
    move, other = invoices(rpc, partner, 2)
    rpc.call("account.move", "action_urssaf_send", [move])
    [request] = rpc.search(REQUEST, [("move_id", "=", move)])
    rpc.create(
        "res.users",
        {
            "name": "Customer",
            "login": PORTAL,
            "password": PORTAL,
            "partner_id": partner,
            "group_ids": [(6, 0, [rpc.ref("base.group_portal")])],
        },
    )
    newcomer = rpc.create(
        "res.partner", {"name": "Paul Perrin", "email": "paul.perrin@example.com"}
    )
    rpc.call("res.partner", "action_urssaf_send_form", [newcomer])
    records = {"partner": partner, "move": move, "other": other, "request": request}
    return records, link_in_the_mail(rpc, "paul.perrin@example.com")


def test_everybody_can_use_our_screens(browser, server, customer):
    """axe-core on our screens: labels, contrast, roles, names (WCAG 2.2, A and AA)."""
    records, link = prepare(log_in(server), customer)
    with browser_page(browser, server.url, DESK) as page:
        enter(page)
        found = of_the_office(page, records)
    found |= of_the_customer(browser, server, records, link)
    assert not {page: faults for page, faults in found.items() if faults}
