# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The annual certificate as HTML and PDF: functions of the figures, no model.

One run of wkhtmltopdf takes many bodies, and the file is cut at their headings: a run
costs more than a page. The unpatched build of some distributions takes one body and
prints no foot; nothing is lost but the numbers of the pages, the issuer stands in the
body.
"""

import io

from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang, groupby, split_every
from odoo.tools.image import image_data_uri
from odoo.tools.pdf import PdfReader, PdfWriter

#: Bodies per run of wkhtmltopdf: more of them cost memory and gain nothing.
BATCH = 50
PAPER = "l10n_fr_home_services.home_service_certificate_paper"
FOOT = "l10n_fr_home_services.home_service_certificate_footer"
#: The sentences of the figures, in the order in which they are printed.
SENTENCES = ("base", "advance", "net", "boxes", "self_financed", "aid", "cash", "keep")


# -- HTML ----------------------------------------------------------------------


def body(env, figures, draft=False):
    """The paper of one customer as HTML, in the language of ``env``.

    :param dict figures: what ``home.service.certificate._figures`` gives
    :param draft: say across the page that it is one
    """
    company = figures["issuer"]["company"]
    # The logo of the web page is too small to be printed, the original may be huge.
    logo = company.partner_id.image_512
    values = {
        "f": figures,
        "said": {**_said(env, figures), "beyond": _beyond(env, figures)},
        "title": _title(env, figures),
        "lang": (env.lang or "en_US")[:2],
        "draft": draft,
        "logo": False if company.uses_default_logo else _image(logo),
        "logotype": _image(company.home_service_logotype),
        "money": lambda amount: formatLang(
            env, amount, currency_obj=figures["currency"]
        ),
        "hours": lambda amount: _hours(env, amount),
        "sentences": list(
            filter(None, (figures["wordings"].get(key) for key in SENTENCES))
        ),
        "means": _means(env, figures),
        "months": _months(env, figures["months"]),
    }
    return f"<!DOCTYPE html>\n{env['ir.qweb']._render(PAPER, values)}"


def foot(env, company):
    """The foot of all pages: the issuer, then what wkhtmltopdf knows of each page."""
    declarant = company._home_service_declarant()
    said = [declarant.name, declarant.home_service_sap_number]
    values = {"issuer": " · ".join(filter(None, said))}
    return f"<!DOCTYPE html>\n{env['ir.qweb']._render(FOOT, values)}"


def _title(env, figures):
    return " · ".join(
        (
            env._("Annual tax certificate %s", figures["year"]),
            figures["customer"]["name"],
            figures["reference"],
        )
    )


def _said(env, figures):
    """The sentences with a name, a day or a number in them."""
    issuer, year = figures["issuer"], figures["year"]
    day = format_date(env, figures["date"])
    said = {
        "issuer": _issuer(env, issuer),
        "title": env._("Annual tax certificate %s", year),
        "subtitle": env._("Services à la personne paid in %s", year),
        "issued": env._(
            "No. %(number)s, issued on %(day)s",
            number=figures["reference"],
            day=day,
        ),
        "certifies": env._(
            "%(issuer)s certifies that %(customer)s paid the amounts below in "
            "%(year)s for services à la personne.",
            issuer=issuer["name"],
            customer=figures["customer"]["name"],
            year=year,
        ),
        "received": env._("Effectively paid in %s", year),
        "done": env._("For %(issuer)s, on %(day)s.", issuer=issuer["name"], day=day),
        "means": env._("Payments that count in %s", year),
        "annex": env._("Annex: the interventions of %s", year),
        "count": _count_text(env, figures["count"]),
    }
    if account := figures["customer"].get("account"):
        said["certifies"] += " " + env._("Account debited: %s.", account)
    if figures["replaces"]:
        said["replaces"] = env._(
            "Version %(version)s: it replaces the certificate %(number)s of %(day)s.",
            version=figures["version"],
            number=figures["replaces_reference"],
            day=format_date(env, figures["replaces"]),
        )
    return said


def _beyond(env, figures):
    """A tax credit that is more than the expenses, around the turn of a year."""
    if not (beyond := figures["advance"]["beyond"]):
        return ""
    return env._(
        "Of this avance immédiate, %(amount)s are for services whose payment counts in "
        "the year before or after %(year)s: it stands on the certificate of that year.",
        amount=formatLang(env, beyond, currency_obj=figures["currency"]),
        year=figures["year"],
    )


def _issuer(env, issuer):
    """What article D7233-4 of the Code du travail wants said of who provides."""
    declared = env._("Declaration %(number)s of %(day)s")
    declared_undated = env._("Declaration %(number)s")
    agreed = env._("Agrément %(number)s of %(day)s")
    agreed_undated = env._("Agrément %(number)s")
    lines = [issuer["siren"] and f"SIREN {issuer['siren']}"]
    for number, day, dated, undated in (
        (issuer["sap_number"], issuer["declaration_date"], declared, declared_undated),
        (issuer["approval_number"], issuer["approval_date"], agreed, agreed_undated),
    ):
        if number:
            words = dated if day else undated
            lines.append(words % {"number": number, "day": format_date(env, day)})
    lines.append(" · ".join(filter(None, (issuer["phone"], issuer["email"]))))
    return list(filter(None, lines))


def _means(env, figures):
    """What counts, by means of payment; what came on one day stands together."""
    means = {}
    payments = figures["payments"]
    for payment in sorted(payments, key=lambda one: (one["label"], one["paid_on"])):
        days = means.setdefault(payment["label"], {})
        # The day on which it came, which the customer finds on his own statements.
        day = payment["paid_on"]
        days[day] = days.get(day, 0.0) + payment["amount"]
    return [
        {
            "label": label,
            "payments": [
                env._(
                    "%(day)s: %(amount)s",
                    day=format_date(
                        env,
                        day,
                        date_format="d MMM"
                        if day.year == figures["year"]
                        else "d MMM yyyy",
                    ),
                    amount=formatLang(env, amount, currency_obj=figures["currency"]),
                )
                for day, amount in days.items()
            ],
            "amount": sum(days.values()),
        }
        for label, days in means.items()
    ]


def _months(env, months):
    """The interventions by month and person. Each keeps its day and its duration, as
    article D7233-4 wants them: what is grouped is the print alone.
    """

    def person(row):
        keys = ("person_name", "person_number", "nature")
        return tuple(row[key] or "" for key in keys)

    return [
        {
            "name": format_date(env, month["month"], date_format="MMMM y").capitalize(),
            "persons": [
                {
                    "name": f"{name} ({number})" if number else name,
                    "nature": nature,
                    "days": _days(env, rows),
                    "hours": sum(row["duration"] for row in rows),
                }
                for (name, number, nature), rows in groupby(
                    sorted(month["rows"], key=person), person
                )
            ],
        }
        for month in months
    ]


def _days(env, rows):
    """“5, 12, 19: 2 h 00” and so on: days that lasted as long stand together."""
    by_duration = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        days = by_duration.setdefault(round(row["duration"] * 60), [])
        days.append(_day(env, row))
    return [
        (
            env._("%(days)s: %(hours)s each")
            if len(days) > 1
            else env._("%(days)s: %(hours)s")
        )
        % {"days": ", ".join(days), "hours": _hours(env, minutes / 60)}
        if minutes
        else ", ".join(days)
        for minutes, days in by_duration.items()
    ]


def _day(env, row):
    """The day of the month; of what is known as a whole only, its first and last."""
    if not (until := row.get("until")) or until == row["date"]:
        return str(row["date"].day)
    return env._(
        "%(start)s to %(end)s",
        start=format_date(env, row["date"], date_format="d MMM"),
        end=format_date(env, until, date_format="d MMM"),
    )


def _hours(env, amount):
    """Hours as people write them: 2 h 30."""
    hours, minutes = divmod(abs(round(amount * 60)), 60)
    text = env._("%(hours)s h %(minutes)02d", hours=hours, minutes=minutes)
    return f"− {text}" if amount < 0 else text


def _image(encoded):
    """An image as wkhtmltopdf reads it without fetching anything."""
    return encoded and image_data_uri(encoded)


# -- PDF -----------------------------------------------------------------------


def pdfs(env, bodies, footer):
    """One PDF per body, as bytes.

    :raises UserError: wkhtmltopdf is missing, or failed
    """
    report = env["ir.actions.report"].with_context(home_service_light=True)
    if report.get_wkhtmltopdf_state() in ("install", "broken"):
        raise UserError(
            env._(
                "The paper cannot be made: the program wkhtmltopdf is missing on the "
                "server of your Odoo, or does not start there. Ask the person who "
                "looks after it to install version 0.12.6 “with patched qt”, then "
                "click again."
            )
        )
    paper = env.ref("l10n_fr_home_services.paperformat_certificate")
    report = report.new({"paperformat_id": paper.id})
    size = BATCH if report._home_service_patched() else 1
    found = []
    for batch in split_every(size, bodies, list):
        content = report._run_wkhtmltopdf(batch, footer=footer)
        found += _cut(content, len(batch))
    return found


def _count_text(env, count):
    """How many interventions, where it is known."""
    if not count:
        return ""
    return env._("1 intervention") if count == 1 else env._("%s interventions", count)


def _cut(content, count):
    """Cut the file of a run at the heading that each document has one of."""
    if count == 1:
        return [content]
    reader = PdfReader(io.BytesIO(content))
    starts = _headings(reader)
    if len(starts) != count or starts[0] != 0:
        raise ValueError(f"{count} documents, {len(starts)} headings")
    ends = [*starts[1:], len(reader.pages)]
    return [
        _written(reader.pages[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _headings(reader):
    """The pages on which the headings of the first level stand, from 0."""
    root = reader.trailer["/Root"]
    node, found = root["/Outlines"].get("/First"), []
    while node:
        node = node.get_object()
        found.append(root["/Dests"][node["/Dest"]][0])
        node = node.get("/Next")
    return found


def merged(contents, both_sides=False):
    """One file for the printer.

    :param both_sides: each document begins on a sheet of its own
    """
    pages = []
    writer = PdfWriter()
    for content in contents:
        pages = PdfReader(io.BytesIO(content)).pages
        for page in pages:
            writer.add_page(page)
        if both_sides and len(pages) % 2:
            writer.add_blank_page()
    return _bytes(writer)


def _written(pages):
    writer = PdfWriter()
    for page in pages:
        writer.add_page(page)
    return _bytes(writer)


def _bytes(writer):
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
