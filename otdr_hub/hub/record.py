"""What is on record beside the numbers: decisions, switch-offs, versions, the target. No counts.

Read from governance in a few statements and handed to the pages next to a reading. What executives see
of it is closed: kinds, dates, market and version names. The words a person typed (a reason, a plan) stay
on the scope board: they could carry a number that is not shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db.models import DateTimeField, F, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from governance.decisions.models import LaunchDecision
from governance.killswitch.models import GLOBAL, Shutoff
from governance.publication.models import PublicationLine
from governance.rules.models import Target
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.states import ScopeState, closed_reason
from governance.versions.models import MetricVersion
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.series import MOST_WEEKS

EVERYTHING: Final = GLOBAL


@dataclass(frozen=True, slots=True)
class Fact:
    """One act that explains a line. `kind` is shown, excluded, known_issue, off, on, version or
    launch.

    `market` is a code, or `global`; `detail` a version's name, a launch decision's kind or the category
    of a shutoff.
    """

    at: dt.datetime
    kind: str
    market: str = EVERYTHING
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """Why a market is left out, in facts: since when, in which closed words, who answers, when it is
    looked at again.

    `kind` is excluded (by a decision), expired (a known issue whose date has passed) or off.
    """

    kind: str
    since: dt.datetime | None
    owner: str = ""
    review_on: dt.date | None = None
    category: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything beside a reading; a page can be made without any of it."""

    facts: tuple[Fact, ...] = ()
    left_out: Mapping[str, Left] = field(default_factory=dict)
    targets: tuple[tuple[dt.date, Decimal], ...] = ()

    def target(self, monday: dt.date) -> Decimal | None:
        """The target that holds in a week, in per cent; None where none was fixed for it."""
        holding = [percent for since, percent in self.targets if since <= monday]
        return holding[-1] if holding else None


NOTHING: Final = Record()


def owner_shown(owner: str) -> str:
    """The owner as typed if it is a name; nothing where a figure could hide in it."""
    text = owner.strip()
    return "" if any(sign.isnumeric() or sign in "%‰" for sign in text) else text


def read_record(reading: Reading) -> Record:
    """What is on record about the weeks a page shows and the markets it does not."""
    if reading.publication is None:
        return NOTHING
    last = reading.publication.through
    start = dt.datetime.combine(last - dt.timedelta(weeks=MOST_WEEKS - 1), dt.time(), tzinfo=dt.UTC)
    hidden = {one.code: one.reason for one in reading.not_shown}
    decisions = _decisions(start, [code for code, reason in hidden.items() if reason == "excluded"])
    off = list(Shutoff.objects.order_by("pk").values(*_SHUTOFF))
    simple = list(_shown().union(_versions(start), _launches(start), _targets(last), all=True))
    facts = [*_moved(decisions), *_switched(off), *(Fact(*row) for row in simple if row[1] != "target")]
    # Of two that begin together, the one fixed later is last.
    aims = sorted((at.date(), int(key), Decimal(text)) for at, kind, key, text in simple if kind == "target")
    return Record(
        facts=tuple(sorted((one for one in facts if one.at >= start), key=lambda one: one.at)),
        left_out=_left_out(hidden, decisions, off),
        targets=tuple((since, percent) for since, _key, percent in aims),
    )


_SHUTOFF: Final = ("market", "breakout", "category", "at", "lift__lifted_at")


def _decisions(start: dt.datetime, excluded: Sequence[str]) -> list[Mapping[str, Any]]:
    """Decisions about whole markets in the weeks shown, and every one about the markets excluded."""
    found = ScopeDecision.objects.filter(breakout=WHOLE, value=WHOLE).filter(
        Q(decided_at__gte=start) | Q(market__in=list(excluded))
    )
    return list(
        found.order_by("pk").values("market_id", "state", "owner", "reason", "review_on", "decided_at")
    )


def _moved(decisions: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """Decisions that leave a market out or put a note on it; renewing one is no news."""
    before: dict[str, str] = {}
    for one in decisions:
        if one["state"] != ScopeState.CERTIFIED and before.get(one["market_id"]) != one["state"]:
            yield Fact(one["decided_at"], str(one["state"]), one["market_id"])
        before[one["market_id"]] = one["state"]


def _switched(off: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """Whole markets, or everything, switched off, and on again."""
    for one in off:
        if one["breakout"] == WHOLE:
            yield Fact(one["at"], "off", one["market"], one["category"])
            if one["lift__lifted_at"]:
                yield Fact(one["lift__lifted_at"], "on", one["market"])


def _as_fact(rows: QuerySet[Any], at: Any, kind: str, key: Any, detail: Any) -> QuerySet[Any, Any]:
    return rows.values_list(
        Cast(at, DateTimeField()), Value(kind), Cast(key, TextField()), Cast(detail, TextField())
    )


def _shown() -> QuerySet[Any, Any]:
    """The first publication that names a decision of each market: from then on it is in the number."""
    lines = PublicationLine.objects.filter(breakout=WHOLE, value=WHOLE).exclude(decision="")
    first = lines.values("market_id").annotate(first=Min("publication__published_at")).order_by()
    return _as_fact(first, F("first"), "shown", F("market_id"), Value(""))


def _versions(start: dt.datetime) -> QuerySet[Any, Any]:
    """Definitions that took effect."""
    found = MetricVersion.objects.filter(effective_from__gte=start.date()).order_by()
    return _as_fact(found, F("effective_from"), "version", Value(EVERYTHING), F("name"))


def _launches(start: dt.datetime) -> QuerySet[Any, Any]:
    """What the chair decided of a launch."""
    found = LaunchDecision.objects.filter(decided_at__gte=start).order_by()
    return _as_fact(found, F("decided_at"), "launch", Value(EVERYTHING), F("kind"))


def _targets(last: dt.date) -> QuerySet[Any, Any]:
    """What the headline should reach, from a Monday on."""
    found = Target.objects.filter(holds_from__lte=last).order_by()
    return _as_fact(found, F("holds_from"), "target", F("pk"), F("percent"))


def _left_out(
    hidden: Mapping[str, str], decisions: Sequence[Mapping[str, Any]], off: Sequence[Mapping[str, Any]]
) -> dict[str, Left]:
    """The facts behind each market that is off or excluded."""
    newest = {one["market_id"]: one for one in decisions}
    found = {}
    for code, reason in hidden.items():
        if reason == "switched_off":
            # The earliest in effect that covers it is the one the page dates the absence from.
            one = next((row for row in off if row["lift__lifted_at"] is None and _covers(row, code)), None)
            found[code] = Left("off", one["at"] if one else None, category=one["category"] if one else "")
        elif reason == "excluded" and code in newest:
            said = newest[code]
            kind = "excluded" if said["state"] == ScopeState.EXCLUDED else "expired"
            owner = owner_shown(said["owner"])
            why = closed_reason(said["reason"])
            found[code] = Left(kind, said["decided_at"], owner, said["review_on"], reason=why)
    return found


def _covers(row: Mapping[str, Any], code: str) -> bool:
    return row["breakout"] == WHOLE and row["market"] in (EVERYTHING, code)
