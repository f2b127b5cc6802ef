"""What a change of definition does to the numbers: counted over the last complete week, market by market.

It runs the engine over every market's pinned files, which takes seconds: it is asked for, never part of
showing a page.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.selectors import dark
from governance.models import MetricVersion
from governance.signoffs.selectors import required
from governance.versions.selectors import ACT, effective_on
from governance.versions.states import VersionState
from metrics.operator.beside import side_by_side
from metrics.otdr.compare import Effect, SideBySide
from metrics.otdr.ladder import Rung
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ALLOWED, Answer, require

_WEEK = dt.timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions side by side over one week, by market; what is switched off (`off`) is not counted."""

    before: MetricVersion
    after: MetricVersion
    monday: dt.date
    markets: Mapping[str, SideBySide]
    off: tuple[str, ...] = ()


def may_compare(version: MetricVersion, actor: User) -> Answer:
    """Whether the actor may see what a version does to the numbers: operators, and who approves it."""
    asked = set(required(ACT, version.digest)) & actor.roles
    if asked and actor.is_active and version.state != VersionState.DRAFT:
        return ALLOWED
    return may(actor, "operator_read")


def last_complete_week(version: MetricVersion) -> dt.date | None:
    """The Monday of the last week in which no market computed under a version still waits for anything."""
    rows = newest_vintages(version, [])
    as_of = {row.vintage: row.run.as_of for row in rows.values()}
    found: dict[dt.date, bool] = {}
    for week in storage.weeks_of(list(as_of)):
        matures = week["matures_at"]
        waits = bool(week["pending"]) or (matures is not None and matures > as_of[week["vintage"]])
        found[week["week"]] = found.get(week["week"], True) and not waits
    # A week that has not ended holds promises that nobody made yet.
    ended = [day for day, done in found.items() if done and day + _WEEK < min(as_of.values()).date()]
    return max(ended, default=None)


def _week(old: MetricVersion, new: MetricVersion) -> Compared | None:
    monday = last_complete_week(old)
    if monday is None:
        return None
    dark_now = dark().whole
    known = sorted(newest_vintages(old, []))
    lit = [code for code in known if code not in dark_now]
    found = side_by_side(old=old, new=new, markets=lit, since=monday, until=monday + _WEEK) if lit else {}
    return Compared(old, new, monday, found, tuple(code for code in known if code in dark_now))


def compared(version: MetricVersion, actor: User) -> Compared | None:
    """The version beside the one in effect over the last complete week; None where nothing was computed
    or nothing else is in effect. Raises NotAllowedError."""
    require(may_compare(version, actor))
    before = effective_on(clock.now().date())
    if before is None or before.pk == version.pk:
        return None
    return _week(before, version)


def percent(on_time: int, due: int) -> str:
    """A rate in words, rounded once from the integers."""
    return f"{float(round(Fraction(on_time, due) * 100, 2)):.2f} %" if due else "no rate"


def together(sides: Iterable[SideBySide]) -> SideBySide:
    """The sum over markets: of both versions' counts, and of what each rule does."""
    found = list(sides)
    due, on_time = Counter[str](), Counter[str]()
    for effect in (effect for one in found for effect in one.effects):
        due[effect.rule] += effect.due
        on_time[effect.rule] += effect.on_time
    return SideBySide(
        _added([one.before for one in found]),
        _added([one.after for one in found]),
        tuple(Effect(rule, due[rule], on_time[rule]) for rule in due),
    )


def _added(rungs: list[Rung]) -> Rung:
    names = ("due", "on_time", "late", "pending", "unknown")
    return Rung(rungs[0].name, *(sum(getattr(one, name) for one in rungs) for name in names))


def effect_words(found: Compared | None) -> str:
    """The third sentence of the disclosure: counts before and after, all markets together and each."""
    if found is None or not found.markets:
        return "Nothing has been computed under the definition in effect, so there is no amount to compare."
    number, whole = len(found.markets), together(found.markets.values())
    then, now = whole.before, whole.after
    first = (
        f"In {weeks.label(found.monday)}, over {number} market{'' if number == 1 else 's'}, the rate of"
        f" {found.before.name} is {percent(then.on_time, then.due)} ({then.on_time:,} on time of"
        f" {then.due:,} due) and that of {found.after.name} {percent(now.on_time, now.due)}"
        f" ({now.on_time:,} of {now.due:,})."
    )
    lines = [
        f"{market}: {side.before.on_time:,} of {side.before.due:,} becomes {side.after.on_time:,} of"
        f" {side.after.due:,}."
        for market, side in sorted(found.markets.items())
    ]
    if found.off:
        lines.append(f"Not counted, being switched off: {', '.join(found.off)}.")
    return "\n".join([first, *lines])


def effect_seen(text: str) -> str:
    """The effect as it was submitted, without the counts of what has been switched off since, nor the sum
    that holds them."""
    dark_now = dark().whole
    _together, *lines = text.split("\n")
    kept = [line for line in lines if line.partition(":")[0] not in dark_now]
    if len(kept) == len(lines):
        return text
    gone = ", ".join(line.partition(":")[0] for line in lines if line not in kept)
    said = _("On no page while %(markets)s, which it counts, is switched off: all markets together.")
    return "\n".join([said % {"markets": gone}, *kept])


def effect_of(version: MetricVersion, actor: User) -> str:
    """The effect of putting the version in the place of the one in effect, in words, counted now.

    Empty where there is none in effect. Raises NotAllowedError.
    """
    before = effective_on(clock.now().date())
    if before is None:
        return ""
    return effect_words(compared(version, actor))
