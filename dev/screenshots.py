# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pictures of the documents, taken again from a running ``make demo``::

    .dev/venv/bin/python -m dev.screenshots
    .dev/venv/bin/python -m dev.screenshots --url http://127.0.0.1:8169
    .dev/venv/bin/python -m dev.screenshots --guide    # those of docs/guide/ alone
    .dev/venv/bin/python -m dev.screenshots --empty    # of make demo ARGS=empty
    .dev/venv/bin/python -m dev.screenshots --trade    # of make demo ARGS=trade

The demo's story is always the same, so the pictures differ by their dates only.
"""

import argparse
import io
import sys

from playwright.sync_api import sync_playwright

from . import paths, ports
from .errors import DevError

FOLDER = paths.ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDTH = 1400
#: Below where Odoo shows the PDF of an invoice beside it.
NARROW = 1180
#: Milliseconds: the first page of a fresh demo makes its scripts first.
PATIENCE = 180_000
#: The picture of a document must load at once; a guide has several.
MAX_BYTES, GUIDE_MAX_BYTES = 250_000, 150_000
#: Whose papers are shown: paid after a validation, see ``dev/scenario/people.py``.
CUSTOMER = f"{paths.ADDON}.customer_lefevre"
TRADE = "l10n_fr_home_services"
REQUESTS = f"{paths.ADDON}.urssaf_payment_request_action"
RECEIVED = f"{paths.ADDON}.account_bank_statement_line_action_received"
BOARD = f"{paths.ADDON}.urssaf_board_action"
CUSTOMERS = f"{paths.ADDON}.urssaf_customer_action"
#: Whom the guide enrols: nobody.
NEW = {
    "name": "Lucie Perrin",
    "email": "lucie.perrin@example.com",
    "mobile": "06 39 98 44 10",
}
#: True in the page once nothing is being loaded any more.
SETTLED = """() => !document.querySelector(".o_loading_indicator, .fa-spin")
    && [...document.images].every(image => image.complete)"""


class Shooter:
    """A logged-in browser page on the demo."""

    def __init__(self, page, url):
        self._page = page
        self._url = url

    def log_in(self, login, password):
        """Open Odoo's first screen."""
        self._page.goto(f"{self._url}/web/login")
        self._page.fill("input[name=login]", login)
        self._page.fill("input[name=password]", password)
        self._page.click("form.oe_login_form button[type=submit]")
        self._page.wait_for_selector(".o_web_client")

    def call(self, model, method, *args):
        """Call a public method of Odoo as the browser does, in French.

        Raises DevError if Odoo refuses.
        """
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self._page.request.post(
            f"{self._url}/web/dataset/call_kw",
            data={"jsonrpc": "2.0", "method": "call", "params": params},
        ).json()
        if "error" in answer:
            raise DevError(f"{model}.{method}: {answer['error']['message']}")
        return answer["result"]

    def find(self, model, domain):
        """The id of the first record. Raises DevError if there is none."""
        found = self.call(model, "search", domain, 0, 1)
        if not found:
            raise DevError(f"The demo has no {model} like {domain}: run `make demo`.")
        return found[0]

    def open(self, action, record=None, height=900, width=WIDTH):
        """Show a window action, or one of its records."""
        self._page.set_viewport_size({"width": width, "height": height})
        place = f"/{record}" if record else ""
        self._page.goto(f"{self._url}/odoo/action-{action}{place}")
        self._page.wait_for_selector(".o_action_manager .o_view_controller")

    def click(self, selector):
        """Click on what ``selector`` shows."""
        self._page.click(selector)

    def fill(self, selector, value):
        """Type it into a field."""
        self._page.fill(selector, str(value))

    def wait_for(self, selector):
        """Wait until that is on the screen."""
        self._page.wait_for_selector(selector)

    def hide(self, selector):
        """Leave out what is the demo's alone."""
        self._page.locator(selector).evaluate_all(
            "all => all.forEach(one => { one.style.display = 'none'; })"
        )

    def scroll_to(self, selector):
        """Bring the top of an element just below the bars of the page."""
        self._page.locator(selector).evaluate("e => e.scrollIntoView()")

    def shoot(self, name):
        """Write docs/images/``name``.png. Raises DevError if it is too heavy."""
        self._page.mouse.move(0, 0)  # no tooltip, no hovered row
        self._page.wait_for_timeout(1500)  # late parts start loading, animations end
        self._page.wait_for_function(SETTLED)
        png = _fewer_colours(self._page.screenshot())
        most = GUIDE_MAX_BYTES if name.startswith("guide-") else MAX_BYTES
        if len(png) > most:
            raise DevError(f"{name}.png has {len(png)} bytes, over {most}.")
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.png").write_bytes(png)
        print(f"{name}.png: {len(png) / 1000:.0f} kB")


def take_all(shooter):
    """Every picture that the documents use."""
    customer = _customer(shooter)
    paid = [["partner_id", "=", customer], ["state", "=", "paid"]]
    request = shooter.find("urssaf.payment.request", paid)
    invoice = shooter.find("account.move", [["urssaf_request_ids", "=", request]])
    shooter.open("account.action_move_out_invoice", invoice, 860, width=NARROW)
    shooter.shoot("invoice")
    shooter.open("account.res_partner_action_customer", customer, 900)
    shooter.click(".o_notebook a[name=urssaf]")
    shooter.shoot("customer")
    shooter.open(REQUESTS, height=560)
    shooter.shoot("requests")
    shooter.open(REQUESTS, request, 860)
    shooter.shoot("request")
    shooter.open(RECEIVED, height=420)
    shooter.shoot("transfers_received")
    # The oldest line: it pays several demandes.
    shooter.open(RECEIVED, height=640)
    shooter.click("button[name=action_urssaf_reconcile] >> nth=-1")
    shooter.shoot("transfer_reconcile")
    shooter.open("account.action_account_config", height=760)
    shooter.scroll_to("h2:has-text('Urssaf avance immédiate')")
    shooter.shoot("settings")
    take_guide(shooter)


