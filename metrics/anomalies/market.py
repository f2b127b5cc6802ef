"""The world of one market from the product's own lake, by its pins: what an assessment is made of here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from governance.definition import Definition
from governance.markets.models import Market
from metrics.anomalies.world import Sources, Window, World, world_of
from metrics.events.models import Batch
from metrics.lake import pins
from metrics.lake.columnar import connect, files_sql
from metrics.lake.models import LakeFile
from metrics.lake.pins import PinnedFile
from metrics.lake.schema import NO_MARKET
from metrics.otdr.carriers import renames
from metrics.otdr.engine import Inputs
from otdr_hub.lib.outcome import InvalidInputError

KINDS: Final = (*pins.COUNTED, "contacts")


@contextmanager
def world_of_market(
    *,
    market: str,
    monday: dt.date,
    definition: Definition,
    as_of: dt.datetime,
    days: int = 7,
    doubted: Collection[dt.date] = (),
    pinned: Sequence[PinnedFile] | None = None,
) -> Iterator[World]:
    """Open the world of a market for the `days` from `monday` on and the four weeks before, as of `as_of`;
    weeks (Mondays) that are `doubted` are none of the four.

    `pinned` are the files to read (promises, events, carriers, contacts), so that an old assessment can be
    made again; all accepted ones when None. Raises InvalidInputError for a market that is not registered or
    has no files, ConflictError when a pinned file is not there any more.
    """
    files = list(pins.current([market, NO_MARKET], KINDS) if pinned is None else pinned)
    sources = sources_of(market, definition, files, as_of)
    window = Window.of_week(monday, days=days, doubted=doubted)
    with world_of(definition.at(market), sources, window, as_of=as_of) as world:
        yield world


def sources_of(
    market: str, definition: Definition, files: Sequence[PinnedFile], as_of: dt.datetime
) -> Sources:
    """What a world of a market reads: its pinned files, their batches, contacts and refused rows."""
    zone = Market.objects.filter(code=market).values_list("zone", flat=True).first()
    if zone is None:
        raise InvalidInputError(_("Not a registered market: %(market)s.") % {"market": market})
    paths = {kind: pins.open_files(files, kind, _market_of(kind, market)) for kind in KINDS}
    if not paths["promises"] or not paths["events"]:
        raise InvalidInputError(
            _("Market %(market)s has no promises or no events yet; take its files in first.")
            % {"market": market}
        )
    batches, holidays = _batches(files), _holidays(market, definition)
    inputs = Inputs(
        paths["promises"], paths["events"], zone,
        closed=[(since, until) for since, until in pins.closed_days([market], as_of).get(market, [])],
        renames=_renames(paths["carriers"]),
    )  # fmt: skip
    return Sources(
        inputs,
        _names(files, paths, batches),
        _contacts(paths["contacts"], as_of),
        _refused(batches, files, market),
        [(Path(one.path).name, one.kind, _label(batches, one), one.sha256) for one in files],
        market,
        frozenset(day for region, day in holidays if not region),
        tuple((region, day) for region, day in holidays if region),
    )


def _holidays(market: str, definition: Definition) -> list[tuple[str, dt.date]]:
    """(region, day) of the market's calendars; the region is empty for the whole market's."""
    split = [(*region.partition("/"), day) for region, day, _ in definition.calendars]
    return sorted((part, dt.date.fromisoformat(day)) for whole, _, part, day in split if whole == market)


def _market_of(kind: str, market: str) -> str:
    return NO_MARKET if kind == "carriers" else market


def _batches(files: Sequence[PinnedFile]) -> dict[str, Batch]:
    rows = LakeFile.objects.filter(path__in=[one.path for one in files]).select_related("batch")
    return {row.path: row.batch for row in rows}


def _label(batches: Mapping[str, Batch], file: PinnedFile) -> str:
    """The name of the delivery; with its number where several came under one name."""
    if file.path not in batches:
        return ""
    batch = batches[file.path]
    same = Counter(one.filename for one in {one.pk: one for one in batches.values()}.values())
    name = Path(batch.filename).stem
    return f"{name} (batch {batch.pk})" if same[batch.filename] > 1 else name


def _names(
    files: Sequence[PinnedFile], paths: Mapping[str, Sequence[Path]], batches: Mapping[str, Batch]
) -> dict[Path, str]:
    by_name = {Path(one.path).name: _label(batches, one) for one in files}
    return {path: by_name[path.name] for found in paths.values() for path in found}


def _contacts(paths: Sequence[Path], as_of: dt.datetime) -> list[tuple[dt.date, str, int]]:
    """Contacts by day and topic; a day sent again is told by the largest count, as days only grow."""
    if not paths:
        return []
    with connect() as connection:
        rows = connection.execute(
            f"SELECT date, topic, max(count) FROM {files_sql(paths)} WHERE date <= $day"
            " GROUP BY ALL ORDER BY ALL",
            {"day": as_of.date()},
        ).fetchall()
    return [(day, str(topic), int(number)) for day, topic, number in rows]


def _renames(paths: Sequence[Path]) -> list[tuple[str, dt.date, str]]:
    if not paths:
        return []
    with connect() as connection:
        found = connection.execute(
            f"SELECT carrier, valid_from, merged_into FROM {files_sql(paths)}"
        ).fetchall()
    return renames(found)


def _refused(
    batches: Mapping[str, Batch], files: Sequence[PinnedFile], market: str
) -> list[tuple[str, str, str, int]]:
    """Rows refused by batch and reason. A delivery of several markets does not say whose they were, so a
    market is taken to have its share of them."""
    mine, names = Counter[int](), {}
    here = LakeFile.objects.filter(path__in=[one.path for one in files], market=market)
    taken = dict(here.values_list("path", "rows"))
    for file in files:
        if file.path in taken:
            mine[batches[file.path].pk] += taken[file.path]
            names[batches[file.path].pk] = _label(batches, file)
    known = {batch.pk: batch for batch in batches.values() if batch.pk in mine}
    return [
        (names[pk], batch.kind, reason, round(int(number) * mine[pk] / max(batch.accepted, 1)))
        for pk, batch in sorted(known.items())
        for reason, number in sorted(batch.reasons.items())
    ]
