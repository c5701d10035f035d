# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import credentials
from . import res_company
from . import holder
from . import copied_database
from . import enrolment
from . import companion
from . import connection
from . import messages
from . import notices
from . import privacy
from . import res_config_settings