def take_guide(shooter):
    """Those of the guides, in the order of a day's work."""
    shooter.open(BOARD, height=660)
    # The demo's own bar is no part of the add-on.
    shooter.hide("[name=urssaf_board_demo]")
    shooter.shoot("guide-tableau-de-bord")
    shooter.click("[name=urssaf_board_to_send] button[name=action_send]")
    shooter.wait_for(".modal button[name=action_send]")
    shooter.shoot("guide-envoyer")
    shooter.open(f"{paths.ADDON}.urssaf_to_send_action", height=300)
    shooter.shoot("guide-a-envoyer")
    active = ["partner_id.urssaf_enrolment_state", "=", "active"]
    ready = shooter.find("account.move", [["urssaf_can_send", "=", True], active])
    shooter.open("account.action_move_out_invoice", ready, 780, width=NARROW)
    shooter.shoot("guide-facture")
    customer = _customer(shooter)
    shooter.open(CUSTOMERS, customer, 900)
    shooter.click(".o_notebook a[name=urssaf]")
    shooter.shoot("guide-client")
    debited = shooter.find("urssaf.payment.request", [["state", "=", "debited"]])
    shooter.open(REQUESTS, debited, 860)
    shooter.shoot("guide-demande")
    refused = [["state", "=", "refused"], ["move_id.payment_state", "=", "not_paid"]]
    shooter.open(REQUESTS, shooter.find("urssaf.payment.request", refused), 860)
    shooter.shoot("guide-demande-contestee")
    shooter.open(f"{paths.ADDON}.urssaf_payment_request_action_transfer", height=440)
    shooter.shoot("guide-echeancier")
    _take_new_customer(shooter)


def _take_new_customer(shooter):
    """The dialogue, and what it says after; the contact is taken away again."""
    shooter.open(CUSTOMERS, height=640)
    shooter.shoot("guide-clients")
    shooter.click(".o_control_panel button.btn-primary:has-text('Nouveau client')")
    shooter.wait_for(".modal [name=email]")
    for name, value in NEW.items():
        shooter.fill(f".modal .o_field_widget[name={name}] input", value)
    shooter.shoot("guide-nouveau-client")
    shooter.click(".modal button[name=action_send_form]")
    shooter.wait_for(".modal [name=qr_code] img")
    shooter.shoot("guide-lien")
    made = shooter.find("res.partner", [["email", "=", NEW["email"]]])
    shooter.call("res.partner", "unlink", [made])


def take_empty(shooter):
    """Those of the first day: a company that nobody has configured."""
    shooter.open(BOARD, height=900)
    shooter.shoot("guide-mise-en-route")
    shooter.click(".o_urssaf_setup li[data-step=credentials] button")
    shooter.wait_for(".modal [name=client_id]")
    shooter.shoot("guide-connexion")


def _customer(shooter):
    return shooter.call(
        "ir.model.data", "check_object_reference", *CUSTOMER.split(".")
    )[1]


def take_trade(shooter):
    """Those of the trade alone."""
    vasseur = [["partner_id.name", "=", "Rémi Vasseur"]]
    sold = [["move_type", "=", "out_invoice"]]
    invoice = shooter.find("account.move", [*vasseur, *sold])
    shooter.open("account.action_move_out_invoice", invoice, 780)
    shooter.click(".o_notebook a:has-text('Interventions')")
    shooter.shoot("trade_invoice")
    run = shooter.find("home.service.certificate.run", [])
    shooter.open(f"{TRADE}.home_service_certificate_run_action", run, 440)
    shooter.shoot("trade_certificates")
    shooter.open(f"{TRADE}.home_service_nova_table_action", height=1120)
    # The last quarter of the year that the demo tells.
    year = shooter.call("home.service.certificate.run", "read", [run], ["year"])
    shooter.fill("div[name=year] input", year[0]["year"])
    shooter.click("div[name=period] label:has-text('T4')")
    shooter.click("button[name=action_show]")
    shooter.wait_for("[name=line_ids] .o_data_row")
    shooter.shoot("trade_nova")


def _fewer_colours(png):
    """The same picture with 128 colours: a third of the bytes, and no visible loss."""
    from PIL import Image

    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _chosen(options):
    if options.trade:
        return take_trade
    if options.empty:
        return take_empty
    return take_guide if options.guide else take_all


def main(argv=None):
    """Take the pictures and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m dev.screenshots")
    default = f"http://{ports.HOST}:{ports.DEFAULTS['ODOO_PORT']}"
    parser.add_argument("--url", default=default)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--guide", action="store_true", help="of docs/guide/ alone")
    parser.add_argument("--empty", action="store_true", help="make demo ARGS=empty")
    parser.add_argument("--trade", action="store_true", help="make demo ARGS=trade")
    options = parser.parse_args(argv)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="fr-FR", timezone_id="Europe/Paris")
        page.set_default_timeout(PATIENCE)
        try:
            shooter = Shooter(page, options.url.rstrip("/"))
            shooter.log_in(options.login, options.password)
            _chosen(options)(shooter)
        except DevError as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
