"""What is new since the chair decided: gates, the markets that would be shown, the kind that was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import override

from governance.decisions.board import Board, joined, open_to
from governance.decisions.gates import Found, Gate, State
from governance.decisions.models import LaunchDecision
from governance.decisions.own import names_of
from otdr_hub.lib.outcome import Refused

_RANK: Final = {State.OK: 0, State.OPEN: 1, State.BLOCKED: 2}


def new_facts(decision: LaunchDecision, now: Board) -> list[Found]:
    """What the chair did not know: any of it holds the launch. Nothing where all is as it was, or better.

    Its words go on record, so they are the source's in every language.
    """
    seen = decision.seen["board"]
    with override(None):
        return [*_worse(seen["gates"], now), *_scope(seen["scope"], now), *_kind(decision, now)]


def _worse(seen: list[dict[str, Any]], now: Board) -> list[Found]:
    """Gates that hold less than they did; one that is no longer asked does not hold."""
    found = {item.name: item for item in now.gates}
    before = {item["name"]: item for item in seen}
    gone = Gate(State.OPEN, "This can no longer be asked.")
    unasked = [
        Found(name, item["title"], gone) for name, item in before.items()
        if name not in found and item["state"] == State.OK
    ]  # fmt: skip
    return [*unasked, *(item for item in now.gates if _is_worse(before.get(item.name), item))]


def _is_worse(before: Mapping[str, Any] | None, now: Found) -> bool:
    """Whether a gate that does not hold held before, was less shut, or has something new against it."""
    if now.is_ok or before is None:
        return not now.is_ok
    if _RANK[now.gate.state] > _RANK[State(before["state"])]:
        return True
    return not set(now.gate.about) <= set(before["about"])


def _scope(seen: list[dict[str, Any]], now: Board) -> list[Found]:
    """The markets that would be shown, and what was signed of each, against those decided on."""
    before = {item["market"]: item["decision"] for item in seen if item["shown"]}
    today = {item.code: item.decision for item in now.scope if item.is_shown}
    names = names_of(tuple({**before, **today}))
    told = (
        ([names[code] for code in before if code not in today], "may no longer be shown as decided."),
        ([names[code] for code in today if code not in before], "may be shown now, and could not be then."),
        (
            [names[code] for code in before if today.get(code, before[code]) != before[code]],
            "was decided and signed anew.",
        ),
    )
    sentence = " ".join(f"{joined(markets)} {what}" for markets, what in told if markets)
    return [Found("scope", "Markets as decided", Gate(State.OPEN, sentence))] if sentence else []


def _kind(decision: LaunchDecision, now: Board) -> list[Found]:
    """Whether the chair could decide for the same kind now."""
    answer = open_to(now, decision.kind)
    if not isinstance(answer, Refused):
        return []
    sentence = f"“{decision.get_kind_display()}” could not be decided now. {answer.reason}"
    return [Found("kind", "Kind of decision", Gate(State.OPEN, sentence))]
