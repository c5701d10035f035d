# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""E-mail addresses and bank accounts, before Urssaf looks at them."""

import difflib
import re

#: Characters of an IBAN that Urssaf takes at least (SW29, SW30): those of Norway (15)
#: and Belgium (16) have fewer.
MIN_IBAN = 18

_ADDRESS = re.compile(r"[^\s,;/|<>()]+@[^\s,;/|<>()]+")
#: SW30's pattern of the local part; the one of 2026 (CT) also takes "+".
_OLD_LOCAL = re.compile(r"[-A-Za-z0-9_]+(\.[-A-Za-z0-9_]+)*")
#: Where French customers have their e-mail.
_DOMAINS = (
    "gmail.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "hotmail.fr",
    "hotmail.com",
    "outlook.fr",
    "outlook.com",
    "live.fr",
    "live.com",
    "msn.com",
    "yahoo.fr",
    "yahoo.com",
    "ymail.com",
    "sfr.fr",
    "neuf.fr",
    "laposte.net",
    "bbox.fr",
    "numericable.fr",
    "aliceadsl.fr",
    "club-internet.fr",
    "cegetel.net",
    "icloud.com",
    "me.com",
    "mac.com",
    "gmx.fr",
    "gmx.com",
    "aol.com",
    "protonmail.com",
    "proton.me",
    "mailo.com",
)
#: Close to one of the above, and real.
_REAL = {
    "mail.com",
    "email.com",
    "mail.fr",
    "fre.fr",
    "hotmail.be",
    "live.be",
    "ono.fr",
}
_REAL |= {
    "yahoo.be",
    "yahoo.ca",
    "yahoo.es",
    "yahoo.it",
    "yahoo.de",
    "gmx.de",
    "gmx.net",
}
_REAL |= {"hotmail.it", "hotmail.es", "hotmail.de", "outlook.be", "outlook.es"}
_REAL |= {"live.it", "live.nl", "live.ca", "hotmail.ca", "yahoo.co.uk", "hotmail.co.uk"}
#: Real or not, never a customer's.
_WRONG = {"gmail.fr": "gmail.com", "laposte.fr": "laposte.net", "gmail.cm": "gmail.com"}
#: Endings that exist nowhere, or that a finger made.
_ENDINGS = {
    "f": "fr",
    "ft": "fr",
    "rf": "fr",
    "frr": "fr",
    "fe": "fr",
    "con": "com",
    "comm": "com",
    "cmo": "com",
    "vom": "com",
    "xom": "com",
    "nte": "net",
}

#: ISO codes of the countries of the SEPA area (European Payments Council, 2025).
SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC "
    "MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA".split()
)


def email_proposal(email: str) -> str | None:
    """The address that was probably meant ("gmial.com" → "gmail.com"), ``None`` when
    nothing looks wrong.
    """
    local, _at, domain = (email or "").strip().rpartition("@")
    domain = domain.casefold()
    if not local or not domain or domain in _DOMAINS or domain in _REAL:
        return None
    meant = _near_domain(domain)
    return f"{local}@{meant}" if meant and meant != domain else None


def _near_domain(domain: str) -> str | None:
    if domain in _WRONG:
        return _WRONG[domain]
    host, _dot, ending = domain.rpartition(".")
    if host and ending in _ENDINGS:
        mended = f"{host}.{_ENDINGS[ending]}"
        return mended if mended in _DOMAINS else _closest(mended) or mended
    known = [one for one in _DOMAINS if one.rpartition(".")[0] == domain]
    if "." not in domain:
        return known[0] if known else _closest(domain)
    return _closest(domain)


def _closest(domain: str) -> str | None:
    """A frequent domain one slip of the finger away."""
    [*found] = difflib.get_close_matches(domain, _DOMAINS, 1, 0.84)
    # The first letter is seldom the wrong one: "sfr.fr" is not "fr.fr".
    return found[0] if found and found[0][0] == domain[0] else None


def emails_in(text: str) -> list[str]:
    """The e-mail addresses in a field, each once: there should be one."""
    return list(dict.fromkeys(_ADDRESS.findall(text or "")))


def email_is_international(email: str) -> bool:
    """Whether letters with accents, or of other alphabets, stand in an address."""
    return "@" in (email or "") and not email.strip().isascii()


def email_needs_new_pattern(email: str) -> bool:
    """Whether only the pattern of 2026 takes this local part ("jean+ai@…")."""
    local = (email or "").strip().rpartition("@")[0]
    return bool(local) and not _OLD_LOCAL.fullmatch(local)


def shown_iban(iban: str | None) -> str:
    """An IBAN for the screen: its two ends are enough to recognise it."""
    if not iban or len(iban) <= 8:
        return "••••"
    return f"{iban[:4]} •••• {iban[-4:]}"


def iban_area(iban: str) -> str:
    """``french``, ``sepa`` or ``foreign``, by the country of the account."""
    country = (iban or "")[:2].upper()
    if country == "FR":
        return "french"
    return "sepa" if country in SEPA else "foreign"


def bic_of_iban(iban: str) -> str | None:
    """The BIC of the bank of an IBAN, where ``schwifty`` is installed and knows it."""
    try:
        # Optional, and slow to load: only where a BIC is missing.
        from schwifty import IBAN
        from schwifty.exceptions import SchwiftyException
    except ImportError:
        return None
    try:
        bic = IBAN(iban or "").bic
    except SchwiftyException:
        return None
    return str(bic) if bic else None
