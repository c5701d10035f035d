# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import urssaf_wizard
from . import account_move_reversal
from . import account_payment_register
from . import base_partner_merge
from . import urssaf_bank_reconcile
from . import urssaf_customer_form_refuse
from . import urssaf_enrolment_adopt
from . import urssaf_enrolment_check
from . import urssaf_enrolment_mend
from . import urssaf_invoice_correction
from . import urssaf_invoice_split
from . import urssaf_payment_request_cancel
from . import urssaf_payment_request_preview
from . import urssaf_payment_request_reversal
from . import urssaf_payment_request_send
from . import urssaf_trace_export
from . import urssaf_transit
