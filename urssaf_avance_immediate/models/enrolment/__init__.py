# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import enrolment
from . import calling
from . import following
from . import doubt
from . import standing
from . import batch
from . import companion
from . import unverified
from . import import_job
from . import import_line
from . import attempt
from . import advice
from . import proposals
from . import merge
