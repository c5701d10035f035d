# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database with many companies: each has its habilitation, customers, and invoices of
one month's end that wait in the queue. One invoice of each is made by Odoo, the others
are copied from it by PostgreSQL.
"""

from odoo import Command

from bench import world
from dev.scenario.sandbox import PROVIDER

from .copying import STATISTICS, Copier
from .urssaf import customer, provider
from .watching import OFFICE

#: Of PostgreSQL: what is written for each demande ends up in these, or in others.
_STATISTICS = (
    "res_partner",
    "urssaf_enrolment",
    "account_move",
    "account_move_line",
    "urssaf_payment_request",
    "urssaf_ceiling_use",
)


def build(env, urssaf, options, size_of):
    """Make them; return ``({number: company id}, ids of those that have nothing to do,
    bytes of the tables before the invoices)``.

    :param urssaf: the sandbox, empty
    :param size_of: measures the tables
    """
    # Imported late: the add-on's tests need a loaded Odoo.
    from odoo.addons.urssaf_avance_immediate.tests.crowd import Crowd

    urssaf.begin()
    partner = _first_customer(env, urssaf)
    urssaf.add_providers(options.companies)
    per_company = max(options.customers // options.companies, 1)
    like = partner.urssaf_enrolment_id.external_id
    urssaf.add_customers(options.companies, per_company, like)
    day = urssaf.come_to_the_month_end()
    every = _companies(env, urssaf.url, options)
    companies = {number: every[number] for number in range(options.companies)}
    first = {
        number: _customers(env, Crowd, partner, number, company, per_company)
        for number, company in companies.items()
    }
    env.cr.commit()
    before = size_of()
    for number, company in companies.items():
        whose = Range(first[number], per_company)
        made = options.demandes // options.companies
        _invoices(env, Crowd, number, company, whose, made, day)
        env.cr.commit()
    for table in _STATISTICS:
        env.cr.execute(f"ANALYZE {table}")
    _office(env, companies[options.companies - 1])
    # A claim that its worker left is searched at once, and not five minutes later.
    env["ir.config_parameter"].set_param("urssaf_avance_immediate.quiet_minutes", "0.1")
    env.cr.commit()
    idle = [one.id for number, one in every.items() if number not in companies]
    return {number: one.id for number, one in companies.items()}, idle, before


class Range:
    """The customers of a company: ids of partners and of enrolments in a row."""

    def __init__(self, first, count):
        self.partner, self.enrolment = first
        self.count = count


def _first_customer(env, urssaf):
    """Of the first company of the database, which sends nothing: all are his copies."""
    company = env.company
    company.write(
        {"country_id": env.ref("base.fr").id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("fr", company=company)
    company.write(_settings(urssaf.url, PROVIDER, "SAP999999907", 0))
    partner = env.ref(f"{world.ADDON}.customer_lefevre")
    partner.action_urssaf_record_consent()
    partner.action_urssaf_enrol()
    urssaf.activate(partner.urssaf_enrolment_id.external_id)
    partner.action_urssaf_refresh()
    # Without credentials, scheduled actions pass it by.
    company.write({"urssaf_sandbox_client_id": False})
    env.cr.commit()
    return partner


def _settings(url, credentials, sap_number, pace):
    client_id, secret = credentials
    return {
        "urssaf_sandbox_url": url,
        "urssaf_calls_per_second": pace,
        "urssaf_sandbox_client_id": client_id,
        "urssaf_sandbox_client_secret": secret,
        "home_service_sap_number": sap_number,
    }


def _companies(env, url, options):
    """``{number: company}``: Odoo sets the first one up, the others are its copies."""
    first = _company(env, url, 0, options.pace)
    env.flush_all()
    copier, companies = Copier(first), {0: first}
    for number in range(1, options.companies + options.idle):
        name = provider(number)
        companies[number] = env["res.company"].browse(copier.copy(name))
        settings = _settings(url, (name, name), f"SAP{_siren(number)}", options.pace)
        companies[number].write(settings)
        env.flush_all()
    env.cr.commit()
    env.registry.clear_all_caches()
    env.invalidate_all()
    for table in STATISTICS:
        env.cr.execute(f"ANALYZE {table}")
    return companies


def _company(env, url, number, pace):
    name = provider(number)
    company = env["res.company"].create(
        {
            "name": name,
            "country_id": env.ref("base.fr").id,
            "currency_id": env.ref("base.EUR").id,
        }
    )
    # Whoever sets up may work in it.
    env.user.company_ids += company
    env["account.chart.template"].try_loading("fr", company=company)
    sap_number = f"SAP{_siren(number)}"
    company.write(_settings(url, (name, name), sap_number, pace))
    company.with_company(company).action_urssaf_set_up_transfers()
    return company


def _siren(number):
    """Nine digits whose check digit is right; nobody bears them."""
    start = f"99{number:06}"
    total = 0
    for place, digit in enumerate(reversed(start)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return f"{start}{-total % 10}"


def _customers(env, crowd, partner, number, company, count):
    """Copies of one active customer; ids of the first partner and enrolment."""
    copies = crowd(env.cr, count, count)
    name = f"'Client {number}-' || n"
    email = f"'client{number}-' || n || '@example.com'"
    partners = copies.clone(
        "res_partner",
        partner,
        count,
        name=name,
        complete_name=name,
        email=email,
        email_normalized=email,
        commercial_partner_id="%(id)s",
        urssaf_bank_account_id="NULL",
    )
    enrolments = copies.clone(
        "urssaf_enrolment",
        partner.urssaf_enrolment_id,
        count,
        partner_id=f"{partners} + n",
        external_id=f"md5('{number}-' || n)::uuid::text",
        company_id=str(company.id),
        holder_id=str(company.id),
        # Nobody asks about them meanwhile: they have just answered.
        next_call_at="now() AT TIME ZONE 'UTC' + interval '20 days'",
        companion_next_at="NULL",
    )
    env.invalidate_all()
    wanted = customer(number, 0)
    if env["urssaf.enrolment"].browse(enrolments).external_id != wanted:
        raise SystemExit("The bench went wrong: the customers have other identifiers.")
    return partners, enrolments


def _invoices(env, crowd, number, company, whose, count, day):
    """One that Odoo makes, posts and queues, and copies of it."""
    env = env(context={**env.context, "allowed_company_ids": [company.id]})
    product = env.ref(f"{world.TRADE}.product_menage").product_variant_id
    line = {
        "product_id": product.id,
        "quantity": 2,
        "price_unit": 25,
        "tax_ids": [Command.set(company.account_sale_tax_id.ids)],
    }
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": whose.partner,
            "invoice_date": day,
            "home_service_start": day,
            "home_service_end": day,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    move.action_post()
    request = env["urssaf.payment.request"].sudo()._enqueue_move(move)
    env.flush_all()
    if request.state != "queued":
        raise SystemExit("The bench went wrong: the invoice is not in the queue.")
    if count > 1:
        _copies(crowd(env.cr, whose.count, count - 1), number, move, request, whose)
    env.invalidate_all()


def _copies(crowd, number, move, request, whose):
    turn = f"(n + 1) % {whose.count}"
    partner = f"{whose.partner} + {turn}"
    name = f"'R{number}/' || n"
    moves = crowd.clone(
        "account_move",
        move,
        crowd.count,
        name=name,
        sequence_prefix=f"'R{number}/'",
        sequence_number="n",
        payment_reference=name,
        partner_id=partner,
        commercial_partner_id=partner,
        partner_shipping_id=partner,
        access_token="NULL",
        urssaf_request_id="NULL",
    )
    for line in move.line_ids:
        crowd.clone(
            "account_move_line",
            line,
            crowd.count,
            move_id=f"{moves} + n",
            move_name=name,
            partner_id=partner,
            full_reconcile_id="NULL",
        )
    # The relation has no id of its own.
    crowd.cr.execute(
        "INSERT INTO account_move_line_account_tax_rel"
        " SELECT copy.id, rel.account_tax_id FROM account_move_line copy"
        " JOIN account_move_line line ON line.move_id = %s"
        "  AND line.display_type = copy.display_type"
        " JOIN account_move_line_account_tax_rel rel"
        "  ON rel.account_move_line_id = line.id WHERE copy.move_id >= %s",
        [move.id, moves],
    )
    _copies_of_demande(crowd, number, moves, request, whose)


def _copies_of_demande(crowd, number, moves, request, whose):
    """One for each copy of the invoice, whose ids begin after ``moves``."""
    turn, name = f"(n + 1) % {whose.count}", f"'R{number}/' || n"
    payload = (
        "(t.payload::jsonb || jsonb_build_object('numFactureTiers', "
        f"{name}, 'idClient', md5('{number}-' || {turn})::uuid::text))::text"
    )
    requests = crowd.clone(
        "urssaf_payment_request",
        request,
        crowd.count,
        name=name,
        move_id=f"{moves} + n",
        partner_id=f"{whose.partner} + {turn}",
        enrolment_id=f"{whose.enrolment} + {turn}",
        payload=payload,
    )
    for use in request.ceiling_use_ids:
        crowd.clone(
            "urssaf_ceiling_use", use, crowd.count, request_id=f"{requests} + n"
        )
    crowd.cr.execute(
        "UPDATE account_move SET urssaf_request_id = id - %s + %s WHERE id >= %s",
        [moves, requests, moves],
    )


def _office(env, company):
    """Who looks at the screens: a manager of one agency, who sees no other."""
    groups = (f"{world.ADDON}.group_manager", "account.group_account_invoice")
    env["res.users"].create(
        {
            "name": "Agence",
            "login": OFFICE,
            "password": OFFICE,
            "lang": "fr_FR",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [
                Command.link(env.ref(group).id)
                for group in ("base.group_user", *groups)
            ],
        }
    )
