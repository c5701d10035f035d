# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The year of the trade alone: what is written down agrees with itself and the demo."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree

from dev.scenario import company
from dev.scenario.trade_year import BILLS, CERTIFICATES, MEANS, NOVA

DEMO = Path(__file__).parents[2] / company.TRADE / "demo"
CENT = Decimal("0.01")


def records(file):
    return {
        record.get("id"): {field.get("name"): field for field in record}
        for record in ElementTree.parse(DEMO / file).iterfind("record")
    }


PRODUCTS = records("product_demo.xml")
SALES = [(bill, sale) for bill in BILLS for sale in bill.sales]


def price(sale):
    """With tax and without, to the cent."""
    rate, included = company.VAT[sale.service]
    unit = Decimal(PRODUCTS[sale.service]["list_price"].get("eval"))
    factor = 1 + Decimal(rate) / 100
    total = unit * Decimal(sale.quantity)
    pair = (total, total / factor) if included else (total * factor, total)
    return [amount.quantize(CENT, ROUND_HALF_UP) for amount in pair]


def test_the_year_uses_what_the_demo_data_have():
    assert {f"customer_{bill.customer}" for bill in BILLS} == set(
        records("res_partner_demo.xml")
    )
    assert {
        f"person_{visit.person}" for _bill, sale in SALES for visit in sale.visits
    } == set(records("home_service_person_demo.xml"))
    assert {one.means for bill in BILLS for one in bill.payments} == set(MEANS)


def test_totals_are_the_prices_of_what_was_done():
    for bill in BILLS:
        assert bill.total == sum(price(sale)[0] for sale in bill.sales), bill
        assert bill.total == sum(one.amount for one in bill.payments), bill


def test_hours_sold_are_hours_done():
    for _bill, sale in SALES:
        done = sum(visit.end - visit.start for visit in sale.visits)
        unit = PRODUCTS[sale.service]["home_service_unit"].text
        assert sale.quantity == (done if unit == "hour" else 1), sale


def test_certificates_hold_what_was_paid_in_the_year():
    found = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for bill in BILLS:
        for one in bill.payments:
            if one.month <= 12 and MEANS[one.means]:
                found[bill.customer][0] += one.amount
                if MEANS[one.means] == "cesu_prefinanced":
                    found[bill.customer][1] += one.amount
    assert CERTIFICATES == {
        key: (received, prefinanced, received - prefinanced)
        for key, (received, prefinanced) in found.items()
    }


def test_nova_holds_what_was_done():
    found = defaultdict(lambda: [Decimal(0), Decimal(0), set()])
    for bill in BILLS:
        for sale in bill.sales:
            month = found[bill.month]
            month[0] += sum(Decimal(visit.end - visit.start) for visit in sale.visits)
            month[1] += price(sale)[1]
            month[2].add(bill.customer)
    assert NOVA == {
        month: (hours, turnover, len(customers))
        for month, (hours, turnover, customers) in found.items()
    }
