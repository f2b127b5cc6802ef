"""Everything a decision rests on at one moment: gates, verdicts, scope. And which kinds it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.decisions.gates import Found, evaluate
from governance.decisions.inscope import InScope, in_scope
from governance.decisions.models import LaunchCheck, LaunchDecision, Verdict
from governance.decisions.selectors import hold
from governance.decisions.selectors import in_force as decision_in_force
from governance.launch.models import Launch, LaunchPlan
from governance.launch.seats import CHAIR, SeatName, title
from governance.launch.selectors import Place, places, plan_of
from governance.scope.states import ScopeState
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ALLOWED, Answer, Refused

# Without these three at the table there is nobody to certify anything, so nothing is launched.
MUST_BE_HELD: Final = (SeatName.FINANCE, SeatName.LEGAL, SeatName.LOGISTICS)


@dataclass(frozen=True)
class Board:
    """The table as it stands. `digest` is its fingerprint: what the chair saw is what is decided on."""

    launch: Launch
    plan: LaunchPlan
    gates: tuple[Found, ...]
    places: tuple[Place, ...]
    verdicts: dict[str, Verdict]
    scope: tuple[InScope, ...]
    decision: LaunchDecision | None
    held: LaunchCheck | None

    @property
    def not_ok(self) -> tuple[Found, ...]:
        """Gates that do not hold."""
        return tuple(found for found in self.gates if not found.is_ok)

    @property
    def silent(self) -> tuple[str, ...]:
        """Names of the seats that are held, are not the chair, and have said nothing."""
        return tuple(
            item.name for item in self.places
            if item.seat is not None and item.name != CHAIR and item.name not in self.verdicts
        )  # fmt: skip

    @property
    def unheld(self) -> tuple[str, ...]:
        """Names of the seats that must be held and are not."""
        return tuple(item.name for item in self.places if item.seat is None and item.name in MUST_BE_HELD)

    @cached_property
    def digest(self) -> str:
        """Fingerprint of plan, states, verdicts, scope, the decision in force and its hold; no clock."""
        return digest.of(
            {
                "launch": self.launch.pk, "plan": self.plan.pk,
                "gates": {found.name: found.gate.state.value for found in self.gates},
                "verdicts": {seat: verdict.pk for seat, verdict in self.verdicts.items()},
                "scope": self._scope(),
                "decision": self.decision and self.decision.pk, "held": self.held and self.held.pk,
            }
        )  # fmt: skip

    def content(self) -> dict[str, Any]:
        """What is kept of it in a decision: words and fingerprints, and no figure of a market."""
        plan = self.plan
        return {
            "launch": {
                "name": self.launch.name, "at": plan.moment, "calendar": plan.countries,
                "markets": plan.codes, "plan": plan.pk,
            },
            "gates": [found.kept() for found in self.gates],
            "seats": {item.name: item.holder and item.holder.username for item in self.places},
            "verdicts": [_said(verdict) for verdict in self.verdicts.values()],
            "scope": self._scope(),
        }  # fmt: skip

    def _scope(self) -> list[dict[str, Any]]:
        return [
            {
                "market": item.code, "state": item.state, "decision": item.decision, "signed": item.signed,
                "shown": item.is_shown,
            }
            for item in self.scope
        ]  # fmt: skip


def _said(verdict: Verdict) -> dict[str, Any]:
    return {
        "seat": verdict.seat, "person": verdict.person.username, "verdict": verdict.verdict,
        "reason": verdict.reason, "appeals": verdict.appeals, "at": verdict.given_at,
        "conditions": [{"text": one.text, "due_on": one.due_on} for one in verdict.asked],
    }  # fmt: skip


def newest_verdicts(launch: Launch) -> dict[str, Verdict]:
    """Seat -> its newest verdict, in the order of the table."""
    newest = {item.seat: item for item in launch.verdicts.select_related("person").order_by("pk")}
    return {name: newest[name] for name in SeatName.values if name in newest}


def read(launch: Launch) -> Board:
    """The board of a launch now."""
    plan, decision = plan_of(launch), decision_in_force(launch)
    return Board(
        launch, plan, evaluate(launch), places(launch), newest_verdicts(launch), in_scope(plan),
        decision, hold(decision) if decision else None,
    )  # fmt: skip


def joined(names: list[str]) -> str:
    """Names as one speaks of them."""
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def _ready(board: Board) -> Answer:
    """What every launch needs, whatever its kind."""
    if not board.gates:
        return Refused(_("No gate is installed, so nothing can be launched."))
    if board.unheld:
        return Refused(
            _("Nobody holds the seat %(name)s.") % {"name": joined([title(name) for name in board.unheld])}
        )
    if board.silent:
        who = [title(name) for name in board.silent]
        said = ngettext("%(who)s has given no verdict yet.", "%(who)s have given no verdict yet.", len(who))
        return Refused(said % {"who": joined(who)})
    if not any(item.is_shown for item in board.scope):
        return Refused(_("No priority market may be shown yet."))
    return ALLOWED


def open_to(board: Board, kind: str) -> Answer:
    """Whether the chair can decide for this kind now. Blocking is always open."""
    if kind == LaunchDecision.Kind.BLOCK:
        return ALLOWED
    ready = _ready(board)
    if not ready:
        return ready
    why_not = _WHY_NOT[LaunchDecision.Kind(kind)](
        [item.name for item in board.scope if not item.is_shown],
        [item.name for item in board.scope if item.is_shown and item.state == ScopeState.KNOWN_ISSUE],
    )
    return Refused(why_not) if why_not else ALLOWED


def _why_not_full(left_out: list[str], noted: list[str]) -> str:
    if left_out:
        return _("%(names)s may not be shown.") % {"names": joined(left_out)}
    said = _("%(names)s can only be shown with a disclosure.")
    return said % {"names": joined(noted)} if noted else ""


def _why_not_partial(left_out: list[str], noted: list[str]) -> str:  # noqa: ARG001 (asked alike)
    return "" if left_out else _("Every priority market may be shown, so this is no partial launch.")


def _why_not_disclosed(left_out: list[str], noted: list[str]) -> str:  # noqa: ARG001 (asked alike)
    return "" if noted else _("No priority market is a known issue with its disclosure signed.")


_WHY_NOT: Final = {
    LaunchDecision.Kind.LAUNCH_FULL: _why_not_full,
    LaunchDecision.Kind.LAUNCH_PARTIAL: _why_not_partial,
    LaunchDecision.Kind.LAUNCH_WITH_DISCLOSURE: _why_not_disclosed,
}
