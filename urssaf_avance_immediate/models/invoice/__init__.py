# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import nature
from . import account_move
from . import payload
from . import amounts
from . import checks
from . import banner
from . import posting
from . import frozen
from . import collecting
