# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import counters
from . import telling
from . import company
from . import certificate
from . import missing
from . import wording
