# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What two versions of a certificate differ in, in words: the customer reads them on
the paper, and whoever makes the next version on the form. What he paid, what he was
given back, and tax credit that was advanced for him on what was credited are told
apart; nothing is said of an amount that is zero.
"""

from collections import defaultdict

from odoo.tools import format_date

from ...rules.certificate import NOT_HIS, REFUND

#: Changes that the paper names.
MOST = 12
RECEIVED, GIVEN_BACK, ADVANCED = range(3)


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
    total = _total(env, currency, sum(before.values()), sum(after.values()))
    if not total and changes:
        total = _as_before(env, currency, sum(after.values()))
    elif not total:
        total = _other_change(env, certificates.line_ids, lines)
    return "\n".join([total, *changes])


def _total(env, currency, before, after):
    """How the whole changed, or an empty text."""
    figures = {"before": currency.format(before), "after": currency.format(after)}
    if not currency.compare_amounts(before, after):
        return ""
    if currency.is_zero(after):
        return env._(
            "Received for services: nothing any more, instead of %(before)s.", **figures
        )
    if currency.is_zero(before):
        return env._(
            "Received for services: %(after)s, where nothing counted before.", **figures
        )
    return env._("Received for services: %(after)s instead of %(before)s.", **figures)


def _as_before(env, currency, amount):
    if currency.is_zero(amount):
        return env._("Received for services: nothing, as before.")
    return env._("Received for services: %s, as before.", currency.format(amount))


def _other_change(env, before, after):
    """What is not the same though the customer paid, and was given back, the same."""
    words = {
        "date": env._("A payment counts on another day than before."),
        "activity_id": env._("A payment counts for another activity than before."),
        "mode": env._("A service is certified under another mode than before."),
        "kind": env._("A means of payment is another one than before."),
    }
    changed = [
        text for name, text in words.items() if _by(before, name) != _by(after, name)
    ]
    return "\n".join(changed) or env._(
        "The payments are the same; the tax credit that was paid in advance changed."
    )


def _by(lines, name):
    """``{(invoice, entry, value of this field): cents}``"""
    found = defaultdict(int)
    for line in lines:
        value = _id(line[name]) if name == "activity_id" else line[name] or ""
        found[line_key(line)[1:3], value] += round(line["amount"] * 100)
    return found


def _sums(lines):
    """``{(day, invoice, what it is): euros}``, each with one sign."""
    found = defaultdict(float)
    for line in lines:
        found[line["paid_on"], line["invoice_name"], _what(line)] += line["amount"]
    return found


def _what(line):
    if line["amount"] >= 0:
        return RECEIVED
    # The rest of what a credit note takes off came from nobody: see ``give_back``.
    return GIVEN_BACK if line["kind"] in (REFUND, *NOT_HIS) else ADVANCED


def _sentence(env, currency, key, before, after):
    day, invoice, what = key
    values = {
        "day": format_date(env, day),
        "invoice": invoice,
        "before": currency.format(abs(before)),
        "after": currency.format(abs(after)),
    }
    words = {RECEIVED: _of_received, GIVEN_BACK: _of_given_back, ADVANCED: _of_advanced}
    return words[what](env, currency.is_zero(before), currency.is_zero(after), values)


def _of_received(env, new, gone, values):
    if new:
        return env._("%(invoice)s: %(after)s received on %(day)s now counts.", **values)
    if gone:
        return env._(
            "%(invoice)s: %(before)s received on %(day)s no longer counts.", **values
        )
    return env._(
        "%(invoice)s: %(after)s instead of %(before)s, received on %(day)s.", **values
    )


def _of_given_back(env, new, gone, values):
    """What a customer was refunded, or who had paid in his place."""
    if new:
        return env._(
            "%(invoice)s: %(after)s given back on %(day)s is now taken off.", **values
        )
    if gone:
        return env._(
            "%(invoice)s: %(before)s given back on %(day)s is no longer taken off.",
            **values,
        )
    return env._(
        "%(invoice)s: %(after)s instead of %(before)s is taken off, given back on "
        "%(day)s.",
        **values,
    )


def _of_advanced(env, new, gone, values):
    """Nobody gave the customer anything: the tax credit is not his expense any more."""
    if new:
        return env._(
            "%(invoice)s: the tax credit of %(after)s that had been advanced on what "
            "was credited is now taken off (%(day)s).",
            **values,
        )
    if gone:
        return env._(
            "%(invoice)s: the tax credit of %(before)s that had been advanced on what "
            "was credited is no longer taken off (%(day)s).",
            **values,
        )
    return env._(
        "%(invoice)s: of the tax credit that had been advanced on what was credited, "
        "%(after)s instead of %(before)s is taken off (%(day)s).",
        **values,
    )
