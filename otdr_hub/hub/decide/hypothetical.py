"""What the hub would show under an option: the reading it would make, from what would be published.

It goes through the same page builder and templates as the hub's own page. What is switched off stays so, and
nothing here is certified by being looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.decisions.board import Board
from governance.decisions.models import LaunchDecision
from governance.killswitch.models import GLOBAL
from governance.killswitch.selectors import in_effect
from governance.markets.models import Market
from governance.publication.models import Publication as Published
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.states import ScopeState, closed_reason
from metrics.operator.signing import Told
from metrics.operator.told import Line, due_in, told
from otdr_hub.hub.desk.publishing import Offer
from otdr_hub.hub.desk.publishing import offer as what_would_be_published
from otdr_hub.hub.page import HubPage, hub_page
from otdr_hub.hub.reading import Absent, Counts, Coverage, MarketReading, Publication, Reading, Week
from otdr_hub.hub.record import Fact, Left, Record, owner_shown, read_record
from otdr_hub.hub.switch.preview import summed
from otdr_hub.lib import clock, digest

Kind = LaunchDecision.Kind
_ADDED: Final = (Kind.LAUNCH_FULL, Kind.LAUNCH_WITH_DISCLOSURE)


@dataclass(frozen=True, slots=True)
class Words:
    """What would be said of markets that are left out; empty while nobody has typed it."""

    reason: str = ""
    owner: str = ""
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Hypothetical:
    """A page that is not published, and the fingerprint of what it is made from."""

    page: HubPage
    seen: str


def left_out(board: Board) -> tuple[str, ...]:
    """The priority markets that a partial launch would exclude: not shown, and not excluded already."""
    return tuple(one.code for one in board.scope if not one.is_shown and one.state != ScopeState.EXCLUDED)


def hypothetical(board: Board, kind: str, words: Words, *, epoch: int, actor: User) -> Hypothetical:
    """The hub under an option. Raises ConflictError where nothing could be published at all."""
    offered = what_would_be_published("", actor)
    others = left_out(board)
    reading = _reading(offered, kind, others, epoch=epoch, actor=actor)
    record = _record(reading, board, kind, words)
    page = hub_page(reading, record)
    seen = digest.of({"board": board.digest, "offer": offered.fingerprint, "kind": kind})
    # It has no number yet, and so no fingerprint that anybody could look up.
    plates = tuple(plate for plate in page.nameplate if plate.kind != "code")
    return Hypothetical(replace(page, nameplate=plates), seen)


def _reading(offered: Offer, kind: str, others: Sequence[str], *, epoch: int, actor: User) -> Reading:
    one, now = offered.candidate, clock.now()
    whole = [line for line in offered.lines if line["breakout"] == WHOLE]
    off = _off([line["market"] for line in whole])
    reasons = {line["market"]: _reason(line, kind, others, off) for line in whole}
    lines = [Line(line["market"], line["vintage"], line["through"], line["as_of"]) for line in whole]
    weeks = told(version=one.version, lines=lines, actor=actor)
    rows = {line["market"]: line for line in whole}
    states = _states([line["decision"] for line in whole])
    markets = list(Market.objects.order_by("priority", "code"))
    newest = Published.objects.first()
    found = Reading(
        epoch=epoch, read_at=now,
        publication=Publication(
            number=newest.number + 1 if newest else 1, digest="0" * 64, published_at=now, as_of=one.as_of,
            through=one.through, version_name=one.version.name, version_digest=one.version.digest,
        ),
        rollup=(),
        markets=tuple(
            _market(market, rows[market.code], weeks[market.code], _state(rows[market.code], kind, states))
            for market in markets if reasons[market.code] is None
        ),
        not_shown=tuple(
            Absent(market.code, market.name, reason, off.get(market.code, now))
            for market in markets if (reason := reasons[market.code]) is not None
        ),
        coverage=Coverage(0, 0, 0, 0),
    )  # fmt: skip
    due = due_in(lines=lines, monday=one.through, actor=actor)
    coverage = Coverage(
        len(found.summed), len(markets), sum(due.get(market.code, 0) for market in found.summed),
        sum(due.values()),
    )  # fmt: skip
    return replace(found, rollup=summed(found.summed), coverage=coverage)


def _off(codes: Sequence[str]) -> dict[str, dt.datetime]:
    """Market -> since when it is switched off, alone or with everything."""
    found: dict[str, dt.datetime] = {}
    for one in in_effect(codes):
        for code in codes if one.market == GLOBAL else [one.market]:
            found.setdefault(code, one.at)
    return found


def _reason(line: Mapping[str, Any], kind: str, others: Sequence[str], off: Mapping[str, Any]) -> str | None:
    """Why a market would not be shown; None where it would."""
    code = line["market"]
    if code in off:
        return "switched_off"
    if line["decision"]:
        return "excluded" if _is_over(line["decision"]) else None
    if code in others:
        return None if kind in _ADDED else "excluded"
    newest = ScopeDecision.objects.filter(market=code, breakout=WHOLE).order_by("-pk").first()
    if newest is None:
        return "undecided"
    return "excluded" if newest.state == ScopeState.EXCLUDED else "needs_signing"


def _is_over(decision: str) -> bool:
    """Whether a known issue has reached its expiry."""
    one = ScopeDecision.objects.filter(digest=decision).order_by("-pk").first()
    ends = one.review_on if one and one.state == ScopeState.KNOWN_ISSUE else None
    return ends is not None and ends <= clock.now().date()


def _states(decisions: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Digest of a decision -> its state and disclosure."""
    rows = ScopeDecision.objects.filter(digest__in=[one for one in decisions if one]).order_by("pk")
    return {one.digest: (str(one.state), one.disclosure) for one in rows}


def _state(line: Mapping[str, Any], kind: str, states: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """State and note: as decided, or as the option would decide."""
    if line["decision"]:
        return states[line["decision"]]
    if kind == Kind.LAUNCH_WITH_DISCLOSURE:
        return "known_issue", _("Its disclosure stands here once it is written and signed.")
    return "certified", ""


def _market(
    market: Market, line: Mapping[str, Any], weeks: Sequence[Told], state: tuple[str, str]
) -> MarketReading:
    return MarketReading(
        code=market.code, name=market.name, zone=market.zone, state=state[0], disclosure=state[1],
        signed_by=(), through=line["through"], as_of=line["as_of"], is_held=line["is_held"],
        weeks=tuple(
            Week(one.monday, Counts(one.due, one.on_time, one.late, one.pending, one.unknown), one.finality)
            for one in weeks
        ),
    )  # fmt: skip


def _record(reading: Reading, board: Board, kind: str, words: Words) -> Record:
    """What is on record, and what the option would add to it: the decision, where it is not made yet."""
    record, now = read_record(reading), reading.read_at
    is_made = board.decision is not None and board.decision.kind == kind
    facts = [] if is_made else [Fact(now, "launch", detail=kind)]
    others = left_out(board)
    if kind != Kind.LAUNCH_PARTIAL:
        facts += [Fact(now, "shown", code) for code in others]
        return replace(record, facts=(*record.facts, *facts))
    left = Left(
        "excluded", now, owner_shown(words.owner), words.review_on, reason=closed_reason(words.reason)
    )
    facts += [Fact(now, "excluded", code) for code in others]
    return replace(
        record,
        facts=tuple(sorted((*record.facts, *facts), key=lambda one: one.at)),
        left_out={**record.left_out, **dict.fromkeys(others, left)},
    )
