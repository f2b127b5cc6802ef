"""What the machine asks before a launch: a registry of gates, each with its evidence.

Governance registers what it knows in `own.py`; rooms that know counts register theirs when they are
ready. A gate's words carry no figure of a market, since everybody reads them, certified or not. They are
kept in decisions and checks, under a digest, so they are the source's words in every language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import override

from governance.launch.models import Launch
from otdr_hub.lib.outcome import DomainError


class State(StrEnum):
    """ok: it holds. open: it does not hold yet. blocked: something stands against it."""

    OK = "ok"
    OPEN = "open"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Gate:
    """One answer: the state, a sentence, the evidence line by line, and the page that has more.

    `about` names what stands against it one by one (a market, a run), as lines in words do not: what was not
    among it when the chair decided is a new fact.
    """

    state: State
    sentence: str
    lines: tuple[str, ...] = ()
    link: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A gate by its name and title, with its answer."""

    name: str
    title: str
    gate: Gate

    @property
    def is_ok(self) -> bool:
        """Whether it holds."""
        return self.gate.state is State.OK

    def kept(self) -> dict[str, Any]:
        """What is kept of it in a decision and a check."""
        return {**self.plain(), "about": self.gate.about}

    def plain(self) -> dict[str, Any]:
        """What everybody is told of it."""
        return {
            "name": self.name, "title": self.title, "state": self.gate.state.value,
            "sentence": self.gate.sentence, "lines": self.gate.lines,
        }  # fmt: skip


Evaluate = Callable[[Launch], Gate]

_gates: Final[dict[str, tuple[int, str, Evaluate]]] = {}


def register(name: str, title: str, evaluate: Evaluate, *, place: int) -> None:
    """Add a gate; `place` orders them on the page. The same name replaces itself (apps may load twice)."""
    _gates[name] = (place, title, evaluate)


def ok(sentence: str, link: str = "") -> Gate:
    """It holds."""
    return Gate(State.OK, sentence, (), link)


def evaluate(launch: Launch) -> tuple[Found, ...]:
    """Every gate's answer now, in order. What cannot be asked does not hold."""
    ordered = sorted(_gates.items(), key=lambda item: (item[1][0], item[0]))
    with override(None):
        return tuple(Found(name, title, _answer(ask, launch)) for name, (_, title, ask) in ordered)


def _answer(ask: Evaluate, launch: Launch) -> Gate:
    try:
        return ask(launch)
    except DomainError as error:
        return Gate(State.OPEN, str(error))
