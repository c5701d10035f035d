# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yearly ceilings of a household, as far as our own demandes show.

The advance has a ceiling per household and civil year (article D133-13-11-1 of the
Code de la sécurité sociale), and some services a ceiling of expenses (D7233-5 of the
Code du travail). Urssaf tells nobody what is left: other providers and the Cesu use the
same ceilings. What went through one habilitation is known, and counted here.
"""

from datetime import date, datetime

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.l10n_fr_home_services.models.official_amount import CEILING_GROUPS
from odoo.addons.l10n_fr_home_services.rules import credit

from ...lib.rules import (
    answer_deadline,
    paris_date,
    paris_today,
    transfer_due,
    utc_of_paris,
)
from ..company.here import here
from .set_aside import part_taken_back

ADVANCE, HIGHER = "advance", "advance_higher"
# What people read of a demande that counts. One that came to nothing gives back what
# it used; one whose debit was refused may still be recovered.
STAGES = {
    "requested": ("queued", "sending", "unknown", "waiting"),
    "validated": ("validated", "debited", "unpaid"),
    "transferred": ("paid", "recovered"),
}
STAGE_OF = {state: stage for stage, states in STAGES.items() for state in states}
# Which year a demande counts for: the first of these dates that is known.
DATES = {
    "request": ("request_id.claimed_at", "requested_on"),
    "validation": (
        "request_id.validated_on",
        "request_id.answer_until",
        "requested_on",
    ),
    "transfer": (
        "request_id.transfer_date",
        "request_id.expected_transfer_date",
        "expected_on",
    ),
}


class Counter:
    """What one household has used of a year’s ceilings, through us; cents."""

    def __init__(self, year, ceilings):
        self.year = year
        #: ``{kind: cents}``; a kind that is not there has no ceiling
        self.ceilings = ceilings
        #: ``{(stage, kind): cents}``
        self.used = {}

    def add(self, stage, kind, cents):
        self.used[stage, kind] = self.used.get((stage, kind), 0) + cents

    def total(self, kind):
        return sum(cents for (_stage, of), cents in self.used.items() if of == kind)

    def left(self, kind):
        """Never below zero; nothing where there is no ceiling."""
        if kind not in self.ceilings:
            return None
        return max(0, self.ceilings[kind] - self.total(kind))

    def take(self, services):
        """``(spent, advance)``: what these services would use now, see ``credit``; it
        is counted, so that the next ones find less.
        """
        groups = {kind: self.left(kind) for kind in self.ceilings if kind != ADVANCE}
        spent, advance = credit(services, groups, self.left(ADVANCE))
        for kind, cents in {**spent, ADVANCE: advance}.items():
            self.add("requested", kind, cents)
        return spent, advance


class OfficialAmount(models.Model):
    _inherit = "home.service.official.amount"

    kind = fields.Selection(
        selection_add=[
            (ADVANCE, "Advance of the tax credit"),
            (HIGHER, "Advance of the tax credit, higher ceiling"),
        ],
        ondelete={ADVANCE: "cascade", HIGHER: "cascade"},
    )


class UrssafCeilingUse(models.Model):
    """What one demande uses of one ceiling, frozen with what is sent: the advance, or
    the expenses of a group of services. What others use later changes nothing of it.
    """

    _name = "urssaf.ceiling.use"
    _description = "Use of a Yearly Ceiling"
    _rec_name = "kind"

    request_id = fields.Many2one(
        "urssaf.payment.request",
        string="Demande de paiement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [*CEILING_GROUPS, (ADVANCE, "Advance of the tax credit")],
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one(related="request_id.currency_id")
    amount = fields.Monetary(readonly=True)
    requested_on = fields.Date(required=True, readonly=True)
    expected_on = fields.Date(required=True, readonly=True)

    # -- what was used -----------------------------------------------------------

    @api.model
    def _counters(self, holder, partners, day):
        """``{partner: Counter}`` of the year of ``day``: people of one household share
        theirs. As many queries for many partners as for one.

        :param holder: the company whose habilitation it is
        """
        return self._counters_of({holder: (partners, day)})[holder]

    @api.model
    def _counters_of(self, wanted):
        """``{habilitation: {partner: Counter}}``, see ``_counters``: as many queries
        for the habilitations of a network as for one.

        :param wanted: ``{habilitation: (partners, day)}``
        """
        households = self.env["urssaf.household"]._people_of(
            {holder: partners for holder, (partners, _day) in wanted.items()}
        )
        days = {day for _partners, day in wanted.values()}
        amounts = {
            day: self.env["home.service.official.amount"]._at(day) for day in days
        }
        counters, alike = {}, {}
        for holder, (_partners, day) in wanted.items():
            people = households[holder].values()
            counters[holder] = self._counters_at(people, day.year, amounts[day])
            # sudo(): a setting of the habilitation, for users of its branches.
            counted = holder.sudo().urssaf_ceiling_date, day.year
            alike[counted] = alike.get(counted, holder.browse()) | holder
        for (_setting, year), holders in alike.items():
            self._count(holders, counters, year)
        return {
            holder: {partner: counters[holder][partner.id] for partner in partners}
            for holder, (partners, _day) in wanted.items()
        }

    def _counters_at(self, households, year, amounts):
        """``{id of a partner: Counter}`` in which nothing was counted yet.

        :param households: ``(people, whether the ceiling is the higher one)``
        :param amounts: ``{kind: cents}`` of the ceilings
        """
        groups = {
            kind: amounts[kind] for kind, _label in CEILING_GROUPS if kind in amounts
        }
        counters = {}
        for people, higher in households:
            limit = amounts.get(HIGHER if higher else ADVANCE)
            ceilings = {**groups, **({ADVANCE: limit} if limit else {})}
            known = [counters[person.id] for person in people if person.id in counters]
            counter = known[0] if known else Counter(year, ceilings)
            counters.update(dict.fromkeys(people.ids, counter))
        return counters

    def _count(self, holders, counters, year):
        """Count what was used. The habilitations count by the same date."""
        # sudo(): what branches use counts too, and whoever may not open them.
        uses = self.sudo()
        people = {person for holder in holders for person in counters[holder]}
        counted = here(holders) & Domain("partner_id", "in", list(people))
        counted &= Domain("state", "in", list(STAGE_OF))
        domain = Domain("request_id", "any", counted)
        domain &= self._in_year(holders[:1], year)
        for holder, partner, kind, state, amount in uses._read_group(
            domain,
            [
                "request_id.holder_id",
                "request_id.partner_id",
                "kind",
                "request_id.state",
            ],
            ["amount:sum"],
        ):
            # Of two companies of a network the other one may have this customer.
            counter = counters[holder].get(partner.id)
            if counter:
                counter.add(STAGE_OF[state], kind, round(amount * 100))
        back = uses._taken_back(counted)
        for use in uses.search(domain & Domain("request_id", "in", list(back))):
            request = use.request_id
            counter = counters[request.holder_id].get(request.partner_id.id)
            part = -round(use.amount * min(1, back[request.id]) * 100)
            if counter:
                counter.add(STAGE_OF[request.state], use.kind, part)

    def _taken_back(self, counted):
        """``{id of a demande: share}`` of what it used that Urssaf has debited again:
        that is available again. What it transferred anew after that is advanced once
        more.
        """
        live = Domain("urssaf_request_id", "any", counted) & Domain(
            "state", "not in", ("canceled", "rejected")
        )
        # Mostly there is none: one query.
        Payment = self.env["account.payment"]
        debits = Payment.search(live & Domain("payment_type", "=", "outbound"))
        if not debits:
            return {}
        found = {}
        of_these = Domain("urssaf_request_id", "in", debits.urssaf_request_id.ids)
        for payment in Payment.search(live & of_these, order="id"):
            request = payment.urssaf_request_id
            taken = found.get(request.id, 0.0)
            if payment.urssaf_customers_half:
                # What was advanced of it stays advanced.
                continue
            if payment.payment_type == "outbound":
                found[request.id] = taken + part_taken_back(request, payment)
            else:
                came = payment.amount / (request.transfer_amount or 1)
                found[request.id] = max(0.0, taken - came)
        return found

    def _in_year(self, holder, year):
        """Domain of the uses that count for this civil year."""
        days = date(year, 1, 1), date(year + 1, 1, 1)
        midnights = [utc_of_paris(datetime(day.year, 1, 1)) for day in days]
        found, unknown = Domain.FALSE, Domain.TRUE
        # sudo(): a branch’s user may not open the company above it.
        for name in DATES[holder.sudo().urssaf_ceiling_date]:
            moment = name in ("request_id.claimed_at", "request_id.answer_until")
            start, end = midnights if moment else days
            inside = Domain(name, ">=", start) & Domain(name, "<", end)
            found |= unknown & inside
            unknown &= Domain(name, "=", False)
        return found

    # -- what will be used -------------------------------------------------------

    @api.model
    def _days_from(self, now):
        """``{date that counts: day}`` of what is sent at this moment (naive UTC), as
        far as one can tell.
        """
        answered = paris_date(answer_deadline(now))
        return {
            "request": paris_date(now),
            "validation": answered,
            "transfer": transfer_due(answered),
        }

    @api.model
    def _day_now(self, holder):
        """The day whose year counts for what is sent now."""
        # sudo(): a setting of the habilitation, for users of its branches.
        return self._days_from(fields.Datetime.now())[holder.sudo().urssaf_ceiling_date]

    @api.model
    def _freeze(self, requests):
        """Keep what these demandes use of the ceilings, once what is sent is frozen."""
        # sudo(): the code alone writes it.
        uses = self.sudo()
        uses.search([("request_id", "in", requests.ids)]).unlink()
        days = {request: self._days_of(request) for request in requests}
        values = []
        # sudo(): the settings of the habilitation, for users of its branches.
        together = requests.sudo().grouped(
            lambda r: (r.holder_id, days[r][r.holder_id.urssaf_ceiling_date])
        )
        services = self._services(requests)
        for (holder, day), found in together.items():
            counters = self._counters(holder, found.partner_id, day)
            for request in found.sorted("id"):
                spent, advance = counters[request.partner_id].take(services[request])
                values += [
                    {
                        "request_id": request.id,
                        "kind": kind,
                        "amount": cents / 100,
                        "requested_on": days[request]["request"],
                        "expected_on": days[request]["transfer"],
                    }
                    for kind, cents in {**spent, ADVANCE: advance}.items()
                ]
        uses.create(values)

    def _days_of(self, request):
        """The same as ``_days_from``, of a demande; one that was found at Urssaf went
        there about the day of its invoice.
        """
        if not request.external_id or request.claimed_at:
            return self._days_from(fields.Datetime.now())
        sent = request.move_id.invoice_date
        days = self._days_from(
            utc_of_paris(datetime(sent.year, sent.month, sent.day, 12))
        )
        transfer = request.transfer_date or request.expected_transfer_date
        return {**days, "transfer": transfer or days["transfer"]}

    @api.model
    def _services(self, requests):
        """``{demande: [(group, cents)]}`` of the eligible services that are sent."""
        # sudo(): whoever reads a demande reads no natures; archived ones are sent too.
        natures = self.env["home.service.nature"].sudo().with_context(active_test=False)
        known = {
            n.urssaf_code: n for n in natures.search([("urssaf_code", "!=", False)])
        }
        found = {}
        for request in requests:
            found[request] = []
            for line in request._frozen_payload().get("inputPrestations", []):
                nature = known.get(line["codeNature"], natures)
                if not nature or nature.eligible:
                    cents = round(line["mntPrestationTTC"] * 100)
                    found[request].append((nature.ceiling_group or None, cents))
        return found

    @api.model
    def _advances(self, requests):
        """``{demande: euros}``: the tax credit that each asks for, as it was estimated
        when it left; half of the eligible services where that was not kept.
        """
        known = {
            use.request_id: use.amount
            for use in requests.ceiling_use_ids.filtered(lambda u: u.kind == ADVANCE)
        }
        unknown = self._services(requests - requests.browse().union(*known))
        halves = {r: credit(services, {})[1] / 100 for r, services in unknown.items()}
        return {**known, **halves}

    # -- in words ----------------------------------------------------------------

    @api.model
    def _texts(self, company, partners):
        """``{partner: lines}``: the counter of this year, of the next one too where
        what is sent now counts for it, as somebody of this company reads it.
        """
        holder = company._urssaf_holder()
        days = {day.year: day for day in (paris_today(), self._day_now(holder))}
        texts = {}
        for _year, day in sorted(days.items()):
            # sudo(): counted over all the companies of the habilitation.
            for partner, counter in self._counters(holder, partners, day).items():
                lines = texts.setdefault(partner, [])
                lines += self._lines(counter, holder.currency_id)
        return {partner: "\n".join(lines) for partner, lines in texts.items()}

    def _lines(self, counter, currency):
        def money(cents):
            return currency.format(cents / 100)

        labels = dict(self._fields["kind"]._description_selection(self.env))
        for kind in (ADVANCE, *(kind for kind, _label in CEILING_GROUPS)):
            if kind not in counter.ceilings or (
                kind != ADVANCE and not counter.total(kind)
            ):
                continue
            line = self.env._(
                "%(kind)s in %(year)s: %(total)s of %(ceiling)s",
                year=counter.year,
                kind=labels[kind],
                total=money(counter.total(kind)),
                ceiling=money(counter.ceilings[kind]),
            )
            words = self._stage_words()
            used = {stage: counter.used.get((stage, kind), 0) for stage in words}
            parts = [f"{words[s]} {money(cents)}" for s, cents in used.items() if cents]
            yield f"{line} ({', '.join(parts)})" if parts else line

    def _stage_words(self):
        """How far the demandes are that used it, see ``STAGES``."""
        return {
            "requested": self.env._("requested"),
            "validated": self.env._("validated"),
            "transferred": self.env._("transferred"),
        }
