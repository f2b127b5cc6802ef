"""What carriers are called, kept where the guarded read finds it: names, never a count."""

from __future__ import annotations

from typing import Any, Final

from metrics.lake import pins
from metrics.lake.columnar import connect, files_sql
from metrics.lake.schema import NO_MARKET
from metrics.recompute.inputs import carrier_files
from metrics.recompute.models import CarrierName, Run

_MOST: Final = 200


def learn(run: Run, vintages: dict[str, str]) -> list[dict[str, Any]]:  # noqa: ARG001 (a consequence)
    """Keep the names that a finished run's carriers' files told, each once. Says nothing for the ledger."""
    paths = pins.open_files(carrier_files(run), "carriers", NO_MARKET)
    if not paths:
        return []
    with connect() as connection:
        rows = connection.execute(f"SELECT DISTINCT carrier, valid_from, name FROM {files_sql(paths)}")
        told = [(carrier, since, name[:_MOST]) for carrier, since, name in rows.fetchall() if name and since]
    known = set(CarrierName.objects.values_list("carrier", "since", "name"))
    CarrierName.objects.bulk_create(
        [CarrierName(carrier=one[0], since=one[1], name=one[2]) for one in sorted(set(told) - known)],
        ignore_conflicts=True,
    )
    return []
