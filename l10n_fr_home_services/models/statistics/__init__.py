# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import nova
from . import nova_table
from . import threshold
from . import telling
from . import document
from . import counters
