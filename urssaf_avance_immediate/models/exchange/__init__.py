# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import code_fields
from . import followed
from . import ir_cron
from . import mail_mail
from . import connection
from . import trace
from . import pace
from . import guarded
from . import alerts
from . import exchange
from . import words
from . import each
from . import here
from . import people
from . import messages
from . import calls
