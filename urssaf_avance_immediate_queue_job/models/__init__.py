# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import certificate_run
from . import ir_cron
from . import res_company
