# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .address import split_street
from .amounts import (
    AmountError,
    Note,
    ServiceLine,
    Settlement,
    absorb_rounding,
    check_deposit,
    expressible_totals,
    prestations,
    settle,
    totals,
    unit_price,
)
from .birthplace import split_insee
from .identity import normalise_first_names, normalise_mobile, normalise_name
from .period import one_month, period_faults, period_warnings, wire_date
