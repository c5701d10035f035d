# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo data: valid where Urssaf checks, and nobody who could exist."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from stdnum import iban, luhn
from stdnum.fr import siren, siret, tva

from dev.scenario import company
from dev.scenario.billing import INVOICES
from dev.scenario.people import CUSTOMERS, FONTAINE_ELSEWHERE

ROOT = Path(__file__).parents[2]


def records(file, model, addon=company.ADDON):
    found = {}
    tree = ElementTree.parse(ROOT / addon / "demo" / file)
    for record in tree.iterfind(f"record[@model='{model}']"):
        fields = {f.get("name"): f.text or f.get("ref") for f in record}
        found[record.get("id")] = fields
    return found


PARTNERS = records("res_partner_demo.xml", "res.partner")
ACCOUNTS = records("res_bank_demo.xml", "res.partner.bank")
BANKS = records("res_bank_demo.xml", "res.bank")
PRODUCTS = records("product_demo.xml", "product.template", company.TRADE)


def test_the_story_uses_what_the_demo_data_have():
    assert {f"customer_{c.key}" for c in CUSTOMERS} == set(PARTNERS)
    assert set(company.VAT) == set(PRODUCTS)
    assert {i.customer for i in INVOICES} <= {c.key for c in CUSTOMERS}
    sold = {
        service for invoice in INVOICES for service, _quantity, _visits in invoice.lines
    }
    assert sold == set(PRODUCTS)


def rib_key(bban):
    bank, branch, account = int(bban[:5]), int(bban[5:10]), int(bban[10:21])
    return f"{97 - (89 * bank + 15 * branch + 3 * account) % 97:02d}"


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
def test_accounts_have_right_check_digits(account):
    number = iban.validate(account["acc_number"])
    assert number.startswith("FR")
    assert number[-2:] == rib_key(number[4:])
    assert account["partner_id"] in PARTNERS
    assert account["bank_id"] in BANKS


def test_every_customer_has_one_account_in_a_bank_with_a_bic():
    owners = [account["partner_id"] for account in ACCOUNTS.values()]
    assert sorted(owners) == sorted(PARTNERS)
    for bank in BANKS.values():
        assert re.fullmatch(r"[A-Z]{4}FR[A-Z0-9]{2}([A-Z0-9]{3})?", bank["bic"])


@pytest.mark.parametrize("partner", PARTNERS.values(), ids=PARTNERS)
def test_people_are_fictitious_and_reachable_nowhere(partner):
    # Numbers and domains set apart for fiction: Arcep 06 39 98, RFC 2606.
    assert re.fullmatch(r"06 39 98 \d\d \d\d", partner["urssaf_mobile"])
    assert partner["phone"] == partner["urssaf_mobile"]
    assert re.fullmatch(r"[a-z.]+@example\.(com|org)", partner["email"])


@pytest.mark.parametrize("partner", PARTNERS.values(), ids=PARTNERS)
def test_commune_and_postal_code_agree(partner):
    department = {"2A": "20"}.get(partner["urssaf_city_code"][:2])
    assert partner["zip"].startswith(department or partner["urssaf_city_code"][:2])


def test_e_mail_and_mobile_are_unique():
    for field in ("email", "urssaf_mobile"):
        assert len({partner[field] for partner in PARTNERS.values()}) == len(PARTNERS)


def test_the_other_software_has_the_same_person():
    partner, other = PARTNERS["customer_fontaine"], FONTAINE_ELSEWHERE
    assert other["nomNaissance"] == partner["urssaf_birth_name"]
    assert other["dateNaissance"][:10] == partner["urssaf_birth_date"]
    assert other["adresseMail"] == partner["email"]
    account = ACCOUNTS["bank_account_fontaine"]["acc_number"].replace(" ", "")
    assert other["coordonneeBancaire"]["iban"] == account


def test_the_firm_has_right_numbers():
    assert siren.is_valid(company.SIREN)
    assert siret.is_valid(company.SIRET)
    assert luhn.is_valid(company.SIRET)
    assert company.SIRET.startswith(company.SIREN)
    assert tva.is_valid(company.VAT_NUMBER)
    assert company.SAP_NUMBER == f"SAP{company.SIREN}"
