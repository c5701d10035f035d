# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import official_amount
from . import activity
from . import nature
from . import company
from . import product
from . import person
from . import intervention
from . import account_move
from . import invoice_interventions
from . import known_dates
from . import taxes
from . import paper
from . import paper_faults
from . import certificate
from . import statistics
from . import res_config_settings
