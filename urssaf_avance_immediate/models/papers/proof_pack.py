# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What proves one demande de paiement, in one file: the answer to Urssaf, which gives
thirty days for it (articles L133-8-4, III, 2° and L133-8-7 of the Code de la sécurité
sociale).

Functions of one demande. Nothing is made for the occasion: what does not exist is said
in the list at the head. What was sent is masked, without the birth date; nothing holds
an account number.
"""

import csv
import io
import json
import re
import zipfile

from odoo.tools import format_datetime, html2plaintext

from ...lib.api import redact
from ...lib.rules import PARIS

#: A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pack_name(request):
    """A name of a file that any system takes."""
    number = re.sub(r"[^0-9A-Za-z]+", "-", request.name or "").strip("-")
    return f"preuves-{number or request.id}.zip"


def proof_pack(request):
    """The file, as bytes. Whoever calls this has checked that the user may read the
    demande and what it holds.
    """
    request.ensure_one()
    _ = request.env._
    files = {
        "demande.json": _sent(request),
        _("history.csv"): _history(request),
        _("payments.csv"): _payments(request),
        _("interventions.csv"): _interventions(request),
        _("invoice.pdf"): _invoice(request),
        _("annual-certificate.pdf"): _certificate(request),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_("contents.txt"), _contents(request, files))
        for name, content in files.items():
            if content:
                archive.writestr(name, content)
    return stream.getvalue()


def _contents(request, files):
    """What is inside, and what is not, in plain words."""
    _ = request.env._
    company, holder = request.company_id, request.holder_id.sudo()
    states = dict(request._fields["state"]._description_selection(request.env))
    lines = [
        _("Demande de paiement %s", request.name),
        _("Invoice: %s", request.move_id.name),
        _("Company: %(name)s, %(sap)s", name=company.name, sap=_sap(holder)),
        _("Customer: %s", request.partner_id.display_name),
        _("Amount: %s", request.currency_id.format(request.amount_total)),
        _("State: %s", states[request.state]),
        _("Status at Urssaf: %s", request.remote_label or "–"),
        "",
        _("Inside:"),
        *(f"- {name}" for name, content in files.items() if content),
    ]
    missing = [name for name, content in files.items() if not content]
    if missing:
        lines += [
            "",
            _("Not inside, since it does not exist (yet):"),
            *(f"- {name}" for name in missing),
        ]
    lines += ["", _("The birth date and the account of the customer are in no file.")]
    return "\n".join(lines) + "\n"


def _sap(holder):
    return holder.home_service_sap_number or "–"


def _sent(request):
    """What was sent, as it was frozen, without what the law does not need here."""
    payload = request._frozen_payload()
    return payload and json.dumps(redact(payload), indent=2, ensure_ascii=False)


def _history(request):
    """The states with their moments, as the demande was written down; letters of people
    are none of it.
    """
    _ = request.env._
    messages = request.sudo().message_ids.filtered(  # sudo: of a demande that he reads
        lambda message: message.message_type == "notification" and message.body
    )
    rows = [
        (
            format_datetime(request.env, message.date, tz=PARIS.key),
            redact(html2plaintext(message.body, include_references=False)).strip(),
        )
        for message in messages.sorted("id")
    ]
    return _csv([_("Time (Paris)"), _("What happened")], rows)


def _payments(request):
    _ = request.env._
    move = request.move_id
    payments = request.payment_ids | move._get_reconciled_payments()
    states = dict(payments._fields["state"]._description_selection(request.env))
    rows = [
        (
            payment.date,
            payment.name or "",
            states.get(payment.state, ""),
            payment.payment_type,
            f"{payment.amount:.2f}",
            payment.currency_id.name,
        )
        for payment in payments.sorted(lambda payment: (payment.date, payment.id))
    ]
    names = [_("Date"), _("Number"), _("State"), _("Direction")]
    return _csv([*names, _("Amount"), _("Currency")], rows)


def _interventions(request):
    _ = request.env._
    lines = request.move_id._home_service_lines()
    rows = [
        (
            row["date"],
            row["start"] or "",
            row["end"] or "",
            row["duration"],
            row["person_name"] or "",
            row["person_number"] or "",
            row["place"] or "",
        )
        for row in lines._home_service_intervention_rows()
    ]
    names = [_("Date"), _("From (hour)"), _("To (hour)"), _("Hours"), _("Person")]
    return _csv([*names, _("Number in the register"), _("Place")], rows)


def _invoice(request):
    """The PDF that was made of the invoice when it was handed over."""
    return request.move_id.invoice_pdf_report_id.raw


def _certificate(request):
    """The PDF of the annual certificate that was handed over for the year."""
    move = request.move_id
    day = request.transfer_date or request.service_end or move.invoice_date
    found = request.env["home.service.certificate"].search(
        [
            ("partner_id", "=", move.commercial_partner_id.id),
            ("company_id", "=", move.company_id._home_service_declarant().id),
            ("year", "=", day.year),
            ("state", "in", ("sent", "replace")),
            ("document_id", "!=", False),
        ],
        order="version desc",
        limit=1,
    )
    # sudo: the certificate is read above; its paper is what it prints.
    return found.sudo().document_id.raw


def _csv(head, rows):
    """A sheet for a French spreadsheet, nothing without a row."""
    if not rows:
        return None
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return stream.getvalue().encode("utf-8-sig")


def _cell(value):
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
