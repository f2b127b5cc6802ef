"""What became of a publication, and whether it may be shown again. No counts: lines, decisions, shutoffs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.markets.models import Market
from governance.markets.selectors import names as market_names
from governance.publication.models import Publication, PublicationLine
from governance.scope.models import BREAKOUTS, WHOLE
from governance.versions.selectors import in_effect

Standing = Literal["valid", "superseded", "withdrawn"]

_STOPPED: Final = """
SELECT m.code, governance_off_since(m.code, '-', '-') AS off,
       CASE WHEN d.state = 'excluded' THEN d.decided_at
            WHEN d.state = 'known_issue' AND d.review_on <= CURRENT_DATE
            THEN d.review_on::timestamptz END AS out
FROM governance_market m
LEFT JOIN LATERAL (
  SELECT x.state, x.decided_at, x.review_on FROM governance_scopedecision x
  WHERE x.market_id = m.code AND x.breakout = '-' AND x.value = '-' ORDER BY x.id DESC LIMIT 1) d ON true
"""
_LINES: Final = """
SELECT l.market_id, s.reason, s.since, l.breakout FROM governance_publicationline l,
       LATERAL governance_line_standing(l.id) s
WHERE l.publication_id = %s AND l.breakout = ANY(%s) AND l.decision <> '' AND s.reason IS NOT NULL
ORDER BY l.market_id, l.breakout
"""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A scope of a publication that may not be shown now: why, and since when where that is known."""

    market: str
    reason: str
    since: dt.datetime | None
    breakout: str = WHOLE


@dataclass(frozen=True, slots=True)
class State:
    """What a publication is worth now. `by` is the one that took its place, or took it back."""

    word: Standing
    by: Publication | None
    taken_back: bool
    stopped: tuple[Stopped, ...]
    shown_again: tuple[int, ...]


def publications() -> QuerySet[Publication]:
    """All of them, newest first, with what their pages tell."""
    lines = Prefetch("lines", PublicationLine.objects.filter(breakout=WHOLE).order_by("market"))
    found = Publication.objects.select_related("version", "published_by", "rollback")
    return found.prefetch_related(lines, "restored_by")


def stopped_markets() -> dict[str, Stopped]:
    """Market -> why nothing of it may be shown now: switched off, or excluded."""
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED)
        rows = cursor.fetchall()
    found = {}
    for code, off, out in rows:
        if off or out:
            found[code] = Stopped(code, "switched_off" if off else "excluded", off or out)
    return found


def switched_off() -> frozenset[str]:
    """The markets that are switched off now."""
    return frozenset(one.market for one in stopped_markets().values() if one.reason == "switched_off")


def stopped_lines(publication: Publication, *breakouts: str) -> tuple[Stopped, ...]:
    """The markets (and breakouts) a publication names as decided that may not be shown now, by their own
    decisions."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [publication.number, [WHOLE, *breakouts]])
        return tuple(Stopped(*row) for row in cursor.fetchall())


def taken_back() -> dict[int, int]:
    """Publication -> the rollback that took it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, back FROM (SELECT number, governance_taken_back_by(number) AS back"
            " FROM governance_publication) x WHERE back IS NOT NULL"
        )
        return dict(cursor.fetchall())


def states(found: Iterable[Publication]) -> dict[int, State]:
    """The state of each: the newest is valid while nothing of it is stopped; an earlier one is superseded,
    or withdrawn where a scope of it is switched off or excluded now, or a rollback took it back."""
    shown = list(found)
    newest = Publication.objects.first()
    if newest is None:
        return {}
    stopped, back = stopped_markets(), taken_back()
    after = {one.number - 1: one for one in Publication.objects.select_related("published_by")}
    return {one.number: _state(one, newest, after, (stopped, back)) for one in shown}


def _state(
    one: Publication, newest: Publication, after: Mapping[int, Publication],
    known: tuple[Mapping[str, Stopped], Mapping[int, int]],
) -> State:  # fmt: skip
    stopped, back = known
    if one.number == newest.number:
        off = stopped_lines(one)
        return State("withdrawn" if off else "valid", None, False, off, ())
    decided = [line.market_id for line in one.lines.all() if line.decision and line.breakout == WHOLE]
    off = tuple(stopped[code] for code in decided if code in stopped)
    again = tuple(item.publication_id for item in one.restored_by.all())
    if one.number in back:
        return State("withdrawn", after[back[one.number] - 1], True, off, again)
    return State("withdrawn" if off else "superseded", after[one.number], False, off, again)


_WHY: Final = {
    "switched_off": gettext_noop("is switched off"),
    "excluded": gettext_noop("is excluded"),
    "undecided": gettext_noop("is not decided"),
    "needs_signing": gettext_noop("needs signing again"),
}


def _part(market: str, breakout: str) -> str:
    if breakout == WHOLE:
        return market
    return _("%(market)s by %(breakout)s") % {"market": market, "breakout": breakout}


def why_not_again(publication: Publication) -> str:
    """Why an earlier publication may not be shown again, in a sentence; empty where it may."""
    newest = Publication.objects.first()
    if newest is None or newest.digest == publication.digest:
        return _("%(publication)s is what is shown now.") % {"publication": publication}
    back = taken_back().get(publication.number)
    if back:
        said = _("%(publication)s was taken back by %(by)s; it is not shown again.")
        return said % {"publication": publication, "by": f"P-{back}"}
    if not in_effect(publication.version):
        said = _("%(publication)s is of %(version)s, which is not in effect any more.")
        return said % {"publication": publication, "version": publication.version.name}
    stopped = stopped_lines(publication, *BREAKOUTS)
    if stopped:
        names = market_names()
        why = ", ".join(f"{_part(names[one.market], one.breakout)} {_(_WHY[one.reason])}" for one in stopped)
        said = _("%(publication)s holds what may not be shown now: %(why)s.")
        return said % {"publication": publication, "why": why}
    registered = set(Market.objects.values_list("code", flat=True))
    named = set(publication.lines.filter(breakout=WHOLE).values_list("market_id", flat=True))
    if registered != named:
        said = _("%(publication)s does not name every market registered now.")
        return said % {"publication": publication}
    return ""
