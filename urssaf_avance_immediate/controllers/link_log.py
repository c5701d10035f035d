# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links of customers stay out of Odoo’s logs, which write every address visited."""

import logging
import re

LOGGERS = ("werkzeug", "odoo.http")
# The query too: a stranger may have put there whatever he likes.
LINK = re.compile(r"(/urssaf/fiche/)[^\s\"']+")


class LinkFilter(logging.Filter):
    """Rewrites a record that holds a link; never drops one."""

    def filter(self, record):
        message = record.getMessage()
        if "/urssaf/fiche/" in message:
            record.msg, record.args = LINK.sub(r"\1***", message), None
        return True


def install():
    """Put the filter on the loggers that write addresses, once each."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, LinkFilter) for item in logger.filters):
            logger.addFilter(LinkFilter())
