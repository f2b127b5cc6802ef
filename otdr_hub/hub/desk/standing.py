"""Where each market of the scope stands now: decided, signed, drifted, switched off. No page, no counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.models import GLOBAL, Shutoff
from governance.killswitch.selectors import standing as shutoffs
from governance.markets.models import Market
from governance.models import MetricVersion
from governance.publication.models import Publication, PublicationLine
from governance.publication.services import guard_holds
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.selectors import value_of
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.models import Signature
from governance.signoffs.selectors import answers, missing_roles
from governance.versions.selectors import by_name
from metrics.operator.effect import Newest, newest
from metrics.operator.signing import Drift, drifts, signed_before
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError

SHOWABLE = (ScopeState.CERTIFIED, ScopeState.KNOWN_ISSUE)


@dataclass(frozen=True, slots=True)
class Standing:
    """One market. `state` is undecided, asked, shown, noted, not_shown, expired, again, or off.

    `signed` is the decision whose signatures stand (not always the newest one); `missing` are the roles
    whose signatures the newest decision lacks; `is_outside` when the newest data has moved further than
    what was signed allows.
    """

    market: Market
    state: str
    decision: ScopeDecision | None
    signed: ScopeDecision | None
    answers: tuple[Signature, ...]
    missing: tuple[str, ...]
    line: PublicationLine | None
    newest: Newest | None
    is_outside: bool
    off: Shutoff | None

    @property
    def may_be_shown(self) -> bool:
        """Whether signatures let it be shown: those over the newest decision, or over one before that says
        the same. Decided otherwise, it is not shown until that is signed."""
        if self.signed is None or self.decision is None or self.signed.state != self.decision.state:
            return False
        return self.state in ("shown", "noted", "asked")


def version_in_effect() -> MetricVersion | None:
    """The version publications mean; None before there is one."""
    try:
        return by_name(None)
    except InvalidInputError:
        return None


def _decisions(breakout: str) -> QuerySet[ScopeDecision]:
    mine = ScopeDecision.objects.filter(breakout=breakout, value=value_of(breakout))
    return mine.select_related("version", "decided_by", "market").order_by("pk")


def _state(
    decision: ScopeDecision | None, off: Shutoff | None, missing: tuple[str, ...], outside: bool
) -> str:
    if off is not None:
        return "off"
    if decision is None:
        return "undecided"
    if decision.state == ScopeState.EXCLUDED:
        return "not_shown"
    if decision.review_on and decision.review_on <= clock.now().date():
        return "expired"
    if outside or missing:
        return "again" if outside else "asked"
    return "noted" if decision.state == ScopeState.KNOWN_ISSUE else "shown"


def _one(
    market: Market,
    decision: ScopeDecision | None,
    data: Newest | None,
    version: MetricVersion | None,
    shared: tuple[Mapping[str, PublicationLine], Mapping[str, Shutoff]],
) -> Standing:
    lines, offs = shared
    off = offs.get(market.code) or offs.get(GLOBAL)
    missing: tuple[str, ...] = ()
    signed, outside = None, False
    if decision is not None:
        missing = tuple(missing_roles(ACT, decision.digest))
    if decision is not None and decision.state in SHOWABLE:
        signed = signed_before(decision) if missing else decision
    if signed is not None and version is not None:
        outside = signed.version_id != version.digest or (
            data is not None and not guard_holds(signed.digest, data.vintage)
        )
    return Standing(
        market=market,
        state=_state(decision, off, missing, outside),
        decision=decision,
        signed=signed,
        answers=tuple(answers([decision.digest])) if decision else (),
        missing=missing,
        line=lines.get(market.code),
        newest=data,
        is_outside=outside,
        off=off,
    )


def _offs(breakout: str) -> dict[str, Shutoff]:
    """Market (or everything) -> what switched it off: as a whole, or all its figures by a breakout."""
    found = {one.market: one for one in shutoffs().filter(breakout=breakout, value=value_of(breakout))}
    return found | {one.market: one for one in shutoffs().filter(breakout=WHOLE)}


def standings(*, actor: User, breakout: str = WHOLE) -> list[Standing]:
    """Every market of the scope, in its order; or where its figures by a breakout stand.

    Raises NotAllowedError for whoever may not see the board.
    """
    version = version_in_effect()
    data = newest(version=version, actor=actor) if version else {}
    decided = {item.market_id: item for item in _decisions(breakout)}
    published = Publication.objects.first()
    lines = {line.market_id: line for line in published.lines.filter(breakout=breakout)} if published else {}
    offs = _offs(breakout)
    markets = Market.objects.order_by("priority", "code")
    return [
        _one(market, decided.get(market.code), data.get(market.code), version, (lines, offs))
        for market in markets
    ]


def drifted(found: list[Standing], actor: User) -> dict[str, tuple[Drift, ...]]:
    """Market -> how its signed weeks read now, for markets outside their guard; nothing for who may not."""
    pairs = [
        (one.signed, one.newest.vintage)
        for one in found
        if one.is_outside and one.signed is not None and one.newest is not None
    ]
    return drifts(pairs=pairs, actor=actor) if pairs and may(actor, "signoff_read") else {}
