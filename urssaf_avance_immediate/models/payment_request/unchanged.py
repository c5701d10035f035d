# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Urssaf says of a demande what it said before: so it does a hundred times, for once
that it says something else.
"""

from .deadlines import NOT_ASKED_YET

# Computed from when Urssaf answered: on which day, and from when the customer may.
FROM_THE_ANSWER = (
    "answer_until",
    "expected_transfer_date",
    "late",
    "notice_until",
    "transfer_outlook",
    "validated_on",
)


def write(requests, answered):
    """Write when Urssaf said nothing new of these. On the same day, and once it has
    asked the customer, no deadline moves: computing all of them costs a twentieth of
    asking.

    :param answered: values for ``remote_updated_at`` and ``remote_date``
    """
    same = requests.filtered(
        lambda r: r.remote_date == answered["remote_date"]
        and r.remote_code not in NOT_ASKED_YET
    )
    with requests.env.protecting(
        [requests._fields[name] for name in FROM_THE_ANSWER], same
    ):
        requests.write(answered)
