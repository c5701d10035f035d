# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import SQL


class UrssafThrottle(models.Model):
    """How often somebody came within the hour: for pages that are open to the world.

    Kept in the database, since Odoo runs several workers. Who came is a keyed digest:
    neither an address nor a link can be read from here, and nobody has a right to it:
    it counts as superuser.
    """

    _name = "urssaf.throttle"
    _description = "Visits of Public Pages"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    hour = fields.Datetime(required=True, readonly=True, index=True)
    count = fields.Integer(required=True, readonly=True)

    _key_hour_unique = models.UniqueIndex("(key, hour)")

    @api.model
    def _hit(self, kind, subject):
        """Count one more visit, and return how many there were this hour."""
        query = SQL(
            """
            INSERT INTO urssaf_throttle (key, hour, count) VALUES (%s, %s, 1)
            ON CONFLICT (key, hour)
            DO UPDATE SET count = urssaf_throttle.count + 1
            RETURNING count
            """,
            self._key(kind, subject),
            self._hour(),
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _count(self, kind, subject):
        """How many visits there were this hour, this one aside."""
        domain = [("key", "=", self._key(kind, subject)), ("hour", "=", self._hour())]
        # sudo(): a visitor has no rights on the counters.
        return self.sudo().search(domain, limit=1).count

    @api.model
    def _seconds_left(self):
        """Until counting starts anew."""
        end = self._hour() + timedelta(hours=1)
        return max(1, int((end - fields.Datetime.now()).total_seconds()))

    @api.model
    def _key(self, kind, subject):
        return tools.hmac(self.env(su=True), "urssaf_throttle", (kind, subject))

    @api.model
    def _hour(self):
        return fields.Datetime.now().replace(minute=0, second=0, microsecond=0)

    @api.autovacuum
    def _gc_hours(self):
        old = fields.Datetime.now() - timedelta(hours=2)
        # sudo(): the daily cleaning, of the whole database.
        self.sudo().search([("hour", "<", old)]).unlink()
