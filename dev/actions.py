# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each command does: one function per name of ``dev/__main__.py``.

A function takes the further arguments and may return an exit status.
"""

import argparse
import sys

from . import commands, paths


def setup(_arguments):
    """Prepare everything the other commands would prepare when they need it."""
    from . import databases, odoo, system_packages, venv

    system_packages.offer_programs("print invoices and test in a browser")
    databases.template(odoo.prepare())
    venv.ensure("lint")


def demo(arguments):
    """See dev/main_job.py. ``trade``: without avance immédiate; ``empty``: a company
    that is to be configured.
    """
    from . import main_job

    parser = argparse.ArgumentParser(prog="python3 -m dev demo")
    parser.add_argument("what", nargs="?", choices=["empty", "trade"])
    demos = {"empty": main_job.demo_empty, "trade": main_job.demo_trade}
    demos.get(parser.parse_args(arguments).what, main_job.demo)()


def smoke(_arguments):
    """See dev/main_job.py."""
    from . import main_job

    main_job.smoke()


def test(arguments):
    """Run the tests; ``arguments`` narrow them and go to pytest. ``coexistence``: with
    what others install beside us, see dev/coexistence.py.
    """
    from . import coexistence, system_packages, testing

    if arguments[:1] == ["coexistence"]:
        return coexistence.run(arguments[1:])
    system_packages.need_programs("run the browser and PDF tests")
    testing.run(arguments)


def lint(arguments):
    """Run the checks called ``arguments``, or all."""
    from . import lint

    lint.run(arguments)


def format(_arguments):
    """Repair what tools can repair."""
    from . import lint

    lint.fix()


def bench(arguments):
    """Run the bench package with ``arguments``."""
    from . import odoo

    return commands.shown(
        [sys.executable, "-m", "bench", *arguments],
        env=odoo.prepare().environment(),
        cwd=paths.ROOT,
    )


def i18n(_arguments):
    from . import i18n

    i18n.run()


def odoo(arguments):
    """Run odoo-bin with our configuration and ``arguments``."""
    from . import odoo

    instance = odoo.prepare()
    return commands.shown(instance.command(*arguments), env=instance.environment())


def database(arguments):
    """Make database NAME anew, with the add-on or its demo data if asked."""
    from . import databases, odoo

    parser = argparse.ArgumentParser(prog="python3 -m dev database")
    parser.add_argument("name")
    parser.add_argument("--addon", action="store_true", help="install the add-on")
    parser.add_argument("--demo", action="store_true", help="with its demo data")
    options = parser.parse_args(arguments)
    instance = odoo.prepare()
    databases.create(instance, options.name)
    if options.addon or options.demo:
        databases.install(instance, options.name, demo=options.demo)


def trace(arguments):
    """Count what the flows called ``arguments`` execute of our add-ons."""
    from . import trace

    return trace.run(arguments)


def stop(_arguments):
    """See dev/cleaning.py."""
    from . import cleaning

    cleaning.stop()


def clean(_arguments):
    """See dev/cleaning.py."""
    from . import cleaning

    cleaning.clean()
