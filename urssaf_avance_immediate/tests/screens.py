# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every list, filter and scheduled action of the add-on, found in the database: none
is left out because somebody forgot to name it. The bench walks over them too.
"""

import contextlib
import datetime
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.sql_db import Cursor

MODULE = "urssaf_avance_immediate"
#: What the web client counts up to, and how many rows it shows.
COUNTED, SHOWN = 10_001, 80


class _BrowserDatetime(datetime.datetime):
    """A moment as the web client's domains know it."""

    def to_utc(self):
        return self


class _BrowserDates:
    date, time, timedelta = datetime.date, datetime.time, datetime.timedelta
    datetime = _BrowserDatetime


def _ours(env, model):
    """The records of the model that the add-on's files make."""
    env = env(su=True)
    data = env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", model)])
    return env[model].browse(data.mapped("res_id")).exists()


def lists(env):
    """``[(name, model, domain)]`` of each list that a menu or a button opens."""
    return [
        (f"{action.res_model}: {action.name}", action.res_model, _domain(env, action))
        for action in _ours(env, "ir.actions.act_window")
        if "list" in action.view_mode
    ]


def _domain(env, action):
    return _evaluated(env, action.domain or "[]")


def filters(env):
    """``[(name, model, domain)]`` of each filter in a search view of ours, also of
    those that are added to a view of Odoo's.
    """
    found = []
    for view in _ours(env, "ir.ui.view"):
        arch = etree.fromstring(view.arch_db)
        inside = view.type == "search" or arch.xpath("//search")
        for node in arch.iter("filter") if inside else ():
            name = f"{view.model}: {node.get('name')}"
            if node.get("date"):
                start = fields.Date.today().replace(day=1)
                domain = [
                    (node.get("date"), ">=", start),
                    (node.get("date"), "<", start + relativedelta(months=1)),
                ]
                found.append((name, view.model, domain))
            elif node.get("domain"):
                found.append((name, view.model, _evaluated(env, node.get("domain"))))
    return found


def _evaluated(env, domain):
    names = {
        "context_today": fields.Date.today,
        "datetime": _BrowserDates,
        "relativedelta": relativedelta,
        "uid": env.uid,
        "active_id": 0,
        "allowed_company_ids": env.companies.ids,
    }
    # These are the add-on's own files, and the browser's names in them.
    return eval(domain, names)  # pylint: disable=eval-used


def actions(env):
    """The scheduled actions."""
    return _ours(env, "ir.cron")


def look(env, model, domain):
    """What the web client asks for to show a list; return the number of rows."""
    records = env[model].search(domain, limit=SHOWN)
    list_fields = env[model].get_view(view_type="list")["models"][model]
    records.read([n for n in list_fields if n in env[model]._fields])
    return env[model].search_count(domain, limit=COUNTED)


@contextlib.contextmanager
def queries():
    """Yield the list of the SELECTs that are run, as PostgreSQL got them."""
    found, execute = [], Cursor.execute

    def noted(cr, query, params=None, log_exceptions=True):
        result = execute(cr, query, params, log_exceptions)
        text = (cr._obj.query or b"").decode()
        if text.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append(text)
        return result

    with patch.object(Cursor, "execute", noted):
        yield found


def scanned(cr, query):
    """Tables that PostgreSQL would read from end to end for this query."""
    cr.execute("EXPLAIN (FORMAT JSON) " + query.replace("%", "%%"), [])
    [[plan]] = [row[0] for row in cr.fetchall()]
    found, todo = set(), [plan["Plan"]]
    while todo:
        node = todo.pop()
        todo += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan":
            found.add(node["Relation Name"])
    return found
