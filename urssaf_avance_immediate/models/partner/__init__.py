# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import res_partner
from . import shared
from . import enrolment
from . import identity
from . import address
from . import contact
from . import consent
from . import checks
from . import warnings
from . import fixes
from . import preview
from . import privacy
from . import changes
from . import loading
from . import notices
from . import billing
