# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import bank_label, bank_solver, follow_pace, variants
from .address import split_street, street_line
from .amounts import (
    AmountError,
    Note,
    ServiceLine,
    Settlement,
    absorb_rounding,
    check_deposit,
    expressible_totals,
    settle,
    unit_price,
)
from .backoff import retry_delay
from .birthplace import name_and_numbers, normalise_label, split_insee
from .characters import clean, foreign_letters
from .communes import WHOLE_CITIES, department, place_key
from .contact import (
    MIN_IBAN,
    bic_of_iban,
    email_is_international,
    email_needs_new_pattern,
    email_proposal,
    emails_in,
    iban_area,
    shown_iban,
)
from .customer_list import CustomerListError, CustomerRow, read_customers
from .deadlines import (
    add_working_days,
    answer_deadline,
    is_working_day,
    notice_due,
    older_than,
    transfer_due,
    working_days_since,
)
from .identity import (
    fold,
    last_name,
    name_warnings,
    normalise_first_names,
    normalise_mobile,
    normalise_name,
    same_name,
    same_person,
    spelling_oddities,
    usual_name,
)
from .local_address import is_local_address
from .paris import (
    PARIS,
    paris_date,
    paris_morning,
    paris_time,
    paris_today,
    utc_of_paris,
)
from .period import (
    invoice_date_faults,
    one_month,
    period_faults,
    period_warnings,
    wire_date,
)
from .vouchers import is_voucher
