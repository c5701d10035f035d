# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_account_move
from . import test_activity
from . import test_certificate
from . import test_certificate_paper
from . import test_certificate_rules
from . import test_company
from . import test_document
from . import test_interventions
from . import test_interventions_paste
from . import test_nature
from . import test_nova
from . import test_official_amount
from . import test_paper
from . import test_paper_faults
from . import test_rules
from . import test_taxes
from . import test_translation
