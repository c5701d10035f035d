# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The proof pack of a demande, made when it is asked for and kept nowhere."""

from odoo import http
from odoo.http import content_disposition, request

from ..models.groups import MANAGER
from ..models.papers.proof_pack import pack_name, proof_pack


class UrssafProofPack(http.Controller):
    @http.route(
        "/urssaf/demande/<int:request_id>/preuves",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def proof_pack(self, request_id):
        """The zip, for the managers of the service who may read the demande."""
        user = request.env.user
        if not user.has_group(MANAGER):
            raise request.not_found()
        # A link is opened without the companies of the screen.
        demande = request.env["urssaf.payment.request"].with_context(
            allowed_company_ids=user.company_ids.ids
        )
        demande = demande.browse(request_id).exists()
        # It does not say either that there is one.
        if not (
            demande
            and demande.has_access("read")
            and demande.move_id.has_access("read")
        ):
            raise request.not_found()
        return request.make_response(
            proof_pack(demande),
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(pack_name(demande))),
                ("Cache-Control", "no-store, private"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
