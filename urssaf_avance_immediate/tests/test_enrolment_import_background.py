# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A long list of customers is imported in the background."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import mute_logger

from ..models.enrolment import import_job as job
from .cases import NOW
from .test_enrolment_import import ImportCase

ID = "af0be430-908a-11eb-a8b3-0242ac130003"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestEnrolmentImportBackground(ImportCase):
    # -- in the background -----------------------------------------------------

    def test_a_long_file_is_read_and_imported_in_the_background(self):
        partners, text = self._long_file(7)
        with (
            patch.object(job, "READ_AT_ONCE", 3),
            patch.object(job, "READ_SLICE", 2),
            patch.object(job, "IMPORTED_AT_ONCE", 2),
            patch.object(job, "IMPORT_SLICE", 2),
        ):
            wizard = self._read(text, self.user)
            self.assertEqual((wizard.state, len(wizard.line_ids)), ("reading", 3))
            self.assertAlmostEqual(wizard.progress, 300 / 7)
            self.assertTrue(wizard.file, "the rest is still to be read")
            with self.assertRaises(UserError):
                wizard.consent = True
            with self.assertRaises(UserError):
                wizard.unlink()
            self._run_cron("import")
            self.assertEqual((wizard.state, wizard.ready_count), ("report", 7))
            self.assertFalse(wizard.file, "erased once it is read")
            colleague = self._make_user(
                "import_colleague", "urssaf_avance_immediate.group_user"
            )
            for user in (self.user, colleague):
                # What the scheduled action has read is theirs as well.
                self.env.invalidate_all()
                theirs = wizard.with_user(user)
                self.assertEqual((len(theirs.line_ids), theirs.ready_count), (7, 7))
            wizard.consent = True
            wizard.action_import()
            self.assertEqual((wizard.state, wizard.ready_count), ("importing", 5))
            self.assertAlmostEqual(wizard.progress, 200 / 7)
            self._run_cron("import")
        self.assertEqual((wizard.state, wizard.linked_count), ("done", 7))
        self.assertEqual(
            partners.mapped("urssaf_enrolment_id.external_id"),
            [f"id{number}" for number in range(7)],
        )
        self.assertFalse(any(wizard.line_ids.mapped("label")), "names are erased")
        notes = partners[-1].urssaf_enrolment_id.message_ids.mapped("body")
        self.assertIn(self.user.name, " ".join(notes))

    def test_killed_in_the_middle_it_goes_on_without_doubles(self):
        partners, text = self._long_file(6)
        self.assertTrue(partners)
        with (
            patch.object(job, "IMPORTED_AT_ONCE", 2),
            patch.object(job, "IMPORT_SLICE", 2),
        ):
            wizard = self._import(text)
            calls = []
            import_slice = type(wizard)._import_slice

            def killed(record, count):
                import_slice(record, count)
                calls.append(count)
                if len(calls) == 2:
                    # The lines are written, and the commit never comes.
                    raise SerializationFailure

            with patch.object(type(wizard), "_import_slice", killed):
                self._run_cron("import")
            self.assertEqual(wizard.state, "importing")
            self._run_cron("import")
        self.assertEqual((wizard.state, wizard.linked_count), ("done", 6))
        for enrolment in partners.urssaf_enrolment_id:
            notes = enrolment.message_ids.filtered(
                lambda message: wizard.user_id.name in (message.body or "")
            )
            self.assertEqual(len(notes), 1)

    def test_one_bad_line_leaves_the_others(self):
        partners, text = self._long_file(4)
        adopt = type(partners.urssaf_enrolment_id)._adopt_unverified
        reason = "Not this one."

        def fails(enrolment, id_client):
            if id_client == "id1":
                raise ZeroDivisionError
            if id_client == "id2":
                raise UserError(reason)
            return adopt(enrolment, id_client)

        with (
            patch.object(
                type(partners.urssaf_enrolment_id), "_adopt_unverified", fails
            ),
            mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work"),
        ):
            wizard = self._import(text)
        self.assertEqual(
            wizard.line_ids.mapped("outcome"),
            ["imported", "failed", "failed", "imported"],
        )
        self.assertIn("ZeroDivisionError", wizard.line_ids[1].error)
        self.assertEqual(wizard.line_ids[2].error, "Not this one.")
        self.assertEqual(wizard.line_ids[1].label, "c1@example.com", "to be found")
        self.assertEqual(wizard.activity_ids.user_id, wizard.user_id)
        self.assertIn("2", wizard.activity_ids.note)
        left = wizard.action_view_left()
        self.assertEqual(left["res_model"], wizard.line_ids._name)

    def test_the_background_has_the_rights_of_who_started_it(self):
        partners, text = self._long_file(3)
        with patch.object(job, "IMPORTED_AT_ONCE", 1):
            wizard = self._read(text, self.user)
            wizard.consent = True
            wizard.action_import()
        self.env["ir.rule"].create(
            {
                "name": "somebody else's customer",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {partners[1].id})]",
                "perm_read": False,
            }
        )
        self._run_cron("import")
        self.assertEqual(
            wizard.line_ids.mapped("outcome"), ["imported", "failed", "imported"]
        )
        self.assertFalse(partners[1].urssaf_enrolment_id.external_id)

    def test_who_started_it_lost_his_rights(self):
        _partners, text = self._long_file(3)
        with patch.object(job, "IMPORTED_AT_ONCE", 1):
            wizard = self._read(text, self.user)
            wizard.consent = True
            wizard.action_import()
        self.user.group_ids -= self.env.ref("urssaf_avance_immediate.group_user")
        with mute_logger("odoo.addons.urssaf_avance_immediate.models.exchange.work"):
            self._run_cron("import")
        self.assertEqual(
            (wizard.sudo().state, wizard.sudo().linked_count), ("report", 1)
        )
        self.assertTrue(wizard.sudo().last_error_message)

    def test_one_companys_import_stays_its_own(self):
        wizard = self._read(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        theirs = wizard.with_user(self.other_user)
        for read in (lambda: theirs.read(["state"]), lambda: theirs.line_ids.read()):
            with self.assertRaises(AccessError):
                read()
        mine = wizard.with_user(self.user)
        for values in ({"state": "done"}, {"user_id": 1}, {"read_count": 5}):
            with self.assertRaises(AccessError):
                mine.write(values)
        for values in ({"external_id": "x"}, {"outcome": "ready"}, {"fault": False}):
            with self.assertRaises(AccessError):
                mine.line_ids.write(values)
        another = mine.copy()
        self.assertEqual((another.user_id, another.state), (self.user, "file"))

    def test_an_old_file_is_forgotten(self):
        wizard = self._read(f"idClient;mail\n{ID};jeanne.martin@example.com\n")
        self.env["urssaf.enrolment.import"]._gc_imports()
        self.assertTrue(wizard.exists())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE urssaf_enrolment_import SET write_date = '2026-03-01'"
        )
        self.env.invalidate_all()
        self.env["urssaf.enrolment.import"]._gc_imports()
        self.assertFalse(wizard.exists())
