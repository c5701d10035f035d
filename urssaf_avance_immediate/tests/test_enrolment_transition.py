# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each change of state of an enrolment brings about, from each state to each other
one: the same for one customer alone and for many at once.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from ..models.enrolment.enrolment import STATES
from ..models.exchange.alerts import CALL_ACTIVITY
from .cases import NOW, UrssafCase

TARGETS = [state for state, _label in STATES]
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
REFUSAL = {
    "last_error_kind": "rejected",
    "last_error_code": "ERR_DGFIP_R2P_INCONNU",
    "last_error_message": "Nobody",
}
# What else is special about a customer: his state, and values.
SPECIAL = {
    "calm": ("active", dict.fromkeys(REFUSAL, False)),
    "corrected": ("sending", {"resend_refused": True}),
    "standing": ("pending", {"resend_refused": True}),
    "linked": ("unknown", {"link_expires_at": False}),
    "not told": ("active", {"companion_started_at": False}),
    "lost": ("unknown", {"lost_count": 5}),
    "imported": ("pending", {"to_verify": True}),
}
# One row per customer, one letter per new state in each column, in the order of STATES:
# draft queued sending unknown pending expired active blocked mandate error ended.
#
# since    n: the state begins now           .: it began before
# error    -: forgotten                      .: as it was
# told     -: the activity is closed         .: it stays
# message  a: announced in a minute  n: now  l: later  -: none any more  .: as planned
# attempt  o: another is opened; else its outcome: l(ost) e(nrolled) r(efused) out(a)ge,
#          in capitals if what was sent is erased
# wakes    m: messages to customers  i: invoices  b: both
# _        see test_an_imported_identifier_that_nobody_knows_ends_nothing
TABLE = """
          since       error       told        message     attempt     wakes
draft     .nnnnnnnnnn ....---.... .-..-.-.... .---------- laoleeEeere ......i....
queued    n..nnnnnnnn ....---.... .-..-.-.... -.--------- laoleeEeere ......i....
sending   n..nnnnnnnn ....---.... .-..-.-.... --.-a------ laoleeEeere ....m.i....
unknown   nnn.nnnnnnn ....---.... .-..-.-.... ---.a------ laoleeEeere ....m.i....
pending   nnnn.nnnnnn ....---.... .-..-.-.... ----.-n---- laoleeEeere ......b....
expired   nnnnn.nnnnn ....---.... .-..-.-.... -----.n---- laoleeEeere ......b....
active    nnnnnn.nnnn ....---.... .-..-.-.... ------.---- laoleeEeere ...........
blocked   nnnnnnn.nnn ....---.... .-..-.-.... -------.--- laoleeEeere ......i....
mandate   nnnnnnnn.nn ....---.... .-..-.-.... --------.-- laoleeEeere ......i....
error     nnnnnnnnn.n ....---.... .-..-.-.... ---------.- laoleeEeere ......i....
ended     nnnnnnnnnn. ....---.... .-..-.-.... ----------. laoleeEeere ......i....
calm      nnnnnn.nnnn ........... .-..-...... ------.---- laoleeEeere ...........
corrected n..nnnnnnnn ......-.... .-....-.... --.-l------ laolrrErrrr ......i....
standing  nnnn.nnnnnn ......-.... .-....-.... ----.-n---- laolrrErrrr ......b....
linked    nnn.nnnnnnn ....---.... .-..-.-.... ---.l------ laoleeEeere ......i....
not told  nnnnnn.nnnn ....---.... .-..-.-.... ------.---- laoleeEeere ...........
lost      nnn.nnnnnnn ....---.... ....-.-.... ---.a------ laoleeEeere ....m.i....
imported  nnnn.nnnnn_ ....---..._ .-..-.-..._ ----.-n---_ laoleeEeer_ ......b..._
"""


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentTransition(UrssafCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.urssaf_companion_confirm = True
        cls.customers = {
            name: cls._make_enrolment(state, **values)
            for name, (state, values) in {
                **{state: (state, {}) for state in TARGETS},
                **SPECIAL,
            }.items()
        }
        cls.everybody = (
            cls.env["urssaf.enrolment"].sudo().union(*cls.customers.values())
        )

    @classmethod
    def _make_enrolment(cls, state, **values):
        """Somebody of whom everything is open: an error, an activity, a call to make, a
        message planned, an attempt without an answer.
        """
        enrolment = (
            cls.env["urssaf.enrolment"]
            .sudo()
            .create(
                {
                    "partner_id": cls._make_partner(consent=False).id,
                    "company_id": cls.company.id,
                    "holder_id": cls.company.id,
                    "environment": cls.company.urssaf_environment,
                    "state": state,
                    "state_since": YESTERDAY,
                    "claimed_at": YESTERDAY,
                    "link_expires_at": TOMORROW,
                    "companion_started_at": YESTERDAY,
                    "companion_done_at": YESTERDAY,
                    "companion_told_at": YESTERDAY,
                    "companion_next_at": TOMORROW,
                    **REFUSAL,
                    **values,
                }
            )
        )
        enrolment.external_id = f"client-{enrolment.id}"
        enrolment._tell("Something is the matter.")
        enrolment._companion_call("Call.")
        cls.env["urssaf.enrolment.attempt"].sudo().create(
            {
                "enrolment_id": enrolment.id,
                "date": YESTERDAY,
                "values": {"nomNaissance": "Durand"},
            }
        )
        return enrolment

    def test_alone(self):
        found = {name: [] for name in self.customers}
        for state in TARGETS:
            for name, enrolment in self.customers.items():
                with self._undone():
                    effects = self._effects(enrolment, state)
                    found[name].append(effects[enrolment])
        self.assertEqual(self._as_table(found), TABLE)

    def test_many_at_once(self):
        """Each is moved as if he were alone."""
        found = {name: [] for name in self.customers}
        for state in TARGETS:
            with self._undone():
                effects = self._effects(self.everybody, state)
                for name, enrolment in self.customers.items():
                    found[name].append(effects[enrolment])
        # That the scheduled actions are woken is asked of one at a time.
        self.assertEqual(
            [line[:-12] for line in self._as_table(found).splitlines()],
            [line[:-12] for line in TABLE.splitlines()],
        )

    def test_an_imported_identifier_that_nobody_knows_ends_nothing(self):
        imported = self.customers["imported"]
        self.everybody._set_state("ended")
        self.assertEqual(imported.state, "error")
        self.assertFalse(imported.external_id)
        self.assertFalse(imported.to_verify)
        self.assertIn("does not know the identifier", imported.last_error_message)
        self.assertEqual(imported.attempt_ids.outcome, "refused")
        others = self.everybody - imported
        self.assertEqual(set(others.mapped("state")), {"ended"})

    def test_what_the_caller_says_wins(self):
        pending = self.customers["pending"]
        pending._set_state("active", last_error_message="But", state_since=YESTERDAY)
        self.assertEqual(pending.last_error_message, "But")
        self.assertFalse(pending.last_error_kind)
        self.assertEqual(pending.state_since, YESTERDAY)

    # -- reading ---------------------------------------------------------------

    def _undone(self):
        return _Undone(self.env)

    def _effects(self, enrolments, state):
        """``{enrolment: letters}``: what moving all of them has brought about."""
        notes = {e: self._activity(e).note for e in enrolments}
        was = {e: e.attempt_ids for e in enrolments}
        left = {e: e.state == "pending" and state != "pending" for e in enrolments}
        released, woken = [], []
        model = type(enrolments)
        trigger = type(self.env["ir.cron"])._trigger
        companion = self.env.ref("urssaf_avance_immediate.cron_companion")

        def release(records):
            released.extend(records.ids)

        def wake(cron, *args, **kwargs):
            woken.extend(cron.ids)
            return trigger(cron, *args, **kwargs)

        with (
            patch.object(model, "_release_invoices", release),
            patch.object(type(self.env["ir.cron"]), "_trigger", wake),
        ):
            enrolments._set_state(state)
        self.env.flush_all()
        self.env.invalidate_all()
        messages = companion.id in woken
        effects = {}
        for enrolment in enrolments:
            # The call to make is over as soon as he does not wait any more.
            called = self._activity(enrolment, CALL_ACTIVITY)
            self.assertEqual(bool(called), not left[enrolment], (enrolment, state))
            if enrolment.state != state:
                effects[enrolment] = [enrolment.state]
                continue
            invoices = enrolment.id in released
            effects[enrolment] = [
                "n" if enrolment.state_since == NOW else ".",
                self._error(enrolment),
                self._told(enrolment, notes[enrolment]),
                self._planned(enrolment),
                self._attempt(enrolment, was[enrolment]),
                "b" if messages and invoices else "m" if messages else ".i"[invoices],
            ]
        return effects

    def _error(self, enrolment):
        if enrolment.last_error_kind or enrolment.last_error_message:
            return "."
        return "." if enrolment == self.customers["calm"] else "-"

    def _told(self, enrolment, note):
        activity = self._activity(enrolment)
        return "-" if not activity else "." if activity.note == note else "!"

    def _planned(self, enrolment):
        return {
            False: "-",
            TOMORROW: ".",
            NOW: "n",
            NOW + timedelta(minutes=1): "a",
        }.get(enrolment.companion_next_at, "l")

    def _attempt(self, enrolment, was):
        if enrolment.attempt_ids - was:
            return "o"
        letter = {"outage": "a"}.get(was.outcome, was.outcome[0])
        return letter.upper() if was.purged_at else letter

    def _activity(
        self, enrolment, kind="urssaf_avance_immediate.activity_type_to_handle"
    ):
        return self.env["urssaf.alert"]._activities(enrolment, kind)

    def _as_table(self, found):
        head = "".ljust(10) + " ".join(
            name.ljust(11)
            for name in (
                "since",
                "error",
                "told",
                "message",
                "attempt",
                "wakes",
            )
        )
        lines = [head.rstrip()]
        for name, effects in found.items():
            if name == "imported":
                # His end is a refusal: it has a test of its own.
                self.assertEqual(effects.pop(), ["error"])
                effects.append("_" * 6)
            columns = zip(*effects, strict=True)
            lines.append(name.ljust(10) + " ".join(map("".join, columns)))
        return "\n" + "\n".join(lines) + "\n"


class _Undone:
    """What happens in it has not happened."""

    def __init__(self, env):
        self.env = env

    def __enter__(self):
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint()

    def __exit__(self, kind, error, trace):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
