# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two hundred people through our checks, then through Urssaf's and the tax office's.

The add-on in this process, the sandbox in another, HTTP between them. The tax office
is strict: it knows these people by their birth certificates, and nobody else.
"""

import re

import pytest

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

from dev import servers
from dev.scenario.http_json import JsonHttp
from dev.scenario.sandbox import PROVIDER

from .people import COUNT, everybody


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    file = tmp_path_factory.mktemp("sandbox") / "people.sqlite"
    with servers.temporary_sandbox(file) as server:
        yield server.url


@pytest.fixture(scope="module")
def env(request, sandbox):
    """An environment whose every change is undone."""
    database = request.config.getoption("odoo_database", None)
    if not database:
        pytest.skip("needs a database with the add-on")
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        env.company.write(
            {
                "country_id": env.ref("base.fr").id,
                "urssaf_sandbox_url": sandbox,
                "urssaf_sandbox_client_id": PROVIDER[0],
                "urssaf_sandbox_client_secret": PROVIDER[1],
                "urssaf_calls_per_second": 0,
            }
        )
        yield env
        cr.rollback()


@pytest.fixture(scope="module")
def people():
    return everybody()


@pytest.fixture(scope="module")
def partners(env, people):
    """The contacts as the office makes them, birth places searched by their names."""
    countries = {c.code: c for c in env["res.country"].search([])}
    partners = env["res.partner"].create(
        [_values(env, person, countries) for person in people]
    )
    partners._urssaf_record_consent("office")
    for partner, person in zip(partners, people, strict=True):
        # What somebody gets wrong by hand, once everything has been computed.
        hand = ("urssaf_birth_city_code", "urssaf_birth_city", "urssaf_street_name")
        wrong = {n: person.values[n] for n in hand if n in person.values}
        partner.write(wrong)
    return partners


def _values(env, person, countries):
    values = dict(person.values)
    for name in ("urssaf_birth_city_code", "urssaf_birth_city", "urssaf_street_name"):
        values.pop(name, None)
    values["country_id"] = countries[values.pop("country")].id
    account = values.pop("acc_number")
    values["bank_ids"] = [Command.create({"acc_number": account})]
    if len(person.birth_search) == 2:
        values["urssaf_birth_country_id"] = countries[person.birth_search].id
        return values
    communes = env["urssaf.commune"].with_context(urssaf_on=values["urssaf_birth_date"])
    found = communes.name_search(person.birth_search, limit=8)
    values["urssaf_birth_commune_id"] = found[0][0]
    return values


@pytest.fixture(scope="module")
def told(partners):
    """What our checks say of each: ``[{field: blocking}]``."""
    checked = partners._urssaf_check()
    return [
        {name: blocking for name, _sentence, blocking in reversed(checked[partner])}
        for partner in partners
    ]


@pytest.fixture(scope="module")
def refusals(env, partners, people, sandbox, told):
    """The code that Urssaf answers for each, ``None`` if it takes him. Those whom our
    checks stop cannot be sent.
    """
    from odoo.addons.urssaf_avance_immediate.lib.api import UrssafRejected

    steer = JsonHttp(sandbox)
    for person in people:
        steer.post("/sandbox/v1/tax-office", person.truth)
    steer.post("/sandbox/v1/switches", {"tax_office_strict": True})
    codes = []
    with env.company._urssaf_get_client() as client:
        for partner, found in zip(partners, told, strict=True):
            code = None
            if any(found.values()):
                code = "stopped"
            else:
                try:
                    client.enrol_customer(partner._urssaf_enrolment_request())
                except UrssafRejected as error:
                    code = error.code
            codes.append(code)
    return codes


def test_no_refusal_that_a_check_could_have_told(refusals, told):
    assert len(refusals) == COUNT
    untold = [i for i, code in enumerate(refusals) if code and not told[i]]
    assert not untold


def test_those_who_are_right_are_enrolled(people, refusals, told):
    right = [i for i, person in enumerate(people) if not person.wrong_field]
    assert {i: refusals[i] for i in right if refusals[i]} == {}
    # And not disturbed, but for what is seen at once and repaired by itself.
    expected = {i: _stray_spaces(people[i]) for i in right}
    # Somebody took the e-mail and the mobile of the first one.
    expected[0] |= {"urssaf_mobile": False}
    # Born in the two months of 1969 in which the commune had another name.
    expected[118] |= {"urssaf_birth_city_code": False}
    assert {i: told[i] for i in right} == expected


def _stray_spaces(person):
    names = ("urssaf_birth_name", "urssaf_usage_name", "urssaf_first_names")
    stray = r"^\s|\s$|\s\s|\s['-]|['-]\s"
    return {name: False for name in names if re.search(stray, person.values[name])}


def test_what_is_wrong_is_told_on_its_field(people, told):
    for i, person in enumerate(people):
        if person.wrong_field:
            assert person.wrong_field in told[i], (i, told[i])


def test_what_is_warned_about_is_really_refused(people, refusals):
    wrong = [i for i, person in enumerate(people) if person.wrong_field]
    assert [i for i in wrong if not refusals[i]] == []


def test_communes_of_the_addresses(people, partners):
    right = [
        (partner.urssaf_city_code, person.city_code)
        for partner, person in zip(partners, people, strict=True)
        if not person.wrong_field
    ]
    assert [pair for pair in right if pair[0] != pair[1]] == []
