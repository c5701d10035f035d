# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What services cost and bring within the yearly ceilings of a household.

The tax credit is half of the eligible expenses (article 199 sexdecies of the Code
général des impôts); some services have a ceiling of expenses of their own (article
D7233-5 of the Code du travail). Amounts are whole cents.
"""


def credit(services, group_left, credit_left=None):
    """``(spent, credit)`` in cents: what these services use of each ceiling of
    expenses, ``{group: cents}``, and the tax credit that they give.

    The credit is rounded down to the cent: no more than half is ever promised.

    :param services: pairs ``(group, cents)`` of eligible services, taxes included; a
        discount is negative; ``None`` is the group of a service without a ceiling of
        its own
    :param group_left: ``{group: cents}`` of expenses that still give a credit this
        year; a group that is not there has no ceiling
    :param credit_left: what is left of the credit this year, nothing for no ceiling
    """
    spent = {}
    for group, cents in services:
        spent[group] = spent.get(group, 0) + cents
    for group in spent.keys() & group_left.keys():
        spent[group] = max(0, min(spent[group], group_left[group]))
    half = max(0, sum(spent.values())) // 2
    spent.pop(None, None)
    return spent, half if credit_left is None else min(half, max(0, credit_left))
