"""Which cases are open, what they cover, and what that stops. The database answers, for its own guards and
for these functions alike, so that there is one answer and one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.cases.models import WHOLE, Case, CaseNote, CaseVerdict

# Who reads a case from its first minute. Everybody else who may read cases does so once it was shown wider.
FIRST_READERS = frozenset({"dpm", "data_engineer", "data_owner", "auditor"})


def _standing() -> Exists:
    return Exists(CaseVerdict.objects.filter(case=OuterRef("pk"), reopening=None))


def cases() -> QuerySet[Case]:
    """All of them, newest first."""
    return Case.objects.select_related("market", "opened_by")


@dataclass(frozen=True, slots=True)
class Listed:
    """A case as a list tells it: the verdict that stands, who sees it, how far its plan is."""

    case: Case
    verdict: CaseVerdict | None
    is_wide: bool
    steps: int
    answered: int


def listed() -> list[Listed]:
    """All cases, newest first, in two statements however many there are."""
    standing = CaseVerdict.objects.filter(reopening=None).select_related("by")
    verdicts = {one.case_id: one for one in standing}
    wide = CaseNote.objects.filter(case=OuterRef("pk"), kind=CaseNote.Kind.SHOWN_WIDER)
    counted = cases().annotate(
        wide=Exists(wide),
        planned=Count("steps", distinct=True),
        answered=Count("steps__result", distinct=True),
    )
    return [
        Listed(case, verdicts.get(case.pk), case.wide, case.planned, case.answered)
        for case in counted.order_by("-number")
    ]


def open_cases() -> QuerySet[Case]:
    """Those that are open, newest first."""
    return cases().filter(~_standing())


def resolved() -> QuerySet[Case]:
    """Those a verdict stands on, newest first."""
    return cases().filter(_standing())


def is_open(case: Case) -> bool:
    """Whether a case is open, as the tables say now."""
    return not CaseVerdict.objects.filter(case=case, reopening=None).exists()


def verdict_of(case: Case) -> CaseVerdict | None:
    """The verdict that stands; None while the case is open."""
    return CaseVerdict.objects.filter(case=case, reopening=None).select_related("by").first()


def newest_evidence(case: Case) -> str:
    """The digest of the assessment that was frozen last; empty where there is none."""
    found = case.evidence.order_by("pk").last()
    return found.assessment if found else ""


def is_wide(case: Case) -> bool:
    """Whether the owner was told and the case then shown to everybody concerned."""
    return CaseNote.objects.filter(case=case, kind=CaseNote.Kind.SHOWN_WIDER).exists()


def may_see(case: Case, person: User) -> bool:
    """Whether somebody who may read cases may read what this one holds yet."""
    return bool(person.roles & FIRST_READERS) or is_wide(case)


def refusal(market: str, breakout: str = WHOLE, value: str = WHOLE, through: dt.date | None = None) -> str:
    """Why a scope key may not be certified or newly shown through a week (its Monday): the sentence of the
    first open case that covers it; empty when none does. The database raises the same words."""
    found = covering(market, breakout, value, through)
    return stopping(found[0]) if found else ""


def stopping(case: Case) -> str:
    """What a case says to whatever it stops, while it is open."""
    part = "" if case.breakout == WHOLE else f", {case.breakout} {case.value}"
    return _("Case %(case)s about %(scope)s from the week of %(week)s on is open; resolve it first.") % {
        "case": case, "scope": f"{case.market_id}{part}", "week": case.first_week.isoformat(),
    }  # fmt: skip


def refusals() -> dict[str, str]:
    """Market -> the sentence of the first open case of it as a whole, for those that have one."""
    found = open_cases().filter(breakout=WHOLE).order_by("-number")
    return {case.market_id: stopping(case) for case in found}


def covering(
    market: str, breakout: str = WHOLE, value: str = WHOLE, through: dt.date | None = None
) -> list[Case]:
    """The open cases that cover a scope key up to a week (any week when None), oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM governance_open_cases(%s, %s, %s, %s)", [market, breakout, value, through]
        )
        numbers = [number for (number,) in cursor.fetchall()]
    return list(cases().filter(pk__in=numbers).order_by("number"))


def overlapping(market: str, first: dt.date, last: dt.date) -> list[Case]:
    """Open cases of a market as a whole with a week in common, oldest first. One of a carrier does not
    cover its market, so it answers for nothing that is found in the whole."""
    found = open_cases().filter(market=market, breakout=WHOLE, first_week__lte=last, last_week__gte=first)
    return list(found.order_by("number"))


def decided(market: str, first: dt.date, last: dt.date) -> list[Case]:
    """Resolved cases of a market as a whole with a week in common, oldest first."""
    found = resolved().filter(market=market, breakout=WHOLE, first_week__lte=last, last_week__gte=first)
    return list(found.order_by("number"))


def doubted_weeks(market: str, before: dt.date) -> list[dt.date]:
    """The Mondays before a week that a case of the market or its carriers covers, oldest first: an open one,
    or one whose verdict says that the data or the definition was not what it was."""
    wrong = (CaseVerdict.Verdict.DATA_DEFECT, CaseVerdict.Verdict.DEFINITION_CHANGE)
    ended = resolved().filter(verdicts__in=CaseVerdict.objects.filter(verdict__in=wrong, reopening=None))
    spans = [
        span
        for found in (open_cases(), ended)
        for span in found.filter(market=market, first_week__lt=before).values_list("first_week", "last_week")
    ]
    mondays = {
        first + dt.timedelta(weeks=n) for first, last in spans for n in range((last - first).days // 7 + 1)
    }
    return sorted(monday for monday in mondays if monday < before)


def resolvers(market: str, breakout: str, value: str, through: dt.date) -> set[int]:
    """Ids of everybody who ever resolved a case that bears on a scope key up to a week."""
    key = Q(case__breakout=WHOLE) | Q(case__breakout=breakout)
    found = CaseVerdict.objects.filter(key, case__market=market, case__first_week__lte=through)
    return {
        by for by, kind, one in found.values_list("by_id", "case__breakout", "case__value")
        if kind == WHOLE or one == value or "*" in (one, value)
    }  # fmt: skip


def refused_line(line: tuple[str, str, str], vintage: str, through: dt.date | None) -> str:
    """Why a line (market, breakout, value) may not be published with this data; empty where it may: no open
    case covers it, or the very same was published before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_case_stops_line(%s, %s, %s, %s, %s)", [*line, vintage, through])
        return refusal(*line, through) if cursor.fetchone()[0] else ""


def holders(roles: Iterable[str]) -> dict[str, list[User]]:
    """Role -> the open accounts of persons who hold it, by name."""
    wanted = list(roles)
    found: dict[str, list[User]] = {role: [] for role in wanted}
    people = User.objects.filter(groups__name__in=wanted, is_active=True, is_system=False).distinct()
    for person in people.prefetch_related("groups").order_by("username"):
        for group in person.groups.all():
            if group.name in found:
                found[group.name].append(person)
    return found
