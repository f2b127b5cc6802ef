"""The calls of the verbs about launches, seats, verdicts and decisions: verb, action, what comes before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.access.services import system
from governance.decisions import board
from governance.decisions.services import decision_make, launch_check, verdict_give
from governance.killswitch.services import shutoff_activate
from governance.launch.selectors import place
from governance.launch.services import launch_plan, seat_deputy, seat_give
from governance.ledger.actions import Action
from otdr_hub.lib import clock
from tests import builders, launches
from tests.builders import person


def _plan(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return {
        "name": "QBR", "review_on": launches.later(), "calendar": ["US"], "markets": [builders.SHOWN],
        "actor": person("admin"),
    }  # fmt: skip


def _seat(folder: Path) -> dict[str, Any]:
    launch = launches.planned()
    return {"launch": launch, "name": "legal", "holder": person("legal"), "actor": person("dpm")}


def _deputy(folder: Path) -> dict[str, Any]:
    seat, today = place(launches.seated(), "legal").seat, clock.now().date()
    deputy = person("legal-2", "legal")
    return {
        "seat": seat, "deputy": deputy, "since": today, "until": today, "reason": "On leave.",
        "actor": person("legal"),
    }  # fmt: skip


def _say(folder: Path) -> dict[str, Any]:
    return {"launch": launches.seated(), "seat": "legal", "verdict": "go", "actor": person("legal")}


def _decide(folder: Path) -> dict[str, Any]:
    launch = launches.seated()
    return {
        "launch": launch, "kind": "block", "reason": "Not yet.", "seen": board.read(launch).digest,
        "actor": person("dpm"),
    }  # fmt: skip


def _check(folder: Path) -> dict[str, Any]:
    return {"launch": launches.decided(folder).launch, "actor": system()}


def _hold(folder: Path) -> dict[str, Any]:
    call = _check(folder)
    shutoff_activate(market=builders.SHOWN, category="other", actor=person("admin"))
    return call


CALLS = (
    (launch_plan, Action.LAUNCH_PLANNED, _plan),
    (seat_give, Action.SEAT_GIVEN, _seat),
    (seat_deputy, Action.SEAT_DEPUTY_NAMED, _deputy),
    (verdict_give, Action.VERDICT_GIVEN, _say),
    (decision_make, Action.DECISION_MADE, _decide),
    (launch_check, Action.LAUNCH_CHECKED, _check),
    (launch_check, Action.LAUNCH_HELD, _hold),
)
