# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import throttle
from . import form
from . import line
from . import filling
from . import reviewing
from . import res_partner
