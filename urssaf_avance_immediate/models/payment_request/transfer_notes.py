# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people are told of a transfer once it is booked: what differs, why it may, and
the button that settles it. Nothing is decided here, and nothing is said of an amount
that is zero.
"""

from .shares import excess_of, kept_besides


def registered_note(request, booked):
    """What a person has to look at, or nothing.

    :param booked: ``Registered``, what became of the transfer
    """
    money = request.currency_id
    if booked.surplus:
        # Paid or credited while Urssaf was collecting the whole.
        otherwise = money.round(request.transfer_expected - booked.left)
        return _surplus_note(request, booked.surplus, max(otherwise, 0.0))
    if request.transfer_gap < 0 and request.move_id.amount_residual:
        return request.env._(
            "Urssaf transferred %(amount)s instead of %(expected)s: %(left)s stay open "
            "on the invoice. Urssaf may have set off contributions that you owe "
            "(article L133-8-8 of the code de la sécurité sociale): if its notice says "
            "so, press “Set off by Urssaf”, and the customer owes nothing of it.",
            amount=money.format(request.transfer_amount),
            expected=money.format(request.transfer_expected),
            left=money.format(request.move_id.amount_residual),
        )
    if kept_besides(request):
        return kept_besides_note(request)
    return ""


def _surplus_note(request, surplus, otherwise):
    money = request.currency_id
    company = request.company_id
    account = company._urssaf_own("urssaf_surplus_account_id").with_company(company)
    figures = {
        "amount": money.format(request.transfer_amount),
        "surplus": money.format(surplus),
        # Odoo shows the code to accountants alone, and the scheduled action is none.
        "account": f"{account.code} {account.name}",
    }
    excess = excess_of(request, surplus)
    if excess.advanced:
        return _credited_note(request, excess, otherwise, figures)
    if otherwise:
        twice = request.env._(
            "%(otherwise)s of the invoice had been paid otherwise when Urssaf "
            "transferred %(amount)s. The surplus of %(surplus)s is on the account "
            "%(account)s, nobody’s yet: if the customer has paid twice, press "
            "“Collected twice”, and it is his, to be refunded.",
            otherwise=money.format(otherwise),
            **figures,
        )
        return _joined(twice, _kept_note(request, surplus))
    return request.env._(
        "Urssaf transferred %(amount)s instead of %(expected)s. The surplus of "
        "%(surplus)s is on the account %(account)s, nobody’s yet: ask Urssaf what it "
        "is, then press “Surplus settled”.",
        expected=money.format(request.transfer_expected),
        **figures,
    )


def _credited_note(request, excess, otherwise, figures):
    """Of an invoice that was credited while Urssaf collected it."""
    if otherwise:
        head = request.env._(
            "%(otherwise)s of the invoice had been credited or paid otherwise when "
            "Urssaf transferred %(amount)s.",
            otherwise=request.currency_id.format(otherwise),
            **figures,
        )
    else:
        head = request.env._(
            "Urssaf transferred %(amount)s for an invoice that had been credited, "
            "instead of %(expected)s.",
            expected=request.currency_id.format(request.transfer_expected),
            **figures,
        )
    if excess.customers:
        whose = request.env._(
            "Of the surplus of %(surplus)s, the customer bore %(customer)s: press "
            "“Collected twice”, and they are on his account, to be refunded. The other "
            "%(advanced)s are tax credit that Urssaf advanced: they are not the "
            "customer’s, and wait on the account %(account)s.",
            customer=request.currency_id.format(excess.customers),
            advanced=request.currency_id.format(excess.advanced),
            **figures,
        )
    else:
        whose = request.env._(
            "The surplus of %(surplus)s is tax credit that Urssaf advanced: it is not "
            "the customer’s, and waits on the account %(account)s. Once Urssaf has "
            "said what becomes of it, press “Surplus settled”.",
            **figures,
        )
    kept = _kept_note(request, sum(excess))
    return _joined(head, whose, kept, _how_it_goes_back(request))


def _kept_note(request, surplus):
    """Urssaf transferred less than it owed, and yet all that is needed, or more: of the
    rest the customer was debited all the same, and some of it may be tax credit.

    :param surplus: what came beyond what is needed, euros
    """
    if request.transfer_gap >= 0:
        return ""
    money = request.currency_id
    before = excess_of(request, surplus)
    whole = excess_of(request, surplus - request.transfer_gap)
    customers = money.round(whole.customers - before.customers)
    advanced = money.round(-request.transfer_gap - customers)
    figures = {"kept": money.format(-request.transfer_gap)}
    if advanced:
        return _kept_advanced_note(request, customers, advanced, figures)
    return request.env._(
        "Urssaf kept %(kept)s. If its notice says that it set them off against "
        "contributions that you owe (article L133-8-8 of the code de la sécurité "
        "sociale), the customer was debited of them too: book them by hand (debit "
        "431, credit 411), and refund him %(customer)s in all.",
        customer=money.format(whole.customers),
        **figures,
    )


def _kept_advanced_note(request, customers, advanced, figures):
    """Of what Urssaf kept, a part or all is tax credit that it advanced."""
    money = request.currency_id
    if not customers:
        return request.env._(
            "Urssaf kept %(kept)s. If its notice says that it set them off against "
            "contributions that you owe (article L133-8-8 of the code de la sécurité "
            "sociale), book them by hand (debit 431, credit the surplus account): they "
            "are tax credit that it advanced, and not the customer’s.",
            **figures,
        )
    return request.env._(
        "Urssaf kept %(kept)s. If its notice says that it set them off against "
        "contributions that you owe (article L133-8-8 of the code de la sécurité "
        "sociale), book them by hand: debit 431 %(kept)s, credit 411 %(customer)s, "
        "of which the customer was debited too, and credit the surplus account "
        "%(advanced)s, which are tax credit that it advanced. Refund the customer "
        "%(customer)s in all.",
        customer=money.format(customers),
        advanced=money.format(advanced),
        **figures,
    )


def kept_besides_note(request, surplus=0.0):
    """Nothing is open any more, and Urssaf kept a part: see ``kept_besides``.

    :param surplus: what came beyond what the invoice had left, euros
    """
    money = request.currency_id
    booked = request.set_off_amount and request.env._(
        "%s are booked as set off by it.", money.format(request.set_off_amount)
    )
    return _joined(
        _came(request),
        booked,
        _none_left(request),
        _kept_note(request, surplus),
        request.env._("Once this is done, press “Difference settled”."),
    )


def _came(request):
    if not request.transfer_amount:
        return request.env._("Urssaf says that it transferred nothing.")
    return request.env._(
        "Urssaf transferred %(amount)s instead of %(expected)s.",
        amount=request.currency_id.format(request.transfer_amount),
        expected=request.currency_id.format(request.transfer_expected),
    )


def _none_left(request):
    return request.env._(
        "Nothing is left to pay on the invoice %s.", request.move_id.name
    )


def nothing_transferred_note(request):
    """Urssaf says that it has paid, and transferred nothing: it kept all of it."""
    if kept_besides(request):
        return _joined(
            _came(request),
            _none_left(request),
            _kept_note(request, 0.0),
            request.env._("Once this is done, press “Settled by hand”."),
        )
    return request.env._(
        "Urssaf says that it transferred nothing. If it set off all of it against "
        "contributions that you owe (article L133-8-8 of the code de la sécurité "
        "sociale), press “Set off by Urssaf”."
    )


def _how_it_goes_back(request):
    return request.env._(
        "No official text says how Urssaf gets a part back; ask it, or have the whole "
        "demande cancelled."
    )


def _joined(*sentences):
    return " ".join(filter(None, sentences))


def nothing_left_note(request, amount):
    """Nothing of the transfer is needed on the invoice: whose it is then."""
    money = request.currency_id
    excess = excess_of(request, amount)
    figures = {"amount": money.format(amount), "invoice": request.move_id.name}
    kept = _kept_note(request, amount)
    if not excess.advanced:
        twice = request.env._(
            "Urssaf transferred %(amount)s for the invoice %(invoice)s, which has "
            "nothing left to pay. If somebody else had paid it, press “Collected "
            "twice”: the money is then the customer’s, to be refunded.",
            **figures,
        )
        instead = request.env._(
            "If instead it is this transfer that the line of the bank on the invoice "
            "shows, press “Register the payment”, and nothing else."
        )
        return _joined(twice, kept, instead)
    head = request.env._(
        "Urssaf transferred %(amount)s for the invoice %(invoice)s, which was credited "
        "and has nothing left to pay.",
        **figures,
    )
    if not excess.customers:
        whose = request.env._(
            "It is tax credit that Urssaf advanced, and not the customer’s: press "
            "“Collected twice”, and it is put on the surplus account, until Urssaf "
            "takes it back."
        )
    else:
        whose = request.env._(
            "The customer bore %(customer)s of it: press “Collected twice”, and they "
            "are on his account, to be refunded. The other %(advanced)s are tax credit "
            "that Urssaf advanced: they are not the customer’s, and are put on the "
            "surplus account.",
            customer=money.format(excess.customers),
            advanced=money.format(excess.advanced),
        )
    return _joined(head, whose, kept, _how_it_goes_back(request))


def collected_twice_note(request, excess):
    """What was just booked of what came twice.

    :param excess: :class:`Excess`
    """
    money = request.currency_id
    customer = request.partner_id.display_name
    if not excess.advanced:
        return request.env._(
            "%(amount)s collected twice: it is on the account of %(customer)s, to be "
            "refunded.",
            amount=money.format(excess.customers),
            customer=customer,
        )
    if not excess.customers:
        return request.env._(
            "%s of tax credit that Urssaf advanced wait on the surplus account, until "
            "Urssaf says how it gets them back: they are not the customer’s.",
            money.format(excess.advanced),
        )
    return request.env._(
        "%(amount)s collected twice: the %(share)s that %(customer)s bore are on the "
        "customer’s account, to be refunded; the %(advanced)s of tax credit that "
        "Urssaf advanced wait on the surplus account, until Urssaf says how it gets "
        "them back.",
        amount=money.format(sum(excess)),
        share=money.format(excess.customers),
        customer=customer,
        advanced=money.format(excess.advanced),
    )


def changed_note(request, before):
    """Urssaf changed the amount of a transfer that is booked.

    :param before: what it had said, in euros
    """
    money = request.currency_id
    figures = {
        "now": money.format(request.transfer_amount),
        "before": money.format(before),
        "booked": money.format(request.amount_booked),
    }
    if not request.transfer_amount:
        return request.env._(
            "Urssaf now says that it transferred nothing, after %(before)s; %(booked)s "
            "are registered. Check with the bank statement.",
            **figures,
        )
    if before:
        note = request.env._(
            "Urssaf now says that it transferred %(now)s, after %(before)s; %(booked)s "
            "are registered. Check with the bank statement.",
            **figures,
        )
    else:
        note = request.env._(
            "Urssaf now says that it transferred %(now)s; %(booked)s are registered. "
            "Check with the bank statement.",
            **figures,
        )
    if not request.transfer_bookable:
        return note
    return (
        note
        + " "
        + request.env._(
            "If it shows the rest, press “Register the payment again”: %s are added.",
            money.format(request.transfer_missing),
        )
    )


def paid_again_note(request):
    """Urssaf says that it has paid, and what was registered was taken back here."""
    money = request.currency_id
    figures = {
        "amount": money.format(request.transfer_amount),
        "booked": money.format(request.amount_booked),
        "missing": money.format(request.transfer_missing),
    }
    if request.amount_booked > 0:
        return request.env._(
            "Urssaf says that it has paid %(amount)s after all, of which %(booked)s "
            "are registered: the rest was taken back or cancelled in Odoo. Once the "
            "bank shows it, press “Register the payment again”: %(missing)s are added.",
            **figures,
        )
    return request.env._(
        "Urssaf says that it has paid %(amount)s after all. Nothing of it is "
        "registered any more: it was taken back or cancelled in Odoo. Once the bank "
        "shows it, press “Register the payment again”: %(missing)s are added.",
        **figures,
    )


def unforeseen(env):
    """What nobody foresaw stood in the way of the payment."""
    return env._(
        "an error that was not foreseen, the server’s log says where it happened. Show "
        "it to who looks after your Odoo, then press “Register the payment”."
    )


def nothing_registered_note(request):
    """Why the button that registers a transfer has done nothing."""
    if not request.amount_booked:
        return request._trouble() or request.env._(
            "Urssaf has not made this transfer yet."
        )
    if not request.transfer_amount:
        return request.env._(
            "Nothing was done: %s of Urssaf are registered, and it says that it "
            "transferred nothing. Check with the bank statement.",
            request.currency_id.format(request.amount_booked),
        )
    return request.env._(
        "Nothing was done: %(booked)s of Urssaf are registered, and it says that it "
        "transferred %(amount)s.",
        booked=request.currency_id.format(request.amount_booked),
        amount=request.currency_id.format(request.transfer_amount),
    )
