"""What an assessment says, as far as a case needs it: whether one is called for, and what comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from governance.cases.plan import Planned

Document = Mapping[str, Any]
DEFECTS: Final = ("data_defect", "definition_change")
_BITS: Final = 100  # a plan counts in hundredths of a bit
_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class Signal:
    """What fired: `origin` as a case names it, the name of what did, and which way the rate went."""

    origin: str
    name: str
    direction: str


def direction_of(document: Document) -> str:
    """`up`, `down`, or empty where the rate did not move."""
    step = document["rate"]["step"]
    if step is None or not document["rate"]["is_moved"]:
        return ""
    return "up" if Decimal(step) > 0 else "down"


def signal_of(document: Document) -> Signal | None:
    """What in it calls for a case: an alarm of the detector on a day in question, or a verdict that names
    a defect though the rate is calm. None where nothing does.

    A check that fires while the verdict says that the rate may be certified is told on the page and opens
    nothing.
    """
    direction = direction_of(document)
    alarms = [row["alarm"] for row in document["days"] if row["part"] == "suspect" and row["alarm"]]
    if alarms:
        return Signal("detection", alarms[-1], direction or alarms[-1])
    if document["rate"]["is_moved"] and direction:
        return Signal("detection", direction, direction)
    verdict = document["verdict"]
    if verdict["outcome"] in DEFECTS and verdict["proposal"] != "certify":
        return Signal("check", verdict["name"][:40], direction)
    return None


def next_of(document: Document) -> list[Planned]:
    """The check the engine would run next, as a step; none where it is sure enough."""
    found = document["next_check"]
    if not found:
        return []
    gain = int(Decimal(found["gain"]) * _BITS)
    return [Planned(found["title"][:200], found["item"], "data_engineer", _MINUTES, max(gain, 1))]
