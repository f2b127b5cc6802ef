"""The pages of metric versions as frozen objects that hold finished text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _

from governance.audit.pages import Way, moment
from governance.definition import node_words
from governance.models import MetricVersion
from governance.versions.selectors import Unchanged
from governance.versions.states import VersionState
from metrics.otdr.compare import SideBySide
from metrics.versions.effect import Compared, percent, together
from metrics.versions.forms import Proposal
from otdr_hub.lib import weeks

_GLYPHS = {
    VersionState.DRAFT: "undecided", VersionState.IN_REVIEW: "waiting", VersionState.APPROVED: "certified",
    VersionState.EFFECTIVE: "final", VersionState.RETIRED: "excluded",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """Where a version is in its life: glyph and words."""

    glyph: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the list."""

    name: str
    state: State
    author: str
    approvers: str
    unchanged: str
    is_broken: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything on `/versions/`."""

    rows: tuple[Row, ...]
    propose: Way
    form: Proposal


@dataclass(frozen=True, slots=True)
class Effect:
    """One market, or one rule in it: counts before and after, the difference, in text."""

    label: str
    is_part: bool
    before: str
    after: str
    due: str
    on_time: str
    rate: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side over one week."""

    title: str
    before: str
    after: str
    rows: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """A form at the foot of a version: what it does, what it asks for, or why it is closed."""

    act: str
    title: str
    button: str
    says: str
    way: Way
    asks_reason: bool = False
    asks_day: str = ""
    first_day: str = ""


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Everything on one version's page."""

    name: str
    digest: str
    state: State
    meaning: str
    facts: tuple[tuple[str, str], ...]
    unchanged: tuple[tuple[str, str], ...]
    is_broken: bool
    nodes: tuple[tuple[str, str], ...]
    document: str
    against: str
    changes: tuple[str, ...]
    disclosure: tuple[tuple[str, str], ...]
    disclosure_note: str
    history: tuple[tuple[str, str, str], ...]
    compare: Way
    comparison: Comparison | None
    nothing_compared: str
    controls: tuple[Control, ...]


def day_words(day: dt.date | None) -> str:
    """A day in words."""
    return date_text(day, "j M Y") if day else ""


def state_of(version: MetricVersion, today: dt.date) -> State:
    """The state in words, with the days that go with it."""
    state = VersionState(version.state)
    begins, ends = version.effective_from, version.retired_from
    words = _(state.label)
    if state == VersionState.EFFECTIVE and begins:
        said = _("in effect from %(day)s") if begins > today else _("in effect since %(day)s")
        words = said % {"day": day_words(begins)}
    elif state == VersionState.RETIRED and begins and ends:
        if begins <= today < ends:
            words = _("in effect until %(day)s") % {"day": day_words(ends - dt.timedelta(days=1))}
            state = VersionState.EFFECTIVE
        else:
            last = day_words(ends - dt.timedelta(days=1))
            words = _("retired, in effect %(first)s to %(last)s") % {"first": day_words(begins), "last": last}
        if version.successor:
            words += _(", then %(name)s") % {"name": version.successor.name}
    return State(_GLYPHS[state], words)


def unchanged_words(report: Unchanged) -> str:
    """Since when, in one phrase."""
    if not report.holds:
        return _("changed: its fingerprint no longer fits")
    if report.since is None:
        return _("no entry on record")
    return _("unchanged since %(at)s") % {"at": moment(report.since)}


def unchanged_facts(report: Unchanged, *, is_running: bool) -> tuple[tuple[str, str], ...]:
    """The report an auditor relies on: fingerprint, since when, and what was tried since."""
    found = [(_("Fingerprint"), report.version.digest), (_("Of the program"), report.version.engine_digest)]
    if report.since:
        said = {"at": moment(report.since), "number": report.entry}
        found.append((_("Unchanged since"), _("%(at)s, entry %(number)s of the ledger") % said))
    holds = _("hashed again now: it fits") if report.holds else _("hashed again now: it does NOT fit")
    found.append((_("Checked"), holds))
    runs = _("yes, it is the one that runs here") if is_running else _("no: another one runs here now")
    found.append((_("Same program"), runs))
    if report.rederived:
        again = _("%(at)s, every integer the same") % {"at": moment(report.rederived)}
        found.append((_("Last computed again"), again))
    return tuple(found)


def row(version: MetricVersion, report: Unchanged, approvers: Iterable[str], today: dt.date) -> Row:
    """A version as a line of the list."""
    return Row(
        name=version.name,
        state=state_of(version, today),
        author=version.author.username,
        approvers=", ".join(approvers),
        unchanged=unchanged_words(report),
        is_broken=not report.holds,
    )


def _signed(value: int) -> str:
    return f"{value:+,}".replace("-", "\u2212") if value else "0"


def _market(name: str, sides: SideBySide) -> list[Effect]:
    before, after = sides.before, sides.after
    rows = [
        Effect(
            name, False, f"{before.on_time:,} / {before.due:,}", f"{after.on_time:,} / {after.due:,}",
            _signed(after.due - before.due), _signed(after.on_time - before.on_time),
            f"{percent(before.on_time, before.due)} → {percent(after.on_time, after.due)}",
        )
    ]  # fmt: skip
    for one in sides.effects if len(sides.effects) > 1 else ():
        label = _("the rules together") if one.rule == "together" else node_words(one.rule)
        rows.append(Effect(label, True, "", "", _signed(one.due), _signed(one.on_time), ""))
    return rows


def comparison(found: Compared, names: Mapping[str, str]) -> Comparison:
    """Both versions' counts in every market, and below each what each changed rule does alone."""
    rows = [
        effect
        for market, sides in sorted(found.markets.items())
        for effect in _market(names.get(market, market), sides)
    ]
    if len(found.markets) > 1:
        whole, *rules = _market(_("All markets"), together(found.markets.values()))
        rows += [replace(whole, is_sum=True), *rules]
    title = _("%(week)s, on time / due") % {"week": weeks.label(found.monday)}
    if found.off:
        off = ", ".join(names.get(code, code) for code in found.off)
        title = _("%(title)s; switched off and not counted: %(names)s") % {"title": title, "names": off}
    return Comparison(title, found.before.name, found.after.name, tuple(rows))
