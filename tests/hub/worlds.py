"""Worlds of a few markets and carriers for an attacker: stored and decided as in production, without files.

A market's week is a slice of its own (its Wednesday), written as a recompute writes it, so that sums are
the database's and equal weeks of different vintages share their root.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.access.policy import DEPARTMENTS
from governance.models import Market, MetricVersion, Publication, SignoffRequest
from governance.publication.services import publication_publish
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from metrics.operator.carriers import visible
from metrics.operator.effect import Newest, effect, file
from metrics.recompute.slices import CellCounts, SliceContent
from metrics.recompute.storage import vintage_save
from otdr_hub.lib.roles import acting_as
from tests import builders
from tests.builders import AS_OF, WEEK, person

WEEKS = (WEEK - dt.timedelta(weeks=1), WEEK)
# Market -> week -> carrier -> (due, on time)
Cells = Mapping[str, Mapping[dt.date, Mapping[str, tuple[int, int]]]]


def stored(version: MetricVersion, cells: Cells) -> dict[str, str]:
    """Market -> the vintage that says just this."""
    found = {}
    for market, weeks in cells.items():
        slices = [
            SliceContent(
                version=version.digest, market=market, day=monday + dt.timedelta(days=2),
                cells=tuple(
                    CellCounts(name, "", on_time, due - on_time, 0, 0)
                    for name, (due, on_time) in sorted(carriers.items())
                    if due
                ),
                not_due={}, notes={}, matures_at=AS_OF - dt.timedelta(days=1), inputs="",
            )
            for monday, carriers in weeks.items()
        ]  # fmt: skip
        found[market] = vintage_save(version.digest, market, slices)[0]
    return found


def signed(decisions: list[Any]) -> SignoffRequest:
    """All departments sign these decisions in one sitting."""
    lines = [(one.digest, str(one)) for one in decisions]
    request = request_open(act="scope", summary="Certify", lines=lines, actor=person("dpm"))
    builders.sign(request, *DEPARTMENTS)
    return request


@dataclass
class World:
    """What happened so far: each telling of each market's week that was published, and what is off."""

    version: MetricVersion
    cells: dict[str, dict[dt.date, dict[str, tuple[int, int]]]]
    off: list[tuple[str, str]] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)

    def certify(self, breakouts: tuple[str, ...]) -> None:
        """Markets and the carriers of some, decided on the newest data and signed."""
        dpm = person("dpm")
        found = {
            code: Newest(code, vintage, "", AS_OF)
            for code, vintage in stored(self.version, self.cells).items()
        }
        codes = list(found)
        tables = {
            "-": effect(found=found, monday=WEEK, chosen=codes, shown=(), actor=dpm),
            "carrier": visible(found=found, monday=WEEK, chosen=codes, version=self.version, actor=dpm),
        }
        for table in tables.values():
            file(table, actor=dpm)
        signed([
            scope_decide(
                market=Market.objects.get(pk=code), state="certified", version=self.version, through=WEEK,
                vintage=found[code].vintage, breakout=breakout, effect=tables[breakout].digest, actor=dpm,
            )
            for breakout, wanted in (("-", codes), ("carrier", breakouts))
            for code in wanted
        ])  # fmt: skip

    def publish(self) -> None:
        """Publish the newest data of every market."""
        self.publications.append(
            publication_publish(
                version=self.version, vintages=stored(self.version, self.cells), through=WEEK, as_of=AS_OF,
                actor=person("dpm"),
            )
        )  # fmt: skip


def everything(
    numbers: Sequence[int],
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[int, dict[str, Any]]]:
    """All that the hub's role can read: the page, every breakout, and these publications as they are told now."""
    with acting_as("hub") as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM hub.page p")
        page = json.loads(cursor.fetchone()[0])
        cursor.execute("SELECT to_jsonb(b)::text FROM hub.breakout b")
        breakouts = [json.loads(row) for (row,) in cursor.fetchall()]
        cursor.execute(
            "SELECT n, hub.publication(n)::text FROM unnest(%s::integer[]) AS x(n)", [list(numbers)]
        )
        return page, breakouts, {number: json.loads(told) for number, told in cursor.fetchall()}
