# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What somebody should look at before the certificates of a year are made."""

from collections import defaultdict
from datetime import date

from odoo import api, models
from odoo.fields import Domain

from ...rules.certificate import counted
from .received import documents
from .unbooked import unbooked

PAPERS = ("out_invoice", "out_receipt")
#: Lines without hours or persons that are named one by one.
MOST = 300


class HomeServiceCertificate(models.Model):
    _inherit = "home.service.certificate"

    @api.model
    def _missing(self, company, year):
        """What may make the certificates of this year wrong or poor: rows
        ``{"kind", "sentence", "model", "res_id", "amount"}``, each with the record that
        mends it; ``blocking`` where the paper would not be what the law asks.

        :raises AccessError: the user makes no invoices, or not of that company
        """
        issuer = company._home_service_declarant()
        if not self.env.su:
            self._check_invoicing()
            issuer.with_env(self.env).check_access("read")
        # sudo(): the books of branches too; the user was checked above.
        here = self.sudo().with_company(issuer)
        found, names = documents(here, issuer._home_service_certified(), None, year)
        money = counted(found, year)
        return [
            row
            for rows in (
                here._missing_of_company(issuer),
                here._missing_of_services(money),
                here._missing_of_invoices(issuer, year),
                here._missing_of_payments(issuer, year),
                here._missing_of_means(found, names, year),
                here._missing_of_entries(found, names, year),
                here._missing_of_payers(found, names, year),
                here._missing_of_sums(money, names),
            )
            for row in rows
        ]

    def _row(self, kind, record, sentence, amount=0.0, blocking=False):
        return {
            "kind": kind,
            "sentence": sentence,
            "model": record._name,
            "res_id": record.id,
            "amount": amount,
            "blocking": blocking,
        }

    def _missing_of_company(self, issuer):
        """Number and date of the declaration (article D7233-4 of the Code du
        travail).
        """
        if not issuer.home_service_sap_number:
            yield self._row(
                "company",
                issuer,
                self.env._(
                    "%s has no SAP declaration number: the certificate has to bear it. "
                    "Type it in the settings.",
                    issuer.name,
                ),
                blocking=True,
            )
        elif not issuer.home_service_declaration_date:
            yield self._row(
                "company",
                issuer,
                self.env._(
                    "The date of the declaration %s is missing: the certificate has to "
                    "bear it. Type it in the settings.",
                    issuer.home_service_sap_number,
                ),
                blocking=True,
            )

    # -- services ----------------------------------------------------------------

    def _missing_of_services(self, money):
        """Lines that count, without activity, without hours or without a person."""
        ids = {document.id for document, *_rest in money}
        moves = self.env["account.move"].browse(sorted(ids))
        moves = moves.filtered(lambda move: move.move_type in PAPERS)
        natures = self.env["home.service.nature"]
        faults = []
        for move in moves:
            lines = move._home_service_lines().filtered(
                lambda line: line._home_service_nature()[0].eligible
                and not line.product_id.home_service_travel
            )
            for line in lines:
                natures |= line._home_service_nature()[0]
            # The employer is the customer where the company is only his agent.
            done = lines.filtered(lambda line: line._home_service_mode() != "agent")
            said = [fault for line in done for fault in line._home_service_missing()]
            faults += [(move, fault) for fault in dict.fromkeys(said)]
        for move, fault in faults[:MOST]:
            text = self.env._("%(invoice)s: %(fault)s", invoice=move.name, fault=fault)
            yield self._row("service", move, text)
        if more := faults[MOST:]:
            # The company does not keep interventions: one sentence says it.
            text = self.env._("… others in the same case: %s.", len(more))
            yield self._row("service", more[0][0], text)
        for nature in natures.filtered(lambda one: not one.activity_id):
            yield self._row(
                "activity",
                nature,
                self.env._(
                    "“%s” has no activity: its expenses would stand on the "
                    "certificates without an activity and without a box.",
                    nature.name,
                ),
            )

    # -- invoices ----------------------------------------------------------------

    def _missing_of_invoices(self, issuer, year):
        """What was invoiced for services in the year and does not count as a whole."""
        companies = issuer._home_service_certified()
        moves = self.env["account.move"].search(
            Domain("company_id", "in", companies.ids)
            & Domain("move_type", "in", PAPERS)
            & Domain("invoice_date", ">=", date(year, 1, 1))
            & Domain("invoice_date", "<=", date(year, 12, 31))
            & Domain("state", "!=", "cancel")
            & Domain("invoice_line_ids.product_id.home_service_nature_id", "!=", False),
            order="invoice_date, id",
        )
        for move in moves:
            if found := self._invoice_fault(move):
                kind, sentence, amount = found
                yield self._row(kind, move, sentence, amount)

    def _invoice_fault(self, move):
        """``(kind, sentence, amount)`` of what does not count, nothing else."""
        customer = move.commercial_partner_id
        if move.state == "draft":
            text = self.env._(
                "An invoice of %s is still a draft: post it, or delete it.",
                customer.display_name,
            )
            return "draft", text, move.amount_total
        if customer.is_company:
            text = self.env._(
                "%(invoice)s: %(customer)s is recorded as a company and gets no "
                "certificate. If it is a person, say so on the contact.",
                invoice=move.name,
                customer=customer.display_name,
            )
            return "firm", text, move.amount_total
        if move.currency_id != move.company_currency_id:
            text = self.env._(
                "%s is in another currency, and does not count.", move.name
            )
            return "currency", text, move.amount_total_signed
        if not move.currency_id.is_zero(move.amount_residual):
            return "open", self._open(move), move.amount_residual
        return None

    def _open(self, move):
        if move.payment_state == "in_payment" or move.matched_payment_ids.filtered(
            lambda payment: not payment.move_id and payment.state == "in_process"
        ):
            return self.env._(
                "%s: a payment is registered, and the bank has not shown it yet; it "
                "counts once it is reconciled.",
                move.name,
            )
        return self.env._(
            "%(invoice)s, %(customer)s: %(amount)s are still to be paid.",
            invoice=move.name,
            customer=move.commercial_partner_id.display_name,
            amount=move.currency_id.format(move.amount_residual),
        )

    # -- payments ------------------------------------------------------------------

    def _missing_of_payments(self, issuer, year):
        """Money of customers of services that no invoice takes: it does not count."""
        companies = issuer._home_service_certified()
        lines = self.env["account.move.line"].search(
            Domain("company_id", "in", companies.ids)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
            & Domain("balance", "<", 0)
            & Domain("move_id.move_type", "=", "entry")
            & Domain("date", ">=", date(year, 1, 1))
            & Domain("date", "<=", date(year, 12, 31)),
            order="date, id",
        )
        customers = self._customers_of_services(companies, lines.partner_id)
        for line in lines:
            if line.partner_id.commercial_partner_id not in customers:
                continue
            yield self._row(
                "payment",
                line.move_id,
                self.env._(
                    "%(amount)s of %(customer)s are matched with no invoice: they "
                    "count once they are.",
                    amount=line.company_currency_id.format(-line.amount_residual),
                    customer=line.partner_id.display_name,
                ),
                -line.amount_residual,
            )

    def _missing_of_means(self, documents, names, year):
        """Payments without an entry whose line of the bank was not recognised."""
        closed = [document for document in documents.values() if document.closed]
        known = {part.payment for document in closed for part in document.parts}
        payments = unbooked(self.env, sorted(document.id for document in closed))
        for payment in payments.values():
            if payment["id"] in known or payment["date"].year != year:
                continue
            record = self.env["account.payment"].browse(payment["id"])
            yield self._row(
                "means",
                record,
                self.env._(
                    "%(payment)s of %(amount)s, %(invoice)s: no line of the bank has "
                    "this amount. Check the day and the means of what was received.",
                    payment=record.display_name,
                    amount=record.company_currency_id.format(payment["amount"]),
                    invoice=names[min(payment["documents"])].name,
                ),
                payment["amount"],
            )

    def _missing_of_entries(self, documents, names, year):
        """What an entry settled that is neither of a payment nor of the bank: money or
        a write-off, the books do not say.
        """
        for document in documents.values():
            for part in document.parts:
                if part.kind or part.cents <= 0 or part.paid_on.year != year:
                    continue
                entry = self.env["account.move"].browse(part.entry)
                yield self._row(
                    "entry",
                    entry,
                    self.env._(
                        "%(amount)s of %(invoice)s were settled by %(entry)s, which is "
                        "no payment: they do not count. If it was money, register it "
                        "as a payment; if it was written off, nothing is to be done.",
                        amount=entry.company_currency_id.format(part.cents / 100),
                        invoice=names[document.id].name,
                        entry=entry.name,
                    ),
                    part.cents / 100,
                )

    def _missing_of_payers(self, documents, names, year):
        """Lines of the bank of somebody else (issuer of CESU, département): the books
        do not say that it is an aid.
        """
        for document in documents.values():
            for part in document.parts:
                if part.kind != "bank" or part.payment or part.paid_on.year != year:
                    continue
                entry = self.env["account.move"].browse(part.entry)
                payer = entry.statement_line_id.partner_id.commercial_partner_id
                if not payer or payer.id == names[document.id].partner:
                    continue
                yield self._row(
                    "means",
                    entry,
                    self.env._(
                        "%(amount)s of %(invoice)s came from %(payer)s. If it is "
                        "prefinanced CESU or an aid, say so on the contact %(payer)s "
                        "(“Pays for customers”): so far it counts as the customer’s "
                        "own expense.",
                        amount=entry.company_currency_id.format(part.cents / 100),
                        invoice=names[document.id].name,
                        payer=payer.display_name,
                    ),
                    part.cents / 100,
                )

    def _missing_of_sums(self, money, names):
        """Customers who were given back more than they had paid: no paper says that."""
        sums = defaultdict(int)
        for document, _part, _day, _deposit, shares in money:
            sums[names[document.id].partner] += sum(shares.values())
        for partner, cents in sums.items():
            if cents >= 0:
                continue
            customer = self.env["res.partner"].browse(partner)
            yield self._row(
                "negative",
                customer,
                self.env._(
                    "%(customer)s was given back %(amount)s more than counts of what "
                    "was paid: no certificate is made. Check the credit notes.",
                    customer=customer.display_name,
                    amount=self.env.company.currency_id.format(-cents / 100),
                ),
                cents / 100,
            )

    def _customers_of_services(self, companies, partners):
        """Those of these contacts who were invoiced services, once."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("company_id", "in", companies.ids),
                ("move_id.move_type", "in", PAPERS),
                ("parent_state", "=", "posted"),
                (
                    "move_id.commercial_partner_id",
                    "in",
                    partners.commercial_partner_id.ids,
                ),
                ("product_id.home_service_nature_id", "!=", False),
            ],
            ["partner_id"],
        )
        found = self.env["res.partner"].union(*(row[0] for row in rows))
        return found.commercial_partner_id


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _home_service_missing(self):
        """What the certificate should say of this service and cannot (article D7233-4
        of the Code du travail), in words.
        """
        found = []
        title = self._home_service_title()
        if not self._home_service_hours():
            found.append(self.env._("no hours are known of “%s”.", title))
        rows = self.home_service_intervention_ids
        if not rows:
            found.append(
                self.env._(
                    "no intervention is known of “%s”: neither its day nor who came.",
                    title,
                )
            )
        elif not all(rows.mapped("person_number")):
            found.append(
                self.env._("the number of who came is missing for “%s”.", title)
            )
        return found
