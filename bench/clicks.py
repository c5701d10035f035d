# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many clicks, and seconds, the four jobs of every day take.

``make bench ARGS=clicks``: an office manager in Chromium, on real servers, from the
screen that Odoo opens with. Each click is counted by the page itself; typing is none.
"""

import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright

from dev import databases, odoo, servers
from dev.scenario import board, company
from dev.scenario.odoo_rpc import Odoo
from dev.scenario.sandbox import Sandbox
from dev.screenshots import CHROMIUM, FLAGS

ADDON = company.ADDON
DATABASE = "urssaf_clicks"
#: Of last month, to be sent at once.
INVOICES = 12
ACTIVE = ("lefevre", "garnier", "benali", "moreau")
#: Has all data and is not enrolled; is enrolled and has not activated.
TO_ENROL, PENDING = "fontaine", "payet"
_COUNT = """document.addEventListener("click", (event) => {
    if (event.isTrusted) window.countClick();
}, true);"""


def main(_arguments=None):
    """Do the four jobs, print them beside their targets; return 0 if all are met."""
    instance = odoo.prepare()
    databases.create(instance, DATABASE)
    databases.install(instance, DATABASE, demo=True)
    missed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.temporary_sandbox(Path(folder) / "clicks.sqlite") as urssaf,
        servers.temporary_odoo(instance, DATABASE) as server,
    ):
        world = World(server.url, Sandbox(urssaf.url))
        with _office(server.url) as office:
            print("\nclicks and seconds of the four jobs, in Chromium")
            for name, job, target in JOBS:
                clicks, seconds = office.does(job, world)
                verdict = "met" if clicks <= target else "MISSED"
                missed += clicks > target
                print(
                    f"{name[:50]:50}{clicks:3} clicks{seconds:7.1f} s  "
                    f"(target ≤ {target}: {verdict})",
                    flush=True,
                )
    databases.drop(instance, DATABASE)
    return 1 if missed else 0


class World:
    """The firm, with customers and invoices for the four jobs."""

    def __init__(self, url, sandbox):
        self.rpc = Odoo(url, DATABASE, "admin", "admin")
        self.sandbox = sandbox
        now = datetime.now(ZoneInfo("Europe/Paris"))
        sandbox.start_at(now - timedelta(days=60))
        company.set_up(self.rpc, sandbox)
        board.land_on_it(self.rpc)
        self._enrol(*ACTIVE)
        sandbox.go_to(now)
        self._enrol_one(PENDING)
        day = now.date().replace(day=1) - timedelta(days=1)
        self.to_send = [
            self._invoice(ACTIVE[number % len(ACTIVE)], day)
            for number in range(INVOICES)
        ]
        self.refused = self._refused(day)

    def partner(self, key):
        """The id of a customer of the demo data."""
        return self.rpc.ref(f"{company.ADDON}.customer_{key}")

    def _enrol_one(self, key):
        ids = [self.partner(key)]
        self.rpc.call("res.partner", "action_urssaf_record_consent", ids)
        self.rpc.call("res.partner", "action_urssaf_enrol", ids)

    def _enrol(self, *keys):
        for key in keys:
            self._enrol_one(key)
        for id_client in self.sandbox.people():
            self.sandbox.activate(id_client)
        for key in keys:
            ids = [self.partner(key)]
            self.rpc.call("res.partner", "action_urssaf_refresh", ids)

    def _invoice(self, key, day):
        template = self.rpc.ref(f"{company.TRADE}.product_menage")
        product = self.rpc.read_one(
            "product.template", template, ["product_variant_id"]
        )["product_variant_id"][0]
        visit = {
            "date": str(day),
            "start": 9,
            "end": 11,
            "person_id": self.rpc.ref(f"{company.TRADE}.person_lambert"),
        }
        line = {
            "product_id": product,
            "quantity": 2,
            "home_service_intervention_ids": [(0, 0, visit)],
        }
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner(key),
            "invoice_date": str(day),
            "invoice_line_ids": [(0, 0, line)],
        }
        move = self.rpc.create("account.move", values)
        self.rpc.call("account.move", "action_post", [move])
        return move

    def _refused(self, day):
        """An invoice that its customer has contested."""
        move = self._invoice(ACTIVE[0], day)
        self.rpc.call("account.move", "action_urssaf_send", [move])
        self.sandbox.let_hours_pass(1)
        number = self.rpc.read_one("account.move", move, ["name"])["name"]
        self.sandbox.contest(number, "REGUL_NB_QTE_FACT", "Une heure seulement.")
        request = self.rpc.read_one("account.move", move, ["urssaf_request_id"])
        ids = [request["urssaf_request_id"][0]]
        self.rpc.call("urssaf.payment.request", "action_urssaf_refresh", ids)
        return move

    def until(self, model, domain, count=1):
        """Wait until so many records are so. Raises SystemExit after a minute."""
        deadline = time.monotonic() + 60
        while len(self.rpc.search(model, domain)) != count:
            if time.monotonic() > deadline:
                raise SystemExit(f"The bench went wrong: no {count} {model} {domain}.")
            time.sleep(0.1)


class Office:
    """The office manager's browser, which counts."""

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.clicks = 0
        page.expose_function("countClick", self._count)
        page.add_init_script(_COUNT)

    def _count(self):
        self.clicks += 1

    def log_in(self):
        """Come to the screen that Odoo opens with."""
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", "admin")
        self.page.fill("input[name=password]", "admin")
        self.page.click("form.oe_login_form button[type=submit]")

    def does(self, job, world):
        """Do a job from the first screen on; return its clicks and seconds."""
        self.page.goto(f"{self.url}/odoo")
        # The application, as it opens: no click of the job itself.
        self.page.click(".o_navbar_apps_menu button")
        self.page.click(f"[data-menu-xmlid='{ADDON}.menu_urssaf']")
        self.page.wait_for_selector(".o_urssaf_board")
        self.page.wait_for_selector(f"[data-menu-xmlid='{ADDON}.menu_urssaf_board']")
        self.clicks, started = 0, time.perf_counter()
        job(self, world)
        return self.clicks, time.perf_counter() - started

    def click(self, selector):
        """Click on what ``selector`` shows, once it is there."""
        self.page.locator(selector).locator("visible=true").first.click()

    def sees(self, selector):
        """Wait until that is on the screen."""
        self.page.locator(selector).locator("visible=true").first.wait_for()


