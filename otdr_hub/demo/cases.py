"""The cases of the story: opened by the product on what its own detector finds, as every night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from governance.access.services import system
from governance.cases.models import Case
from governance.markets.models import Market
from governance.models import MetricVersion
from metrics.assessments.rounds import assess_all, open_on


def look_into(version: MetricVersion, week: dt.date, say: Callable[[str], None]) -> list[Case]:
    """Assess every market's week and open what it calls for. Done again, it does nothing."""
    if Case.objects.exists():
        return []
    codes = list(Market.objects.order_by("code").values_list("code", flat=True))
    found = assess_all(version=version, monday=week, markets=codes, actor=system())
    opened = open_on(found, actor=system())
    names = ", ".join(f"{case} ({case.market_id})" for case in opened)
    say(f"{len(found)} markets assessed; open cases: {names or 'none'}")
    return opened
