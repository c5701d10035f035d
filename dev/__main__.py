# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The command line of ``python3 -m dev``.

The machine's own Python starts it; commands that need more than the standard library
prepare the virtual environment, then start again inside it.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from . import console, locking, odoo_source, paths, venv
from .errors import DevError, explain_os_error

#: name → (help, needs Odoo and the virtual environment)
COMMANDS = {
    "setup": ("prepare Odoo, PostgreSQL and the tools, and stop there", True),
    "demo": ("set up, do the main job, leave all running; trade: without Urssaf", True),
    "smoke": ("the main job end to end, without a person: exit 0 or 1", True),
    "test": ("all tests, with both runners; arguments go to pytest", True),
    "lint": ("all checks of the code, or the ones named", False),
    "format": ("format the code and repair what tools can repair", False),
    "bench": ("measure; arguments go to the bench package", True),
    "i18n": ("export the terms, bring the French file up to date", True),
    "odoo": ("run odoo-bin with our configuration and the given arguments", True),
    "database": ("make an empty accounting database: NAME [--addon] [--demo]", True),
    "trace": ("count what one click executes of ours: send, enrol, follow", True),
    "stop": ("stop the demo's servers and PostgreSQL", False),
    "clean": ("stop everything and remove the state of this checkout", False),
}
#: Commands that take further arguments.
WITH_ARGUMENTS = ("demo", "test", "lint", "bench", "odoo", "database", "trace")
#: Commands that must not run twice at once in a checkout: they share a database.
ALONE = ("demo", "smoke", "test")


def main(argv=None):
    """Run one command and return the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    command, arguments = _parse(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        venv.check_python()
        if COMMANDS[command][1]:
            _enter_environment(argv)
        if command in ALONE:
            lock = paths.state() / f"{command}.lock"
            with locking.exclusive_or_fail(lock, _BUSY.format(command=command)):
                return _run(command, arguments)
        return _run(command, arguments)
    except DevError as error:
        console.complain(f"Error: {error}")
    except BrokenPipeError:  # the reader of a pipe (head, less) has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if not (explained := explain_os_error(error)):
            raise
        console.complain(f"Error: {explained}")
    except KeyboardInterrupt:
        console.complain("Interrupted.")
        return 130
    return 1


_BUSY = (
    "`make {command}` is already running in this checkout (pid {{pid}}): wait for it "
    "to end, or stop it with: kill {{pid}}"
)


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="python3 -m dev",
        description="The commands of this project. The Makefile calls them.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:10}{text[0]}" for name, text in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…")
    options = parser.parse_args(argv)
    if options.arguments and options.command not in WITH_ARGUMENTS:
        # Above all `clean --help` must not clean.
        parser.error(f"{options.command} takes no argument")
    return options.command, options.arguments


def _enter_environment(argv):
    """Go on inside the virtual environment, once Odoo's source is there too."""
    odoo_source.ensure()
    python = venv.ensure("run")
    if Path(sys.prefix).resolve() != python.parent.parent.resolve():
        sys.stdout.flush()
        os.chdir(paths.ROOT)
        os.execv(python, [str(python), "-m", "dev", *argv])


def _run(command, arguments):
    # Imported here: most of these need the virtual environment.
    from . import actions

    return getattr(actions, command)(arguments) or 0


if __name__ == "__main__":
    sys.exit(main())