@contextmanager
def _office(url):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": 1400, "height": 1000},
        )
        page.set_default_timeout(20_000)
        try:
            office = Office(page, url)
            office.log_in()
            # The first screen of a new database: its scripts are put together.
            page.wait_for_selector(".o_web_client", timeout=180_000)
            yield office
        finally:
            browser.close()


def enrol(office, world):
    """A customer who has all data, from the list of all, up to the answer."""
    name = _name(world, TO_ENROL)
    office.click(f"[data-menu-xmlid='{ADDON}.menu_urssaf_customers']")
    office.click(f"[data-menu-xmlid='{ADDON}.menu_urssaf_customer']")
    office.click(
        f".o_data_row:has-text('{name}') button[name=action_urssaf_confirm_enrol]"
    )
    office.click(".modal-footer button[name=action_enrol]")
    world.until(
        "urssaf.enrolment",
        [("partner_id", "=", world.partner(TO_ENROL)), ("state", "=", "pending")],
    )


def send(office, world):
    """Last month's invoices, all of them."""
    office.click("[name=urssaf_board_to_send] button[name=action_send]")
    office.click(".modal-footer button[name=action_send]")
    world.until(
        "account.move",
        [("id", "in", world.to_send), ("urssaf_state", "=", "waiting")],
        len(world.to_send),
    )


def correct(office, world):
    """A refused invoice, corrected and sent again."""
    # A single one opens at once.
    office.click("[name=urssaf_board_mend] button[name=action_refused]")
    office.click("button[name=action_correct_invoice]")
    # What is about to be posted is said first.
    office.click(".modal-footer .btn-primary")
    office.click("button[name=action_urssaf_post_and_resend]")
    world.until(
        "urssaf.payment.request",
        [
            ("move_id.urssaf_replaces_id", "=", world.refused),
            ("state", "=", "waiting"),
        ],
    )


def not_active(office, world):
    """Who has not activated: it is on the first screen."""
    office.sees(f"[name=urssaf_board_waiting] :text('{_name(world, PENDING)}')")


def _name(world, key):
    return world.rpc.read_one("res.partner", world.partner(key), ["name"])["name"]


#: What, how, and how many clicks at most.
JOBS = (
    ("who has not activated", not_active, 1),
    ("enrol a customer who has all data", enrol, 4),
    (f"send last month's {INVOICES} invoices", send, 2),
    ("correct and resend a refused one", correct, 4),
)
