# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the address of a sandbox may lead."""

from odoo.tests import BaseCase, tagged

from ..lib.rules import is_local_address

HERE = (
    "http://127.0.0.1:8090",
    "http://127.9.9.9/",
    "http://localhost:8090",
    "https://LOCALHOST",
    "http://[::1]:8090",
    "http://10.0.0.5:8090",
    "http://172.31.255.255",
    "http://192.168.1.20:8090/un/bac",
    "http://[fd00::1]:8090",
    "http://[::ffff:10.0.0.5]",
)
ELSEWHERE = (
    "",
    "127.0.0.1:8090",
    "ftp://127.0.0.1",
    "http://8.8.8.8",
    "http://172.32.0.1",
    "http://[2001:4860:4860::8888]",
    "http://[::ffff:8.8.8.8]",
    "http://0.0.0.0:8090",
    "http://[::]:8090",
    "http://169.254.169.254",
    "http://[fe80::1]",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    # Names, also those that lead here today.
    "http://bac.example",
    "http://sandbox:8090",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://2130706433",
    "http://127.1",
    # Read one way here, another way by who calls.
    "http://127.0.0.1@bac.example",
    "http://user:secret@127.0.0.1",
    "http://bac.example\\@127.0.0.1",
    "http://127.0.0.1\\.bac.example",
    "http://bac.example#@127.0.0.1",
    "http://127.0.0.1 .bac.example",
    "http://127.0.0.1\n.bac.example",
    "http://127.0.0.1\n",
    "http://[::1]bac.example",
    "http://[::1",
    "http://127.0.0.1?x=http://bac.example",
    "http://１２７.0.0.1",
)


@tagged("post_install", "-at_install")
class TestLocalAddress(BaseCase):
    def test_here(self):
        for url in HERE:
            self.assertTrue(is_local_address(url), url)

    def test_elsewhere(self):
        for url in ELSEWHERE:
            self.assertFalse(is_local_address(url), url)

    def test_known_by_an_administrator(self):
        known = ("Bac.example", "8.8.8.8", "fe80::1")
        for url in ("https://bac.example:1", "http://8.8.8.8", "http://[fe80::1]"):
            self.assertTrue(is_local_address(url, known), url)
        for url in ("https://x.bac.example", "http://8.8.4.4", "http://u@bac.example"):
            self.assertFalse(is_local_address(url, known), url)

    def test_the_real_service_is_no_sandbox(self):
        hosts = ("api.urssaf.fr", "API-EDI.urssaf.fr", "urssaf.fr", "api.urssaf.fr.")
        for host in hosts:
            self.assertFalse(is_local_address(f"https://{host}", hosts), host)
        self.assertTrue(is_local_address("https://monurssaf.fr", ("monurssaf.fr",)))
