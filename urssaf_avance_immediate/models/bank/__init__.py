# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import account_journal
from . import account_payment
from . import partial_reconcile
from . import statement_line
from . import reconciling
from . import transit
from . import company
from . import transfer_statement
