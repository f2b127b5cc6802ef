"""What carriers are called, kept where the guarded read finds it: names, never a count."""

from __future__ import annotations

from typing import Any, Final

from metrics.recompute.inputs import carrier_names
from metrics.recompute.models import CarrierName, Run

_MOST: Final = 200


def learn(run: Run, vintages: dict[str, str]) -> list[dict[str, Any]]:  # noqa: ARG001 (a consequence)
    """Keep the names that a finished run's carriers' files told, each once. Says nothing for the ledger."""
    told = {(carrier, since, name[:_MOST]) for carrier, since, name in carrier_names(run) if name and since}
    if not told:
        return []
    known = set(CarrierName.objects.values_list("carrier", "since", "name"))
    CarrierName.objects.bulk_create(
        [CarrierName(carrier=one[0], since=one[1], name=one[2]) for one in sorted(told - known)],
        ignore_conflicts=True,
    )
    return []
