# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import groups
from . import geography
from . import exchange
from . import company
from . import enrolment
from . import payment_request
from . import partner
from . import invoice
from . import bank
from . import papers
from . import customer
from . import crosscheck
from . import board
