# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""French civil time: Urssaf's dates and hours are those of Paris, wherever the server
and the reader are. Odoo stores moments naive, in UTC.
"""

from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
#: When a transfer is first looked for on its value date, which begins at midnight.
MORNING = time(7)


def paris_date(moment: datetime | None) -> date | None:
    """The civil date in France of a moment: an aware one, or a naive one in UTC."""
    return moment and _in_paris(moment).date()


def paris_today() -> date:
    """The civil date in France now, by the clock of this server."""
    return datetime.now(timezone.utc).astimezone(PARIS).date()


def paris_time(moment: datetime) -> datetime:
    """The naive French time of a moment: an aware one, or a naive one in UTC."""
    return _in_paris(moment).replace(tzinfo=None)


def utc_of_paris(local: datetime) -> datetime:
    """The naive UTC moment of a naive French time."""
    return local.replace(tzinfo=PARIS).astimezone(timezone.utc).replace(tzinfo=None)


def paris_morning(day: date) -> datetime:
    """The morning of a French date, naive UTC."""
    return utc_of_paris(datetime.combine(day, MORNING))


def _in_paris(moment):
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(PARIS)
