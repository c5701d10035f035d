# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import urssaf_enrolment_adopt
from . import urssaf_payment_request_send
