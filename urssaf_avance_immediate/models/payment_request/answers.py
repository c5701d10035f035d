# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Urssaf has answered of demandes, read apart from them."""

import json
from collections import defaultdict

from ...lib.api import redact


def by_number(answers):
    """The answers of a 050 call, matched by number and never by position.

    :return: ``{number: answers about it}``, none for one of which nothing is said
    """
    found = defaultdict(list)
    for answer in answers:
        found[answer.number].append(answer)
    return found


def agreed(told):
    """Whether these answers about one number say one thing: two that differ say nothing
    certain.
    """
    return bool(told) and all(answer == told[0] for answer in told[1:])


def taken(told):
    """Whether Urssaf has taken the demande of which these answers are."""
    return agreed(told) and told[0].accepted


def shown(info):
    """What people see of an answer of method 070, personal data masked."""
    answer = redact(info.model_dump(mode="json"))
    return json.dumps(answer, indent=2, ensure_ascii=False)
