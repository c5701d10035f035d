# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shared by the tests: Urssaf in memory instead of the network."""

from unittest.mock import patch
from urllib.parse import urlsplit

from ..lib.api import clear_token_cache, rate
from .fake_urssaf import FakeUrssaf


class FakeUrssafMixin:
    """Sends the calls for Urssaf to ``cls.fake``; put it first among the bases.

    Odoo blocks outgoing HTTP in tests by patching ``requests.Session.send``; what it
    calls instead is ``_request_handler``, which is overridden here. Every address
    of Urssaf is taken, production too: no test can reach the real one.
    """

    #: host:port of the local sandbox, of Urssaf's test service and of production.
    urssaf_hosts = frozenset(
        {"127.0.0.1:8090", "localhost:8090", "api-edi.urssaf.fr", "api.urssaf.fr"}
    )

    @classmethod
    def setUpClass(cls):
        cls.fake = FakeUrssaf()
        super().setUpClass()

    def setUp(self):
        super().setUp()
        clear_token_cache()
        self.fake.reset()
        # Time stands still in most tests: nobody could wait for his turn.
        self.startPatcher(patch.object(rate, "wait_turn"))

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if urlsplit(r.url).netloc in cls.urssaf_hosts:
            return cls.fake.handle(r, **kw)
        return super()._request_handler(s, r, **kw)
