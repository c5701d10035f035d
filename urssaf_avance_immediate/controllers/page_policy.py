# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a browser may load for the pages of a customer's form, whose address is a
secret: the policy that goes along with them (Content-Security-Policy).
"""

import re
from urllib.parse import urlsplit

#: A host by its name, with the labels that DNS allows: no star, no machine's number.
HOST = re.compile(
    r"(?=.{4,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]*[a-z]"
)
SCHEMES = ("", "http", "https")


def policy(scripts=()):
    """Odoo compiles its own templates; no other host's script, image or call: a website
    may be set up to count its visitors, who would be told the address of the page.

    :param scripts: sources besides this server, from which the website itself has its
        own scripts and images brought to its visitors
    """
    besides = "".join(f" {source}" for source in scripts)
    return (
        "frame-ancestors 'none'; form-action 'self'; "
        f"script-src 'self' 'unsafe-inline' 'unsafe-eval'{besides}; "
        f"connect-src 'self'; img-src 'self' data:{besides}"
    )


def scripts_of(env):
    """The one host besides this server that the website is set up to be served from
    (*Content Delivery Network*), if there is a website and it is.
    """
    if "website" not in env:
        return []
    # sudo(): a visitor reads no setting; its host is in every page of the website.
    website = env["website"].sudo().get_current_website()
    return website.cdn_activated and source_of(website.cdn_url) or []


def source_of(address):
    """The host of this address as a policy names it, in a list; empty for all that is
    not plainly one host: nobody widens the policy by what he types there.

    >>> source_of("//company.example.net/path")
    ['company.example.net']
    >>> source_of("https://cdn.example.net:8443")
    ['https://cdn.example.net:8443']
    >>> source_of("https://*.example.net"), source_of("//a.example.net; script-src *")
    ([], [])
    """
    try:
        parts = urlsplit((address or "").strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return []
    plain = parts.netloc.lower() == host + (f":{port}" if port else "")
    if not plain or not HOST.fullmatch(host) or parts.scheme not in SCHEMES:
        return []
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return [scheme + parts.netloc.lower()]
