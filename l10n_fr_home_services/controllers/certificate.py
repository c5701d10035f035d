# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The paper of a certificate, for those who make it."""

from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request, route


class HomeServiceCertificate(Controller):
    @route("/home_service/certificate/<int:certificate_id>", type="http", auth="user")
    def paper(self, certificate_id):
        """The paper as it was made; of a draft, as it would be made now."""
        certificate = request.env["home.service.certificate"].browse(certificate_id)
        try:
            certificate = certificate.exists()
            certificate.check_access("read")
        except AccessError:
            raise request.not_found() from None
        if not certificate or request.env.user.share:
            raise request.not_found()
        if certificate.document_id:
            return _shown(certificate.document_id)
        try:
            [content] = certificate._pdfs(draft=True)
        except UserError as error:
            # wkhtmltopdf is not there, or failed: the person reads why.
            return request.make_response(
                str(error), [("Content-Type", "text/plain; charset=utf-8")]
            )
        return request.make_response(content, [("Content-Type", "application/pdf")])

    @route("/home_service/certificates/<int:run_id>/post", type="http", auth="user")
    def post(self, run_id):
        """The certificates of the customers without e-mail, in one file."""
        run = request.env["home.service.certificate.run"].browse(run_id).exists()
        try:
            run.check_access("read")
        except AccessError:
            raise request.not_found() from None
        if not run.post_document_id:
            raise request.not_found()
        return _shown(run.post_document_id)


def _shown(document):
    # sudo(): whoever reads the record reads its paper; checked by the caller.
    stream = request.env["ir.binary"]._get_stream_from(document.sudo())
    return stream.get_response(as_attachment=False)
