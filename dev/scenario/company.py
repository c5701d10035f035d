# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The fictitious firm: French, with its chart of accounts and its Urssaf settings."""

import base64
from pathlib import Path
from typing import NamedTuple

from .sandbox import PROVIDER

ADDON = "urssaf_avance_immediate"
#: Where the products and the natures of the services are.
TRADE = "l10n_fr_home_services"
NAME = "Les Petits Services"
ADMINISTRATOR = "Claire Morvan"
# Nobody bears these numbers; their check digits are right.
SIREN = "999999907"
SIRET = "99999990700010"
VAT_NUMBER = "FR29999999907"
SAP_NUMBER = f"SAP{SIREN}"
DECLARED_ON = "2019-09-02"
#: Where Urssaf's transfers wait for the bank's statement, made by the set-up action.
TRANSFER_ACCOUNT = "467100"

#: Everybody who works with Odoo.
USER = "base.group_user"
LOGO = Path(__file__).with_name("logo.png")


class Person(NamedTuple):
    """Who works with Odoo; the password is the login. ``groups``: XML ids."""

    login: str
    name: str
    what: str
    groups: tuple[str, ...]


STAFF = (
    Person(
        *("bureau", "Sophie Martel", "enrols customers, invoices, sends"),
        (
            f"{ADDON}.group_user",
            "account.group_account_invoice",
            "base.group_partner_manager",
        ),
    ),
    Person(
        *("comptable", "Yves Kerbrat", "receives, reconciles, has the settings"),
        ("account.group_account_manager",),
    ),
    Person(
        *("lecture", "Nadia Ould-Amar", "reads the accounts, changes nothing"),
        ("account.group_account_readonly",),
    ),
)
#: Whose invoices the portal shows, and his login, which is his password too.
PORTAL_CUSTOMER, PORTAL_LOGIN = f"{ADDON}.customer_lefevre", "cliente"

#: Service (XML id) → VAT rate in per cent, and whether its price holds the VAT.
VAT = {
    "product_menage": (10.0, True),
    "product_jardinage": (20.0, False),
    "product_soutien_scolaire": (10.0, False),
    "product_assistance_informatique": (20.0, True),
    "product_aide_humaine": (5.5, True),
}


def set_up(odoo, sandbox):
    """Make the database's company the fictitious firm, ready to talk to Urssaf."""
    company = set_up_trade(odoo)
    settings = {
        "urssaf_environment": "sandbox",
        "urssaf_sandbox_url": sandbox.url,
        # The stand-in is ours: no need to spare it.
        "urssaf_calls_per_second": 0,
        "urssaf_sandbox_client_id": PROVIDER[0],
        "urssaf_sandbox_client_secret": PROVIDER[1],
        "urssaf_billing_name": NAME,
        "urssaf_responsible_id": odoo.uid,
    }
    page = _settings(odoo, settings)
    # The accounts and payment methods of the transfers: the button that people press.
    odoo.call("res.company", "action_urssaf_set_up_transfers", [company])
    # Raises with the advice that the user would read, if the connection fails.
    odoo.call("res.config.settings", "action_urssaf_test_connection", [page])


def set_up_plain(odoo):
    """The firm in Odoo's accounting, French; nothing about home services."""
    _speak_french(odoo)
    _chart_of_accounts(odoo, _identity(odoo))
    _settings(odoo, {"group_uom": True})


def set_up_mail(odoo, port):
    """Let Odoo's e-mails arrive in the sandbox's mailbox."""
    values = {
        "name": "Boîte aux lettres du bac à sable",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_encryption": "none",
    }
    odoo.create("ir.mail_server", values)


