"""The launch gate that asks whether the newest data is still what the departments signed."""

from __future__ import annotations

from governance.decisions.gates import Gate, State, ok
from governance.decisions.own import names_of
from governance.launch.models import Launch
from governance.launch.selectors import plan_of
from governance.publication.services import guard_holds
from governance.scope.selectors import in_force
from governance.scope.states import ScopeState
from governance.versions.selectors import by_name
from metrics.recompute.selectors import newest_vintages

_PAGE = "/scope/"


def guard(launch: Launch) -> Gate:
    """The newest data of each market to be shown has not moved further than what was signed allows."""
    version = by_name(None)
    decided = {code: in_force(code) for code in plan_of(launch).codes}
    asked = {
        code: one for code, one in decided.items()
        if one and one.version_id == version.digest and one.state != ScopeState.EXCLUDED
    }  # fmt: skip
    if not asked:
        return Gate(State.OPEN, "No priority market is decided to be shown yet.", (), _PAGE)
    newest = newest_vintages(version, list(asked))
    moved = [code for code, row in newest.items() if not guard_holds(asked[code].digest, row.vintage)]
    if not moved:
        return ok("The newest data of each market is within what was signed.", _PAGE)
    names = names_of(tuple(moved))
    lines = tuple(f"{names[code]}: moved too far, needs signing again" for code in moved)
    return Gate(State.OPEN, "Newer data is outside of what was signed.", lines, _PAGE, tuple(moved))
