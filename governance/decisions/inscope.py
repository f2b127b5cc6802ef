"""The priority markets of a launch: what was decided about each, and whether a launch would show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from governance.decisions.own import names_of
from governance.launch.models import LaunchPlan
from governance.scope.selectors import in_force
from governance.scope.services import ACT as SCOPE
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from otdr_hub.lib import clock

UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True)
class InScope:
    """One priority market: what was decided about it, and whether all have signed."""

    code: str
    name: str
    state: str
    decision: str
    signed: bool
    is_over: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether a launch would show it; a known issue, until it expires."""
        return (
            self.signed and not self.is_over
            and self.state in (ScopeState.CERTIFIED, ScopeState.KNOWN_ISSUE)
        )  # fmt: skip


def in_scope(plan: LaunchPlan) -> tuple[InScope, ...]:
    """The priority markets of a plan as they stand now."""
    found = []
    for code, name in names_of(plan.codes).items():
        decision = in_force(code)
        if decision is None:
            found.append(InScope(code, name, UNDECIDED, "", signed=False))
            continue
        signed, state = stands(SCOPE, decision.digest), str(decision.state)
        ends = decision.review_on if state == ScopeState.KNOWN_ISSUE else None
        is_over = ends is not None and ends <= clock.now().date()
        found.append(InScope(code, name, state, decision.digest, signed, is_over))
    return tuple(found)
