"""What would change a proposal: the smallest changes of what is measured, each found by asking again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from governance.framework.measures import PLACES, MarketMeasures, Measures
from governance.framework.outcome import BLOCK, NOTED, ORDER, OUT, WORDS, Outcome, decide, holds
from governance.framework.policy import AT_LEAST, OF_A_MARKET, RULES, Policy, plain
from governance.framework.wording import names_of


@dataclass(frozen=True, slots=True)
class Change:
    """What would change the proposal: these criteria of a market (or of the launch), and what it would be."""

    market: str
    criteria: tuple[str, ...]
    becomes: str
    sentence: str


def _best(policy: Policy, name: str) -> Decimal:
    """The value nearest to the limit that holds."""
    limit = policy.limit(name)
    return limit - PLACES if name == "bias" else limit


def _worst(policy: Policy, name: str) -> Decimal | None:
    """The value nearest to the limit that does not hold; None where none can be."""
    limit = policy.limit(name)
    step = Decimal(1) if RULES[name].whole else PLACES
    if name == "bias":
        return limit
    if name in AT_LEAST:
        return limit - step if limit >= step else None
    return limit + step


_TO_PASS: Final = {
    "doubt": "a verdict finds a defect at most {limit} % likely",
    "two_sided": "it stands within the two-sided rule",
    "maturity": "{limit} % of its shipments are mature and reported on",
    "signatures": "its missing signatures are given",
    "cases": "its open cases are closed",
    "bias": "its bias is bounded below {limit} points",
    "irreversible": "its exports and locks are taken back",
}
_TO_FAIL: Final = {
    "doubt": "a verdict found a defect more than {limit} % likely",
    "two_sided": "it moved beyond the two-sided rule",
    "maturity": "less than {limit} % of its shipments were reported on",
    "signatures": "a signature were taken back",
    "cases": "a case about it were opened",
}


def changes_of(policy: Policy, measures: Measures, outcome: Outcome) -> tuple[Change, ...]:
    """The smallest changes that lead to another outcome, each found by asking again."""
    found: list[Change] = []
    for one in measures.markets:
        found += _opened(policy, measures, outcome, one)
    for one in measures.markets:
        found += _shut(policy, measures, outcome, one)
    return (*found, *_timed(policy, measures, outcome))


def _opened(policy: Policy, measures: Measures, outcome: Outcome, one: MarketMeasures) -> list[Change]:
    """The fewest criteria of a market that, met, change the outcome."""
    open_ones = tuple(name for name in OF_A_MARKET if not holds(policy, name, one.value(name)))
    for size in range(1, len(open_ones) + 1):
        found = []
        for names in combinations(open_ones, size):
            wanted = {name: _best(policy, name) for name in names}
            after = decide(policy, measures.but(one.code, **wanted))
            if after != outcome:
                becomes = _becomes(measures, outcome, after)
                sentence = f"If, for {one.name}, {_met(policy, names)}: {becomes}."
                found.append(Change(one.code, names, after.kind, sentence))
        if found:
            return found
    return []


def _met(policy: Policy, names: tuple[str, ...]) -> str:
    """What would have to be so, in words."""
    said = [_TO_PASS[name].format(limit=plain(policy.limit(name))) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _becomes(measures: Measures, before: Outcome, after: Outcome) -> str:
    out, noted = after.are(OUT), after.are(NOTED)
    if after.kind == BLOCK:
        return WORDS[BLOCK]
    words = WORDS[after.kind] if after.kind != before.kind else f"still {WORDS[after.kind]}"
    if out:
        words += f", without {names_of(measures, out)}"
    return f"{words}, with a disclosure for {names_of(measures, noted)}" if noted else words


def _shut(policy: Policy, measures: Measures, outcome: Outcome, one: MarketMeasures) -> list[Change]:
    """The first criterion of a market that, broken, leads to another kind: the others would do the same."""
    for name in _TO_FAIL:
        value = _worst(policy, name)
        if value is None or not holds(policy, name, one.value(name)):
            continue
        after = decide(policy, measures.but(one.code, **{name: value}))
        if ORDER.index(after.kind) < ORDER.index(outcome.kind):
            said = _TO_FAIL[name].format(limit=plain(policy.limit(name)))
            sentence = f"If, for {one.name}, {said}: {_becomes(measures, outcome, after)}."
            return [Change(one.code, (name,), after.kind, sentence)]
    return []


def _timed(policy: Policy, measures: Measures, outcome: Outcome) -> list[Change]:
    """More or less time to the review, where that alone changes the outcome."""
    is_held = holds(policy, "time", Decimal(measures.time))
    value = _worst(policy, "time") if is_held else _best(policy, "time")
    if value is None:
        return []
    after = decide(policy, Measures(measures.markets, measures.elsewhere, int(value)))
    if after == outcome:
        return []
    days = "business day" if value == 1 else "business days"
    sentence = f"With {plain(value)} {days} to the review: {_becomes(measures, outcome, after)}."
    return [Change("", ("time",), after.kind, sentence)]
