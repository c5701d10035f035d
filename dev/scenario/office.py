# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the firm's staff do in Odoo: the buttons, and what they watch for after."""

import csv
import functools
import io

from .billing import BY_KEY, PERSONS
from .company import TRADE
from .errors import ScenarioError
from .people import CUSTOMERS

REQUEST = "urssaf.payment.request"
SENT = "waiting"


class Office:
    """The staff at work. Invoices and customers go by their keys in this package."""

    def __init__(self, odoo, calendar):
        self.odoo = odoo
        self.calendar = calendar
        self.partners = {c.key: odoo.ref(c.xml_id) for c in CUSTOMERS}
        self.moves = {}

    # -- the bank ---------------------------------------------------------------

    def import_statement(self, text):
        """Import the CSV of the bank; return how many lines that makes.

        Raises ScenarioError if Odoo refuses one.
        """
        columns, *rows = csv.reader(io.StringIO(text))
        journal = self.odoo.find(
            "account.journal", [("type", "=", "bank")], "un journal de banque"
        )
        answer = self.odoo.call(
            "account.bank.statement.line",
            "load",
            fields=columns,
            data=rows,
            context={"default_journal_id": journal},
        )
        if not answer["ids"]:
            raise ScenarioError(f"relevé refusé : {answer['messages']}")
        return len(answer["ids"])

    # -- customers -------------------------------------------------------------

    def enrol(self, *customers):
        """Record the consents, press “Enrol at Urssaf”; return the button's answer.

        One customer is enrolled at once, several by the scheduled action.
        """
        ids = [self.partners[key] for key in customers]
        self.odoo.call("res.partner", "action_urssaf_record_consent", ids)
        return self.odoo.call("res.partner", "action_urssaf_enrol", ids)

    def refresh_customers(self, *customers):
        """Press “Ask Urssaf”: at once for one, by the scheduled action for several."""
        ids = [self.partners[key] for key in customers]
        self.odoo.call("res.partner", "action_urssaf_refresh", ids)

    def wait_for_customers(self, state, *customers):
        """Wait until the enrolment of each customer has this state."""
        expected = {self.partners[key]: state for key in customers}
        field, what = "urssaf_enrolment_state", f"inscription de {', '.join(customers)}"
        self.odoo.wait("res.partner", expected, field, what)

    def id_clients(self, *customers):
        """Return the idClient of each customer, as Odoo keeps it."""
        enrolments = self.odoo.read(
            "res.partner",
            [self.partners[k] for k in customers],
            ["urssaf_enrolment_id"],
        )
        ids = [record["urssaf_enrolment_id"][0] for record in enrolments]
        found = self.odoo.read("urssaf.enrolment", ids, ["external_id"])
        return [record["external_id"] for record in found]

    def adopt(self, customer, id_client):
        """Link a customer enrolled with another software, by his idClient."""
        partner = self.partners[customer]
        action = self.odoo.call("res.partner", "action_urssaf_adopt", [partner])
        values = {"criterion": "identifier", "external_id": id_client}
        wizard = self.odoo.create(action["res_model"], values, action["context"])
        self.odoo.call(action["res_model"], "action_ask", [wizard])
        self.odoo.call(action["res_model"], "action_adopt", [wizard])

    # -- invoices --------------------------------------------------------------

    def invoice(self, *keys, day):
        """Type the invoices of these keys with their interventions, and post them."""
        for key in keys:
            spec = BY_KEY[key]
            values = {
                "move_type": "out_invoice",
                "partner_id": self.partners[spec.customer],
                "invoice_date": str(day),
                "invoice_line_ids": [
                    (0, 0, self._line(spec, line)) for line in spec.lines
                ],
            }
            self.moves[key] = self.odoo.create("account.move", values)
            self._post_and_hand_over(self.moves[key])

    def _line(self, spec, line):
        template = self.odoo.ref(f"{TRADE}.{line.service}")
        product = self.odoo.find(
            "product.product", [("product_tmpl_id", "=", template)], line.service
        )
        return {
            "product_id": product,
            "quantity": line.quantity,
            "home_service_intervention_ids": self._interventions(spec, line),
        }

    def _interventions(self, spec, line):
        person = self.odoo.ref(f"{TRADE}.person_{PERSONS[line.service]}")
        return [
            (
                0,
                0,
                {
                    "date": str(
                        self.calendar.service_day(spec.when, visit.days_before)
                    ),
                    "start": visit.start,
                    "end": visit.end,
                    "person_id": person,
                },
            )
            for visit in line.visits
        ]

    def correct(self, key, corrected_key, reason, day):
        """Credit an invoice and post the corrected one that Odoo prepares."""
        move = self.moves[key]
        journal = self.odoo.read_one("account.move", move, ["journal_id"])["journal_id"]
        wizard = self.odoo.create(
            "account.move.reversal",
            {"reason": reason, "date": str(day), "journal_id": journal[0]},
            {"active_model": "account.move", "active_ids": [move]},
        )
        action = self.odoo.call("account.move.reversal", "modify_moves", [wizard])
        draft = action["res_id"]
        spec = BY_KEY[corrected_key]
        lines = self.odoo.read_one("account.move", draft, ["invoice_line_ids"])
        changes = [
            (
                1,
                line_id,
                {
                    "quantity": line.quantity,
                    "home_service_intervention_ids": [
                        (5, 0, 0),
                        *self._interventions(spec, line),
                    ],
                },
            )
            for line_id, line in zip(lines["invoice_line_ids"], spec.lines, strict=True)
        ]
        values = {"invoice_date": str(day), "invoice_line_ids": changes}
        self.odoo.write("account.move", [draft], values)
        self._post_and_hand_over(draft)
        self.moves[corrected_key] = draft

    def _post_and_hand_over(self, move):
        """Post it, and mail it to the customer: until the PDF is made, the portal shows
        him a pro forma. Without the program that makes it he gets it on paper.
        """
        self.odoo.call("account.move", "action_post", [move])
        if not self._prints:
            self.odoo.write("account.move", [move], {"is_move_sent": True})
            return
        model = "account.move.send.wizard"
        wizard = self.odoo.create(model, {"move_id": move})
        self.odoo.call(model, "action_send_and_print", [wizard])

    @functools.cached_property
    def _prints(self):
        """Whether Odoo can make a PDF here."""
        state = self.odoo.call("ir.actions.report", "get_wkhtmltopdf_state")
        return state in ("ok", "upgrade")

    # -- demandes de paiement --------------------------------------------------

    def send(self, *keys):
        """Press “Send to Urssaf” on each invoice, one after the other."""
        for key in keys:
            self.odoo.call("account.move", "action_urssaf_send", [self.moves[key]])
        self.wait_for(SENT, *keys)

    def send_selection(self, *keys):
        """Send several invoices at once: the assistant, then the scheduled action."""
        ids = [self.moves[key] for key in keys]
        action = self.odoo.call("account.move", "action_urssaf_send", ids)
        model = action["res_model"]
        wizard = self.odoo.create(model, {}, action["context"])
        blocked = self.odoo.call(
            f"{model}.line",
            "search_read",
            domain=[("wizard_id", "=", wizard), ("ready", "=", False)],
            fields=["move_id", "reason"],
        )
        for line in blocked:
            raise ScenarioError(f"{line['move_id'][1]} ne part pas : {line['reason']}")
        self.odoo.call(model, "action_send", [wizard])
        self.wait_for(SENT, *keys)

    def refresh(self, *keys):
        """Press “Ask Urssaf” on the demandes: several, so the scheduled action asks."""
        ids = self.requests(*keys)
        self.odoo.call(REQUEST, "action_urssaf_refresh", ids)

    def wait_for(self, state, *keys):
        """Wait until the invoices' demandes have this state in Odoo."""
        expected = {self.moves[key]: state for key in keys}
        what = f"demande de {', '.join(keys)}"
        self.odoo.wait("account.move", expected, "urssaf_state", what)

    def wait_for_payment(self, *keys):
        """Wait until the invoices are paid in Odoo."""
        expected = {self.moves[key]: "paid" for key in keys}
        what = f"paiement de {', '.join(keys)}"
        self.odoo.wait("account.move", expected, "payment_state", what)

    def requests(self, *keys):
        """Return the ids of the invoices' demandes."""
        moves = [self.moves[key] for key in keys]
        found = self.odoo.read("account.move", moves, ["urssaf_request_id"])
        return [record["urssaf_request_id"][0] for record in found]

    def number(self, key):
        """Return the number under which Urssaf knows the invoice."""
        request = self.requests(key)[0]
        return self.odoo.read_one(REQUEST, request, ["name"])["name"]
