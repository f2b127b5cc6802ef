"""What a framework is asked about: the measures of each market and of the launch, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from otdr_hub.lib import digest

PLACES: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MarketMeasures:
    """One market. None means that nothing was raised there to be measured, except for `maturity` and `share`,
    where it means that nothing was computed.

    share: per cent of all shipments due in the week; maturity: per cent of the market's own that are past
    their horizon and reported on; doubt: per cent probability that the number is a defect; bias: points it
    may be off, whatever the doubtful shipments turn out to be; two_sided: its distance from the median, as
    a multiple of what the rule allows; signatures, cases, irreversible: how many. `is_noted` says that a
    disclosure was decided for it, `is_off` that it is switched off: then nothing of it is measured.
    """

    code: str
    name: str
    share: Decimal | None = None
    maturity: Decimal | None = None
    doubt: Decimal | None = None
    bias: Decimal | None = None
    two_sided: Decimal | None = None
    signatures: int = 0
    cases: int = 0
    irreversible: int = 0
    is_excluded: bool = False
    is_noted: bool = False
    is_off: bool = False
    verdict: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    def value(self, criterion: str) -> Decimal | None:
        """What is compared with the limit of a criterion."""
        found = getattr(self, criterion)
        return None if found is None else Decimal(abs(found))

    def but(self, criterion: str, value: Decimal) -> MarketMeasures:
        """The same with another value of one criterion."""
        whole = isinstance(getattr(self, criterion), int)
        changed: dict[str, Any] = {criterion: int(value) if whole else value}
        return replace(self, **changed)


@dataclass(frozen=True, slots=True)
class Measures:
    """All markets of a launch; `elsewhere` is the per cent of all shipments due in markets that are shown and
    no part of it, `time` the business days to the review."""

    markets: tuple[MarketMeasures, ...]
    elsewhere: Decimal
    time: int

    def but(self, code: str, **changes: Decimal) -> Measures:
        """The same with other values of one market."""
        return replace(self, markets=tuple(_changed(one, code, changes) for one in self.markets))

    def content(self) -> dict[str, Any]:
        """The figures as plain values, for the digest. Not the time: it passes without anybody's doing."""
        return {
            "elsewhere": self.elsewhere,
            "markets": [
                {
                    "code": one.code, "share": one.share, "maturity": one.maturity, "doubt": one.doubt,
                    "bias": one.bias, "two_sided": one.two_sided, "signatures": one.signatures,
                    "cases": one.cases, "irreversible": one.irreversible, "excluded": one.is_excluded,
                    "noted": one.is_noted, "off": one.is_off, "verdict": one.verdict,
                }
                for one in self.markets
            ],
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Names these figures, so that a decision can say what it saw without telling them."""
        return digest.of(self.content())


def _changed(one: MarketMeasures, code: str, changes: Mapping[str, Decimal]) -> MarketMeasures:
    if one.code == code:
        for criterion, value in changes.items():
            one = one.but(criterion, value)
    return one
