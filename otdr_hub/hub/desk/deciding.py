"""Deciding several markets in one act: first what it would do, then one decision each and one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.markets.models import Market
from governance.models import MetricVersion
from governance.scope.models import CARRIER, WHOLE, ScopeDecision
from governance.scope.services import ACT, scope_decide
from governance.scope.states import ScopeState
from governance.signoffs.models import SignoffRequest
from governance.signoffs.services import request_open
from metrics.operator.carriers import Visible
from metrics.operator.effect import Effect, Newest, Sum, effect, file, newest, readiness
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.breakouts import VisibleRow, visible_rows, what_becomes_visible, why_unfit
from otdr_hub.hub.desk.breakouts import button as carriers_button
from otdr_hub.hub.desk.forms import Choice
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.hub.numbers import count, percent_text, share_text, week_title
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


def _newest_states() -> dict[str, str]:
    """Market -> what its newest decision says it may be."""
    return dict(ScopeDecision.objects.filter(breakout=WHOLE).order_by("pk").values_list("market", "state"))


def shown_now() -> set[str]:
    """Markets whose newest decision lets them be shown."""
    return {market for market, state in _newest_states().items() if state != ScopeState.EXCLUDED}


def _then(choice: Choice) -> str:
    """What becomes of the hub between the decision and its signatures."""
    once = _("You confirm once that it is you.")
    if choice.state == ScopeState.EXCLUDED:
        return f"{once} " + _("From then on they are not shown; the departments are asked to sign that, too.")
    asked = _("The departments are then asked to sign all of these in one sitting;")
    states = _newest_states()
    if any(states.get(code, choice.state) != choice.state for code in choice.markets):
        until = _("until they have, a market that was decided otherwise before is not shown.")
    else:
        until = _("until they have, the hub shows what was signed before.")
    return f"{once} {asked} {until}"


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
    chosen = {code: found[code] for code in choice.markets}
    unfit = readiness(version=version, found=chosen, monday=choice.monday, actor=actor)
    for code, said in why_unfit(choice, found, choice.monday, actor).items():
        unfit[code] = [*unfit[code], *said]
    return Ground(
        version=version,
        found=found,
        monday=choice.monday,
        effect=effect(
            found=found, monday=choice.monday, chosen=choice.markets, shown=shown_now(), actor=actor
        ),
        problems={code: said for code, said in unfit.items() if said},
        visible=what_becomes_visible(choice, version, found, actor),
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
        return request_open(
            act=ACT, summary=_summary(choice, stand), lines=[(one.digest, _subject(one)) for one in lines],
            actor=actor,
        )  # fmt: skip


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
    return f"{name}, {ScopeState(decision.state).label}"


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


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One line of the effect table."""

    label: str
    counts: str
    rate: str
    share: str


@dataclass(frozen=True, slots=True)
class DecidePage:
    """What a choice would do, before it is made."""

    title: str
    week: str
    state: words.Mark
    said: tuple[tuple[str, str], ...]
    rows: tuple[EffectRow, ...]
    visible: tuple[VisibleRow, ...]
    change: str
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    fields: tuple[tuple[str, str], ...]
    seen: str
    button: str
    why_not: str
    then: str
    problem: str


def _effect_row(label: str, part: Sum, scope: Sum) -> EffectRow:
    return EffectRow(
        label=label,
        counts=_("%(on_time)s of %(due)s") % {"on_time": count(part.on_time), "due": count(part.due)},
        rate=_("no rate") if part.rate is None else percent_text(part.rate),
        share=share_text(part.due, scope.due) if scope.due else _("none"),
    )


def effect_rows(stand: Ground, names: dict[str, str]) -> tuple[EffectRow, ...]:
    """The effect table, ready to print: the roll-up with and without the markets, and each alone."""
    table = stand.effect
    return (
        _effect_row(_("With these markets"), table.included, table.scope),
        _effect_row(_("Without these markets"), table.left_out, table.scope),
        *(_effect_row(names[code], one, table.scope) for code, one in table.alone.items()),
    )


def _change(stand: Ground) -> str:
    included, left_out = stand.effect.included.rate, stand.effect.left_out.rate
    if included is None or left_out is None:
        return ""
    return _("%(points)s points") % {"points": words.signed_points((included - left_out) * 100)}


def _said(choice: Choice) -> tuple[tuple[str, str], ...]:
    labels = {
        "disclosure": _("Disclosure"), "plan": _("Plan"), "reason": _("Reason"), "owner": _("Owner"),
    }  # fmt: skip
    said = [(labels[name], text) for name, text in choice.said().items()]
    if choice.state != ScopeState.CERTIFIED:
        label = _("Expires") if choice.state == ScopeState.KNOWN_ISSUE else _("Review")
        said.append((label, words.day(choice.review_day) if choice.review_day else choice.review_on))
    return tuple((label, text or _("still missing")) for label, text in said)


def _why_not(choice: Choice, stand: Ground) -> str:
    if stand.problems and choice.state != ScopeState.EXCLUDED:
        return _("A market that cannot be certified has to be left out first; see why above.")
    missing = [name for name, text in choice.said().items() if not text]
    if choice.state != ScopeState.CERTIFIED and choice.review_day is None:
        missing.append("review_on")
    if missing:
        return _("Something is still missing; go back and fill it in.")
    return ""


def decide_page(choice: Choice, actor: User, problem: str = "") -> DecidePage:
    """The page between choosing and deciding. Raises InvalidInputError for a choice that says nothing."""
    stand = ground(choice, actor)
    names = dict(Market.objects.values_list("code", "name"))
    number = len(choice.markets)
    button = (
        ngettext("Leave out %(number)d market", "Leave out %(number)d markets", number)
        if choice.state == ScopeState.EXCLUDED
        else ngettext(
            "Decide %(number)d market and ask for signatures",
            "Decide %(number)d markets and ask for signatures",
            number,
        )
    )
    return DecidePage(
        title=join_names([names[code] for code in choice.markets]),
        week=week_title(stand.monday),
        state=words.scope_state(choice.state),
        said=_said(choice),
        rows=effect_rows(stand, names),
        visible=visible_rows(stand.visible, names) if stand.visible else (),
        change=_change(stand),
        problems=tuple((names[code], tuple(said)) for code, said in stand.problems.items()),
        fields=tuple(choice.fields()),
        seen=stand.fingerprint,
        button=carriers_button(choice, number) if stand.visible else button % {"number": number},
        why_not=_why_not(choice, stand),
        then=_then(choice),
        problem=problem,
    )
