# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How soon to ask Urssaf again about a demande de paiement.

No call of Urssaf tells that something has happened: what is
worth asking, and how often, follows from what can happen next. Minutes around the
end of the customer's delay, hours while the money is on its way, days once it is
there, since a bank may send a debit back for weeks.
"""

from datetime import datetime, timedelta

#: Around the customer's deadline, on both sides of it.
NEAR_DEADLINE = timedelta(hours=1)

_MINUTES = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_HOURS = timedelta(hours=4)
_DAY = timedelta(days=1)

#: (time since the last change, how often from then on), for what waits for weeks.
_FADING = (
    (timedelta(days=7), _DAY),
    (timedelta(days=30), timedelta(days=3)),
    (timedelta(days=90), timedelta(days=7)),
)
_RARELY = timedelta(days=30)
#: The same while Urssaf's notice runs: it leaves 30 days (L133-8-7).
_NOTICE = (
    (timedelta(days=35), _DAY),
    (timedelta(days=90), timedelta(days=3)),
)
_AFTER_NOTICE = timedelta(days=7)


def waiting(now: datetime, deadline: datetime | None) -> timedelta:
    """While the customer may answer, or has let the delay pass.

    :param deadline: end of the delay, in the zone of ``now``; ``None``: unknown
    """
    if deadline is None:
        return _HOUR
    left = deadline - now
    if abs(left) <= NEAR_DEADLINE:
        return _MINUTES
    if left > NEAR_DEADLINE:
        return min(_HOUR, left - NEAR_DEADLINE + timedelta(minutes=1))
    return _HOUR if left > -_DAY else _HOURS


def collecting(now: datetime, expected: datetime | None) -> timedelta:
    """Between the customer's yes and the transfer.

    :param expected: when the transfer is due, in the zone of ``now``
    """
    late = expected is not None and now > expected + 3 * _DAY
    return _DAY if late else _HOURS


def announced(now: datetime, transfer: datetime | None) -> timedelta:
    """Paid at Urssaf, while the money is not there yet: its day, or its amount, is
    still to come.

    :param transfer: the morning of the day of the transfer, in the zone of ``now``
    """
    if transfer is None or transfer <= now:
        return _HOURS
    return min(_DAY, max(transfer - now, _MINUTES))


def paid(now: datetime, since: datetime) -> timedelta:
    """After the payment: less and less."""
    return _fading(now - since, _FADING, _RARELY)


def unpaid(now: datetime, since: datetime) -> timedelta:
    """After a refused debit: every day while the notice runs, then less and less."""
    return _fading(now - since, _NOTICE, _AFTER_NOTICE)


def _fading(age, steps, afterwards):
    return next((pace for limit, pace in steps if age < limit), afterwards)
