# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a network's runs are judged, and what is said of them: on runs told by hand, for
a real one takes minutes.
"""

import contextlib
from collections import Counter
from types import SimpleNamespace

import pytest

from bench.network import judging, options, report
from bench.network.run import Phase
from bench.network.urssaf import provider

#: Company 0 is in an outage, 1 is slow, 2 has a refused secret; 3 and 4 are well.
TROUBLED = {provider(number) for number in range(3)}
COMPANIES = {number: 70 + number for number in range(5)}


def calls(*told):
    """The sandbox's log of these ``(second, number of the company)``."""
    return [
        {
            "number": n,
            "at": 1000 + at,
            "provider": provider(company),
            "method": "token" if n == 1 else "050",
            "status": 200,
        }
        for n, (at, company) in enumerate(told, 1)
    ]


def phase(name, seconds, told=(), **cost):
    return Phase(name, begun=1000, seconds=seconds, calls=calls(*told), **cost)


def seen(send, *, wrong=(), troubled=TROUBLED, **others):
    """What a run has shown that sent like this."""
    follow = phase("follow", 5, [(n, 3) for n in range(5)], cpu=0.5, queries=20)
    book = phase("book", 50, cpu=9, queries=900)
    phases = {one.name: one for one in (send, follow, book)}
    watch = SimpleNamespace(
        memory=[200 * 2**20, 90 * 2**20],
        screens={"board": [300.0, 400.0], "one invoice": []},
        failures=Counter(),
        locks=Counter({("relation", "urssaf_pace"): 2}),
        looks=200,
        waits=2,
    )
    values = {
        "run": SimpleNamespace(phases=phases, killed=3),
        "watch": watch,
        "wrong": list(wrong),
        "demandes": 50,
        "growth": judging.growth({"a": (0, 0)}, {"a": (500, 50)}, 50),
        "idle": {"follow": (1.5, 1.0)},
        "troubled": troubled,
    }
    return report.Seen(**{**values, **others})


@pytest.fixture
def size():
    return options.chosen(["--companies", "5", "--demandes", "50"])


# -- both sides ------------------------------------------------------------------------


class Urssaf:
    """Has these demandes: ``{(company, number): [(id, status, euros)]}``."""

    def __init__(self, demandes):
        self._demandes = demandes

    def demandes(self):
        return {
            (provider(company), number): there
            for (company, number), there in self._demandes.items()
        }


def wrong(monkeypatch, ours, theirs, **keywords):
    """The judgement over these rows of Odoo and these demandes of Urssaf."""

    @contextlib.contextmanager
    def open_cursor(_instance, _database):
        yield SimpleNamespace(execute=lambda query: None, fetchall=lambda: ours)

    monkeypatch.setattr(judging.databases, "open_cursor", open_cursor)
    return judging.wrong(None, "database", Urssaf(theirs), COMPANIES, **keywords)


def row(number, external, state="paid", payments=1, booked=50, residual=0, company=3):
    holder = COMPANIES[company]
    return holder, number, external, state, 50, "paid", residual, payments, booked


def test_the_same_on_both_sides(monkeypatch):
    theirs = {(3, "R3/1"): [("ID1", "70", 50.0)]}
    assert wrong(monkeypatch, [row("R3/1", "ID1")], theirs) == ([], 1)


def test_only_sent(monkeypatch):
    ours = [row("R3/1", "ID1", "waiting", 0, 0, 50)]
    theirs = {(3, "R3/1"): [("ID1", "20", None)]}
    assert wrong(monkeypatch, ours, theirs, only_sent=True) == ([], 1)
    found, _count = wrong(monkeypatch, ours, theirs)
    assert found, "nothing was paid"


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([row("R3/1", None, "queued", 0, 0, 50)], {}, "lost"),
        (
            [row("R3/1", "ID1")],
            {(3, "R3/1"): [("ID1", "70", 50.0), ("ID2", "70", 50.0)]},
            "2 times at Urssaf",
        ),
        ([], {(3, "R3/1"): [("ID1", "70", 50.0)]}, "not in Odoo"),
        ([row("R3/1", "ID9")], {(3, "R3/1"): [("ID1", "70", 50.0)]}, "ID9"),
        (
            [row("R3/1", "ID1", company=4)],
            {(3, "R3/1"): [("ID1", "70", 50.0)]},
            "lost",
        ),
        (
            [row("R3/1", "ID1", payments=2, booked=100)],
            {(3, "R3/1"): [("ID1", "70", 50.0)]},
            "2 payments of 100",
        ),
        ([row("R3/1", "ID1")], {(3, "R3/1"): [("ID1", "70", 49.99)]}, "49.99"),
    ],
)
def test_what_is_wrong_is_said(monkeypatch, ours, theirs, said):
    found, count = wrong(monkeypatch, ours, theirs)
    assert count == len(ours)
    assert any(said in line for line in found), found


# -- delays and pace -------------------------------------------------------------------


def waits(told, seconds, troubled=TROUBLED, outage=None):
    """``{company: [(seconds, held, turns)]}``"""
    found = {}
    for wait in judging.waits(phase("send", seconds, told), troubled, outage):
        values = wait.seconds, wait.held, wait.turns
        found.setdefault(wait.company, []).append(pytest.approx(values))
    return found


#: Its call has no answer for 20 s, then the others are served, then it comes again.
ROUND = [(0, 0), (20, 1), (21.5, 2), (22, 3), (22.5, 4), (23, 0), (43, 3), (43.5, 4)]


