"""What becomes of each market, and so of the launch: comparisons with limits and nothing else.

A market is `as_is` (shown as it is), `noted` (shown with a disclosure) or `out`. The kinds stand in an order:
block, partial, with disclosure, full. Nothing that is measured better ever leads to less, and the two-sided
rule asks how far, not to which side; both are properties that tests try on invented measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from governance.framework.measures import PLACES, MarketMeasures, Measures
from governance.framework.policy import AT_LEAST, Policy

BLOCK, PARTIAL, DISCLOSE, FULL = "block", "launch_partial", "launch_with_disclosure", "launch_full"
# From the least open to the most.
ORDER: Final = (BLOCK, PARTIAL, DISCLOSE, FULL)
WORDS: Final = {
    BLOCK: "block the launch",
    PARTIAL: "launch partial",
    DISCLOSE: "launch with disclosure",
    FULL: "launch full",
}
AS_IS, NOTED, OUT = "as_is", "noted", "out"
SHOWN: Final = ("maturity", "signatures")
FOR_AS_IS: Final = ("doubt", "two_sided", "cases")
FOR_NOTED: Final = ("bias", "irreversible")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Kind, and what becomes of each market."""

    kind: str
    markets: tuple[tuple[str, str], ...]

    def are(self, level: str) -> tuple[str, ...]:
        """The codes of markets at a level."""
        return tuple(code for code, found in self.markets if found == level)


def holds(policy: Policy, criterion: str, value: Decimal | None) -> bool:
    """Whether a measured value is within the limit. Maturity that nobody computed is not; a bias that nobody
    bounded cannot be disclosed; of the others, nothing measured means that nothing was raised."""
    if value is None:
        return criterion not in ("maturity", "bias")
    limit = policy.limit(criterion)
    if criterion == "bias":
        return value < limit
    return value >= limit if criterion in AT_LEAST else value <= limit


def _passes(policy: Policy, one: MarketMeasures, criteria: tuple[str, ...]) -> bool:
    return all(holds(policy, name, one.value(name)) for name in criteria)


def level_of(policy: Policy, one: MarketMeasures, time: int) -> str:
    """What becomes of a market."""
    if one.is_excluded or one.is_off or one.share is None or not _passes(policy, one, SHOWN):
        return OUT
    is_doubted = not _passes(policy, one, FOR_AS_IS)
    if not is_doubted and not one.is_noted:
        return AS_IS
    in_time = holds(policy, "time", Decimal(time))
    # A disclosure that was decided without a doubt raised here has no bias to be bounded.
    is_bounded = _passes(policy, one, FOR_NOTED) or (not is_doubted and one.bias is None)
    return NOTED if in_time and is_bounded else OUT


def shares(measures: Measures, levels: dict[str, str]) -> tuple[Decimal, Decimal]:
    """(per cent of the launch's volume left out, per cent of all volume covered)."""
    known = [(one.code, one.share or Decimal(0)) for one in measures.markets]
    whole = sum((share for _, share in known), Decimal(0))
    shown = sum((share for code, share in known if levels[code] != OUT), Decimal(0))
    left_out = (whole - shown) * 100 / whole if whole else Decimal(100)
    return left_out.quantize(PLACES), (shown + measures.elsewhere).quantize(PLACES)


def decide(policy: Policy, measures: Measures) -> Outcome:
    """What the framework makes of these measures."""
    levels = {one.code: level_of(policy, one, measures.time) for one in measures.markets}
    left_out, covered = shares(measures, levels)
    found = set(levels.values())
    if (
        found <= {OUT}
        or not holds(policy, "excluded", left_out)
        or not holds(policy, "coverage", covered)
    ):  # fmt: skip
        kind = BLOCK
    elif OUT in found:
        kind = PARTIAL
    else:
        kind = DISCLOSE if NOTED in found else FULL
    return Outcome(kind, tuple(levels.items()))
