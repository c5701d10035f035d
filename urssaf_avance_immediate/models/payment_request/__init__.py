# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import payment_request
from . import sending
from . import following
from . import deadlines
from . import incidents
from . import booking
from . import ceiling
