# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The days of the services of an invoice, civil dates."""


def first_day(days, given, complete):
    """First day of the invoice.

    :param days: those of the lines that have their own
    :param given: what the user said of the whole invoice, or nothing
    :param complete: whether every line has its own days
    """
    return min(_known(days, given, complete), default=given)


def last_day(days, given, complete, start):
    """Last day of the invoice, a single day unless the lines or the user say otherwise.

    :param start: first day of the invoice; the others as in ``first_day``
    """
    end = max(_known(days, given, complete), default=given)
    return start if start and (not end or end < start) else end


def _known(days, given, complete):
    # A line without a date is of the period that the user gave.
    return [*days, given] if days and given and not complete else days


def period(pairs):
    """First and last of these pairs of days, ``(False, False)`` if one is missing."""
    if not pairs or not all(start and end for start, end in pairs):
        return False, False
    return min(start for start, _end in pairs), max(end for _start, end in pairs)
