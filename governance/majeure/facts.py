"""Declarations of force majeure as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.majeure.models import ForceMajeure


def of(declarations: Iterable[ForceMajeure]) -> Facts:
    """What the ledger says of these declarations, and of their withdrawal."""
    found = {}
    for item in declarations:
        taken_back = getattr(item, "withdrawal", None)
        found[str(item)] = {
            "digest": item.digest, "market": item.market_id, "since": item.since, "until": item.until,
            "carrier": item.carrier, "destination": item.destination, "event": item.event,
            "evidence": item.evidence, "by": item.declared_by.username, "at": item.declared_at,
            "withdrawn": taken_back and {
                "reason": taken_back.reason, "by": taken_back.withdrawn_by.username,
                "at": taken_back.withdrawn_at,
            },
        }  # fmt: skip
    return {"majeure": found}


def stored() -> Facts:
    """The same of every declaration."""
    return of(ForceMajeure.objects.select_related("declared_by", "withdrawal__withdrawn_by"))
