# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Headquarters of a network: what they look at costs as many queries with six agencies
as with three, and adds up.
"""

from odoo import SUPERUSER_ID, Command
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.board import figures
from ..models.company.transit_accounts import transit_accounts
from . import crowd, screens
from .cases import NOW, UrssafCase, credentials

FEW, MANY = 3, 6
#: Looks that ask how a customer’s invoices leave: Odoo keeps fields that depend on the
#: company by company, one read for each whose invoices are on the page, 80 at most.
ONE_READ_EACH = {"board", "invoices, words", "to send", "can send"}
GROUP = "urssaf_avance_immediate.group_manager"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNetwork(UrssafCase):
    def setUp(self):
        super().setUp()
        self.head = self._make_user("head", f"{GROUP},base.group_multi_company")

    # -- a network ---------------------------------------------------------------

    def _network(self):
        """Agencies with credentials of their own; in each an invoice that can leave, a
        demande, somebody who waits, an alert and a line of the bank.
        """
        sent = self._sent().sudo()
        free = self._invoice()
        waiting = self._enrol(self._make_partner(name="Paul"), active=False).sudo()
        self.env.flush_all()
        made = self.env["res.company"]
        for number in range(MANY):
            company = self._agency(number)
            self._work(company, number, sent, free, waiting)
            made += company
        self.head.write(
            {"company_ids": [Command.set(made.ids)], "company_id": made[0].id}
        )
        made.sudo()._urssaf_tell("Urssaf refuses the credentials.")
        self.env.flush_all()
        self.env.invalidate_all()
        return made

    def _agency(self, number):
        company = self.env["res.company"].with_user(SUPERUSER_ID)
        company = company.create(
            {
                "name": f"Agence {number}",
                "country_id": self.env.ref("base.fr").id,
                "currency_id": self.env.ref("base.EUR").id,
                **credentials(f"agency-{number}", f"secret-{number}"),
            }
        )
        env = company.with_company(company).env
        suspense, transit = env["account.account"].create(
            [
                {"code": "511000", "name": "Attente", "account_type": "asset_current"},
                {
                    "code": "467100",
                    "name": "Urssaf",
                    "account_type": "asset_current",
                    "reconcile": True,
                },
            ]
        )
        journal = env["account.journal"].create(
            {
                "name": "Banque",
                "type": "bank",
                "code": "BNQ",
                "suspense_account_id": suspense.id,
            }
        )
        method = journal.inbound_payment_method_line_ids[:1]
        method.write({"name": "Urssaf", "payment_account_id": transit.id})
        company.urssaf_payment_journal_id = journal
        company.urssaf_payment_method_line_id = method
        env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "amount": 66,
                "date": NOW.date(),
                "payment_ref": "VIR",
            }
        )
        env["urssaf.connection"]._of(company)
        return company.with_env(self.env)

    def _work(self, company, number, sent, free, waiting):
        """Copies, by PostgreSQL, of what Odoo has made in the tests’ company."""
        copies = crowd.Crowd(self.env.cr, 1, 1)
        mine = str(company.id)
        enrolment, _other = (
            copies.clone(
                "urssaf_enrolment",
                one,
                1,
                company_id=mine,
                holder_id=mine,
                external_id=f"'{number}-' || t.id",
                state=f"'{state}'",
            )
            for one, state in ((sent.enrolment_id, "active"), (waiting, "pending"))
        )
        for move, name in ((free, "LIBRE"), (sent.move_id, "DEMANDE")):
            copy = copies.clone(
                "account_move",
                move,
                1,
                company_id=mine,
                name=f"'{name}/{number}'",
                access_token="NULL",
                # A cent more each time: sums tell whose they are.
                amount_residual=f"t.amount_residual + 0.01 * {number}",
            )
        request = copies.clone(
            "urssaf_payment_request",
            sent,
            1,
            company_id=mine,
            holder_id=mine,
            name=f"'DEMANDE/{number}'",
            external_id=f"'DEMANDE{number}'",
            move_id=str(copy),
            enrolment_id=str(enrolment),
            transfer_expected=f"t.transfer_expected + 0.01 * {number}",
        )
        self.env.cr.execute(
            "UPDATE account_move SET urssaf_request_id = %s WHERE id = %s",
            (request, copy),
        )

    def _as_head(self, companies):
        env = self.env(
            user=self.head,
            context={"allowed_company_ids": companies.ids, "lang": "en_US"},
        )
        env.flush_all()
        env.invalidate_all()
        return env

    # -- what it costs -------------------------------------------------------------

    def _looks(self):
        """``{name: function of an environment}`` of what somebody looks at."""

        def listed(model, domain):
            return lambda env: screens.look(env, model, domain)

        invoices = [("move_type", "=", "out_invoice")]
        return {
            "board": lambda env: env["urssaf.board"].create({}).read(),
            "alerts": lambda env: figures.alerts(env),
            "demandes": listed("urssaf.payment.request", []),
            "enrolments": listed("urssaf.enrolment", []),
            "invoices": listed("account.move", invoices),
            "invoices, words": lambda env: env["account.move"]
            .search(invoices)
            .mapped("urssaf_send_state"),
            "to send": listed("account.move", [("urssaf_awaits_sending", "=", True)]),
            "can send": listed("account.move", [("urssaf_can_send", "=", True)]),
            "received": listed(
                "account.bank.statement.line", [("urssaf_received", "=", True)]
            ),
            "bank": listed("account.bank.statement.line", []),
            "connections": listed("urssaf.connection", []),
            "customers": listed(
                "res.partner", [("urssaf_enrolment_state", "=", "active")]
            ),
            "transit": lambda env: transit_accounts(env.companies),
            "sisters": lambda env: env.companies._urssaf_with_sisters(),
            "actions": lambda env: env["ir.cron"].sudo()._urssaf_watch(),
        }

    def test_as_many_queries_for_many_companies_as_for_few(self):
        companies = self._network()
        found = {}
        for ticked in (companies, companies[:FEW]):
            for name, look in self._looks().items():
                # The first look fills caches that all users have in common.
                for _time in range(2):
                    env = self._as_head(ticked)
                    with screens.queries() as queries:
                        look(env)
                found.setdefault(name, []).append(queries)
        grown = {
            name: f"{len(few)} for {FEW}, {len(many)} for {MANY}"
            for name, (many, few) in found.items()
            if len(many) - len(few) > (name in ONE_READ_EACH) * (MANY - FEW)
        }
        self.assertFalse(grown)
        longest = max(len(q) for many, _few in found.values() for q in many)
        self.assertLess(longest, 20_000, "nor does one query repeat itself for each")

    # -- what it says --------------------------------------------------------------

    def test_companies_add_up_to_all_of_them(self):
        companies = self._network()
        for ticked in (companies[:1], companies[:2], companies):
            board = self._as_head(ticked)["urssaf.board"].create({})
            alone = [
                self._as_head(company)["urssaf.board"].create({}) for company in ticked
            ]
            for name in board._fields:
                if name.endswith(("_count", "_amount")):
                    each = [one[name] for one in alone]
                    with self.subTest(field=name, companies=len(ticked)):
                        self.assertEqual(round(sum(each) - board[name], 2), 0)
            self.assertEqual(board.to_send_count, len(ticked))
            self.assertEqual(board.waiting_count, len(ticked))
            self.assertEqual(board.alerts_count, len(ticked))
            self.assertEqual(
                round(board.to_send_amount, 2),
                round(66 * len(ticked) + 0.01 * sum(range(len(ticked))), 2),
            )
            self.assertEqual(board.money_count, len(ticked))
            for number, company in enumerate(companies):
                shown = len(ticked) > 1 and company in ticked
                self.assertEqual(f"Agence {number}" in (board.companies or ""), shown)

    def test_the_buttons_open_what_is_counted(self):
        """Of a branch with credentials of its own: the customers of the company above
        it are not its own, though it may see them.
        """
        waiting = self._enrol(active=False)
        branch = self._make_branch(self.company)
        branch.sudo().write(credentials("apart", "apart-secret"))
        user = self._make_user("apart", GROUP, branch)
        env = self.env(user=user, context={"allowed_company_ids": branch.ids})
        self.assertTrue(waiting.with_env(env).has_access("read"))
        board = env["urssaf.board"].create({})
        action = board.action_waiting()
        found = env[action["res_model"]].search(action["domain"])
        self.assertEqual((board.waiting_count, len(found)), (0, 0))
        self.assertFalse(board.waiting_ids)

    # -- which agency has trouble ----------------------------------------------------

    def test_headquarters_have_one_list_of_the_connections(self):
        companies = self._network()
        connections = self.env["urssaf.connection"].sudo()
        calm, busy, refused = (connections._of(one) for one in companies[:3])
        busy.write(
            {
                "failure_kind": "unavailable",
                "paused_until": "2026-03-16 12:00:00",
                "down_since": "2026-03-16 09:00:00",
            }
        )
        refused.write({"failure_kind": "auth", "paused_until": "2026-03-16 12:00:00"})
        env = self._as_head(companies)
        menu = env.ref("urssaf_avance_immediate.menu_urssaf_connection")
        self.assertTrue(menu._filter_visible_menus(), "for who has several companies")
        alone = self._make_user("alone", GROUP, companies[0])
        self.assertFalse(menu.with_user(alone)._filter_visible_menus())
        shown = env["urssaf.connection"].search([])
        self.assertEqual(shown.company_id, companies)
        troubled, person = (
            env["urssaf.connection"].search(domain)
            for name, model, domain in screens.filters(env)
            if model == "urssaf.connection"
        )
        self.assertEqual(troubled.sudo(), busy | refused)
        self.assertEqual(person.sudo(), refused)
        self.assertEqual(calm.needs_person or busy.needs_person, False)
        self.assertIn("refuses the credentials", person.notice)
        # A user of two of them sees two; of one of others, none of these.
        for user, seen in ((alone, companies[0]), (self.user, companies[:0])):
            theirs = (
                env["urssaf.connection"]
                .with_user(user)
                .with_context(allowed_company_ids=user.company_ids.ids)
            )
            self.assertEqual(theirs.search([]).company_id & companies, seen)

    def test_try_now_from_the_list(self):
        companies = self._network()
        connection = self.env["urssaf.connection"]._of(companies[1])
        connection.write(
            {"failure_count": 2, "failure_kind": "auth", "paused_until": "2027-01-01"}
        )
        env = self._as_head(companies)
        answer = env["urssaf.connection"].browse(connection.id).action_try_now()
        self.assertEqual(answer["params"]["type"], "success", answer)
        self.assertFalse(connection.paused_until)
