"""Which published numbers are computed again on which night."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Final

from governance.models import Publication, PublicationLine
from governance.scope.models import WHOLE

# Of the publication that is shown, and of all before it.
NEWEST: Final = 2
OLDER: Final = 1


def sample(day: dt.date) -> list[tuple[Publication, list[str]]]:
    """Which markets are looked at on a day: the day picks, so that every one has its turn. What is computed
    again is a vintage, breakouts and all, so a breakout's own line would only double its market's turn."""
    random = Random(day.toordinal())  # noqa: S311 (a rota, no secret)
    newest = Publication.objects.first()
    if newest is None:
        return []
    shown = sorted(set(newest.lines.filter(breakout=WHOLE).values_list("market_id", flat=True)))
    chosen = [(newest, sorted(random.sample(shown, min(NEWEST, len(shown)))))]
    older = PublicationLine.objects.filter(breakout=WHOLE).exclude(publication=newest).order_by("pk")
    lines = list(older.values_list("pk", flat=True))
    for pk in random.sample(lines, min(OLDER, len(lines))):
        line = PublicationLine.objects.select_related("publication").get(pk=pk)
        chosen.append((line.publication, [line.market_id]))
    return chosen
