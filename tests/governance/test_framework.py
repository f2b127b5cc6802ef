"""The decision framework as plain Python: documents, proposals, and what would change them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.framework.measures import MarketMeasures, Measures
from governance.framework.outcome import BLOCK, DISCLOSE, FULL, ORDER, PARTIAL, decide
from governance.framework.policy import RULES, PolicyError, diff, dump, explain, parse
from governance.framework.proposing import propose

TEXT = (Path(__file__).parents[2] / "governance" / "framework" / "framework-1.yaml").read_text(
    encoding="utf-8"
)
POLICY = parse(TEXT)
D = Decimal
NONE = D(0)


def market(code: str, **more: object) -> MarketMeasures:
    found: dict[str, object] = {"code": code, "name": f"M{code}", "share": D(25), "maturity": D(100)}
    return MarketMeasures(**(found | more))  # type: ignore[arg-type]


def measures(*markets: MarketMeasures, time: int = 8, elsewhere: Decimal = NONE) -> Measures:
    return Measures(markets, elsewhere, time)


CLEAN = tuple(market(code) for code in "ABCD")
DOUBTED = {"doubt": D(87), "bias": D(41), "cases": 1, "verdict": "data defect"}


def with_one(**more: object) -> Measures:
    return measures(market("A", **more), *CLEAN[1:])


# The document


def test_the_committed_framework_reads_back_as_it_was_written():
    assert parse(dump(POLICY)) == POLICY
    assert parse(dump(POLICY)).digest == POLICY.digest
    assert [title for title, _ in explain(POLICY)] == [rule.title for rule in RULES.values()]
    assert not any("{limit}" in said for _, said in explain(POLICY))


def test_the_same_limit_written_otherwise_is_the_same_framework():
    assert parse(TEXT.replace('"0.5"', '"0.50"')).digest == POLICY.digest
    assert parse(TEXT.replace('"0.5"', '"0.51"')).digest != POLICY.digest


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('bias: {limit: "0.5"}', "bias: {limit: 0.5}", "criteria.bias.limit: write the limit as text in quotes"),
        ('bias: {limit: "0.5"}', 'bias: {limit: "much"}', "criteria.bias.limit: 'much' is no number"),
        ('bias: {limit: "0.5"}', 'bias: {limit: "-1"}', "criteria.bias.limit: -1 is out of range"),
        ('bias: {limit: "0.5"}', 'bias: {limit: "NaN"}', "criteria.bias.limit: NaN is out of range"),
        ('bias: {limit: "0.5"}', 'bias: {limit: "0.505"}', "at most two decimals"),
        ('bias: {limit: "0.5"}', 'bias: "0.5"', "criteria.bias: write a mapping with 'limit'"),
        ('  bias: {limit: "0.5"}\n', "", "criteria.bias: missing"),
        ("  bias:", "  byas:", "criteria.byas: no such criterion"),
        ('signatures: {limit: "0"}', 'signatures: {limit: "1"}', "criteria.signatures.limit: 1 is out of range"),
        ('cases: {limit: "0"}', 'cases: {limit: "0.5"}', "write a whole number"),
        ("name: framework-1", "name: Framework 1", "name: write small letters"),
        ("name: framework-1", "title: framework-1", "a mapping of 'name' and 'criteria'"),
        ("criteria:", "criteria: [", "not YAML"),
        ("name: framework-1", "name: 2026-13-45", "not YAML: month must be in 1..12"),
        ("name: framework-1", f"name: {'9' * 5000}", "not YAML"),
        ("name: framework-1", "name: !!timestamp soon", "not YAML"),
        ("name: framework-1", "name: !!bool soon", "not YAML"),
        ("name: framework-1", "name: !!int ''", "not YAML"),
        ('bias: {limit: "0.5"}', f"bias: {{limit: 0x{'f' * 5000}}}", "criteria.bias.limit: '…' is no number"),
        ("  bias:", f"  ? 0x{'f' * 5000}\n  :", "criteria.…: no such criterion"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_place_and_the_fix(old, new, path):
    with pytest.raises(PolicyError, match=r".*") as caught:
        parse(TEXT.replace(old, new))
    assert path in str(caught.value)


def test_what_changes_between_two_frameworks_is_said():
    new = parse(TEXT.replace("framework-1", "framework-2").replace('"75"', '"80"'))
    assert diff(POLICY, new) == ("Coverage of the global figure: 75 becomes 80 %.",)


# The proposal


def kind(found: Measures) -> str:
    return propose(POLICY, found).kind


def test_without_a_doubt_everything_is_launched():
    found = propose(POLICY, measures(*CLEAN))
    assert found.kind == FULL
    assert found.reasons == ("4 markets are complete, signed and without doubt.",)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (DOUBTED, PARTIAL),
        (DOUBTED | {"bias": D("0.5")}, PARTIAL),  # below, not at
        (DOUBTED | {"bias": D("0.49")}, DISCLOSE),
        (DOUBTED | {"bias": None}, PARTIAL),
        (DOUBTED | {"bias": D("0.49"), "signatures": 1}, PARTIAL),
        (DOUBTED | {"bias": D("0.49"), "irreversible": 1}, PARTIAL),
        ({"doubt": D(5)}, FULL),
        ({"doubt": D("5.01")}, PARTIAL),
        ({"two_sided": D("1.01")}, PARTIAL),
        ({"two_sided": D("-1.01")}, PARTIAL),
        ({"two_sided": D(1)}, FULL),
        ({"maturity": D("96.9")}, PARTIAL),
        ({"maturity": None}, PARTIAL),
        ({"share": None}, PARTIAL),
        ({"signatures": 1}, PARTIAL),
        ({"cases": 1}, PARTIAL),
        ({"is_excluded": True}, PARTIAL),
    ],
)
def test_one_market_decides_the_kind(more, wanted):
    small = {"share": D(10)}
    found = measures(market("A", **(small | more)), *(market(code, share=D(30)) for code in "BCD"))
    assert kind(found) == wanted


def test_a_disclosure_takes_time_to_be_read():
    doubted = DOUBTED | {"bias": D("0.1")}
    assert kind(with_one(**doubted)) == DISCLOSE
    late = replace(with_one(**doubted), time=1)
    assert kind(late) == PARTIAL
    assert "no time is left" in propose(POLICY, late).reasons[1]


def test_too_much_left_out_is_no_global_figure():
    assert kind(measures(market("A", share=D("25.1"), cases=1), market("B", share=D("74.9")))) == BLOCK
    assert kind(measures(market("A", share=D(25), cases=1), market("B", share=D(75)))) == PARTIAL
    assert kind(measures(*(market(code, cases=1) for code in "ABCD"))) == BLOCK


def test_coverage_counts_what_is_shown_outside_of_the_launch():
    small = (market("A", share=D(6), cases=1), market("B", share=D(30)))
    assert kind(measures(*small, elsewhere=D(44))) == BLOCK
    assert kind(measures(*small, elsewhere=D(45))) == PARTIAL


def test_every_row_has_a_sentence_without_a_figure_of_a_market():
    found = propose(POLICY, with_one(**DOUBTED))
    assert {row.criterion for row in found.rows} == set(RULES)
    broken = [(row.criterion, row.market, row.measured) for row in found.rows if not row.holds]
    assert broken == [("doubt", "A", "data defect, 87 %"), ("bias", "A", "41"), ("cases", "A", "1")]
    said = str(found.kept())
    assert "87" not in said.replace(found.digest, "").replace(POLICY.digest, "")
    assert "41" not in said.replace(found.digest, "").replace(POLICY.digest, "")


def test_what_would_change_it_is_said_smallest_first():
    found = propose(POLICY, with_one(**DOUBTED))
    opened = [change for change in found.changes if change.market == "A"]
    # One criterion is enough: a bounded bias can be disclosed.
    assert [(change.criteria, change.becomes) for change in opened] == [(("bias",), DISCLOSE)]
    assert opened[0].sentence == (
        "If, for MA, its bias is bounded below 0.5 points: launch with disclosure, with a disclosure for MA."
    )
    # A second market out would be too much.
    assert [change.becomes for change in found.changes if change.market == "B"] == [BLOCK]


def test_two_markets_out_are_opened_one_by_one():
    doubted = [market(code, share=D(10), **DOUBTED) for code in "AB"]
    found = propose(POLICY, measures(*doubted, market("C", share=D(80))))
    said = next(change.sentence for change in found.changes if change.market == "A")
    assert said.endswith("still launch partial, without MB, with a disclosure for MA.")


def test_of_what_is_switched_off_nothing_is_said_but_that():
    found = propose(POLICY, with_one(is_off=True))
    assert dict(found.outcome.markets)["A"] == "out"
    assert "MA is left out: it is switched off." in found.reasons
    assert not any(row.market == "A" for row in found.rows)


def test_a_figure_that_breaks_nothing_moves_no_fingerprint():
    found = [propose(POLICY, with_one(doubt=D(value), bias=D("0.1"))) for value in (1, 2)]
    assert found[0].digest == found[1].digest
    assert found[0].kept()["measures"] != found[1].kept()["measures"]
    assert propose(POLICY, with_one(doubt=D(6), bias=D("0.1"))).digest != found[0].digest
    both = [propose(POLICY, with_one(cases=1, two_sided=D(value))) for value in (0, 2)]
    assert both[0].digest == both[1].digest, "the same outcome, whichever criterion it rests on"


# Properties

WHOLE = st.integers(0, 2)
POINTS = st.one_of(st.none(), st.sampled_from([D(0), D("0.49"), D("0.5"), D(1), D("1.01"), D(5), D(50)]))
ONE = st.builds(
    MarketMeasures, code=st.just(""), name=st.just(""), share=st.sampled_from([D(5), D(20), D(40)]),
    maturity=st.sampled_from([None, D(0), D("96.99"), D(97), D(100)]), doubt=POINTS, bias=POINTS,
    two_sided=POINTS, signatures=WHOLE, cases=WHOLE, irreversible=WHOLE, is_excluded=st.booleans(),
)  # fmt: skip
MANY = st.lists(ONE, min_size=1, max_size=5).map(
    lambda found: tuple(replace(one, code=str(n), name=f"M{n}") for n, one in enumerate(found))
)
INVENTED = st.builds(Measures, MANY, st.sampled_from([D(0), D(40), D(70)]), st.integers(0, 4))


def rank(found: Measures) -> int:
    return ORDER.index(decide(POLICY, found).kind)


@given(INVENTED)
def test_the_same_measures_make_the_same_proposal_in_any_order(found):
    first, again = propose(POLICY, found), propose(POLICY, found)
    assert (first, first.digest) == (again, again.digest)
    mixed = replace(found, markets=found.markets[::-1])
    assert propose(POLICY, mixed).kind == first.kind


@given(INVENTED, st.data())
def test_nothing_measured_better_leads_to_less(found, data):
    one = data.draw(st.sampled_from(found.markets))
    better = [one.but("maturity", D(100)), replace(one, is_excluded=False)]
    for name in ("doubt", "bias", "two_sided", "signatures", "cases", "irreversible"):
        if one.value(name) is not None:
            better.append(one.but(name, D(0)))
    for improved in better:
        markets = tuple(improved if item.code == one.code else item for item in found.markets)
        assert rank(replace(found, markets=markets)) >= rank(found)
    assert rank(replace(found, time=found.time + 1)) >= rank(found)


@given(INVENTED, st.data())
def test_too_good_weighs_as_much_as_too_bad(found, data):
    one = data.draw(st.sampled_from(found.markets))
    if one.two_sided is not None:
        other = replace(one, two_sided=-one.two_sided)
        markets = tuple(other if item.code == one.code else item for item in found.markets)
        assert decide(POLICY, replace(found, markets=markets)) == decide(POLICY, found)


@given(INVENTED)
def test_each_change_that_is_named_changes_it_and_none_smaller_does(found):
    proposal = propose(POLICY, found)
    for change in proposal.changes:
        if not change.market:
            continue
        one = next(item for item in found.markets if item.code == change.market)
        improves = any(
            not (row.holds) for row in proposal.rows if row.market == one.code and row.criterion in change.criteria
        )  # fmt: skip
        limits = {name: POLICY.limit(name) for name in change.criteria}
        if improves:
            wanted = {name: limit - D("0.01") if name == "bias" else limit for name, limit in limits.items()}
            assert decide(POLICY, found.but(one.code, **wanted)).kind == change.becomes
            for name in change.criteria if len(change.criteria) > 1 else ():
                assert decide(POLICY, found.but(one.code, **{name: wanted[name]})) == proposal.outcome
