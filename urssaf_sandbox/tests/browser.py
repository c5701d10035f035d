# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A person in front of a real browser (Debian's Chromium, driven by Playwright)."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "Soleil levant, 8 rue"
# Where pictures go, for whoever wants to look at them; nowhere by default.
_PICTURES = os.environ.get("SANDBOX_PICTURES")

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1200, "height": 900}


# What is wider than the window, as the browser laid it out.
_OUTSIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.body.querySelectorAll("*")]
        .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
        .map(node => `${node.tagName}.${node.className} ${node.textContent.trim()}`
            .slice(0, 60))"""


class Person:
    """Reads pages, follows links, fills forms; never sees the database."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self._count = 0

    def opens(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.url}{path}")

    def follows(self, name: str) -> None:
        """Click the link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def presses(self, name: str) -> None:
        """Click the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def fills(self, **values: str) -> None:
        """Fill fields, by their id."""
        for name, value in values.items():
            self.page.locator(f"#{name}").fill(value)

    def ticks(self, *names: str) -> None:
        """Tick boxes or choose radio buttons, by their id."""
        for name in names:
            self.page.locator(f"#{name}").check()

    def reads(self, *texts: str) -> None:
        """Expect these texts in the page."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def pictures(self, name: str) -> None:
        """Keep the page as seen on a desk and on a phone, where asked for."""
        self.fits_on_a_phone()
        if not _PICTURES:
            return
        self._count += 1
        for kind, size in (("desk", DESK), ("phone", PHONE)):
            self.page.set_viewport_size(size)
            target = Path(_PICTURES) / f"{self._count:02d}-{name}-{kind}.png"
            self.page.screenshot(path=target, full_page=True)
        self.page.set_viewport_size(DESK)

    def fits_on_a_phone(self) -> None:
        """Nothing sticks out on the right of a narrow screen."""
        # A link that was followed may still be loading its style.
        self.page.wait_for_load_state()
        self.page.set_viewport_size({"width": 340, "height": 700})
        outside = self.page.evaluate(_OUTSIDE)
        self.page.set_viewport_size(DESK)
        assert not outside, f"{self.page.url}: {outside}"


def _lift_memory_limit() -> None:
    """Chromium reserves far more addresses than it uses, and inherits our limit: in one
    run with Odoo's tests, that is Odoo's `limit_memory_hard`.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


@contextmanager
def person_at(url: str) -> Iterator[Person]:
    """Open a browser of its own, without scripts of ours to wait for."""
    _lift_memory_limit()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        try:
            context = browser.new_context(viewport=DESK, locale="fr-FR")
            page = context.new_page()
            page.set_default_timeout(10_000)
            broken: list[str] = []
            page.on("pageerror", lambda error: broken.append(str(error)))
            page.on(
                "response",
                lambda answer: (
                    broken.append(f"{answer.status} {answer.url}")
                    if answer.status >= 500
                    else None
                ),
            )
            yield Person(page, url)
            assert not broken
        finally:
            browser.close()
