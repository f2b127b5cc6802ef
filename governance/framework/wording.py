"""The rows and reasons of a proposal, in words. A figure stands in a row's `measured` and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from governance.framework.measures import PLACES, MarketMeasures, Measures
from governance.framework.outcome import (
    AS_IS,
    BLOCK,
    FOR_AS_IS,
    FOR_NOTED,
    NOTED,
    OUT,
    SHOWN,
    Outcome,
    holds,
    shares,
)
from governance.framework.policy import AT_LEAST, OF_A_MARKET, RULES, Policy, plain


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion, of one market or of the launch (`market` empty): what was measured, against which limit.

    `measured` is a figure and for readers who may see those; `sentence` says the same without one.
    """

    criterion: str
    title: str
    market: str
    name: str
    measured: str
    limit: str
    holds: bool
    sentence: str
    link: str = ""

    def kept(self) -> dict[str, Any]:
        """What is kept of it in a decision: no figure of a market."""
        return {
            "criterion": self.criterion, "title": self.title, "market": self.market, "limit": self.limit,
            "holds": self.holds, "sentence": self.sentence,
        }  # fmt: skip


_BROKEN: Final = {
    "doubt": "its number is too likely a data defect",
    "bias": "how far off it is cannot be bounded closely enough for a disclosure",
    "two_sided": "it stands further from its median than the two-sided rule allows",
    "maturity": "its week is not complete enough",
    "signatures": "signatures are missing",
    "cases": "a case about it is open",
    "irreversible": "doubtful figures of it were exported or locked already",
}
_KEPT: Final = {
    "doubt": "its number is not likely a data defect",
    "bias": "how far off it can be is bounded closely enough to be said",
    "two_sided": "it stands within the two-sided rule",
    "maturity": "its week is complete",
    "signatures": "all signatures stand",
    "cases": "no case about it is open",
    "irreversible": "no doubtful figure of it has left the house",
}


# Nothing measured is not the same as nothing wrong: its open case is what holds such a market back.
_UNTOLD: Final = "how likely a defect is, is said once its open case is shown to everybody"


def _figure(value: Decimal | None) -> str:
    return "not measured" if value is None else plain(value.quantize(PLACES))


def _limit(policy: Policy, name: str) -> str:
    word = "at least" if name in AT_LEAST else "below" if name == "bias" else "at most"
    return f"{word} {plain(policy.limit(name))} {RULES[name].unit}"


def _row(policy: Policy, name: str, value: Decimal | None, sentence: str, one: MarketMeasures | None) -> Row:
    measured = _figure(value)
    if name == "doubt" and one is not None and one.verdict:
        measured = f"{one.verdict}, {measured} %" if value is not None else one.verdict
    return Row(
        criterion=name, title=RULES[name].title, market=one.code if one else "",
        name=one.name if one else "", measured=measured, limit=_limit(policy, name),
        holds=holds(policy, name, value), sentence=sentence, link=one.links.get(name, "") if one else "",
    )  # fmt: skip


def _asked(one: MarketMeasures, name: str) -> bool:
    """Whether a criterion says anything of a market: without a doubt there is no bias to be bounded."""
    if name in ("bias", "irreversible"):
        return one.bias is not None or bool(one.cases) or one.doubt is not None
    return one.value(name) is not None or name == "maturity"


def market_rows(policy: Policy, measures: Measures) -> list[Row]:
    """By criterion; where it holds everywhere one row says so."""
    found = []
    for name in OF_A_MARKET:
        rows = []
        for one in (item for item in measures.markets if not item.is_off):
            value = one.value(name)
            is_held = holds(policy, name, value)
            if name == "doubt" and value is None and one.cases:
                rows.append(replace(_row(policy, name, None, f"{one.name}: {_UNTOLD}.", one), holds=False))
                continue
            if not _asked(one, name) or (is_held and not (name in ("doubt", "bias") and value)):
                continue
            said = (_KEPT if is_held else _BROKEN)[name]
            rows.append(_row(policy, name, value, f"{one.name}: {said}.", one))
        found += rows or [_everywhere(policy, name)]
    return found


def _everywhere(policy: Policy, name: str) -> Row:
    said = f"In every market: {_KEPT[name]}."
    return Row(name, RULES[name].title, "", "", "", _limit(policy, name), holds=True, sentence=said)


def launch_rows(policy: Policy, measures: Measures, outcome: Outcome) -> list[Row]:
    """What is asked of the launch as a whole."""
    left_out, covered = shares(measures, dict(outcome.markets))
    found = []
    for name, value, good, bad in (
        ("excluded", left_out, "Little enough of the launch is left out.",
         "Too much of the launch is left out."),
        ("coverage", covered, "What is shown covers enough for a global figure.",
         "What is shown covers too little for a global figure."),
        ("time", Decimal(measures.time), "There is time to read a disclosure.",
         "There is no time left to read a disclosure."),
    ):  # fmt: skip
        found.append(_row(policy, name, value, good if holds(policy, name, value) else bad, None))
    return found


def names_of(measures: Measures, codes: tuple[str, ...]) -> str:
    """Markets as one speaks of them."""
    names = {one.code: one.name for one in measures.markets}
    found = [names[code] for code in codes]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def reasons_of(
    policy: Policy, measures: Measures, outcome: Outcome, rows: tuple[Row, ...]
) -> tuple[str, ...]:
    """Why, a sentence each: what holds the kind, then each market that is not shown as it is."""
    found = []
    as_is, noted, out = (outcome.are(level) for level in (AS_IS, NOTED, OUT))
    if as_is:
        number = "1 market is" if len(as_is) == 1 else f"{len(as_is)} markets are"
        found.append(f"{number} complete, signed and without doubt.")
    for one in measures.markets:
        if one.code in out:
            found.append(f"{one.name} is left out: {_because(policy, one, measures.time)}.")
        elif one.code in noted:
            found.append(f"{one.name} can be shown with a disclosure: {_KEPT['bias']}.")
    if outcome.kind == BLOCK and out:
        broken = [row.sentence for row in rows if row.criterion in ("excluded", "coverage") and not row.holds]
        found += broken if as_is or noted else ["No market can be shown."]
    return tuple(found)


def _because(policy: Policy, one: MarketMeasures, time: int) -> str:
    """What keeps a market out: from being shown as it is, and from being shown with a disclosure."""
    if one.is_excluded:
        return "it is excluded by decision"
    if one.is_off:
        return "it is switched off"
    if one.share is None:
        return "nothing was computed for it"

    def broken(criteria: tuple[str, ...]) -> list[str]:
        return [_BROKEN[name] for name in criteria if not holds(policy, name, one.value(name))]

    unfit, doubts = broken(SHOWN), broken(FOR_AS_IS)
    unbounded = broken(FOR_NOTED) if doubts else []
    late = not unfit and not unbounded and not holds(policy, "time", Decimal(time))
    return "; ".join([*unfit, *doubts, *unbounded, *(["no time is left to read a disclosure"] * late)])
