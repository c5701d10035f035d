# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_enrolment
from . import test_payment_request_follow
from . import test_payment_request_payment
from . import test_payment_request_send
