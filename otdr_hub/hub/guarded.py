"""The one way a number reaches an executive surface: one statement, under the role `otdr_hub`.

That role may select from the views `hub.page`, `hub.breakout` and `hub.state` (which tells no number), may
call `hub.publication`, and may do nothing else, so a market or a carrier that is not certified, or is
switched off, cannot be fetched here whatever the code above does. One statement is one snapshot: what
commits before it begins is seen, whole.

Before each read the database has to hold the ledger's entry that was last signed outside it. One that was
restored from an old backup does not: it has forgotten what was switched off since, so it is not asked.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import ProgrammingError
from django.utils.translation import gettext as _

from governance.ledger import checkpoints
from otdr_hub.hub.reading import (
    Absent,
    CarrierCell,
    CarrierReading,
    CarrierWeek,
    Counts,
    Coverage,
    MarketReading,
    Publication,
    Reading,
    State,
    Week,
)
from otdr_hub.lib.outcome import WithheldError
from otdr_hub.lib.roles import acting_as, check_first

_STATEMENT: Final = """
SELECT to_jsonb(page)::text,
  (SELECT to_jsonb(b)::text FROM hub.breakout b WHERE b.market = %s AND b.breakout = 'carrier')
FROM hub.page
"""
_STATE: Final = "SELECT epoch, day, server, record FROM hub.state"
_PUBLISHED: Final = (
    "SELECT hub.publication(n)::text FROM unnest(%s::integer[]) WITH ORDINALITY x(n, i) ORDER BY i"
)


def _is_the_signed_one(cursor: Any) -> None:
    """Raise WithheldError unless the database holds what was last signed. The file is read first: what is
    signed was committed before."""
    try:
        last = checkpoints.newest()
    except OSError:
        raise WithheldError(
            _("The signed checkpoints cannot be read: nobody can say whether this is the right database.")
        ) from None
    cursor.execute("SELECT hub.ledger_holds(%s, %s)", [*last])
    if not cursor.fetchone()[0]:
        raise WithheldError(
            _(
                "This database is not the one that was last signed. It was restored from an older backup,"
                " cut or swapped, and may have forgotten what was switched off."
            )
        )


check_first("hub", _is_the_signed_one)


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


def _carriers(row: dict[str, Any]) -> CarrierReading:
    names = departments()
    return CarrierReading(
        reason=row["reason"],
        since=_moment(row["since"]) if row["since"] else None,
        state=row["state"] or "",
        disclosure=row["disclosure"] or "",
        signed_by=tuple(names.get(role, role) for role in row["signed_by"] or ()),
        signed_at=_moment(row["signed_at"]) if row["signed_at"] else None,
        threshold=row["threshold"] or 0,
        weeks=tuple(
            CarrierWeek(
                dt.date.fromisoformat(week["week"]),
                tuple(CarrierCell(**cell) for cell in week["carriers"]),
                week["rest"],
            )
            for week in row["weeks"]
        ),
    )


def _market(
    row: dict[str, Any], weeks: list[dict[str, Any]], breakout: dict[str, Any] | None
) -> MarketReading:
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
        carriers=_carriers(breakout) if breakout and breakout["market"] == row["code"] else None,
    )


def _absent(row: dict[str, Any]) -> Absent:
    since = _moment(row["since"]) if row["since"] else None
    return Absent(row["code"], row["name"], row["reason"], since)


@contextmanager
def _as_hub() -> Iterator[Any]:
    """The cursor of the hub's role. Raises WithheldError where a view is missing, older or not granted."""
    try:
        with acting_as("hub") as cursor:
            yield cursor
    except ProgrammingError as error:
        said = _("The database is being updated, or that broke off: it is not as this program needs it.")
        raise WithheldError(said) from error


def read_hub(market: str = "") -> Reading:
    """Everything that may be seen now; of the market named also its carriers, in the same statement.

    Raises OperationalError when the database cannot answer, WithheldError where it may not.
    """
    with _as_hub() as cursor:
        cursor.execute(_STATEMENT, [market])
        page, carriers = cursor.fetchone()
    return _reading(json.loads(page), json.loads(carriers) if carriers else None)


def read_state() -> State:
    """What a page made now would be made under. Raises as `read_hub` does."""
    with _as_hub() as cursor:
        cursor.execute(_STATE)
        return State(*cursor.fetchone())


def read_publications(*numbers: int) -> list[Reading]:
    """These publications as far as each may be seen now, in one statement: the sums are of what is shown.

    A reading without a publication stands for a number that was never given.
    """
    with _as_hub() as cursor:
        cursor.execute(_PUBLISHED, [list(numbers)])
        return [_reading(json.loads(row)) for (row,) in cursor.fetchall()]


def _reading(found: dict[str, Any], breakout: dict[str, Any] | None = None) -> Reading:
    return Reading(
        epoch=found["epoch"],
        read_at=_moment(found["read_at"]),
        publication=_publication(found["publication"]),
        rollup=tuple(_week(row) for row in found["rollup"]),
        markets=tuple(
            _market(row, found["weeks"], breakout) for row in found["markets"] if row["reason"] is None
        ),
        not_shown=tuple(
            _absent(row) for row in found["markets"] if row["reason"] not in (None, "taken_back")
        ),
        coverage=Coverage(**found["coverage"]),
        taken_back_by=found.get("taken_back_by"),
    )
