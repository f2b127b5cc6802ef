"""Publishing the newest data: what would be shown, held and left out, and then doing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import may
from governance.markets.selectors import names as market_names
from governance.models import MetricVersion, Publication
from governance.publication.services import Candidate, offered_lines, publication_publish
from governance.scope.models import WHOLE
from metrics.operator.effect import Newest, last_whole_week, newest
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.hub.numbers import moment, week_name, week_title
from otdr_hub.lib import digest, weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, Refused


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be published: the candidate and its lines."""

    candidate: Candidate
    lines: tuple[Mapping[str, Any], ...]

    @property
    def fingerprint(self) -> str:
        """Names what was looked at."""
        return digest.of({
            "version": self.candidate.version.digest, "through": self.candidate.through,
            "lines": [dict(line) for line in self.lines],
        })  # fmt: skip


def _week(week: str, version: MetricVersion, found: Mapping[str, Newest]) -> dt.date:
    if week:
        try:
            return weeks.parse(week)
        except ValueError as error:
            raise InvalidInputError(str(error)) from None
    monday = last_whole_week(version, found)
    if monday is None:
        raise ConflictError(_("No week is over and settled yet, so there is nothing to publish."))
    return monday


def offer(week: str, actor: User) -> Offer:
    """What publishing would do now, through a week (the last settled one when empty)."""
    version: MetricVersion | None = version_in_effect()
    if version is None:
        raise ConflictError(_("No definition is in effect, so there is nothing to publish."))
    found = newest(version=version, actor=actor)
    if not found:
        raise ConflictError(_("Nothing has been computed yet, so there is nothing to publish."))
    as_of = max(one.as_of for one in found.values())
    vintages = {code: one.vintage for code, one in found.items()}
    candidate = Candidate(version, vintages, _week(week, version, found), as_of)
    return Offer(candidate, tuple(offered_lines(candidate)))


def publish(week: str, *, seen: str | None, actor: User) -> Publication:
    """Publish what is newest. Raises MovedError when that is no longer what was `seen` (None: unseen)."""
    offered = offer(week, actor)
    if seen is not None and seen != offered.fingerprint:
        raise MovedError(_("What would be published has moved since this was looked at; look again."))
    one = offered.candidate
    return publication_publish(
        version=one.version, vintages=one.vintages, through=one.through, as_of=one.as_of, actor=actor
    )


@dataclass(frozen=True, slots=True)
class PublishRow:
    """What a publication would say of one market."""

    name: str
    mark: words.Mark
    note: str


@dataclass(frozen=True, slots=True)
class PublishPage:
    """What would be shown, before it is."""

    week: str
    title: str
    as_of: str
    rows: tuple[PublishRow, ...]
    summary: str
    seen: str
    why_not: str
    problem: str


def _row(line: Mapping[str, Any], name: str) -> PublishRow:
    if line["breakout"] != WHOLE:
        name = _("%(market)s, carriers") % {"market": name}
    if not line["decision"]:
        return PublishRow(name, words.Mark("excluded", _("not shown")), "")
    if line["is_held"]:
        said = {"week": week_name(line["through"]), "at": moment(line["as_of"])}
        note = _("keeps %(week)s with data as of %(at)s: the newest data waits for signatures") % said
        return PublishRow(name, words.Mark("waiting", _("last signed number"), "issue"), note)
    return PublishRow(name, words.Mark("certified", _("shown"), "certified"), "")


def summary(lines: tuple[Mapping[str, Any], ...]) -> str:
    """How many would be shown, kept as last signed, and left out."""
    whole = [line for line in lines if line["breakout"] == WHOLE]
    held = sum(line["is_held"] for line in whole)
    shown = sum(bool(line["decision"]) for line in whole)
    said = [_("%(shown)d of %(all)d markets shown") % {"shown": shown, "all": len(whole)}]
    if held:
        kept = ngettext("%(number)d of them as last signed", "%(number)d of them as last signed", held)
        said.append(kept % {"number": held})
    if len(lines) > len(whole):
        said.append(_("carriers of %(number)d") % {"number": len(lines) - len(whole)})
    return ", ".join(said)


def publish_page(week: str, actor: User, problem: str = "") -> PublishPage:
    """The page before publishing. Whoever may see the board may look; the button says who may press it."""
    allowed = may(actor, "publication_publish")
    why_not = allowed.reason if isinstance(allowed, Refused) else ""
    try:
        offered = offer(week, actor)
    except ConflictError as error:
        return PublishPage(week, "", "", (), "", "", str(error), problem)
    names = market_names()
    shown = any(line["decision"] for line in offered.lines)
    if not shown:
        why_not = why_not or _("No market has all its signatures over this data, so nothing could be shown.")
    one = offered.candidate
    return PublishPage(
        week=weeks.label(one.through),
        title=week_title(one.through),
        as_of=moment(one.as_of),
        rows=tuple(_row(line, names[line["market"]]) for line in offered.lines),
        summary=summary(offered.lines),
        seen=offered.fingerprint,
        why_not=why_not,
        problem=problem,
    )
