# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pages behind the link of a customer: open to the world, hence saying little.

A visitor has no right to anything: what these pages show of Odoo (countries, communes,
languages) and count is read as superuser.
"""

import json

from odoo import fields, http
from odoo.http import request
from odoo.tools import format_datetime
from odoo.tools.image import image_data_uri

from ..lib.rules import PARIS, place_key
from ..models.customer.filling import CONSENTS, KEPT, MAX_LENGTH, one_line
from ..models.customer.line import PARTNER_FIELDS
from ..models.geography.country import FRANCE
from . import page_policy

ROUTE = "/urssaf/fiche/<string:token>"
# Within an hour. A family behind one address stays far below.
WRONG_LINKS_PER_IP = 30
PAGES_PER_IP = 600
PAGES_PER_LINK = 60
SEARCHES_PER_LINK = 400

HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
# What a browser sends of the whole form stays far below.
LARGEST_FORM = 64 * 1024
FOUND_AT_MOST = 8
LOOKED_AT = 60
SHORTEST_SEARCH = 2


def _largest_body(_controller):
    """Bytes that these pages take: none of a body with parts, which may hold files."""
    is_form = request.httprequest.mimetype != "multipart/form-data"
    return LARGEST_FORM if is_form else 0


class CustomerForm(http.Controller):
    @http.route(
        ROUTE,
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET", "POST"],
        max_content_length=_largest_body,
    )
    def form(self, token, **posted):
        """The form, and what comes back from it."""
        form = self._open(token, "page", PAGES_PER_LINK)
        if isinstance(form, http.Response):
            return self._discreet(form)
        return self._discreet(self._answer(token, form, posted))

    def _answer(self, token, form, posted):
        if request.httprequest.method != "POST":
            return self._page(token, form, {"email": form.email}, {})
        locked = form.try_lock_for_update(allow_referencing=True)
        locked.invalidate_recordset()
        if locked.state != "sent":
            return self._refuse()
        errors = locked._submit(posted)
        if errors:
            return self._page(token, form, posted, errors)
        return request.redirect("/urssaf/fiche/merci", code=303)

    @http.route(
        "/urssaf/fiche/merci",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
    )
    def thanks(self, **_ignored):
        """The same page for everybody."""
        self._speak(None)
        return self._discreet(
            request.render("urssaf_avance_immediate.customer_form_thanks", {})
        )

    @http.route(
        f"{ROUTE}/communes",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
        max_content_length=_largest_body,
    )
    def communes(self, token, q="", born="", **_ignored):
        """Communes of birth, for who fills in a form: ``[{id, label}]``.

        Posted: an address with the day and the place of birth would stand in the log
        of every server on its way.
        """
        form = self._open(token, "search", SEARCHES_PER_LINK)
        if isinstance(form, http.Response):
            return self._discreet(
                request.make_json_response([], status=form.status_code)
            )
        found = []
        words = one_line(q)[:60]
        if len(words) >= SHORTEST_SEARCH:
            Commune = request.env["urssaf.commune"].sudo()
            found = Commune.with_context(urssaf_on=_day(one_line(born))).name_search(
                words, limit=LOOKED_AT
            )
            # While one types, the names that start so come first.
            found.sort(key=lambda item: not _starts(item[1], words))
            found = found[:FOUND_AT_MOST]
        return self._discreet(
            request.make_json_response([{"id": i, "label": n} for i, n in found])
        )

    # -- who comes in ------------------------------------------------------------

    def _open(self, token, kind, limit):
        """The form behind the link, or the answer for all the others, which does not
        tell a wrong link from one that was used, revoked or is too old.
        """
        throttle = request.env["urssaf.throttle"].sudo()
        ip = request.httprequest.remote_addr or ""
        if (
            throttle._count("wrong", ip) >= WRONG_LINKS_PER_IP
            or throttle._hit("ip", ip) > PAGES_PER_IP
        ):
            return self._slow_down()
        form = request.env["urssaf.customer.form"]._find_open(token)
        if not form:
            throttle._hit("wrong", ip)
            return self._refuse()
        if throttle._hit(kind, str(form.id)) > limit:
            return self._slow_down()
        self._speak(form)
        return form.with_context(lang=request.env.lang)

    def _refuse(self):
        self._speak(None)
        return request.render(
            "urssaf_avance_immediate.customer_form_closed", {}, status=404
        )

    def _slow_down(self):
        self._speak(None)
        response = request.render(
            "urssaf_avance_immediate.customer_form_slow_down", {}, status=429
        )
        wait = request.env["urssaf.throttle"]._seconds_left()
        response.headers["Retry-After"] = str(wait)
        return response

    def _speak(self, form):
        """In the language of the customer; of France for somebody unknown."""
        langs = dict(request.env["res.lang"].sudo().get_installed())
        wanted = (form and form.partner_id.lang, "fr_FR")
        lang = next((code for code in wanted if code in langs), None)
        if lang:
            request.update_context(lang=lang)
            request.lang = request.env["res.lang"]._get_data(code=lang)

    def _discreet(self, response):
        response.headers.update(HEADERS)
        sources = page_policy.scripts_of(request.env)
        response.headers["Content-Security-Policy"] = page_policy.policy(sources)
        return response

    # -- the page ----------------------------------------------------------------

    def _page(self, token, form, posted, errors):
        company = form.company_id
        countries = request.env["res.country"].sudo()
        shown = {
            key: one_line(posted.get(key))[:MAX_LENGTH]
            for key in (
                *PARTNER_FIELDS,
                *CONSENTS,
                "birth_commune_id",
                "birth_department",
            )
            if key not in KEPT
        }
        return request.render(
            "urssaf_avance_immediate.customer_form_page",
            {
                "company": company,
                "res_company": company,
                "logo": _logo(company),
                "sentences": json.dumps(form._page_sentences()),
                "action": f"/urssaf/fiche/{token}",
                "shown": shown,
                "errors": errors,
                "kept": form._kept(),
                "labels": dict(form.line_ids._selection_name()),
                "countries": countries.search(
                    [("urssaf_code", "not in", (False, FRANCE))], order="name"
                ),
                "france": request.env.ref("base.fr").sudo(),
                "expires": format_datetime(
                    request.env,
                    form.expires_at,
                    tz=PARIS.key,
                    dt_format="d MMMM y, HH:mm",
                ),
            },
            status=422 if errors else 200,
        )


def _logo(company):
    """In the page itself: these pages open no other address of Odoo."""
    own = company.logo_web and not company.uses_default_logo
    return own and image_data_uri(company.logo_web)


def _starts(name, words):
    """Whether the name begins with the words, a number of département aside."""
    key = place_key(words.rstrip("0123456789AB "))
    return place_key(name).startswith(key)


def _day(text):
    try:
        return fields.Date.to_date(text) or None
    except ValueError:
        return None
