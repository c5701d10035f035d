# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import link_log
from . import account_portal
from . import customer_form

link_log.install()
