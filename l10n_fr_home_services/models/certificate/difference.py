# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What two versions of a certificate differ in, in words."""

from collections import defaultdict

from odoo.tools import format_date

#: More would be read by nobody.
MOST = 12


def line_key(line):
    """What has to be the same for a line to say the same; of a record or of values."""
    return (
        line["date"],
        _id(line["move_id"]),
        _id(line["entry_id"]),
        line["kind"],
        _id(line["activity_id"]),
        line["mode"] or "",
        round(line["amount"] * 100),
    )


def _id(value):
    if not value:
        return 0
    return value if isinstance(value, int) else value.id


def difference(certificates, lines):
    """Sentences about what the customer holds and what is true now.

    :param certificates: the versions that he holds, mostly one
    :param lines: values of the lines as they are now
    """
    env, currency = certificates.env, certificates[:1].currency_id
    before, after = _sums(certificates.line_ids), _sums(lines)
    changes = [
        _sentence(env, currency, key, before.get(key, 0.0), after.get(key, 0.0))
        for key in sorted({*before, *after})
        if currency.compare_amounts(before.get(key, 0.0), after.get(key, 0.0))
    ]
    if len(changes) > MOST:
        changes = [*changes[:MOST], env._("… and %s more.", len(changes) - MOST)]
    sums = sum(before.values()), sum(after.values())
    if currency.compare_amounts(*sums):
        total = env._(
            "Received for services: %(after)s instead of %(before)s.",
            before=currency.format(sums[0]),
            after=currency.format(sums[1]),
        )
    elif changes:
        total = env._("Received for services: %s, as before.", currency.format(sums[1]))
    else:
        total = env._("The dates, the activities or the tax credit changed.")
    return "\n".join([total, *changes])


def _sums(lines):
    found = defaultdict(float)
    for line in lines:
        found[line["paid_on"], line["invoice_name"]] += line["amount"]
    return found


def _sentence(env, currency, key, before, after):
    day, invoice = key
    values = {
        "day": format_date(env, day),
        "invoice": invoice,
        "before": currency.format(before),
        "after": currency.format(after),
    }
    if currency.is_zero(after):
        return env._(
            "%(invoice)s: %(before)s received on %(day)s no longer counts.", **values
        )
    if currency.is_zero(before) and after < 0:
        return env._(
            "%(invoice)s: %(given)s given back on %(day)s is new.",
            given=currency.format(-after),
            **values,
        )
    if currency.is_zero(before):
        return env._("%(invoice)s: %(after)s received on %(day)s is new.", **values)
    return env._(
        "%(invoice)s: %(after)s instead of %(before)s, received on %(day)s.", **values
    )
