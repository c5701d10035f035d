# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import country
from . import commune
from . import birth
from . import load
