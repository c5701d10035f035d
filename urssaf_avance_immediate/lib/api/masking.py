# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take secrets and personal data out of texts, structures and log records.

Masking too much is accepted, masking too little is not: a secret or a person is hidden
wherever its key is known, and also wherever a text looks like an IBAN, an e-mail
address, a phone number or a bearer token.
"""

import logging
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

MASK = "***"

#: Keys whose value is hidden whatever it is, nested objects included. Lower case.
SENSITIVE_KEYS = frozenset(
    {
        "access_token",
        "authorization",
        "client_secret",
        "password",
        "refresh_token",
        # Urssaf's names, methods 010, 020 and 050
        "adressemail",
        "bic",
        "codecommune",
        "codepostal",
        "codetypevoie",
        "commentaire",
        "complement",
        "coordonneebancaire",
        "datenaissance",
        "datenaissanceclient",
        "iban",
        "lettrevoie",
        "libellecommune",
        "libellevoie",
        "lieudit",
        "lieunaissance",
        "nomnaissance",
        "nomusage",
        "numerotelephoneportable",
        "numerovoie",
        "prenoms",
        "titulaire",
        # our own names for the same
        "bank_account",
        "birth_date",
        "birth_name",
        "birth_place",
        "customer_birth_date",
        "email",
        "first_names",
        "holder",
        "mobile",
        "street_label",
        "usage_name",
        # found inside a place of birth when only a piece of it is printed
        "codepaysnaissance",
        "communenaissance",
        "departementnaissance",
    }
)

_KEY = "|".join(sorted(SENSITIVE_KEYS, key=len, reverse=True))
_VALUE = (
    r"\\\"(?:(?!\\\").)*(?:\\\")?"  # \"quoted\" inside a quoted text
    r"|\"(?:[^\"\\]|\\.)*\"?"  # "quoted", or cut before the closing quote
    r"|'(?:[^'\\]|\\.)*'?"
    r"|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}?"
    r"|(?:bearer|basic)\s+\S+"
    r"|(?:datetime\.)?date(?:time)?\([^)]*\)"
    r"|[^\s,;&}\])]+"
)
_SPACE = " \u00a0\u202f"
# SWIFT's IBAN registry. Any two letters would also hide invoice numbers.
_IBAN_COUNTRIES = (
    "AD|AE|AL|AT|AZ|BA|BE|BG|BH|BR|BY|CH|CR|CY|CZ|DE|DK|DO|EE|EG|ES|FI|FO|FR|GB|GE|GI|"
    "GL|GR|GT|HR|HU|IE|IL|IQ|IS|IT|JO|KW|KZ|LB|LC|LI|LT|LU|LV|LY|MC|MD|ME|MK|MR|MT|MU|"
    "NL|NO|PK|PL|PS|PT|QA|RO|RS|SA|SC|SE|SI|SK|SM|ST|SV|TL|TN|TR|UA|VA|VG|XK"
)
# Each finds nothing in a text without what ``_SUSPECT`` looks for.
_WORDS = (
    (
        # key = value, key: value, "key": value; the key keeps its place.
        re.compile(
            rf"(?<![A-Za-z0-9_])((?:{_KEY})\\?[\"']?\s*[:=]\s*)(?:{_VALUE})", re.I
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(bearer)\s+[A-Za-z0-9\-._~+/]+=*", re.I), rf"\1 {MASK}"),
    (re.compile(r"\b(basic)\s+[A-Za-z0-9+/]{8,}=*", re.I), rf"\1 {MASK}"),
    (
        # Begins where a word begins: a text of one long word is searched once.
        re.compile(
            r"(?<![A-Za-z0-9._+\-])[A-Za-z0-9._+\-]+(?:@|%40)"
            r"[A-Za-z0-9.\-]+\.[A-Za-z]{2,}",
            re.I,
        ),
        MASK,
    ),
)
# Each finds nothing in a text that is short or has no digit.
_NUMBERS = (
    (
        # IBAN in one piece or in groups of four. The boundaries spare uuids.
        re.compile(
            rf"(?<![A-Za-z0-9])(?:{_IBAN_COUNTRIES})\d{{2}}(?:[A-Za-z0-9]{{11,30}}"
            rf"|(?:[{_SPACE}][A-Za-z0-9]{{4}}){{2,7}}(?:[{_SPACE}][A-Za-z0-9]{{1,3}})?)"
            r"(?![A-Za-z0-9])",
            re.I,
        ),
        MASK,
    ),
    (
        re.compile(
            rf"(?<![\w.])(?:(?:\+|%2B|00)33[{_SPACE}.\-]?(?:\(0\)[{_SPACE}.\-]?)?|0)"
            rf"[1-9](?:[{_SPACE}.\-]?\d{{2}}){{4}}(?!\w)",
            re.I,
        ),
        MASK,
    ),
)


def redact(value):
    """A copy of ``value`` without secrets and personal data, safe to store or to log.

    Mappings, lists, tuples and sets are walked; texts and bytes are searched; numbers,
    dates, booleans and ``None`` are returned as they are, unless their key says that
    they are sensitive. Any other object becomes its redacted text.
    """
    if value is None or isinstance(value, (bool, int, float, Decimal, date)):
        return value
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, Mapping):
        return {key: _redact_item(key, item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [redact(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return _redact_text(str(value))


def _redact_item(key, value):
    hidden = str(key).lower() in SENSITIVE_KEYS
    return MASK if hidden and value not in (None, "", False) else redact(value)


# Most texts are numbers, identifiers and dates, and there are dozens in each call.
_SUSPECT = re.compile(r"[:=@%]|bearer|basic", re.I)
_DIGIT = re.compile(r"[0-9]")
# The shortest phone number; an IBAN is longer.
_SHORTEST_NUMBER = 10
_WIRE_DATE = re.compile(r"\d{4}-\d\d-\d\dT00:00:00(\.0+)?Z")


def _redact_text(text: str) -> str:
    if _WIRE_DATE.fullmatch(text):
        return text
    number = len(text) >= _SHORTEST_NUMBER and _DIGIT.search(text)
    words = _WORDS if _SUSPECT.search(text) else ()
    for pattern, replacement in (*words, *(_NUMBERS if number else ())):
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Rewrites a record so that no handler sees a secret; never drops a record.

    A filter on a logger sees only the records made on that very logger, not on its
    children: install it on each one that matters (see :func:`install`).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._message(record)
        record.args = None
        if record.exc_info:
            formatter = logging.Formatter()
            record.exc_text = record.exc_text or formatter.formatException(
                record.exc_info
            )
            # Handlers that format the traceback again would show the original.
            record.exc_info = None
        if record.exc_text:
            record.exc_text = _redact_text(record.exc_text)
        if record.stack_info:
            record.stack_info = _redact_text(record.stack_info)
        return True

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        """Structures are redacted by key, then the finished text by its look.

        The text is redacted only once it is complete: "client_secret=%s" would lose
        its placeholder.
        """
        args = record.args
        try:
            if args:
                record.args = redact(args)
            return _redact_text(record.getMessage())
        except (
            KeyError,
            TypeError,
            ValueError,
        ):  # a bad call must not break its caller
            return _redact_text(f"{record.msg} {record.args}")


def install(*names: str) -> None:
    """Put the filter on these loggers, once each.

    ``urllib3.connectionpool`` writes addresses with their query (which holds the
    e-mail of method 020) at DEBUG level: ``install("urllib3.connectionpool")``
    wherever that level may be on. Ours are filtered from the start.
    """
    for name in names:
        logger = logging.getLogger(name)
        if not any(isinstance(item, RedactingFilter) for item in logger.filters):
            logger.addFilter(RedactingFilter())
