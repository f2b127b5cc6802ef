"""The cases of the story: opened by the product on what its own detector finds, as every night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from governance.access.services import system
from governance.cases.models import Case
from governance.models import MetricVersion
from metrics.assessments.rounds import assess_all, open_on


def look_into(
    version: MetricVersion, week: dt.date, markets: Collection[str], say: Callable[[str], None]
) -> list[Case]:
    """Assess the markets that nobody decided and open what that calls for. Done again, it does nothing.

    The others are looked at by the schedule, every night: loading does not wait for them.
    """
    if Case.objects.exists():
        return []
    found = assess_all(version=version, monday=week, markets=sorted(markets), actor=system())
    opened = open_on(found, actor=system())
    names = ", ".join(f"{case} ({case.market_id})" for case in opened)
    say(f"{len(found)} markets assessed; open cases: {names or 'none'}")
    return opened
