"""The calls of the verbs of the kill switch: verb, action, what comes before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.access.services import system
from governance.killswitch.services import lift_ask, shutoff_activate, shutoff_explain, shutoff_trip
from governance.ledger.actions import Action
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import person


def _off(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return {"market": builders.SHOWN, "category": "data_quality", "actor": person("admin")}


def _off_again(folder: Path) -> dict[str, Any]:
    call = _off(folder)
    shutoff_activate(**call)
    return call


def _off_while_asked(folder: Path) -> dict[str, Any]:
    lift_ask(**_ask(folder))
    return _off(folder)


def _carriers(folder: Path) -> dict[str, Any]:
    return _off(folder) | {"breakout": "carrier", "value": "*"}


def _explain(folder: Path) -> dict[str, Any]:
    return {
        "shutoff": shutoff_activate(**_off(folder)), "reason": "It smells.", "actor": person("admin")
    }  # fmt: skip


def _ask(folder: Path) -> dict[str, Any]:
    return {
        "shutoff": builders.switched_off(folder), "evidence": "The feed was mended.", "actor": person("dpm")
    }  # fmt: skip


def _trip(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return {"tripwire": "rederive", "market": builders.SHOWN, "found": "P-1, W45", "actor": system()}


def _trip_twice(folder: Path) -> dict[str, Any]:
    call = _trip(folder)
    shutoff_trip(**call)
    return call


CALLS = (
    (shutoff_activate, Action.SHUTOFF_ACTIVATED, _off),
    (shutoff_activate, Action.SHUTOFF_ACTIVATED, _carriers),
    (shutoff_activate, None, _off_again, ConflictError),
    (shutoff_activate, Action.SHUTOFF_REPEATED, _off_while_asked),
    (shutoff_explain, Action.SHUTOFF_EXPLAINED, _explain),
    (lift_ask, Action.SHUTOFF_LIFT_ASKED, _ask),
    (shutoff_trip, Action.SHUTOFF_TRIPPED, _trip),
    (shutoff_trip, None, _trip_twice),
)
