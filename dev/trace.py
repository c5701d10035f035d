# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What somebody who follows the code of one click has to read::

    python3 -m dev trace send enrol follow

Runs the flow on a database of its own, with the sandbox, and counts what it executes
of our add-ons: files, functions, and how often a call leads into another file. The
figures depend on the code only, not on the machine.

Runs in the virtual environment, in a process that imports Odoo.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from . import commands, odoo, paths, servers
from .errors import DevError

FLOWS = {
    "send": "*Send to Urssaf* on an invoice, to the answer",
    "enrol": "*Enrol* on a customer, to the answer",
    "follow": "the scheduled action that learns of the transfer and books it",
}
#: Counted by this script on the tree ea5c78d (25 November 2026), with flat models.
BEFORE = {
    "send": (64, 268, 1084, 267),
    "enrol": (48, 189, 1662, 187),
    "follow": (54, 233, 1462, 208),
}


class Count(NamedTuple):
    """What a flow executes of ours."""

    files: int
    functions: int
    changes: int
    #: Of these, the different ones: a loop over lines does not count again.
    ways: int


class Tracer:
    """Counts the functions of ours that are called while it is used in a ``with``."""

    def __init__(self, folders):
        self._folders = tuple(f"{folder}/" for folder in folders)
        self._functions = set()
        self._changes = 0
        self._ways = set()
        self._last = None

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_raised):
        sys.setprofile(None)

    def _note(self, frame, event, _argument):
        if event != "call":
            return
        code = frame.f_code
        file = code.co_filename
        # A comprehension is no function to a reader, a module's import neither.
        if file.startswith(self._folders) and (
            code.co_name == "<lambda>" or not code.co_name.startswith("<")
        ):
            function = (file, code.co_name, code.co_firstlineno)
            self._functions.add(function)
            if self._last and self._last[0] != file:
                self._changes += 1
                self._ways.add((self._last, function))
            self._last = function

    def count(self):
        """The figures so far."""
        files = {file for file, _name, _line in self._functions}
        return Count(len(files), len(self._functions), self._changes, len(self._ways))


def run(arguments):
    """Trace the flows named in ``arguments``, or all, and print a table."""
    parser = argparse.ArgumentParser(prog="python3 -m dev trace")
    parser.add_argument("flows", nargs="*", metavar="FLOW", help=", ".join(FLOWS))
    flows = parser.parse_args(arguments).flows or list(FLOWS)
    if unknown := [flow for flow in flows if flow not in FLOWS]:
        known = ", ".join(FLOWS)
        raise DevError(f"No such flow: {', '.join(unknown)}. There are: {known}.")
    return commands.shown(
        [sys.executable, "-m", __name__, *flows],
        env=odoo.prepare().environment(),
        cwd=paths.ROOT,
    )


def table(counts):
    """The counts by flow, beside those of before, as a table for the documents."""
    lines = [
        "| flow | files | functions | changes of file | different ones |",
        "| --- | --- | --- | --- | --- |",
    ]
    for flow, count in counts.items():
        before = BEFORE.get(flow)
        cells = [
            f"{was} → {now}" if before else str(now)
            for was, now in zip(before or count, count, strict=True)
        ]
        lines.append(f"| {flow}: {FLOWS[flow]} | {' | '.join(cells)} |")
    return "\n".join(lines)


class Stage:
    """The flows, on an Odoo environment and a sandbox. Needs Odoo."""

    def __init__(self, env, url):
        from bench import world

        from .scenario.sandbox import Sandbox

        self.env, self.world, self.sandbox = env, world, Sandbox(url)
        self.partner = world.set_up(env, url)
        journals = env["account.journal"].search([("type", "=", "bank")], limit=1)
        env.company.urssaf_payment_journal_id = journals
        env.cr.commit()
        self._flows = {"send": self.send, "enrol": self.enrol, "follow": self.follow}

    def trace(self, flow):
        """Run the flow and return its Count."""
        return self._flows[flow]()

    def enrol(self):
        partner = self.env.ref(f"{paths.ADDON}.customer_garnier")
        partner.action_urssaf_record_consent()
        with self._traced() as tracer:
            partner.action_urssaf_enrol()
        _expect(partner.urssaf_enrolment_id.state, "pending")
        return tracer.count()

    def send(self):
        tracer, request = self._sent()
        _expect(request.state, "waiting")
        return tracer.count()

    def follow(self):
        _tracer, request = self._sent()
        self.sandbox.let_hours_pass(1)
        self.sandbox.validate(request.move_id.name)
        self.sandbox.let_working_days_pass(10)
        self.world.make_due(self.env, request)
        action = self.env.ref(f"{paths.ADDON}.cron_follow").ir_actions_server_id
        with self._traced() as tracer:
            action.run()
        _expect(request.state, "paid")
        return tracer.count()

    def _sent(self):
        move = self.world.invoices(self.env, self.partner, 1)
        with self._traced() as tracer:
            move.action_urssaf_send()
        return tracer, move.urssaf_request_ids

    def _traced(self):
        self.env.cr.commit()
        self.env.invalidate_all()
        return Tracer(_folders())


def _folders():
    return [str(paths.ROOT / addon) for addon in paths.ADDONS]


def _expect(found, wanted):
    if found != wanted:
        raise SystemExit(f"The flow went wrong: {found} instead of {wanted}.")


def main(flows):
    """Run the flows in this process, which may import Odoo, and print the table."""
    from bench import world

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "urssaf.sqlite"
        with servers.temporary_sandbox(file) as sandbox:
            with world.environment(odoo.prepare()) as env:
                stage = Stage(env, sandbox.url)
                counts = {flow: stage.trace(flow) for flow in flows}
    print(table(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
