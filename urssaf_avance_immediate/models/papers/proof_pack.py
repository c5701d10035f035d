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
    files = {
        "demande.json": _sent(request),
        request.env._("history.csv"): _history(request),
        request.env._("payments.csv"): _payments(request),
        request.env._("interventions.csv"): _interventions(request),
        request.env._("invoice.pdf"): _invoice(request),
        request.env._("annual-certificate.pdf"): _certificate(request),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(request.env._("contents.txt"), _contents(request, files))
        for name, content in files.items():
            if content:
                archive.writestr(name, content)
    return stream.getvalue()


def _contents(request, files):
    """What is inside, and what is not, in plain words."""
    # sudo(): a branch's user may not open the company that has the habilitation.
    company, holder = request.company_id, request.holder_id.sudo()
    states = dict(request._fields["state"]._description_selection(request.env))
    lines = [
        request.env._("Demande de paiement %s", request.name),
        request.env._("Invoice: %s", request.move_id.name),
        request.env._(
            "Company: %(name)s, %(sap)s", name=company.name, sap=_sap(holder)
        ),
        request.env._("Customer: %s", request.partner_id.display_name),
        request.env._("Amount: %s", request.currency_id.format(request.amount_total)),
        request.env._("State: %s", states[request.state]),
        request.env._("Status at Urssaf: %s", request.remote_label or "–"),
        "",
        request.env._("Inside:"),
        *(f"- {name}" for name, content in files.items() if content),
    ]
    missing = [name for name, content in files.items() if not content]
    if missing:
        lines += [
            "",
            request.env._("Not inside, since it does not exist (yet):"),
            *(f"- {name}" for name in missing),
        ]
    lines += [
        "",
        request.env._("The birth date and the account of the customer are in no file."),
    ]
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
    # sudo(): of a demande that he reads
    messages = request.sudo().message_ids.filtered(
        lambda message: message.message_type == "notification" and message.body
    )
    rows = [
        (
            format_datetime(request.env, message.date, tz=PARIS.key),
            redact(html2plaintext(message.body, include_references=False)).strip(),
        )
        for message in messages.sorted("id")
    ]
    return _csv([request.env._("Time (Paris)"), request.env._("What happened")], rows)


def _payments(request):
    move = request.move_id
    payments = request.payment_ids | move._get_reconciled_payments()
    states = dict(payments._fields["state"]._description_selection(request.env))
    rows = [
        (
            payment.date,
            payment.name or "",
            states.get(payment.state, ""),
            payment.payment_type,
            payment.amount,
            payment.currency_id.name,
        )
        for payment in payments
    ]
    rows += _paid_without_payment(request)
    rows.sort(key=lambda row: row[0])
    names = [
        request.env._("Date"),
        request.env._("Number"),
        request.env._("State"),
        request.env._("Direction"),
    ]
    return _csv([*names, request.env._("Amount"), request.env._("Currency")], rows)


def _paid_without_payment(request):
    """What Urssaf set off against contributions, and what was matched with the invoice
    itself: a line of the bank, an entry, a credit note.
    """
    # sudo(): what paid an invoice that he reads; its other lines are not shown.
    move, entry = request.sudo().move_id, request.sudo().set_off_move_id
    states = dict(move._fields["state"]._description_selection(request.env))
    currency = request.currency_id.name
    rows = []
    if entry:
        rows.append(
            (
                entry.date,
                entry.name or "",
                states[entry.state],
                request.env._("set off by Urssaf"),
                request.set_off_amount,
                currency,
            )
        )
    for partial in move._get_all_reconciled_invoice_partials() or ():
        line = partial["aml"]
        if not line.move_id.origin_payment_id:
            rows.append(
                (
                    line.date,
                    line.move_id.name or "",
                    states[line.parent_state],
                    "inbound" if line.balance < 0 else "outbound",
                    partial["amount"],
                    partial["currency"].name,
                )
            )
    return rows


def _interventions(request):
    lines = request.move_id._home_service_lines()
    rows = [
        (
            row["date"],
            _clock(row["start"]),
            _clock(row["end"]),
            row["duration"],
            row["person_name"] or "",
            row["person_number"] or "",
            row["place"] or "",
        )
        for row in lines._home_service_intervention_rows()
    ]
    names = [
        request.env._("Date"),
        request.env._("From (hour)"),
        request.env._("To (hour)"),
        request.env._("Hours"),
        request.env._("Person"),
    ]
    return _csv(
        [*names, request.env._("Number in the register"), request.env._("Place")], rows
    )


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
    # sudo(): the certificate is read above; its paper is what it prints.
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


def _clock(hours):
    """“09:30”; nothing where it is not known, which midnight is."""
    if hours is False:
        return ""
    return "{:02d}:{:02d}".format(*divmod(round(hours * 60), 60))


def _cell(value):
    """A number with the comma that a French spreadsheet reads; a text as it is."""
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
