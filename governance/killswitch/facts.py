"""Shutoffs as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.killswitch.models import Shutoff
from governance.ledger.services import Facts


def of(shutoffs: Iterable[Shutoff]) -> Facts:
    """What the ledger says of these shutoffs."""
    return {
        "shutoffs": {
            f"{item.market}/{item.breakout}/{item.value}": {
                "number": item.pk, "category": str(item.category), "reason": item.reason,
                "by": item.by.username, "at": item.at,
            }
            for item in shutoffs
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of every shutoff."""
    return of(Shutoff.objects.select_related("by"))
