"""Cases for tests: one about AA's week, and a small assessment to freeze in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from governance.access.services import system
from governance.cases.models import Case
from governance.cases.plan import plan_for
from governance.cases.services import Frozen, case_open
from metrics.assessments import storage
from otdr_hub.lib import digest
from tests import builders

WEEK = builders.WEEK
AS_OF = builders.AS_OF


def filed(market: str = builders.SHOWN, monday: dt.date = WEEK, **more: Any) -> Frozen:
    """An assessment that is filed, ready to be frozen; `more` makes it another one."""
    document = {"schema": "otdr-triage-1", "input": {"market": market, "pin": "p" * 64}, **more}
    text = digest.canonical(document)
    name = digest.of_bytes(text.encode())
    storage.assessment_save([name, market, monday, monday, AS_OF, "v" * 64, text])
    return Frozen(assessment=name, pin="p" * 64, query="otdr-triage-1", as_of=AS_OF)


def opened(market: str = builders.SHOWN, **said: Any) -> Case:
    """A case the detector opened over AA's week, with its plan; `said` in place of that."""
    builders.two_markets()
    call = {
        "first_week": WEEK, "last_week": WEEK, "origin": "detection", "signal": "up",
        "title": "The rate rose", "plan": plan_for("up"), "actor": system(),
    } | said  # fmt: skip
    return case_open(market=market, **call)


def by_hand(market: str = builders.SHOWN, **said: Any) -> Case:
    """A case somebody opened."""
    return opened(market, **{"origin": "person", "signal": "", "actor": builders.person("dpm")} | said)