def welcome_staff(odoo):
    """Give each of the staff, and one customer, a login of his own."""
    context = {"no_reset_password": True}
    french = {"lang": "fr_FR", "tz": "Europe/Paris"}
    # On a phone, Odoo’s welcome by its robot would lie over the first screen.
    french["odoobot_state"] = "disabled"
    for person in STAFF:
        values = {
            **french,
            "name": person.name,
            "login": person.login,
            "password": person.login,
            "email": f"{person.login}@example.com",
            "group_ids": [(6, 0, [odoo.ref(g) for g in (USER, *person.groups)])],
        }
        odoo.create("res.users", values, context)
    values = {
        **french,
        "partner_id": odoo.ref(PORTAL_CUSTOMER),
        "login": PORTAL_LOGIN,
        "password": PORTAL_LOGIN,
        "group_ids": [(6, 0, [odoo.ref("base.group_portal")])],
    }
    odoo.create("res.users", values, context)


def set_up_trade(odoo):
    """Make the database's company the fictitious firm, French and declared; return its
    id. Nothing of Urssaf's service is needed.
    """
    _speak_french(odoo)
    company = _identity(odoo)
    _chart_of_accounts(odoo, company)
    _vat(odoo)
    # The firm sells hours: show the units.
    _settings(odoo, {"group_uom": True, "home_service_sap_number": SAP_NUMBER})
    odoo.write("res.company", [company], {"home_service_declaration_date": DECLARED_ON})
    return company


def _speak_french(odoo):
    """The administrator too, whose name is below what leaves for customers."""
    values = {
        "name": ADMINISTRATOR,
        "signature": f"<p>{ADMINISTRATOR}</p>",
        "lang": "fr_FR",
        "tz": "Europe/Paris",
    }
    odoo.write("res.users", [odoo.uid], values)


def _identity(odoo):
    company = odoo.read_one("res.users", odoo.uid, ["company_id"])["company_id"][0]
    values = {
        "name": NAME,
        "street": "5 rue des Lilas",
        "zip": "35000",
        "city": "Rennes",
        "country_id": odoo.ref("base.fr"),
        "currency_id": odoo.ref("base.EUR"),
        "company_registry": SIRET,
        "vat": VAT_NUMBER,
        "email": "bonjour@example.com",
        "phone": "02 61 91 00 00",
        "logo": base64.b64encode(LOGO.read_bytes()).decode(),
        # With the address in four lines below the logo, the head of Odoo's papers is
        # higher than the margin that Odoo leaves it: it would cover the text.
        "company_details": f"<p>{NAME}<br/>5 rue des Lilas, 35000 Rennes</p>",
        "report_footer": f"<p>{NAME} · SIREN {SIREN} · TVA {VAT_NUMBER}</p>",
    }
    odoo.write("res.company", [company], values)
    return company


def _chart_of_accounts(odoo, company):
    chart = odoo.read_one("res.company", company, ["chart_template"])["chart_template"]
    if chart != "fr":
        _settings(odoo, {"chart_template": "fr"})


def _settings(odoo, values):
    """Fill in the settings page and save it; return the page's id."""
    page = odoo.create("res.config.settings", values)
    odoo.call("res.config.settings", "execute", [page])
    return page


def _vat(odoo):
    income = odoo.find(
        "account.account", [("code", "=like", "706%")], "un compte 706 de prestations"
    )
    for service, (rate, included) in VAT.items():
        values = {
            "taxes_id": [(6, 0, [_tax(odoo, rate, included)])],
            "property_account_income_id": income,
        }
        odoo.write("product.template", [odoo.ref(f"{TRADE}.{service}")], values)


def _tax(odoo, rate, included):
    tax = odoo.find(
        "account.tax",
        [
            ("type_tax_use", "=", "sale"),
            ("tax_scope", "=", "service"),
            ("amount", "=", rate),
            ("price_include_override", "=" if included else "!=", "tax_included"),
        ],
        f"une TVA de {rate} % sur les services",
        # Some rates of the French chart are there, switched off.
        context={"active_test": False},
    )
    odoo.write("account.tax", [tax], {"active": True})
    return tax
