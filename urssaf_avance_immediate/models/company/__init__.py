# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import res_company
from . import client
from . import holder
from . import people
from . import transfers
from . import setup
from . import res_config_settings
