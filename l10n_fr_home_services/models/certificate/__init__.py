# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import company
from . import payment_method
from . import wording
from . import certificate
from . import line
from . import preparing
from . import watching
from . import figures
from . import missing
from . import missing_row
from . import document
from . import run
from . import run_work
from . import res_partner
from . import ir_actions_report
