# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import alerts
from . import followed
from . import guarded
from . import ir_cron
from . import mail_mail
from . import connection
from . import trace
from . import pace
from . import exchange
from . import calling
from . import messages
