# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rates as people read them."""

from odoo.tools import float_compare, float_round, formatLang

#: Odoo keeps as many of a tax.
DIGITS = 4


def rate_text(env, rate, most=DIGITS):
    """A rate in percent, without the sign, in the user's language and with the digits
    that it has: “20”, “5.5”, “1.05”.

    :param most: digits after the comma that are worth reading
    """
    exact = float_round(rate, precision_digits=most)
    digits = next(
        number
        for number in range(most + 1)
        if not float_compare(
            float_round(exact, precision_digits=number), exact, precision_digits=most
        )
    )
    return formatLang(env, exact, digits=digits)
