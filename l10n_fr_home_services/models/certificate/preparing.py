# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Certificates brought up to what the books say now: drafts made, refreshed or dropped,
and what a customer holds compared with the books.

``partners`` are commercial partners, everywhere here and in ``received.py``; ``None``
alone means all customers, an empty set means nobody.
"""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ...rules.certificate import counted, totals
from .certificate import HANDED_OVER
from .difference import difference, line_key
from .received import documents

OPEN = ("draft", "ready")
#: The advance is no estimate.
FOUND_OUT = ("typed", "imported")
SILENT = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
}


class HomeServiceCertificate(models.Model):
    """The figures, for any number of customers in the same few queries."""

    _inherit = "home.service.certificate"

    def _prepare(self, company, partners=None, year=None):
        """Bring the certificates of a civil year up to what the books say now: drafts
        are made or refreshed, what the customer holds is compared and, where it is not
        true any more, marked “to be replaced” and followed by another draft. Nothing
        is made for a total of zero, nor for whoever was left out.

        :param company: the certificate is that of the company whose declaration covers
            this one, and of all that it covers
        :param partners: customers, ``None`` for all; of a contact the customer who is
            billed, his commercial partner
        :return: the drafts
        :raises AccessError: the user makes no invoices, or not of that company
        """
        if partners is not None and not partners:
            return self.browse()
        issuer = company._home_service_declarant()
        if not self.env.su:
            self._check_invoicing()
            # The figures are those of the whole declaration.
            issuer.with_env(self.env).check_access("read")
        # sudo(): payments of branches, and certificates that nobody writes by hand.
        here = self.sudo().with_context(**SILENT).with_company(issuer)
        here._take_turn(issuer)
        if partners is not None:
            # Of who got a parent since, both: his invoices are now his parent's.
            partners = partners.sudo() | partners.sudo().commercial_partner_id
        return here._bring_up(issuer, partners, year, new=True).with_env(self.env)

    def _take_turn(self, issuer):
        """Who prepares at the same moment waits, and begins again with what the other
        one has made: Odoo plays a transaction again that meets a write like this.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET home_service_certificate_basis = "
                "home_service_certificate_basis WHERE id = %s",
                issuer.id,
            )
        )

    def _bring_up(self, issuer, partners, year, new):
        """See ``_prepare``.

        :param new: make drafts for those who have none yet
        """
        known = self._known(issuer, partners, year)
        figures = self._figures_now(issuer, partners, year)
        drafts = self.browse()
        values = []
        for partner in {**known, **figures}:
            versions, now = known.get(partner, self.browse()), figures.get(partner)
            draft, another = versions._follow(now, new)
            drafts += draft
            if another:
                values.append(
                    {
                        **now,
                        "company_id": issuer.id,
                        "partner_id": partner,
                        "year": year,
                        "date_basis": issuer.home_service_certificate_basis,
                        **another,
                    }
                )
        return drafts + self.create(values)

    def _known(self, issuer, partners, year):
        """``{id of a partner: all versions, the newest at the end}``"""
        domain = [("company_id", "=", issuer.id), ("year", "=", year)]
        if partners is not None:
            domain.append(("partner_id", "in", partners.ids))
        found = self.search(domain).sorted(lambda one: (one.version, one.id))
        return {
            partner.id: versions
            for partner, versions in found.grouped("partner_id").items()
        }

    def _follow(self, now, new):
        """Take these versions of one customer to the figures of now.

        :param now: values, nothing where nothing is to be certified
        :return: ``(draft that was refreshed, values of another one to be made)``
        """
        held = self.filtered(lambda one: one.state in HANDED_OVER)
        open_ones = self.filtered(lambda one: one.state in OPEN)
        found_out = open_ones.filtered(lambda one: one.advance_origin in FOUND_OUT)
        same = len(held) == 1 and held._says(now)
        if same and not found_out:
            open_ones._drop()
            held.filtered(lambda one: one.state == "replace")._set_state("sent")
            held.to_check = False
            return self.browse(), {}
        note = found_out[:1].change_note if same else held and held._difference(now)
        held.filtered(lambda one: one.state == "sent")._set_state("replace", note)
        # Something more may have changed since it was marked.
        held.filtered(lambda one: one.stale_note != note).stale_note = note
        held.filtered("to_check").to_check = False
        if self[-1:].state == "void" or not _worth_a_paper(now, held):
            open_ones._drop()
            return self.browse(), {}
        open_ones[1:]._drop()
        if draft := open_ones[:1]:
            return draft._refresh(now, note), {}
        if not new:
            return self.browse(), {}
        return self.browse(), {
            "version": self[-1:].version + 1,
            "replaces_id": held[-1:].id,
            "change_note": note or False,
            **held[-1:]._kept_advance(now),
        }

    def _says(self, now):
        """Whether this version has the figures of now."""
        if not now:
            return not self.line_ids
        then = sorted(line_key(line) for line in self.line_ids)
        lines = sorted(line_key(command[2]) for command in now["line_ids"])
        same = self.currency_id.compare_amounts(
            self.amount_estimated, now["amount_estimated"]
        )
        return then == lines and not same

    def _refresh(self, now, note):
        """A draft, or a paper that has not left, gets the figures of now.

        :return: self where it is a draft now
        """
        if self._says(now) and (self.change_note or "") == (note or ""):
            self.to_check = False
            return self.filtered(lambda one: one.state == "draft")
        if self.state == "ready":
            self._set_state("draft")
        self.line_ids.unlink()
        self.write(
            {
                **now,
                "change_note": note or False,
                "to_check": False,
                **self._kept_advance(now),
            }
        )
        return self

    def _drop(self):
        """Nobody has got these: they leave no trace."""
        self.filtered(lambda one: one.state == "ready")._set_state("draft")
        self.unlink()

    def _kept_advance(self, now):
        """Values: the advance that somebody has found out stays as long as what it was
        found out for does.
        """
        if self.advance_origin not in FOUND_OUT:
            return {}
        if self.currency_id.compare_amounts(
            self.amount_estimated, now["amount_estimated"]
        ):
            return {}
        return self._advance_values(
            self.advance_origin, self.amount_advance, now["amount_base"]
        )

    def _difference(self, now):
        """In the words of the customer's language: it is printed for him."""
        partner = self[-1:].partner_id
        here = self.with_context(lang=partner.lang or self.env.lang)
        lines = [command[2] for command in now["line_ids"]] if now else []
        return difference(here, lines)

    # -- the figures of now --------------------------------------------------------

    def _figures_now(self, issuer, partners, year):
        """``{id of a partner: values of his certificate}``, lines included."""
        found, names = documents(self, issuer._home_service_certified(), partners, year)
        money = counted(found, year)
        boxes = self._boxes(money, year)
        lines, amounts = defaultdict(list), defaultdict(list)
        for document, part, day, deposit, shares in money:
            invoice = names[document.id]
            for key, cents in shares.items():
                amounts[invoice.partner].append((part.kind, cents))
                lines[invoice.partner].append(
                    {
                        "date": day,
                        "paid_on": part.paid_on,
                        "kind": part.kind,
                        "is_deposit": deposit,
                        "move_id": invoice.id,
                        "invoice_name": invoice.name,
                        "entry_id": part.entry,
                        "activity_id": key[0],
                        "box": boxes.get(key[0], ""),
                        "mode": key[1],
                        "amount_paid": part.cents / 100,
                        "amount": cents / 100,
                    }
                )
        advances = self._advances(issuer, year, money, names)
        return {
            partner: self._values(lines[partner], totals(of, advances.get(partner, 0)))
            for partner, of in amounts.items()
        }

    def _boxes(self, money, year):
        ids = {key[0] for *_rest, shares in money for key in shares if key[0]}
        activities = self.env["home.service.activity"].browse(sorted(ids))
        return {activity.id: activity._box(year) for activity in activities}

    def _values(self, lines, sums):
        return {
            "line_ids": [(0, 0, line) for line in sorted(lines, key=line_key)],
            "amount_received": sums["received"] / 100,
            "amount_prefinanced": sums["prefinanced"] / 100,
            "amount_aid": sums["aid"] / 100,
            "amount_base": sums["base"] / 100,
            "amount_estimated": sums["advance"] / 100,
            "amount_advance": sums["advance"] / 100,
            "amount_net": sums["net"] / 100,
            "advance_origin": "estimation" if sums["advance"] else "none",
        }

    def _advances(self, issuer, year, money, names):
        """``{id of a partner: cents}`` of the tax credit that was paid in advance; none
        in the trade alone.

        :param money: what counts, see ``rules.certificate.counted``
        """
        return {}

    def _complete_parts(self, parts):
        """Another add-on may know more of this money, or know money where the books
        show none: it changes the parts in place.

        :param parts: ``[(id of an invoice, Part)]``
        """

    def _advance_values(self, origin, amount, base):
        """:param amount: of the tax credit that was paid in advance, euros; around the
        turn of a year it may be more than the expenses that count
        """
        return {
            "advance_origin": origin,
            "amount_advance": amount,
            "amount_net": max(base - amount, 0.0),
        }


def _worth_a_paper(now, held):
    """Nothing is certified for a total of zero, unless the customer holds a paper that
    says more; what is below zero somebody looks at, see ``_missing``.
    """
    cents = round(now["amount_received"] * 100) if now else 0
    return cents > 0 or bool(now and held and not cents)
