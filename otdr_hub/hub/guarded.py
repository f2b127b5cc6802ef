"""The one way a number reaches an executive surface: one statement, under the role `otdr_hub`.

That role may select from the view `hub.page`, may call `hub.publication`, and may do nothing else, so a
market that is not certified, or is switched off, cannot be fetched here whatever the code above does. One
statement is one snapshot: what commits before it begins is seen, whole.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.reading import Absent, Counts, Coverage, MarketReading, Publication, Reading, Week
from otdr_hub.lib.roles import acting_as

_STATEMENT: Final = "SELECT to_jsonb(page)::text FROM hub.page"
_PUBLISHED: Final = (
    "SELECT hub.publication(n)::text FROM unnest(%s::integer[]) WITH ORDINALITY x(n, i) ORDER BY i"
)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _week(row: dict[str, Any]) -> Week:
    counts = Counts(row["due"], row["on_time"], row["late"], row["pending"], row["unknown"])
    return Week(dt.date.fromisoformat(row["week"]), counts, row["finality"])


def _publication(row: dict[str, Any] | None) -> Publication | None:
    if row is None:
        return None
    return Publication(
        number=row["number"],
        digest=row["digest"],
        published_at=_moment(row["published_at"]),
        as_of=_moment(row["as_of"]),
        through=dt.date.fromisoformat(row["through"]),
        version_name=row["version_name"],
        version_digest=row["version_digest"],
    )


def departments() -> dict[str, str]:
    """Role -> the department it signs for, in words."""
    return {"finance": _("Finance"), "legal": _("Legal"), "logistics": _("Logistics")}


def _market(row: dict[str, Any], weeks: list[dict[str, Any]]) -> MarketReading:
    names = departments()
    return MarketReading(
        code=row["code"],
        name=row["name"],
        zone=row["zone"],
        state=row["state"],
        disclosure=row["disclosure"],
        signed_by=tuple(names.get(role, role) for role in row["signed_by"]),
        weeks=tuple(_week(week) for week in weeks if week["market"] == row["code"]),
        through=dt.date.fromisoformat(row["through"]) if row["through"] else None,
        as_of=_moment(row["as_of"]) if row["as_of"] else None,
        is_held=bool(row["is_held"]),
    )


def _absent(row: dict[str, Any]) -> Absent:
    since = _moment(row["since"]) if row["since"] else None
    return Absent(row["code"], row["name"], row["reason"], since)


def read_hub() -> Reading:
    """Everything that may be seen now. Raises OperationalError when the database cannot answer."""
    with acting_as("hub") as cursor:
        cursor.execute(_STATEMENT)
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return _reading(found)


def read_publications(*numbers: int) -> list[Reading]:
    """These publications as far as each may be seen now, in one statement: the sums are of what is shown.

    A reading without a publication stands for a number that was never given.
    """
    with acting_as("hub") as cursor:
        cursor.execute(_PUBLISHED, [list(numbers)])
        return [_reading(json.loads(row)) for (row,) in cursor.fetchall()]


def _reading(found: dict[str, Any]) -> Reading:
    return Reading(
        epoch=found["epoch"],
        read_at=_moment(found["read_at"]),
        publication=_publication(found["publication"]),
        rollup=tuple(_week(row) for row in found["rollup"]),
        markets=tuple(_market(row, found["weeks"]) for row in found["markets"] if row["reason"] is None),
        not_shown=tuple(
            _absent(row) for row in found["markets"] if row["reason"] not in (None, "taken_back")
        ),
        coverage=Coverage(**found["coverage"]),
        taken_back_by=found.get("taken_back_by"),
    )
