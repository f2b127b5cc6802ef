"""Shutoffs, and what was asked about them, as the ledger states them.

What is added to a shutoff later (why, switched off once more, on again) is told by its own entry and
merges into the shutoff's fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.killswitch.models import LiftAsk, Shutoff
from governance.ledger.services import Facts


def name_of(shutoff: Shutoff) -> str:
    """A shutoff's name in the ledger: its scope key, and which of its key it is from the second on."""
    return f"{shutoff.scope_key} #{shutoff.round}" if shutoff.round else shutoff.scope_key


def of(shutoffs: Iterable[Shutoff]) -> Facts:
    """What the ledger says of these shutoffs."""
    return {"shutoffs": {name_of(item): _one(item) for item in shutoffs}}


def of_new(shutoff: Shutoff) -> Facts:
    """The same of one that was made this moment, to which nothing can have been added: no question asked."""
    return {"shutoffs": {name_of(shutoff): _made(shutoff)}}


def _made(item: Shutoff) -> dict[str, Any]:
    return {
        "number": item.pk, "category": str(item.category), "reason": item.reason,
        "by": item.by.username, "at": item.at,
    }  # fmt: skip


def _one(item: Shutoff) -> dict[str, Any]:
    said = _made(item)
    explained = getattr(item, "explained", None)
    if explained is not None:
        said["explained"] = [explained.given_by.username, explained.given_at, explained.reason]
    repeats = [
        [one.by.username, one.at, str(one.category), one.reason] for one in item.repeats.order_by("pk")
    ]
    if repeats:
        said["repeats"] = repeats
    lift = getattr(item, "lift", None)
    if lift is not None:
        said["lifted"] = [lift.ask.digest, lift.lifted_at]
    return said


def of_asks(asks: Iterable[LiftAsk]) -> Facts:
    """What the ledger says of these requests to switch on again; `off_by` may not sign them either."""
    return {
        "asks": {
            item.digest: {
                "shutoff": name_of(item.shutoff), "evidence": item.evidence, "content": item.content,
                "repeats": item.repeats, "by": item.asked_by.username, "at": item.asked_at,
                "off_by": sorted({item.shutoff.by.username, *_repeaters(item)}),
            }
            for item in asks
        }
    }  # fmt: skip


def _repeaters(ask: LiftAsk) -> set[str]:
    """Who had switched off once more by the time of the request."""
    return {one.by.username for one in ask.shutoff.repeats.order_by("pk")[: ask.repeats]}


def stored() -> Facts:
    """The same of all there are."""
    shutoffs = Shutoff.objects.select_related("by", "explained__given_by", "lift__ask").prefetch_related(
        "repeats"
    )
    asks = LiftAsk.objects.select_related("asked_by", "shutoff__by")
    return {**of(shutoffs), **of_asks(asks)}
