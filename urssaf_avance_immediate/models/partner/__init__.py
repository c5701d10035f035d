# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import identity
from . import address
from . import contact
from . import checks
from . import warnings
from . import enrolment
from . import privacy
