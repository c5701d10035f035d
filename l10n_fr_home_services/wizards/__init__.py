# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import account_move_reversal
from . import account_validate_account_move
from . import home_service_intervention_paste
