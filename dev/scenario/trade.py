# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``python -m dev.scenario.trade``: a firm without avance immédiate, from its invoices
to the annual certificates and the figures for NOVA. Status 0 or 1.
"""

import argparse
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal

from . import company
from .company import TRADE
from .errors import ScenarioError
from .odoo_rpc import Odoo
from .table import table
from .trade_year import BILLS, CERTIFICATES, MEANS, NOVA


class Firm:
    """The staff at work: everything goes through Odoo's own forms and buttons."""

    def __init__(self, odoo, year):
        self.odoo = odoo
        self.year = year
        self.means = {}

    def day(self, month, day):
        """A day of the year, or of January after it (month 13)."""
        later, month = divmod(month - 1, 12)
        return date(self.year + later, month + 1, day).isoformat()

    def open_means_of_payment(self):
        """Each has its line on the bank's journal, with what it is on certificates."""
        bank = self._journal("bank")
        cash = self.odoo.create(
            "account.journal", {"name": "Caisse", "type": "cash", "code": "CAIS"}
        )
        method = self.odoo.find(
            "account.payment.method",
            [("code", "=", "manual"), ("payment_type", "=", "inbound")],
            "un mode de paiement manuel",
        )
        for name, kind in MEANS.items():
            journal = bank if kind else cash
            account = self.odoo.read_one(
                "account.journal", journal, ["default_account_id"]
            )["default_account_id"][0]
            line = self.odoo.create(
                "account.payment.method.line",
                {
                    "name": name,
                    "journal_id": journal,
                    "payment_method_id": method,
                    "payment_account_id": account,
                    "home_service_kind": kind,
                },
            )
            self.means[name] = journal, line

    def _journal(self, kind):
        return self.odoo.find(
            "account.journal", [("type", "=", kind)], f"un journal de type {kind}"
        )

    def bill(self, bill):
        """Type the invoice with its interventions, and post it; return its id."""
        lines = [(0, 0, self._line(sale, bill.month)) for sale in bill.sales]
        move = self.odoo.create(
            "account.move",
            {
                "move_type": "out_invoice",
                "partner_id": self.odoo.ref(f"{TRADE}.customer_{bill.customer}"),
                "invoice_date": self.day(bill.month, bill.day),
                "invoice_line_ids": lines,
            },
        )
        self.odoo.call("account.move", "action_post", [move])
        return move

    def _line(self, sale, month):
        template = self.odoo.ref(f"{TRADE}.{sale.service}")
        product = self.odoo.read_one(
            "product.template", template, ["product_variant_id"]
        )["product_variant_id"][0]
        visits = [
            {
                "date": self.day(month, visit.day),
                "start": visit.start,
                "end": visit.end,
                "person_id": self.odoo.ref(f"{TRADE}.person_{visit.person}"),
            }
            for visit in sale.visits
        ]
        return {
            "product_id": product,
            "quantity": sale.quantity,
            "home_service_intervention_ids": [(0, 0, visit) for visit in visits],
        }

    def is_paid(self, move, payment):
        """*Pay*, on the invoice."""
        journal, line = self.means[payment.means]
        wizard = self.odoo.create(
            "account.payment.register",
            {
                "journal_id": journal,
                "payment_method_line_id": line,
                "payment_date": self.day(payment.month, payment.day),
                "amount": float(payment.amount),
            },
            context={"active_model": "account.move", "active_ids": [move]},
        )
        self.odoo.call("account.payment.register", "action_create_payments", [wizard])

    def certify(self):
        """Compute the certificates of the year; return its run."""
        run = self.odoo.create("home.service.certificate.run", {"year": self.year})
        self.odoo.call("home.service.certificate.run", "action_look", [run])
        expected = {run: "ready"}
        self.odoo.wait(
            "home.service.certificate.run", expected, "state", "attestations"
        )
        return run


def tell(odoo, year, say):
    """Live the year; return what is not as expected, as sentences."""
    company.set_up_trade(odoo)
    firm = Firm(odoo, year)
    firm.open_means_of_payment()
    faults = []
    for bill in BILLS:
        move = firm.bill(bill)
        for payment in bill.payments:
            firm.is_paid(move, payment)
        found = odoo.read_one("account.move", move, ["name", "amount_total"])
        if _euros(found["amount_total"]) != bill.total:
            faults.append(f"{found['name']} : {found['amount_total']} €")
        say(f"{found['name']} : {bill.total} €, {bill.customer}")
    firm.certify()
    return [*faults, *_certificate_faults(odoo, year, say), *_nova_faults(firm, say)]


def _euros(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def _certificate_faults(odoo, year, say):
    names = ["amount_received", "amount_prefinanced", "amount_base"]
    ids = odoo.search("home.service.certificate", [("year", "=", year)])
    rows = odoo.read("home.service.certificate", ids, ["partner_id", *names])
    found = {
        row["partner_id"][0]: [_euros(row[name]) for name in names] for row in rows
    }
    keys = {odoo.ref(f"{TRADE}.customer_{key}"): key for key in CERTIFICATES}
    say("")
    say(
        table(
            f"Attestations {year}",
            ("Client", "Reçu", "CESU préfinancé", "À déclarer"),
            [
                [keys.get(partner, str(partner)), *map(str, row)]
                for partner, row in found.items()
            ],
            right=("Reçu", "CESU préfinancé", "À déclarer"),
        )
    )
    for partner, key in keys.items():
        if found.pop(partner, None) != list(CERTIFICATES[key]):
            yield f"attestation {year} de {key}, au lieu de {CERTIFICATES[key]}"
    for partner in found:
        yield f"attestation {year} de trop : contact {partner}"


def _nova_faults(firm, say):
    ids = firm.odoo.search(
        "home.service.nova",
        [("month", ">=", firm.day(10, 1)), ("month", "<", firm.day(13, 1))],
    )
    names = ["month", "hours", "turnover", "partner_id"]
    months = defaultdict(lambda: [Decimal(0), Decimal(0), set()])
    for row in firm.odoo.read("home.service.nova", ids, names):
        month = months[int(row["month"][5:7])]
        month[0] += _euros(row["hours"])
        month[1] += _euros(row["turnover"])
        month[2].add(row["partner_id"][0])
    found = {
        month: (hours, turnover, len(customers))
        for month, (hours, turnover, customers) in months.items()
    }
    say("")
    say(
        table(
            "NOVA",
            ("Mois", "Heures", "CA HT", "Clients"),
            [[str(month), *map(str, row)] for month, row in sorted(found.items())],
            right=("Heures", "CA HT", "Clients"),
        )
    )
    for month, figures in NOVA.items():
        if found.get(month) != figures:
            yield f"NOVA, mois {month} : {found.get(month)} au lieu de {figures}"


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.scenario.trade", description=__doc__
    )
    parser.add_argument("--odoo-url", required=True)
    parser.add_argument("--database", required=True, help="with demo data, just made")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    options = parser.parse_args(arguments)
    try:
        odoo = Odoo(options.odoo_url, options.database, options.login, options.password)
        year = date.today().year - 1
        faults = tell(odoo, year, say=lambda line: print(line, flush=True))
    except ScenarioError as error:
        faults = [str(error)]
    for fault in faults:
        print(f"ÉCHEC : {fault}", file=sys.stderr)
    if not faults:
        print("\nTout est comme attendu.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
