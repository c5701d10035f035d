# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may see or do what: groups named in several files."""

USER = "urssaf_avance_immediate.group_user"
MANAGER = "urssaf_avance_immediate.group_manager"
ADMINISTRATOR = "base.group_system"
# Odoo’s administrator of the accounting, who creates accounts.
ACCOUNTING_MANAGER = "account.group_account_manager"

# Customers' personal data.
PERSONAL = USER
# How far a customer or an invoice is with Urssaf.
READERS = "account.group_account_readonly,account.group_account_invoice"
