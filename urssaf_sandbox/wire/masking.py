# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a trace may show of a call: no secret, no token, no account, no birth date."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

HIDDEN = "***"
_SECRETS = frozenset({"client_secret", "access_token", "refresh_token", "password"})
_BIRTH_DATES = frozenset({"datenaissance", "datenaissanceclient"})
_IBAN = re.compile(r"\b[A-Za-z]{2}[0-9]{2}(?:[ ]?[A-Za-z0-9]){11,30}\b")
_ANY_DIGIT = re.compile(r"[0-9]")


def mask_text(text: str) -> str:
    """Return the text without what looks like an IBAN, but its ends."""
    return _IBAN.sub(lambda found: f"{found[0][:4]}…{found[0][-3:]}", text)


def mask_json(value: Any) -> Any:
    """Return the decoded JSON with what must not be shown replaced."""
    if isinstance(value, dict):
        return {mask_text(k): _mask_item(k.lower(), v) for k, v in value.items()}
    if isinstance(value, list):
        return [mask_json(item) for item in value]
    return mask_text(value) if isinstance(value, str) else value


def _mask_item(key: str, value: Any) -> Any:
    if key in _SECRETS:
        return HIDDEN
    if key == "iban":
        text = str(value)
        return f"{text[:4]}…{text[-3:]}" if len(text) > 10 else HIDDEN
    if key in _BIRTH_DATES:
        # The form stays, since a wrong form is what a reader may look for.
        return _ANY_DIGIT.sub("*", str(value))
    return mask_json(value)


def mask_body(body: bytes, content_type: str) -> str:
    """Return the body as it may be shown; one that is unreadable, by its size only."""
    if not body:
        return ""
    try:
        text = body.decode("utf-8")
        if "x-www-form-urlencoded" in content_type:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
            return _joined(pairs)
        shown = json.dumps(mask_json(json.loads(text)), ensure_ascii=False)
        # JSON can spell halves of characters, which no file can hold.
        return shown.encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return f"({len(body)} octets illisibles)"


def _joined(pairs: list[tuple[str, str]]) -> str:
    """Return the pairs of a form or a query as they may be shown, decoded."""
    return "&".join(
        f"{mask_text(key)}={_mask_item(key.lower(), value)}" for key, value in pairs
    )


def mask_query(query: bytes) -> str:
    """Return the query of an address as it may be shown."""
    text = query.decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return HIDDEN
    return _joined(pairs)


def mask_authorization(value: str) -> str:
    """Return the scheme of the header alone."""
    scheme = value.partition(" ")[0].lower()
    known = {"bearer": "Bearer", "basic": "Basic"}
    return f"{known[scheme]} {HIDDEN}" if scheme in known else HIDDEN
