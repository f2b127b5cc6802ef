"""Every market's last whole week, assessed: by the schedule every night, and after a finished run."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from governance.access.models import User
from governance.cases.models import Case
from governance.models import MetricVersion
from metrics.assessments.made import Assessed
from metrics.assessments.services import assessment_make, assessment_open
from metrics.operator.effect import last_whole_week, newest
from otdr_hub.lib.outcome import DomainError

_log = logging.getLogger(__name__)


def week_in_question(version: MetricVersion, actor: User) -> dt.date | None:
    """The Monday of the last whole week that at least half of the markets can tell; None before that."""
    return last_whole_week(version, newest(version=version, actor=actor))


def assess_all(
    *, version: MetricVersion, monday: dt.date, markets: Sequence[str], actor: User
) -> list[Assessed]:
    """The assessments of a week, market by market; one that cannot be made is said in the log."""
    found = []
    for market in markets:
        try:
            found.append(assessment_make(market=market, first_week=monday, version=version, actor=actor))
        except DomainError as error:
            _log.warning("%s is not assessed: %s", market, error)
    return found


def open_on(assessed: Sequence[Assessed], *, actor: User) -> list[Case]:
    """The cases that what was found calls for, opened or known."""
    found = []
    for one in assessed:
        try:
            case = assessment_open(assessed=one, actor=actor)
        except DomainError as error:
            _log.warning("no case is opened on %s: %s", one.document["input"]["market"], error)
            continue
        if case is not None:
            found.append(case)
    return found
