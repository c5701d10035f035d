# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How large the network is, and how Urssaf and the servers behave."""

import argparse

#: The full size; by default a small part of it, in minutes.
COMPANIES, CUSTOMERS, DEMANDES = 300, 30_000, 100_000
SMALL_COMPANIES, SMALL_CUSTOMERS, SMALL_DEMANDES = 10, 100, 100


def chosen(arguments=None):
    """What stands on the command line.

    :raises SystemExit: too few companies
    """
    options = _parser().parse_args(arguments)
    if options.full:
        options.companies, options.customers, options.demandes = options.full
    if options.companies < 4:
        raise SystemExit("Four companies at least: three are in trouble.")
    return options


def _parser():
    parser = argparse.ArgumentParser(prog="make bench ARGS=network")
    add = parser.add_argument
    add("--companies", type=int, default=SMALL_COMPANIES)
    add("--customers", type=int, default=SMALL_CUSTOMERS, help="of all companies")
    add("--demandes", type=int, default=SMALL_DEMANDES, help="of all companies")
    add(
        "--idle",
        type=int,
        default=0,
        help="more companies with credentials, which have nothing to do",
    )
    add("--latency", type=float, default=0.3, help="seconds of each answer")
    add("--slow", type=float, default=1.5, help="seconds of the slow company's")
    add("--pace", type=float, default=2, help="calls per second of a company")
    add("--kill", type=float, default=4, help="seconds between two kills; 0: none")
    add("--sending", action="store_true", help="nobody in trouble, nothing is paid")
    full = (COMPANIES, CUSTOMERS, DEMANDES)
    add(
        "--full",
        action="store_const",
        const=full,
        help="{} companies, {} customers, {} demandes: hours".format(*full),
    )
    return parser
