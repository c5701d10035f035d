# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was said in one call, masked: safe to store and to show.

The tests that Urssaf asks for want the request, the answer, the time
and the HTTP status of each call.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from .bounded import Reply
from .masking import MASK, SENSITIVE_KEYS, redact
from .reading import readable

#: Characters kept of an answer that is not JSON: a page of some gateway.
MAX_TEXT = 2000
#: Characters kept of one side of an exchange.
MAX_SIDE = 200_000
#: Names kept of those found in an exchange, and characters of one.
MAX_NAMES, MAX_NAME = 40, 100
#: What names an exchange for people: our numbers, Urssaf's identifiers.
_NAMES = ("numFactureTiers", "idDemandePaiement", "idDemandePaiements", "idClient")


@dataclass(frozen=True)
class TracedCall:
    """One call. ``request`` and ``response`` are JSON, or text where it was not.

    ``number`` is Urssaf's name of the method, or ``token``; ``status`` is ``None``
    when there was no answer: ``outcome`` then names what happened. ``started_at`` is
    aware, in UTC.
    """

    number: str
    verb: str
    path: str
    started_at: datetime
    milliseconds: int
    correlation_id: str
    status: int | None
    outcome: str
    request: str
    response: str
    subjects: tuple[str, ...]


def masked(call, response: Reply | None, **values) -> TracedCall:
    """The exchange of a call of ``client`` and its response, if there was one."""
    sent = call.json if call.json is not None else call.params or call.form
    received = _body(response)
    private = [text for text in _private_texts(sent) if len(text) > 2]
    names = [*_subjects(sent), *_subjects(received)]
    answer = _dump(redact(received))
    if private and '"message"' in answer:
        # Urssaf may quote in its errors what it was sent.
        for text in private:
            answer = answer.replace(text, MASK)
    return TracedCall(
        number=call.number,
        verb=call.verb,
        path=urlsplit(call.url).path,
        request=_dump(redact(sent)),
        response=answer,
        subjects=tuple(dict.fromkeys(names))[:MAX_NAMES],
        **values,
    )


def _body(response):
    if response is None:
        return None
    try:
        return response.json
    except ValueError:
        return readable(response.content, MAX_TEXT)


def _dump(value) -> str:
    if value in (None, "") or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)[:MAX_SIDE]


def _private_texts(value, hidden=False) -> Iterator[str]:
    """The texts under a sensitive key: names, addresses, dates of birth."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _private_texts(item, hidden or key.lower() in SENSITIVE_KEYS)
    elif isinstance(value, list):
        for item in value:
            yield from _private_texts(item, hidden)
    elif hidden and isinstance(value, str):
        yield value


def _subjects(value) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _NAMES:
                for name in item if isinstance(item, list) else [item]:
                    if isinstance(name, (str, int)):
                        yield str(name)[:MAX_NAME]
            elif isinstance(item, (dict, list)):
                yield from _subjects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _subjects(item)
