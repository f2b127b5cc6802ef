"""Frameworks as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.framework.models import FrameworkPolicy
from governance.ledger.services import Facts
from otdr_hub.lib import digest


def of(policies: Iterable[FrameworkPolicy]) -> Facts:
    """What the ledger says of these frameworks."""
    return {
        "frameworks": {
            item.digest: {
                "name": item.name, "content": digest.of_bytes(item.content.encode()),
                "document": digest.of_bytes(item.document.encode()), "reason": item.reason,
                "by": item.proposed_by.username, "at": item.proposed_at,
            }
            for item in policies
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there are."""
    return of(FrameworkPolicy.objects.select_related("proposed_by"))
