"""Metric versions as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.versions.models import MetricVersion
from otdr_hub.lib import digest


def of(versions: Iterable[MetricVersion]) -> Facts:
    """What the ledger says of these versions; the document and what was disclosed by their fingerprints."""
    return {
        "versions": {
            item.digest: {
                "name": item.name, "by": item.author.username, "at": item.proposed_at,
                "engine": item.engine_digest, "document": digest.of_bytes(item.document.encode()),
                # 0.97 and 0.9700 are one floor.
                "floor": f"{item.completeness_floor.normalize():f}", "reason": item.reason,
                "state": str(item.state), "effective_from": item.effective_from,
                "retired_from": item.retired_from, "successor": item.successor_id or "",
                "disclosures": [one.digest for one in item.disclosures.all()],
            }
            for item in versions
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of every version."""
    return of(MetricVersion.objects.select_related("author").prefetch_related("disclosures"))
