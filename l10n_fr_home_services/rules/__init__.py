# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the trade: pure functions, without Odoo."""

from .ceilings import credit
from .identifiers import is_intervenant, is_sap_number
from .interventions import (
    HANDYMAN_HOURS,
    MONTHS,
    TOLERANCE,
    days_later,
    hours_between,
    hours_fault,
    hours_text,
)
from .names import some_names
from .period import first_day, last_day, period
from .sheet import MAX_ROWS, plain_name, read_day, read_hours, read_sheet
