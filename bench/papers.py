# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long it takes to make the papers of a year's certificates.

``make bench ARGS=papers``: 2 000 certificates of two activities, twelve payments and
twenty-four interventions each, made as the mass run makes them, batch by batch: HTML,
wkhtmltopdf, cutting, one attachment each, a commit per batch. Beside it, wkhtmltopdf
alone on the same HTML: nobody who prints with it can be faster.
"""

import argparse
import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from dev import odoo

from . import world
from .meter import Measure, Meter

CUSTOMERS, INVOICES, YEAR = 2000, 100, 2025
#: Seconds, and MiB of this process and wkhtmltopdf together.
SECONDS, MEMORY = 150, 500


def main(arguments=None):
    """Measure and print; return 0 if both stay below their ceilings."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=papers")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    count = parser.parse_args(arguments).customers
    instance = odoo.prepare()
    with world.environment(instance) as env:
        certificates = _certificates(env, count)
        with Meter(0).measure(children=True) as measure:
            _make(certificates)
        bare = _bare(certificates)
        made = certificates.filtered("document_id")
        size = sum(made.document_id.mapped("file_size")) / 2**20
        if len(made) != count:
            raise SystemExit(f"The bench went wrong: {len(made)} papers of {count}.")
    met = measure.seconds <= SECONDS and measure.memory <= MEMORY
    print(
        f"{count} certificates as PDF: {measure.seconds:.1f} s "
        f"({measure.cpu:.1f} s of a processor, load {os.getloadavg()[1]:.1f} on "
        f"{os.cpu_count()}), {1000 * measure.seconds / count:.0f} ms each, "
        f"{measure.memory:.0f} MiB with wkhtmltopdf, "
        f"{measure.queries / count:.1f} queries each, {size:.0f} MiB of files "
        f"(ceilings {SECONDS} s, {MEMORY} MiB: {'met' if met else 'MISSED'})"
    )
    print(
        f"wkhtmltopdf alone on the same HTML: {bare.seconds:.1f} s "
        f"({bare.cpu:.1f} s of a processor)"
    )
    return 0 if met else 1


def _make(certificates):
    from odoo.addons.l10n_fr_home_services.models.certificate import paper

    ids = certificates.ids
    for first in range(0, len(ids), paper.BATCH):
        certificates.browse(ids[first : first + paper.BATCH])._produce()
        certificates.env.cr.commit()
        certificates.env.invalidate_all()


def _bare(certificates):
    """What wkhtmltopdf costs, with the arguments that Odoo gives it."""
    from odoo.addons.base.models.ir_actions_report import _wkhtml
    from odoo.addons.l10n_fr_home_services.models.certificate import paper

    env = certificates.env
    report = env["ir.actions.report"].with_context(home_service_light=True)
    form = env.ref("l10n_fr_home_services.paperformat_certificate")
    arguments = report._build_wkhtmltopdf_args(form, False)
    total = Measure()
    with tempfile.TemporaryDirectory() as folder:
        foot = Path(folder) / "foot.html"
        foot.write_text(paper.foot(env, env.company), encoding="utf-8")
        ids = certificates.ids
        for first in range(0, len(ids), paper.BATCH):
            files = []
            for certificate in certificates.browse(ids[first : first + paper.BATCH]):
                mine = certificate._in_language()
                files.append(Path(folder) / f"{certificate.id}.html")
                files[-1].write_text(
                    paper.body(mine.env, mine._figures()), encoding="utf-8"
                )
            command = [_wkhtml().bin, *arguments, "--footer-html", foot, *files]
            with Meter(0).measure() as measure:
                subprocess.run(
                    [*map(str, command), str(Path(folder) / "out.pdf")], check=True
                )
            total.seconds += measure.seconds
            total.cpu += measure.cpu
    env.cr.commit()
    return total


def _certificates(env, count):
    """Drafts with all that a paper shows, of invoices with interventions."""
    env.company.write(
        {"country_id": env.ref("base.fr").id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("fr", company=env.company)
    env.company.home_service_sap_number = world.SAP_NUMBER
    partners = env["res.partner"].create(
        [
            {
                "name": f"Cliente {number}",
                "street": f"{number} rue des Lilas",
                "zip": f"{69000 + number % 10:05d}",
                "city": "Lyon",
                "lang": "fr_FR",
            }
            for number in range(count)
        ]
    )
    moves = _invoices(env, partners[:1], min(count, INVOICES))
    activities = env["home.service.activity"].search([], limit=2)
    certificates = env["home.service.certificate"].create(
        [
            {
                "company_id": env.company.id,
                "partner_id": partner.id,
                "year": YEAR,
                "date_basis": env.company.home_service_certificate_basis,
                "amount_received": 1200,
                "amount_base": 1200,
                "amount_advance": 600,
                "amount_net": 600,
                "advance_origin": "estimation",
                "line_ids": [
                    (0, 0, _line(moves[place % len(moves)], activities, month))
                    for month in range(1, 13)
                ],
            }
            for place, partner in enumerate(partners)
        ]
    )
    env.cr.commit()
    env.invalidate_all()
    return certificates


def _line(move, activities, month):
    return {
        "date": date(YEAR, month, 5),
        "paid_on": date(YEAR, month, 5),
        "kind": "transfer",
        "move_id": move.id,
        "invoice_name": move.name,
        "activity_id": activities[month % 2].id,
        "box": "BDF",
        "mode": "provider",
        "amount_paid": 100,
        "amount": 100,
    }


def _invoices(env, partner, count):
    """Posted, each with two interventions in every month of the year."""
    product = env.ref(f"{world.TRADE}.product_menage").product_variant_id
    person = env["home.service.person"].create({"name": "Marie Lopez", "number": "12"})
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": date(YEAR, 12, 31),
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "quantity": 48,
                            "home_service_intervention_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "date": date(YEAR, month, day),
                                        "start": 9.0,
                                        "end": 11.0,
                                        "person_id": person.id,
                                    },
                                )
                                for month in range(1, 13)
                                for day in (5, 19)
                            ],
                        },
                    )
                ],
            }
            for _number in range(count)
        ]
    )
    moves.action_post()
    env.cr.commit()
    return moves
