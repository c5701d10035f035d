# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_deposit_papers
from . import test_down_payments
