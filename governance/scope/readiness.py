"""Questions a certification must pass before it is even asked for.

Governance knows digests, not counts. Rooms that know counts register a check here; the answer is
None when the vintage is ready, or the sentence that says why it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would be certified: a market's vintage under a version, through the week of a Monday.

    With a `breakout`, the market's figures by that.
    """

    market: str
    version: str
    vintage: str
    through: dt.date
    breakout: str = "-"


Check = Callable[[Candidate], str | None]

_checks: Final[dict[str, Check]] = {}


def register(name: str, check: Check) -> None:
    """Add a check under a name; the same name replaces itself (app loading may run twice)."""
    _checks[name] = check


def problems(candidate: Candidate) -> list[str]:
    """Why the candidate is not ready, one sentence per failing check. No check registered is a problem."""
    if not _checks:
        return [_("No readiness check is installed, so nothing can be certified.")]
    return [problem for check in _checks.values() if (problem := check(candidate)) is not None]


# Whether an effect table is filed under that digest and is about the candidate.
Filed = Callable[[str, Candidate], bool]
_filed: Final[list[Filed]] = []


def register_effects(filed: Filed) -> None:
    """Name who keeps the effect tables; the last one named counts."""
    _filed[:] = [filed]


def effect_is_filed(effect: str, candidate: Candidate) -> bool:
    """Whether a decision about the candidate may rest on that table. Nobody keeping any means no."""
    return bool(effect) and any(filed(effect, candidate) for filed in _filed)
