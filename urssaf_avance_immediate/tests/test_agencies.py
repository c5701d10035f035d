# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several companies at work in one database: what is of one stays its own, whichever is
current, and who is of several sees all of his.
"""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .cases import NOW, UrssafCase

CRONS = ("send", "follow", "repair", "digest", "companion", "invoices", "crosscheck")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestAgencies(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._other_sale_journal()
        # Somebody of the head office: both companies, the first one current.
        cls.both = cls._make_user("both", "urssaf_avance_immediate.group_manager")
        cls.both.company_ids += cls.other_company

    # -- the second company's records, where the first one is current ----------

    def _second_company_works(self):
        """A customer with an invoice at Urssaf, of the second company only."""
        partner = self._make_partner(
            consent=False, name="Paul", email="paul@example.com"
        ).with_user(self.other_user)
        partner._urssaf_record_consent("office")
        self._enrol(partner)
        move = self._make_other_invoice(partner)
        move.action_urssaf_send()
        self.assertEqual(move.urssaf_state, "waiting")
        return move

    def _seen_from(self, record, company):
        return record.with_user(self.both).with_context(
            allowed_company_ids=(company | self.company | self.other_company).ids
        )

    def test_the_current_company_changes_nothing(self):
        """What a document shows is its company's, whichever one is ticked first."""
        move = self._second_company_works()
        self.company.home_service_intervenant = "SAP443061841"
        self.company.urssaf_billing_name = "Première"
        draft = self._make_other_invoice(move.partner_id, price=40)
        request = move.sudo().urssaf_request_id
        for record in (request, request.enrolment_id, move, draft):
            here = self._seen_from(record, self.company)
            there = self._seen_from(record, self.other_company)
            for name, field in here._fields.items():
                ours = record._name.startswith("urssaf.") or name.startswith("urssaf_")
                if not ours or not here._has_field_access(field, "read"):
                    continue
                with self.subTest(field=f"{record._name}.{name}"):
                    self.env.invalidate_all()
                    seen = here.read([name])
                    self.env.invalidate_all()
                    self.assertEqual(seen, there.read([name]))

    def test_what_is_sent_is_the_documents_company(self):
        move = self._second_company_works()
        first, second = (
            self._make_other_invoice(move.partner_id, price=price) for price in (40, 41)
        )
        self.company.home_service_intervenant = "SAP443061841"
        self.fake.calls.clear()
        for other, current in ((first, self.company), (second, self.other_company)):
            self._seen_from(other, current).action_urssaf_send()
            self.assertEqual(other.urssaf_state, "waiting")
        [one], [two] = (call.json for call in self.fake.calls_of("050"))
        differ = {key for key in one if one[key] != two.get(key)}
        self.assertLessEqual(
            differ,
            {"numFactureTiers", "mntFactureTTC", "mntFactureHT", "inputPrestations"},
        )
        people = {call["numFactureTiers"] for call in (one, two)}
        self.assertEqual(people, {first.name, second.name})
        companies = self.env["urssaf.trace"].sudo().search([("method", "=", "050")])
        self.assertEqual(companies.company_id, self.other_company)

    def test_the_printed_invoice_is_the_documents(self):
        move = self._second_company_works()
        pages = []
        for company in (self.company, self.other_company):
            report = self._seen_from(self.env["ir.actions.report"], company)
            html, _kind = report._render_qweb_html("account.report_invoice", move.ids)
            pages.append(html)
        self.assertIn(b"Urssaf", pages[0])
        self.assertEqual(pages[0], pages[1])

    # -- people of one, of two, of all companies -------------------------------

    def _agencies_at_work(self):
        """Two demandes, a customer who waits and a certificate in each of three
        agencies, one of them a branch: ``{company: sum of its demandes}``.
        """
        branch = self._make_branch(self.company)
        self.env.user.sudo().company_ids |= branch
        sums = {}
        theirs = self._second_company_works().sudo()
        sums[self.other_company] = theirs.amount_total
        ours = self._sent().move_id
        sums[self.company] = ours.amount_total
        lines = [
            Command.create({"product_id": self.housework.id, "price_unit": price})
            for price in (30.0, 40.0)
        ]
        below = self.env["account.move"].with_company(branch)
        below = below.create(
            {
                "move_type": "out_invoice",
                "company_id": branch.id,
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-15",
                "home_service_start": "2026-03-02",
                "invoice_line_ids": lines,
            }
        )
        below.action_post()
        below.action_urssaf_send()
        self.assertEqual(below.urssaf_state, "waiting")
        sums[branch] = below.amount_total
        for move in ours | theirs | below:
            self.fake.by_number(move.name).move("30", "Validée")
            self._make_due(move.urssaf_request_id)
            self.env["home.service.certificate"].sudo().create(
                {
                    "company_id": move.company_id.id,
                    "partner_id": move.partner_id.id,
                    "year": 2025,
                    "date_basis": "payment",
                }
            )
        self._run_cron("follow")
        return sums

    def _sees(self, user, companies, model):
        """Companies of the records that he finds where these are ticked."""
        env = self.env(user=user, context={"allowed_company_ids": companies.ids})
        field = "holder_id" if model == "urssaf.enrolment" else "company_id"
        return env[model].search([]).sudo()[field]

    def test_an_agency_sees_its_own_and_the_head_office_all(self):
        sums = self._agencies_at_work()
        every = self.env["res.company"].union(*sums)
        group = "urssaf_avance_immediate.group_manager"
        head_office = self._make_user("head_office", group)
        head_office.company_ids = every
        people = {
            self._make_user("agency", group): self.company,
            self.other_manager: self.other_company,
            self.both: self.company | self.other_company,
            head_office: every,
        }
        for user, allowed in people.items():
            # Ticked together, and one by one.
            for ticked in (allowed, *allowed):
                with self.subTest(user=user.login, ticked=ticked.mapped("name")):
                    self._check_figures(user, ticked, sums)
            for foreign in every - allowed:
                with self.subTest(user=user.login, foreign=foreign.name):
                    self._check_closed(user, foreign)

    def _check_figures(self, user, ticked, sums):
        for model in ("urssaf.payment.request", "home.service.certificate"):
            self.assertEqual(self._sees(user, ticked, model), ticked, model)
        env = self.env(user=user, context={"allowed_company_ids": ticked.ids})
        board = env["urssaf.board"].create({})
        self.assertEqual(board.money_count, len(ticked))
        self.assertEqual(board.money_amount, sum(sums[one] for one in ticked))
        for company in sums:
            self.assertEqual(
                company.name in (board.companies or ""),
                len(ticked) > 1 and company in ticked,
            )
        for company in ticked:
            screen = env["home.service.counters"].create({"company_id": company.id})
            screen.action_show()
            person = company.root_id
            of_the_person = sum(
                amount for one, amount in sums.items() if one.root_id == person
            )
            self.assertEqual(screen.declared, of_the_person, "the law’s legal person")

    def _check_closed(self, user, foreign):
        """A company of others, over RPC too."""
        with self.assertRaises(AccessError):
            self._sees(user, foreign, "urssaf.payment.request")
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        for model in ("urssaf.payment.request", "home.service.certificate"):
            found = env[model].search([("company_id", "=", foreign.id)])
            self.assertFalse(found, model)
        for model, button in (
            ("home.service.counters", "action_show"),
            ("urssaf.transit", "action_show"),
        ):
            with self.assertRaises(AccessError):
                screen = env[model].create({"company_id": foreign.id})
                getattr(screen, button)()

    # -- what nobody is looking at ---------------------------------------------

    def test_scheduled_actions_serve_each_company_as_itself(self):
        ours = self._sent()
        theirs = self._second_company_works().sudo().urssaf_request_id
        for request in (ours, theirs):
            self.fake.by_number(request.name).move("30", "Validée")
            self._make_due(request)
        self.env["urssaf.trace"].sudo().search([]).unlink()
        for name in CRONS:
            self._run_cron(name)
        self.assertEqual((ours.state, theirs.state), ("validated", "validated"))
        for request, company in ((ours, self.company), (theirs, self.other_company)):
            traces = self.env["urssaf.trace"].sudo().search([("method", "=", "070")])
            mine = traces.filtered(lambda t, c=company: t.company_id == c)
            self.assertIn(request.external_id, str(mine.read()))
        self.assertNotIn(ours.external_id, str(mine.read()))

    def test_alerts_go_to_people_of_the_company(self):
        request = self._second_company_works().sudo().urssaf_request_id
        self.fake.by_number(request.name).move(
            "40", "Refusée", rejection={"code": "1", "commentaire": "non"}
        )
        self._make_due(request)
        self._run_cron("follow")
        self.assertEqual(request.state, "refused")
        activities = request.activity_ids | request.move_id.activity_ids
        self.assertTrue(activities)
        for user in activities.user_id:
            self.assertIn(self.other_company, user.company_ids)
