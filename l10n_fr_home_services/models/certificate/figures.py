# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import fields, models

from ...rules.certificate import AID, PREFINANCED
from .wording import WORDINGS

CESU = ("cesu", PREFINANCED)
AMOUNTS = ("received", "prefinanced", "aid", "base", "advance", "net")


class HomeServiceCertificate(models.Model):
    _inherit = "home.service.certificate"

    def _figures(self):
        """All that the paper prints, as plain data, in the language of the context: see
        what article D7233-4 of the Code du travail asks. Amounts are in euros.
        """
        self.ensure_one()
        # sudo(): a paper of the whole declaration, printed for the customer.
        here = self.sudo()
        rows = here._intervention_rows()
        return {
            "reference": here.reference,
            "year": here.year,
            "version": here.version,
            "date": here.sent_on or here._today(),
            "replaces": here.replaces_id._printed_on(),
            "replaces_reference": here.replaces_id.reference or "",
            "change_note": here.replaces_id and here.change_note or "",
            "currency": here.currency_id,
            "issuer": here._issuer(),
            "customer": {
                "partner": here.partner_id,
                "name": here.partner_id.name,
                "address": _address(here.partner_id),
                "account": here._account_debited(),
            },
            "amounts": {name: here[f"amount_{name}"] for name in AMOUNTS},
            "advance": {
                "origin": here.advance_origin,
                "label": here._label("advance_origin", here.advance_origin),
                # For expenses that count in the year before or after.
                "beyond": max(here.amount_advance - here.amount_base, 0.0),
            },
            "activities": here._by_activity(rows),
            "payments": here._payments(),
            "months": _by_month(rows),
            "hours": round(sum(row["duration"] for row in rows), 2),
            "count": _known(rows),
            "wordings": here._wordings(),
        }

    def _printed_on(self):
        """The day that its paper bears: that on which it was made."""
        if not (made := self.document_id.create_date):
            return self.sent_on
        return fields.Datetime.context_timestamp(self, made).date()

    def _issuer(self):
        company = self.company_id
        return {
            "company": company,
            "name": company.name,
            "address": _address(company.partner_id),
            "siren": company._home_service_siren(),
            "sap_number": company.home_service_sap_number or "",
            "declaration_date": company.home_service_declaration_date,
            "approval_number": company.home_service_approval_number or "",
            "approval_date": company.home_service_approval_date,
            "phone": company.phone or "",
            "email": company.email or "",
        }

    def _label(self, name, value):
        """What the screen says for a value of a selection."""
        return dict(self._fields[name]._description_selection(self.env)).get(value, "")

    def _by_activity(self, rows):
        """What the tax return asks since the expenses of 2024: each activity with its
        box, and for those of 2025 the organism and the mode.
        """
        lines = self.env["home.service.certificate.line"]
        modes = dict(lines._fields["mode"]._description_selection(self.env))
        issuer = self._issuer()
        found = []
        for (activity, box, mode), same in self.line_ids.grouped(
            lambda line: (line.activity_id, line.box or "", line.mode)
        ).items():
            sums = defaultdict(float)
            for line in same:
                sums[line.kind] += line.amount
            received = sum(sums.values())
            done = [row for row in rows if row["key"] == (activity.id, mode)]
            found.append(
                {
                    "name": activity.name or self.env._("Activity not known"),
                    "box": box,
                    "organism": issuer["name"],
                    "siren": issuer["siren"],
                    "mode": modes.get(mode, ""),
                    "received": self.currency_id.round(received),
                    "prefinanced": self.currency_id.round(sums[PREFINANCED]),
                    "aid": self.currency_id.round(sums[AID]),
                    "base": self.currency_id.round(
                        received - sums[PREFINANCED] - sums[AID]
                    ),
                    "hours": round(sum(row["duration"] for row in done), 2),
                    "count": _known(done),
                    "sequence": (activity.sequence or 0, activity.id or 0),
                }
            )
        return sorted(found, key=lambda one: one["sequence"])

    def _payments(self):
        kinds = self.env["home.service.certificate.line"]._fields["kind"]
        kinds = dict(kinds._description_selection(self.env))
        return [
            {
                "date": line.date,
                "paid_on": line.paid_on,
                "invoice": line.invoice_name or "",
                "kind": line.kind,
                "label": kinds.get(line.kind, ""),
                "deposit": line.is_deposit,
                "amount": line.amount,
                "paid": line.amount_paid,
                "activity": line.activity_id.name or "",
            }
            for line in self.line_ids.sorted(lambda one: (one.date, one.id))
        ]

    def _account_debited(self):
        """The customer's account, where he pays by direct debit (article D7233-4 of the
        Code du travail): that of the mandate, else the only one known; masked.
        """
        lines = self.line_ids.filtered(lambda line: line.kind == "debit")
        of_mandate = lines.entry_id.origin_payment_id.partner_bank_id.filtered(
            lambda bank: bank.partner_id.commercial_partner_id == self.partner_id
        )
        known = of_mandate or self.partner_id.bank_ids
        if not lines or (not of_mandate and len(known) > 1):
            return ""
        return ", ".join(_masked(bank.acc_number) for bank in known)

    def _intervention_rows(self):
        """The interventions of the invoices that count, by day. A service of which none
        is known stands there with its days and what was sold by the hour. Of an invoice
        that was paid in two years, they stand on both certificates. What a credit note
        takes off was not done.
        """
        moves = self._moves_that_count()
        refunds = moves.reversal_move_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_refund"
        )
        back = self.env["home.service.nova"]._hours_taken_back(refunds)
        rows = []
        for move in moves:
            done = [
                row for line in move._home_service_lines() for row in line._paper_rows()
            ]
            for line in (move.reversal_move_ids & refunds)._home_service_lines():
                if hours := back.get(line.id):
                    _take_off(done, line, hours)
            rows += done
        return sorted(rows, key=lambda row: (row["date"], row["start"] or 0))

    def _moves_that_count(self):
        """The invoices of which something is left once refunds are taken off."""
        sums = defaultdict(float)
        for line in self.line_ids:
            sums[line.move_id.reversed_entry_id or line.move_id] += line.amount
        paid = self.line_ids.filtered(lambda line: line.amount > 0).move_id
        return paid.filtered(
            lambda move: self.currency_id.compare_amounts(sums[move], 0) > 0
        )

    def _wordings(self):
        """``{kind: sentence}``, an empty text for what does not concern this one."""
        texts = self.env["home.service.wording"]._of(self.year)
        kinds = set(self.line_ids.mapped("kind"))
        advance = bool(self.amount_advance)
        shown = {
            "advance": advance,
            "net": advance,
            "boxes": any(self.line_ids.mapped("activity_id")),
            "aid": bool(self.amount_aid or self.amount_prefinanced),
            "self_financed": bool(kinds.intersection(CESU)),
        }
        return {
            kind: texts.get(kind, "") if shown.get(kind, True) else ""
            for kind, _label in WORDINGS
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _paper_rows(self):
        """The interventions of a line that the certificate lists, and what stands for
        them where none is known. Nobody is served on the way.
        """
        nature = self._home_service_nature()[0]
        travel = self.product_id.home_service_travel
        if not nature.eligible or self.price_total <= 0 or travel:
            return []
        found = self._home_service_intervention_rows()
        rows = found or self._home_service_unknown_row()
        for row in rows:
            row["invoice"] = self.move_id.name
            row["activity"] = nature.activity_id.name or ""
            row["key"] = nature.activity_id.id, self._home_service_mode()
        return rows

    def _home_service_unknown_row(self):
        """Stands for the interventions of a service whose single ones are not known:
        its days, else that of the invoice.
        """
        start, end = self._home_service_days()
        start = start or self.move_id.invoice_date
        return [
            {
                "date": start,
                "until": end or start,
                "start": False,
                "end": False,
                "duration": self._home_service_hours(),
                "person_name": "",
                "person_number": "",
                "place": "",
                "nature": self._home_service_nature()[0].name or "",
            }
        ]


def _known(rows):
    """How many interventions these are: what is known as a whole is none. Where a
    credit note takes some of them off and does not say which, nobody knows.
    """
    if any(row["duration"] < 0 for row in rows):
        return 0
    return sum("until" not in row for row in rows)


SAME = ("key", "date", "start", "duration", "person_name", "person_number")


def _take_off(rows, line, hours):
    """Take what a line of a credit note takes back off the interventions of its
    invoice: those that it names, else so many hours.

    :param rows: of the invoice, changed in place
    """
    named = line._paper_rows()
    if round(sum(row["duration"] for row in named) - hours, 2) == 0:
        marks = [[row[name] for name in SAME] for row in rows]
        found = [[row[name] for name in SAME] for row in named]
        if all(marks.count(mark) >= found.count(mark) for mark in found):
            for mark in found:
                del rows[marks.index(mark)]
                marks.remove(mark)
            return
    [row] = line._home_service_unknown_row()
    nature = line._home_service_nature()[0]
    days = [one["date"] for one in rows] or [row["date"]]
    rows.append(
        {
            **row,
            "date": max(days),
            "until": max(days),
            "duration": -hours,
            "person_name": line.env._("Credited by %s", line.move_id.name),
            "invoice": line.move_id.name,
            "activity": nature.activity_id.name or "",
            "key": (nature.activity_id.id, line._home_service_mode()),
        }
    )


def _masked(number):
    """An account as people recognise it: its first and last four characters."""
    number = number.replace(" ", "")
    return f"{number[:4]} … {number[-4:]}"


def _address(partner):
    """The lines of an address in France; the country where it is another one."""
    town = " ".join(filter(None, (partner.zip, partner.city)))
    country = partner.country_id
    abroad = country.name if country and country.code != "FR" else ""
    return [line for line in (partner.street, partner.street2, town, abroad) if line]


def _by_month(rows):
    """By month and in it by day: the single interventions stay, D7233-4 asks them."""
    months = defaultdict(list)
    for row in rows:
        months[row["date"].replace(day=1)].append(row)
    return [
        {
            "month": month,
            "hours": round(sum(row["duration"] for row in found), 2),
            "count": len(found),
            "rows": found,
        }
        for month, found in sorted(months.items())
    ]
