# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import urssaf_nature
from . import res_company
from . import res_config_settings
from . import product_template
from . import urssaf_exchange
from . import urssaf_exchange_people
from . import urssaf_enrolment
from . import urssaf_enrolment_calls
from . import urssaf_payment_request
from . import urssaf_payment_request_sending
from . import urssaf_payment_request_following
from . import urssaf_payment_request_payment
from . import res_partner
from . import account_move
from . import account_move_checks
from . import account_payment
