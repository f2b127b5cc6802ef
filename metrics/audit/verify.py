"""Does a publication re-derive? Recompute every vintage from its pinned files and compare each integer.

What is compared: the pinned files' SHA-256, the vintage's root, every stored slice, every stored cell
and every stored week, whole and by carrier, against a recompute that reads nothing but the files and the
definition.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.models import Publication, PublicationLine
from governance.scope.models import WHOLE
from governance.versions.selectors import definition_for
from metrics.lake import pins
from metrics.otdr import engine
from metrics.recompute import storage
from metrics.recompute.inputs import inputs_of, pinned_files, within
from metrics.recompute.models import Run, RunVintage
from metrics.recompute.slices import SliceContent, root, slices_of
from metrics.recompute.states import RunState
from otdr_hub.lib.outcome import ConflictError, InvalidInputError

Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not re-derive: where, and what was stored against what was computed."""

    market: str
    where: str
    stored: str
    computed: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared, and everything that differed."""

    publication: Publication
    integers: int
    files: int
    findings: tuple[Finding, ...]


def publication_of(name: str) -> Publication:
    """The publication of a number (`3`, `P-3`) or a digest's beginning. Raises InvalidInputError."""
    text = name.removeprefix("P-")
    found = (
        Publication.objects.filter(number=int(text))
        if text.isdigit() and len(text) < 10
        else Publication.objects.filter(digest__startswith=text)
        if len(text) >= 8
        else Publication.objects.none()
    )
    if found.first() is None:
        raise InvalidInputError(_("There is no publication '%(name)s'.") % {"name": name})
    return found[0]


def _run_behind(line: PublicationLine) -> Run:
    known = RunVintage.objects.filter(
        market=line.market_id, vintage=line.vintage, run__state=RunState.DONE
    ).select_related("run__version", "run__pin")
    first = known.order_by("run__queued_at").first()
    if first is None:
        raise ConflictError(
            _("No finished run is behind %(market_id)s's vintage %(vintage)s.")
            % {"market_id": line.market_id, "vintage": line.vintage[:8]}
        )
    return first.run


def _recomputed(run: Run, market: str) -> list[SliceContent]:
    tally = engine.tally(definition_for(run.version, market), inputs_of(run, market), as_of=run.as_of)
    return within(run, slices_of(run.version_id, market, tally))


def _computed(slices: list[SliceContent]) -> dict[str, Counts]:
    """Every integer a vintage stands for, under the name of its place."""
    places: dict[str, Counts] = {}
    weeks: dict[dt.date, Counter[int]] = {}
    carriers: dict[str, Counter[int]] = {}
    for item in slices:
        totals = tuple(item.totals())
        places[f"slice {item.day}"] = totals
        for cell in item.cells:
            places[f"cell {item.day} {cell.carrier} {cell.lane}"] = tuple(cell.values()[2:])
            carrier = carriers.setdefault(f"carrier {item.week} {cell.carrier}", Counter())
            for position, value in enumerate(cell.values()[2:]):
                carrier[position] += value
        week = weeks.setdefault(item.week, Counter())
        for position, value in enumerate((*totals, item.not_due.get("no_promise", 0))):
            week[position] += value
    for monday, sums in weeks.items():
        places[f"week {monday}"] = tuple(sums[position] for position in range(6))
    places |= {place: tuple(sums[position] for position in range(5)) for place, sums in carriers.items()}
    return places


def _differences(line: PublicationLine, slices: list[SliceContent]) -> Iterator[Finding]:
    market = line.market_id
    computed_root = root(line.publication.version_id, market, [(item.day, item.digest) for item in slices])
    if computed_root != line.vintage:
        yield Finding(market, "vintage", line.vintage, computed_root)
    stored, computed = storage.integers_of(line.vintage), _computed(slices)
    for place in sorted(stored.keys() | computed.keys()):
        if stored.get(place) != computed.get(place):
            yield Finding(market, place, str(stored.get(place)), str(computed.get(place)))


def _changed_files(market: str, files: list[pins.PinnedFile]) -> Iterator[Finding]:
    for pinned in files:
        actual = pins.sha256_of(pinned)
        if actual != pinned.sha256:
            yield Finding(market, f"file {pinned.path}", pinned.sha256, actual)


def verify(publication: Publication, markets: Sequence[str] = ()) -> Report:
    """Recompute every line of a publication (or those of some markets) from its pins. Nothing is written.

    A file that is gone raises ConflictError; a file that changed is a finding, like any number.
    """
    findings: list[Finding] = []
    integers = files_read = 0
    lines = publication.lines.select_related("publication").order_by("market_id")
    # A breakout's line names the vintage of its market's line, with the same integers.
    whole = lines.filter(breakout=WHOLE)
    for line in whole.filter(market__in=markets) if markets else whole:
        run = _run_behind(line)
        files = pinned_files(run, line.market_id)
        files_read += len(files)
        changed = list(_changed_files(line.market_id, files))
        findings += changed
        if changed:
            continue
        slices = _recomputed(run, line.market_id)
        integers += sum(len(counts) for counts in _computed(slices).values())
        findings += _differences(line, slices)
    return Report(publication, integers, files_read, tuple(findings))
