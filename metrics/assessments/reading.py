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
    """What in it calls for a case: an alarm of one of the clocks about the days in question, or a verdict
    that the data is wrong, or something in it, though the rate is calm. None where nothing does.

    A check that fires while the verdict says that the rate may be certified is told on the page and opens
    nothing.
    """
    direction = direction_of(document)
    suspect = {row["day"] for row in document["days"] if row["part"] == "suspect"}
    raised = [
        "up" if Decimal(one["observed"]) > Decimal(one["expected"]) else "down"
        for one in document["alarms"]
        if one["clock"] == "slow" or one["day"] in suspect
    ]
    if raised:
        return Signal("detection", raised[-1], direction or raised[-1])
    verdict = document["verdict"]
    if verdict["outcome"] in DEFECTS and verdict["proposal"] != "certify":
        return Signal("check", (verdict["name"] or document["hypotheses"][0]["name"])[:40], direction)
    return None


def next_of(document: Document) -> list[Planned]:
    """The check the engine would run next, as a step; none where it is sure enough."""
    found = document["next_check"]
    if not found:
        return []
    gain = int(Decimal(found["gain"]) * _BITS)
    return [Planned(found["title"][:200], found["item"], "data_engineer", _MINUTES, max(gain, 1))]
