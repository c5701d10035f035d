# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One time for both sides: the sandbox's clock, and that of an Odoo in the past."""

import urllib.parse
import urllib.request


class Clocks:
    """Both go forward together, and tick. Every instant is aware, in Paris time.

    ``control``: the address that moves Odoo's clock (``dev.past``); "" for an Odoo in
    the present, whose clock nobody moves.
    """

    def __init__(self, odoo, sandbox, control=""):
        self._odoo = odoo
        self._sandbox = sandbox
        self._control = control

    def now(self):
        """Return the present of both."""
        return self._sandbox.now()

    def let_hours_pass(self, hours):
        """Advance by hours."""
        self._before()
        self._sandbox.let_hours_pass(hours)
        self._after()

    def go_to(self, moment):
        """Advance to ``moment`` (aware), which must be ahead."""
        self._before()
        self._sandbox.go_to(moment)
        self._after()

    def _before(self):
        # What was due meanwhile, above all e-mails, leaves before the jump.
        self._odoo.run_actions()

    def _after(self):
        if not self._control:
            return
        moment = urllib.parse.quote(self.now().isoformat())
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(f"{self._control}/?{moment}", data=b"", timeout=10).close()
