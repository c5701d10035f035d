# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import crosscheck
from . import searching
from . import line
from . import adopting
from . import rebuilding
