"""Two definitions side by side over the same files, with what each changed rule does on its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from governance.definition import Definition
from metrics.otdr.engine import Inputs, Neighbour, count_neighbours
from metrics.otdr.ladder import Rung, rung


@dataclass(frozen=True, slots=True)
class Effect:
    """What a changed rule does to the counts when it alone is changed."""

    rule: str
    due: int
    on_time: int


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both definitions' counts; the effects, in integers, add up to the difference between them. The last
    effect, `together`, is what the rules do to each other; it is absent when they do nothing."""

    before: Rung
    after: Rung
    effects: tuple[Effect, ...]


def _changed(old: Definition, new: Definition) -> list[str]:
    nodes = [node for node in old.__slots__ if node != "name"]
    return [node for node in nodes if getattr(old, node) != getattr(new, node)]


def compare(
    old: Definition, new: Definition, inputs: Inputs, *, as_of: dt.datetime, since: dt.date, until: dt.date
) -> SideBySide:
    """The counts of one market over promise days since..until (both inclusive) under both definitions."""
    rules = _changed(old, new)
    steps = {rule: replace(old, **{rule: getattr(new, rule)}) for rule in rules}
    asked = {"": Neighbour(old)} | {rule: Neighbour(step) for rule, step in steps.items()}
    counted = count_neighbours(asked | {new.name: Neighbour(new)}, inputs, as_of=as_of)
    before = rung(old.name, counted[""], since, until)
    after = rung(new.name, counted[new.name], since, until)
    alone = [rung(rule, counted[rule], since, until) for rule in rules]
    effects = [Effect(one.name, one.due - before.due, one.on_time - before.on_time) for one in alone]
    together = Effect(
        "together",
        after.due - before.due - sum(effect.due for effect in effects),
        after.on_time - before.on_time - sum(effect.on_time for effect in effects),
    )
    if together.due or together.on_time:
        effects.append(together)
    return SideBySide(before, after, tuple(effects))
