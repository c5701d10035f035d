# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import throttle
from . import sheet
from . import line
from . import filling
from . import reviewing
from . import res_partner
from . import replies
