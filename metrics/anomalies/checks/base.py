"""The shape all checks share: what they need, what they measure, when they fire, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal

from metrics.anomalies.world import World

Direction = Literal["up", "down", "either"]

FIRE_Z: Final = 5.0
HINT_Z: Final = 3.0
STRONG_Z: Final = 12.0
MIN_BIAS: Final = 0.003  # of all due shipments: 0.3 points of the rate


class Family(Enum):
    """Checks of a family see the same thing; only the strongest of them counts in full."""

    TIMES = "time stamps"
    PROMISE = "promise"
    COMPLETENESS = "completeness"
    IDENTITY = "identity and joins"
    CODE = "code and calendar"
    OUTSIDE = "outside signals"
    RATE = "the rate itself"


class Level(Enum):
    """How far a statistic is from what it was; `UNTESTABLE` carries no weight."""

    UNTESTABLE = "not testable"
    CLEAR = "clear"
    HINT = "hint"
    FIRE = "fire"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence anybody can check: heads and rows of plain values."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of two series over the same labels: before and now."""

    labels: tuple[str, ...]
    before: tuple[float, ...]
    now: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `bias` bounds how far it can have moved the rate, as a share of due shipments;
    `scope` is the carrier or batch it is confined to, or empty; `numbers` are the statistic's own;
    `threshold` says when it fires; `suspect` is SQL over `shipment` for the rows it doubts."""

    level: Level
    sentence: str
    z: float = 0.0
    step: float = 0.0
    bias: float = 0.0
    scope: str = ""
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    table: Table | None = None
    chart: Chart | None = None
    threshold: str = ""
    suspect: str = ""

    @property
    def fires(self) -> bool:
        """Whether it is beyond noise and large enough to matter."""
        return rank(self.level) >= rank(Level.FIRE)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its number in the catalogue, the defect it looks for, and how to run it."""

    number: int
    kind: str
    title: str
    family: Family
    direction: Direction
    needs: tuple[str, ...]
    run: Callable[[World], Finding]


def untestable(why: str) -> Finding:
    """The finding of a check that could not run; `why` completes "Not testable because ..."."""
    return Finding(Level.UNTESTABLE, f"Not testable because {why}.")


def level_of(z: float, is_material: bool) -> Level:
    """The level of a statistic: material ones fire, others can at most hint."""
    size = abs(z)
    if is_material and size > STRONG_Z:
        return Level.STRONG
    if is_material and size > FIRE_Z:
        return Level.FIRE
    return Level.HINT if size > HINT_Z else Level.CLEAR


_RANK: Final = MappingProxyType(
    {Level.UNTESTABLE: 0, Level.CLEAR: 1, Level.HINT: 2, Level.FIRE: 3, Level.STRONG: 4}
)


def rank(level: Level) -> int:
    """Levels in order of weight."""
    return _RANK[level]


def strongest(findings: Sequence[Finding]) -> Finding:
    """The finding that says most; the first of equals. There is at least one."""
    return max(findings, key=lambda one: (_RANK[one.level], one.bias, abs(one.z)))


def per_cent(share: float) -> str:
    """A share in per cent, to a tenth; two digits more where it is small."""
    return f"{share * 100:.1f} %" if share >= 0.001 or share == 0 else f"{share * 100:.3f} %"
