# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import nature
from . import account_move
from . import payload
from . import checks
from . import number_checks
from . import cancelling
from . import card
from . import posting
from . import waiting
from . import correction
from . import frozen
