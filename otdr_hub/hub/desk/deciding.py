"""Deciding several markets in one act: first what it would do, then one decision each and one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.access.models import User
from governance.killswitch.selectors import dark
from governance.markets.models import Market
from governance.models import MetricVersion
from governance.scope.models import CARRIER, WHOLE, ScopeDecision
from governance.scope.services import ACT, scope_decide
from governance.scope.states import ScopeState
from governance.signoffs.models import SignoffRequest
from governance.signoffs.services import request_open
from metrics.operator.carriers import Visible
from metrics.operator.effect import Effect, Newest, effect, file, newest, readiness
from otdr_hub.hub.desk.breakouts import what_becomes_visible, why_unfit
from otdr_hub.hub.desk.forms import Choice
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.hub.numbers import week_title
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError


@dataclass(frozen=True, slots=True)
class Ground:
    """What a choice stands on: the version, the newest data, and the effect table of the choice."""

    version: MetricVersion
    found: dict[str, Newest]
    monday: dt.date
    effect: Effect
    problems: dict[str, list[str]]
    visible: Visible | None = None

    @property
    def table(self) -> Effect | Visible:
        """What is filed with the decision: the roll-up's table, or what becomes visible of carriers."""
        return self.effect if self.visible is None else self.visible

    @property
    def fingerprint(self) -> str:
        """Names what was seen: a decision is made on this and on nothing newer."""
        return digest.of({"version": self.version.digest, "effect": self.table.digest})


def newest_states() -> dict[str, str]:
    """Market -> what its newest decision says it may be."""
    return dict(ScopeDecision.objects.filter(breakout=WHOLE).order_by("pk").values_list("market", "state"))


def shown_now() -> set[str]:
    """Markets whose newest decision lets them be shown."""
    return {market for market, state in newest_states().items() if state != ScopeState.EXCLUDED}


def ground(choice: Choice, actor: User) -> Ground:
    """Look at a choice without deciding. Raises InvalidInputError for one that cannot be looked at."""
    version = version_in_effect()
    if version is None:
        raise ConflictError(_("No definition is in effect, so there is nothing to decide on."))
    if choice.monday is None:
        raise InvalidInputError(_("Write the week like 2026-W46."))
    if choice.state not in ScopeState.values:
        raise InvalidInputError(_("Choose what the markets may be."))
    if choice.breakout not in (WHOLE, CARRIER):
        raise InvalidInputError(_("Choose the markets, or their carriers."))
    found = newest(version=version, actor=actor)
    absent = sorted(set(choice.markets) - found.keys())
    if absent or not choice.markets:
        names = join_names(absent)
        raise InvalidInputError(
            _("Nothing was computed for %(names)s.") % {"names": names}
            if absent
            else _("Choose the markets to decide.")
        )
    off = dark()
    unseen = [code for code in choice.markets if off.since(code, choice.breakout) is not None]
    if unseen and choice.state != ScopeState.EXCLUDED:
        # Nobody decides to show a number that no page shows; to leave it out takes none.
        raise ConflictError(
            _("%(names)s: switched off, so no page shows what to decide on. Ask for on again, or leave out.")
            % {"names": join_names(unseen)}
        )
    chosen = {code: found[code] for code in choice.markets if code not in unseen}
    unfit = readiness(version=version, found=chosen, monday=choice.monday, actor=actor)
    for code, said in why_unfit(choice, found, choice.monday, actor).items():
        unfit[code] = [*unfit[code], *said]
    return Ground(
        version=version,
        found=found,
        monday=choice.monday,
        effect=effect(
            found=found,
            monday=choice.monday,
            chosen=choice.markets,
            shown=shown_now(),
            off=off.whole,
            actor=actor,
        ),
        problems={code: said for code, said in unfit.items() if said},
        visible=what_becomes_visible(choice, version, found, off.carriers, actor),
    )


def decide(choice: Choice, *, actor: User) -> SignoffRequest:
    """One decision per chosen market and one request over all of them, in one transaction.

    An exclusion hides at once and is signed all the same. Raises MovedError when what was looked at is
    not what is there now.
    """
    with transaction.atomic():
        stand = ground(choice, actor)
        if choice.seen != stand.fingerprint:
            raise MovedError(_("The data or the decisions have moved since this was looked at; look again."))
        if choice.review_on and choice.review_day is None:
            raise InvalidInputError(_("Write the date like 2026-12-24."))
        file(stand.table, actor=actor)
        lines = [_decided(market, choice, stand, actor) for market in _markets(choice.markets)]
        # What is asked goes on record: the source's words in every language.
        with override(None):
            summary, asked = _summary(choice, stand), [(one.digest, _subject(one)) for one in lines]
        return request_open(act=ACT, summary=summary, lines=asked, actor=actor)


def _markets(codes: Sequence[str]) -> list[Market]:
    return list(Market.objects.filter(code__in=codes).order_by("priority", "code"))


def _decided(market: Market, choice: Choice, stand: Ground, actor: User) -> ScopeDecision:
    needs_day = choice.state != ScopeState.CERTIFIED
    return scope_decide(
        market=market, state=choice.state, version=stand.version,
        vintage=stand.found[market.code].vintage, through=stand.monday, **choice.said(),
        review_on=choice.review_day if needs_day else None, effect=stand.table.digest,
        breakout=choice.breakout, actor=actor,
    )  # fmt: skip


def _subject(decision: ScopeDecision) -> str:
    name = decision.market.name
    if decision.breakout != WHOLE:
        name = _("%(market)s, carriers") % {"market": name}
    return f"{name}, {_(ScopeState(decision.state).label)}"


def _summary(choice: Choice, stand: Ground) -> str:
    names = [market.name for market in _markets(choice.markets)]
    number = len(names)
    what = join_names(names) if number < 4 else _("%(number)d markets") % {"number": number}
    if choice.breakout != WHOLE:
        what = _("the carriers of %(what)s") % {"what": what}
    patterns = {
        "certified": _("Show %(what)s up to %(week)s, %(version)s"),
        "known_issue": _("Show %(what)s with a note up to %(week)s, %(version)s"),
        "excluded": _("Leave out %(what)s, %(week)s, %(version)s"),
    }
    return patterns[choice.state] % {
        "what": what,
        "week": week_title(stand.monday),
        "version": stand.version.name,
    }
