# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import payment_request
from . import history
from . import number
from . import sending
from . import adopting
from . import following
from . import customer
from . import deposit
from . import booking
from . import deadlines
from . import incidents
from . import cancelling
from . import notices