def test_one_deadline_of_one_company_delays_each_other_by_that_much():
    found = waits(ROUND, 44, outage=provider(0))
    assert found == {
        provider(3): [(22, 20, 2), (21, 20, 1)],
        provider(4): [(22.5, 20, 2.5), (21, 20, 1)],
    }
    # Nobody is in trouble: nothing is anybody's fault, and all of them count.
    assert waits(ROUND, 44, troubled=())[provider(0)] == [(0, 0, 0), (23, 0, 23)]


def test_two_deadlines_before_a_call_are_one_too_many(size, capsys):
    # Somebody else is served between them, and this one waits for both.
    told = [(0, 0), (20, 4), (20.5, 0), (40.5, 3), (41, 4)]
    found = waits(told, 42, outage=provider(0))
    assert found[provider(3)] == [(40.5, 40, 0.5)]
    assert found[provider(4)] == [(20, 20, 0), (21, 20, 1)]
    assert not report._verdicts(seen(phase("send", 42, told)), 2)
    said = capsys.readouterr().out
    assert "40.0 s at most, 2 of 2" in said
    assert "(target ≤ 20, one deadline: MISSED)" in said


def test_what_other_workers_serve_meanwhile_was_not_held_up():
    found = waits([(0, 0), (0.2, 3), (0.7, 3), (1, 4), (20, 3)], 21)
    assert found[provider(3)][-1] == (19.3, 0, 19.3)
    assert found[provider(4)] == [(1, 0.2, 1)]


def test_several_in_trouble_are_judged_each_by_itself():
    found = waits([(0, 0), (20, 1), (40, 2), (60, 3)], 61)
    assert found == {provider(3): [(60, 20, 60)]}


def test_a_turn_has_the_call_for_the_token_and_one_more():
    told = [(n / 2, 4) for n in range(6)]
    assert waits([*told, (3, 3)], 4)[provider(3)] == [(3, 0, 1)]


@pytest.mark.parametrize(("killed", "said"), [(0, "each company: MISSED)"), (3, "")])
def test_a_company_that_is_passed_by(size, capsys, killed, said):
    # The others are served again and again; one waits, and no trouble is why.
    told = [(0, 0), (20, 4), *((20.5 + n / 2, 1 + n % 2) for n in range(40)), (41, 3)]
    run = seen(phase("send", 42, told))
    run.outage, run.run.killed = provider(0), killed
    assert report._verdicts(run, 2) == bool(killed)
    [line] = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("send: a company without a trouble")
    ]
    assert "41.0 s at most, half of them 30.5 s or less." in line
    # Of 4, 1 and 2; the last one waited half a second longer.
    assert "41.0 s, 2.0 s of turns" in line
    assert line.endswith(said or "2.0 s of turns")


def test_nobody_was_called():
    assert judging.waits(phase("send", 30), TROUBLED) == []
    assert report._in_time(seen(phase("send", 30)), phase("send", 30))


def test_the_busiest_second():
    told = [(0, 3), (0.4, 3), (0.9, 3), (1.5, 3), (4, 3), (2, 4)]
    log = calls(*told)
    log[1]["status"] = 429
    log.append({"number": 9, "at": 1000, "provider": None, "status": 404})
    found = judging.busiest(log)
    assert found[provider(3)] == (5, pytest.approx(1), 3, 1)
    assert found[provider(4)] == (1, 0, 1, 0)
    assert len(found) == 2


def test_growth_per_demande():
    before = {"a": (100, 10)}
    after = {"a": (300, 30), "b": (1000, 0)}
    assert judging.growth(before, after, 10) == [
        ("b", 100, 0),
        ("a", 20, 2),
        ("all tables", 120, 2),
    ]


# -- what is printed -------------------------------------------------------------------


def sent(seconds, **cost):
    return phase("send", seconds, [(n, 3) for n in range(int(seconds))], **cost)


def test_all_is_printed_and_judged(size, capsys):
    one, four = seen(sent(16, cpu=0.3, queries=60, postgres=0.6)), seen(sent(4))
    report.size(size, 12)
    report.one(one, size)
    assert report.both(one, four, size) == 0
    said = capsys.readouterr().out
    assert "5 companies" in said
    assert "lost or doubled, of 50 demandes: 0 (target 0: met)" in said
    assert "× 4.0 (target ≥ 3: met)" in said
    # 30 of the 50 are those of the companies whose trouble ends with the phase.
    assert "send              10.00" in said
    assert "send              16.0 s     16 calls,    1 for a token" in said
    assert "workers killed: 3; memory of a worker 200 MiB, its own alone 90 MiB" in said
    assert "1.0 % of 200 looks" in said
    assert "MISSED" not in said


@pytest.mark.parametrize(
    ("four", "said"),
    [
        (seen(sent(8)), "× 2.0 (target ≥ 3: MISSED)"),
        (seen(sent(4), wrong=["R3/1: lost"]), "R3/1: lost"),
        (
            seen(phase("send", 4, [(0, 3), (0.1, 3)]), troubled=()),
            "lost or doubled, of 50 demandes: 0",
        ),
    ],
)
def test_what_misses_its_target_fails_the_bench(size, capsys, four, said):
    status = report.both(seen(sent(16)), four, size)
    assert status == (0 if four.troubled == () else 1)
    assert said in capsys.readouterr().out


def test_too_fast_for_the_sandbox_fails_the_bench(size, capsys):
    four = seen(sent(4))
    four.run.phases["follow"].calls[0]["status"] = 429
    assert report.both(seen(sent(16)), four, size) == 1
    assert "refused by the sandbox as too fast: 1 (target 0" in capsys.readouterr().out


def test_the_full_size():
    full = options.chosen(["--full", "--sending"])
    assert (full.companies, full.customers, full.demandes) == (300, 30_000, 100_000)
    assert full.sending
    with pytest.raises(SystemExit, match="Four companies"):
        options.chosen(["--companies", "3"])
