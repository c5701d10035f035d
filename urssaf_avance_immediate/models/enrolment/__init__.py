# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers at Urssaf: enrolled one by one, in groups, or taken over from elsewhere."""

# Who it is, in which state, and the one transition between them.
from . import enrolment

# What an enrolment does and shows, a job per file.
from . import calling
from . import following
from . import standing
from . import companion
from . import watching

# What hangs on it.
from . import attempt
from . import household
from . import batch
from . import import_job
from . import import_results
from . import import_line
