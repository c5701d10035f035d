# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When services were done, when Urssaf takes them."""

from datetime import date, datetime


def wire_date(value: date) -> str:
    """Urssaf's form of a calendar date: its own midnight, marked ``Z``.

    Never convert a local midnight to UTC: the day before may be another month.
    """
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}T00:00:00Z"


def one_month(start: date, end: date) -> bool:
    """Whether a demande may have this period: a calendar month at most."""
    return (start.year, start.month) == (end.year, end.month)


def invoice_date_faults(invoice_date: date, active_since: datetime | None) -> list[str]:
    """The code with which Urssaf would refuse an invoice of this day, if any: it may
    not be older than the activation, whatever the days of its services.

    :param active_since: as in :func:`period_faults`; the day itself is let through
    """
    if active_since and invoice_date < active_since.date():
        return ["ERR_LIEN_PARTICULIER_PRESTATAIRE"]
    return []


def period_warnings(
    start: date, end: date, today: date, active_since: datetime | None
) -> list[str]:
    """What Urssaf may refuse, or the customer not expect; none when there is nothing.

    - ``activation_day``: services of the day of the activation; Urssaf compares the
      hour too, which an invoice does not have
    - ``last_year``: another tax year, another yearly ceiling

    Parameters are those of :func:`period_faults`.
    """
    warnings = []
    if active_since and start == active_since.date():
        warnings.append("activation_day")
    if end.year < today.year:
        warnings.append("last_year")
    return warnings


def period_faults(
    start: date, end: date, today: date, active_since: datetime | None
) -> list[str]:
    """The codes with which Urssaf would refuse this period, none when it is good.

    :param start: first day of service; :param end: last one, included
    :param today: the date in Paris
    :param active_since: activation of the customer's account, naive Paris time;
        ``None`` when unknown. The day itself is let through: Urssaf decides by the
        hour, which an invoice does not have.
    """
    faults = []
    if end > today or start > today:
        faults.append("ERR_DATE_FUTUR")
    if end < start:
        faults.append("ERR_DATE_FIN_AVANT_DATE_DEB")
    if not one_month(start, end):
        faults.append("ERR_PERIODE_EMPLOI_MOIS_NON_UNIQUE")
    if active_since and start < active_since.date():
        faults.append("ERR_LIEN_PARTICULIER_PRESTATAIRE")
    return faults
