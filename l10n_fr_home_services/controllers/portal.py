# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""“My tax certificates” on the portal: what was handed over, as files."""

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

HANDED_OVER = ("sent", "replace", "replaced")


class HomeServicePortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        """Extends portal: how many certificates this customer has."""
        values = super()._prepare_home_portal_values(counters)
        if "home_service_certificate_count" in counters:
            certificates = request.env["home.service.certificate"]
            values["home_service_certificate_count"] = (
                certificates.search_count([("state", "in", HANDED_OVER)])
                if certificates.has_access("read")
                else 0
            )
        return values

    @route(
        ["/my/certificates", "/my/certificates/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_certificates(self, page=1):
        certificates = request.env["home.service.certificate"]
        if not certificates.has_access("read"):
            return request.redirect("/my")
        domain = [("state", "in", HANDED_OVER)]
        pages = pager(
            url="/my/certificates",
            total=certificates.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "certificates": certificates.search(
                domain, limit=self._items_per_page, offset=pages["offset"]
            ),
            "page_name": "home_service_certificate",
            "pager": pages,
            "default_url": "/my/certificates",
        }
        return request.render("l10n_fr_home_services.portal_my_certificates", values)

    @route("/my/certificates/<int:certificate_id>", type="http", auth="public")
    def portal_my_certificate(self, certificate_id, access_token=None):
        """The file, for its customer or for whoever has the link of the e-mail."""
        try:
            certificate = self._document_check_access(
                "home.service.certificate", certificate_id, access_token
            )
        except (AccessError, MissingError):
            raise request.not_found() from None
        # As superuser, checked above; the office looks at drafts elsewhere.
        document = certificate.document_id
        if certificate.state not in HANDED_OVER or not document:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(document)
        return stream.get_response(as_attachment=False)
