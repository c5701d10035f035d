# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a stand-in may be: on this machine or on its own network."""

import ipaddress
import re

# Nothing before the host (a name, a backslash): what reads an address differently
# from the next reader leads elsewhere. No query either.
_ADDRESS = re.compile(
    r"https?://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(/[\w.~/-]*)?",
    re.ASCII,
)
# The real service is chosen by its environment, never typed.
_URSSAF = re.compile(r"(.*\.)?urssaf\.fr\.?", re.ASCII)


def is_local_address(url: str, known_hosts: tuple[str, ...] = ()) -> bool:
    """Tell whether this http(s) address is loopback or private.

    Names are not looked up, but for ``localhost``: where a name leads may change
    between the look and the call.

    :param known_hosts: names and addresses that are taken all the same
    """
    match = _ADDRESS.fullmatch(url)
    if not match:
        return False
    host = match["host"].strip("[]").lower()
    if _URSSAF.fullmatch(host):
        return False
    if host == "localhost" or host in {known.lower() for known in known_hosts}:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # An IPv4 address written in IPv6 is where the IPv4 address is.
    address = getattr(address, "ipv4_mapped", None) or address
    # A tunnel (Teredo): Python calls it private, and the packets go where it says.
    if getattr(address, "teredo", None):
        return False
    # Link-local has what clouds tell a machine about itself; 0.0.0.0 is no address.
    return address.is_private and not (address.is_link_local or address.is_unspecified)
