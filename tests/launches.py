"""Small launches for tests, made through the services: planned, seated, polled, decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from governance.access.models import User
from governance.decisions import board, gates
from governance.decisions.models import Condition, LaunchDecision, Verdict
from governance.decisions.services import decision_make, verdict_give
from governance.launch import days
from governance.launch.models import Launch
from governance.launch.seats import CHAIR, ROLE_OF, SeatName
from governance.launch.services import launch_plan, seat_give
from otdr_hub.lib import clock
from tests import builders
from tests.builders import person

NAME: Final = "QBR"
ADVISERS: Final = tuple(name for name in SeatName.values if name != CHAIR)
NO_GO: Final = "Not with the backfill open."


def holder(seat: str) -> User:
    """Whoever sits there in these tests: the account named like the seat's role."""
    return person(ROLE_OF[SeatName(seat)])


def later(number: int = 10) -> dt.date:
    """A business day in the United States so many business days from now."""
    return days.after(clock.now().date(), number, ["US"])


def planned(markets: tuple[str, ...] = (builders.SHOWN, builders.UNDECIDED)) -> Launch:
    """Both markets, ten business days ahead."""
    builders.two_markets()
    plan = launch_plan(
        name=NAME, review_on=later(), calendar=["US"], markets=list(markets), actor=person("admin")
    )
    return plan.launch


def seated(markets: tuple[str, ...] = (builders.SHOWN, builders.UNDECIDED)) -> Launch:
    """Somebody on each of the seven seats."""
    launch = planned(markets)
    for name in SeatName.values:
        seat_give(launch=launch, name=name, holder=holder(name), actor=person("admin"))
    return launch


def states(launch: Launch) -> dict[str, str]:
    """Gate -> its state now."""
    return {found.name: found.gate.state.value for found in gates.evaluate(launch)}


def said(launch: Launch, name: str) -> gates.Gate:
    """A gate's answer now."""
    return next(found.gate for found in gates.evaluate(launch) if found.name == name)


def say(launch: Launch, seat: str, word: str = "go", **more: object) -> Verdict:
    """The holder of a seat gives a verdict, with what that verdict needs."""
    needed: dict[str, object] = {} if word == "go" else {"reason": NO_GO}
    if word == "go_with_conditions":
        needed["conditions"] = [Condition("Close the backfill", later(2))]
    return verdict_give(launch=launch, seat=seat, verdict=word, actor=holder(seat), **(needed | more))  # type: ignore[arg-type]


def polled(launch: Launch, but: Mapping[str, str] = {}) -> Launch:
    """Every seat but the chair has said go, or what `but` says."""
    for seat in ADVISERS:
        say(launch, seat, but.get(seat, "go"))
    return launch


def naming(launch: Launch) -> str:
    """A reason that names every gate that does not hold."""
    return f"We know: {', '.join(found.title for found in board.read(launch).not_ok)}."


def decide(launch: Launch, kind: str = "launch_partial", **more: object) -> LaunchDecision:
    """The chair decides on what it sees now."""
    given: dict[str, object] = {
        "reason": naming(launch), "seen": board.read(launch).digest, "actor": holder(CHAIR)
    }  # fmt: skip
    return decision_make(launch=launch, kind=kind, **(given | more))  # type: ignore[arg-type]


def ready(folder: Path) -> Launch:
    """AA is signed and published, BB undecided; everybody sits and has spoken."""
    builders.published(folder)
    return polled(seated())


def decided(folder: Path) -> LaunchDecision:
    """And the chair has decided to launch what may be shown."""
    return decide(ready(folder))
