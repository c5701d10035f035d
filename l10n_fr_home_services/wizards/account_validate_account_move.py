# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ValidateAccountMove(models.TransientModel):
    _inherit = "validate.account.move"

    def validate_move(self):
        """Extends account: of a selection, those that are complete are posted, and the
        user is told which ones are not.
        """
        now = self.move_ids._home_service_posted_now(soft=not self.force_post)
        impossible = now._home_service_impossible()
        stopped = now._home_service_stopped()
        kept = self.move_ids.browse([move.id for move in {**impossible, **stopped}])
        if not kept or kept == self.move_ids:
            return super().validate_move()
        self.move_ids -= kept
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not posted: %s", len(kept)),
                "message": "\n\n".join(
                    [
                        *impossible.values(),
                        *([kept._home_service_stop_text(stopped)] if stopped else []),
                    ]
                ),
                "next": super().validate_move(),
            },
        }
