"""The only writer and reader of filed assessments, under the role `otdr_ops`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from otdr_hub.lib.roles import acting_as


def assessment_save(row: Sequence[Any]) -> None:
    """File an assessment: digest, market, first and last week, as_of, version, canonical JSON text."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "INSERT INTO metrics_assessment (digest, market, first_week, last_week, as_of, version, content)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            list(row),
        )


def assessment_content(digest: str) -> str | None:
    """A filed assessment as canonical JSON, or None."""
    with acting_as("ops") as cursor:
        cursor.execute("SELECT content FROM metrics_assessment WHERE digest = %s", [digest])
        row = cursor.fetchone()
    return str(row[0]) if row else None


def assessment_as_of(market: str, monday: dt.date, version: str, as_of: dt.datetime) -> str | None:
    """The assessment of a market's week, counted by a version (its digest), that looked at the data as of
    exactly this moment; of several the one of the fewest weeks. None where it was not looked at."""
    with acting_as("ops") as cursor:
        cursor.execute(
            "SELECT content FROM metrics_assessment WHERE market = %s AND version = %s AND as_of = %s"
            " AND %s BETWEEN first_week AND last_week ORDER BY last_week - first_week, digest LIMIT 1",
            [market, version, as_of, monday],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None
