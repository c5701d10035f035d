# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tell the story on servers that run, print it, judge it."""

import time
from typing import NamedTuple

from . import company, evidence, judge, report
from .calendar import Calendar
from .clocks import Clocks
from .errors import ScenarioError
from .odoo_rpc import Odoo
from .office import Office
from .sandbox import Sandbox
from .story import Story

LOGIN = PASSWORD = "admin"


class Teller(NamedTuple):
    """Where the story takes place: a database with demo data, just made, the sandbox's
    address, the port of its mailbox, and the calendar of the present.
    """

    database: str
    sandbox_url: str
    mail_port: int
    calendar: Calendar
    began: float

    @classmethod
    def now(cls, database, sandbox_url, mail_port):
        """Return the teller of a story that ends now."""
        calendar = Calendar.now()
        sandbox = Sandbox(sandbox_url)
        sandbox.start_at(calendar.beginning)
        return cls(database, sandbox_url, mail_port, calendar, time.monotonic())

    def tell_the_past(self, odoo_url, control):
        """In the Odoo in the past at ``odoo_url``; return what the office knows.

        Raises ScenarioError where the story goes another way, and before anything is
        touched when somebody has worked in this database.
        """
        odoo = Odoo(odoo_url, self.database, LOGIN, PASSWORD, runs_actions=True)
        if odoo.search("urssaf.enrolment", [], limit=1):
            raise ScenarioError("cette base Odoo a déjà servi, il en faut une neuve")
        sandbox = Sandbox(self.sandbox_url)
        sandbox.group_transfers()
        company.set_up(odoo, sandbox)
        company.set_up_mail(odoo, self.mail_port)
        story = self._story(odoo, sandbox, control)
        story.say(
            f"{company.NAME} : comptabilité française, connexion à l'Urssaf testée"
        )
        story.tell_the_past()
        return story.office.moves

    def tell_today(self, odoo_url, moves):
        """In the Odoo that stays; return what is not as expected, one sentence each."""
        odoo = Odoo(odoo_url, self.database, LOGIN, PASSWORD)
        sandbox = Sandbox(self.sandbox_url)
        story = self._story(odoo, sandbox)
        story.office.moves = moves
        story.tell_today()
        company.welcome_staff(odoo)
        found = evidence.gather(story.office, sandbox)
        print()
        print(report.demandes(found.invoices))
        print()
        print(report.enrolments(found.customers), flush=True)
        return judge.faults(found)

    def _story(self, odoo, sandbox, control=""):
        office = Office(odoo, self.calendar)
        clocks = Clocks(odoo, sandbox, control)
        return Story(office, clocks, sandbox, self.calendar, _say)

    def seconds(self):
        """How long the telling has taken so far."""
        return time.monotonic() - self.began


def _say(line):
    print(line, flush=True)
