# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Through which account the transfers of Urssaf go: of one company, or of the hundreds
of a network in as many queries.
"""

# Direction of a payment → the company's field of its method.
METHOD_LINES = {
    "inbound": "urssaf_payment_method_line_id",
    "outbound": "urssaf_payment_method_line_out_id",
}


def transit_accounts(companies):
    """``{company: its transit account}``, see ``_urssaf_transit_account``."""
    methods = {one: one._urssaf_method_line("inbound") for one in companies}
    # sudo(): settings of companies that the user may not open.
    lines = companies.env["account.payment.method.line"].sudo().union(*methods.values())
    own = accounts_of_their_own(lines)
    none = companies.env["account.account"]
    return {
        company: own.get(line, none).with_env(company.env)
        for company, line in methods.items()
    }


def accounts_of_their_own(lines):
    """``{payment method: its outstanding account}``, where Urssaf’s transfers alone go
    through that; an empty one elsewhere.
    """
    accounts = {}
    for line in lines:
        journal = line.journal_id
        account = line.payment_account_id
        other = account in (journal.default_account_id | journal.suspense_account_id)
        accounts[line] = account.browse() if other else account
    shared = _used_by_others(lines, lines.payment_account_id)
    return {
        line: account.browse() if shared.get(account, line) - line else account
        for line, account in accounts.items()
    }


def _used_by_others(lines, accounts):
    """``{account: payment methods, none of them Urssaf’s}`` that go through it."""
    if not accounts:
        return {}
    # sudo(): the settings of companies that the user may not open.
    found = lines.sudo().search(
        [
            ("payment_account_id", "in", accounts.ids),
            ("journal_id", "!=", False),
            ("name", "not ilike", "urssaf"),
        ]
    )
    roots = found.journal_id.company_id.root_id
    below = roots.search([("id", "child_of", roots.ids)])
    for name in METHOD_LINES.values():
        found -= below[name]
    return found.grouped("payment_account_id")
