# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import link_log
from . import account_portal
from . import customer_form
from . import proof_pack

link_log.install()
