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
