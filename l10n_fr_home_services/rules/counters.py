# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How far a company is from the amounts that the law counts per civil year."""

from datetime import date, timedelta


def crossing(amount, target, today):
    """Day on which the amount of this year reaches the target at the pace of the year
    so far, an estimate: home services have seasons.

    :param amount: since 1 January, today included
    :param target: in the same unit
    :return: ``today`` if it is reached already; ``None`` if it is not reached before
        the year ends, where it starts again from nothing
    """
    if amount >= target:
        return today
    if amount <= 0:
        return None
    first = date(today.year, 1, 1)
    days = (today - first).days + 1
    # The day on which the sum is there, counted from the first one.
    needed = -(-target * days // amount)
    reached = first + timedelta(days=int(needed) - 1) if needed < 400 else None
    return reached if reached and reached.year == today.year else None


def is_year(year):
    """Whether somebody may have meant this civil year: four figures, of this century
    or so.
    """
    return 2000 <= year <= 2100


def share(part, total):
    """What ``part`` is of ``total``, in percent; 0.0 of nothing."""
    return 100.0 * part / total if total > 0 else 0.0


def step(amount, steps):
    """``(reached, next)`` of steps ``[(from, value), …]`` sorted by ``from``: the last
    one that the amount reaches, and the first that it does not, each ``None`` if there
    is none.
    """
    reached = [found for found in steps if found[0] <= amount]
    ahead = [found for found in steps if found[0] > amount]
    return reached[-1] if reached else None, ahead[0] if ahead else None
